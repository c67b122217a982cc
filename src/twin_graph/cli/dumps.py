"""The commands `snapshot dump` and `snapshot verify`: files of the whole, and the change feed beside all.

What is in them is `dumps` and `ldes`; what else is verified is `snapshot`.
"""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from twin_graph import dumps, ldes, snapshot
from twin_graph.cli import EXIT_OPERATOR, _json_option, _reporting, _snapshot, show, snapshot_group

STEPS, VERIFY_STEPS = 32, 4


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


@snapshot_group.command("verify")
@click.argument("name", default="current")
@_json_option
@click.pass_context
@_reporting
def snapshot_verify(context: click.Context, name: str, as_json: bool) -> None:
    """Compare the files of a snapshot with its manifest, its store with its dump, and read files for download."""
    item = _snapshot(context, name)
    with show.progress("verify", steps=VERIFY_STEPS, hidden=as_json) as step:
        problems = snapshot.verify(item, step)
        with step("compare the files for download with their list"):
            beside = dumps.verify(item)
        with step("read the change feed"):
            beside += ldes.verify(item.path.parent, item.manifest.base_iri)
    if as_json:
        click.echo(show.json_text({"snapshot": item.path.name, "problems": [*problems, *beside]}))
    elif problems or beside:
        for problem in (*problems, *beside):
            show.failure(problem)
        if problems:
            show.failure(str(snapshot.damaged(item.path, "is not whole")))
    else:
        show.success(f"snapshot {item.path.name} is whole")
    if problems or beside:
        sys.exit(EXIT_OPERATOR)
