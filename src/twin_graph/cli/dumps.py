"""The command `snapshot dump`: files of the whole, written beside a snapshot. What is in them is `dumps`."""

from __future__ import annotations

from dataclasses import asdict

import click

from twin_graph import dumps
from twin_graph.cli import _json_option, _reporting, _snapshot, show, snapshot_group

STEPS = 26


@snapshot_group.command("dump")
@click.argument("name", default="current")
@_json_option
@click.pass_context
@_reporting
def snapshot_dump(context: click.Context, name: str, as_json: bool) -> None:
    """Write the files that are offered for download; those that are there already stay."""
    item = _snapshot(context, name)
    with show.progress("dump", steps=STEPS, hidden=as_json) as step:
        index = dumps.write_dumps(item, step)
    if as_json:
        click.echo(show.json_text(asdict(index)))
        return
    size = sum(dump.bytes for dump in index.dumps)
    show.success(f"{len(index.dumps)} files, {size / 1_000_000:.1f} MB, in {item.path.name}/{dumps.DUMPS}")
