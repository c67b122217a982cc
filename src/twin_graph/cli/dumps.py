"""The command `snapshot dump`: files of the whole, written beside a snapshot, and the change feed beside all.

What is in them is `dumps` and `ldes`.
"""

from __future__ import annotations

from dataclasses import asdict

import click

from twin_graph import dumps, ldes
from twin_graph.cli import _json_option, _reporting, _snapshot, show, snapshot_group

STEPS = 27


@snapshot_group.command("dump")
@click.argument("name", default="current")
@_json_option
@click.pass_context
@_reporting
def snapshot_dump(context: click.Context, name: str, as_json: bool) -> None:
    """Write the files that are offered for download, and what is new of the change feed."""
    item = _snapshot(context, name)
    with show.progress("dump", steps=STEPS, hidden=as_json) as step:
        index = dumps.write_dumps(item, step)
        entries = ldes.bake(item.path.parent, item.manifest.base_iri, step)
    if as_json:
        feed = [{"name": entry.name, "members": entry.members, "pages": entry.pages} for entry in entries]
        click.echo(show.json_text({**asdict(index), "feed": feed}))
        return
    size = sum(dump.bytes for dump in index.dumps)
    show.success(f"{len(index.dumps)} files, {size / 1_000_000:.1f} MB, in {item.path.name}/{dumps.DUMPS}")
    show.success(
        f"{len(entries)} publication(s) in the change feed, in {item.path.parent.name}/{ldes.FOLDER}"
    )
