"""The command `bake`: the whole site as files, with the configuration of a web server.

What is made is `bake`.
"""

from __future__ import annotations

import os
import re
import sys
import time
from dataclasses import asdict
from pathlib import Path

import click

from twin_graph.bake import Serving
from twin_graph.bake import bake as make_mirror
from twin_graph.cli import _json_option, _reporting, _settings, main, show

_EVERY = 2.0  # seconds between two lines of progress
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+")


def _check_server(_: click.Context, __: click.Parameter, value: str) -> str:
    if value and not _ORIGIN.fullmatch(value):
        raise click.BadParameter("write an origin such as http://127.0.0.1:8000")
    return value


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--jobs", type=click.IntRange(min=1), default=os.cpu_count() or 1, show_default="cores",
              help="How many processes make files.")  # fmt: skip
@click.option("--server", default="", callback=_check_server,
              help="Origin of a server that answers what files cannot: searches, queries, filters.")  # fmt: skip
@click.option("--listen", default="8080", show_default=True, help="Port, or address and port, for nginx.")
@click.option("--include", "included", is_flag=True,
              help="Make a configuration to be included in `http { … }` of another.")  # fmt: skip
@click.option("--only", multiple=True, metavar="KIND/KEY",
              help="Of all things make only this one; may be repeated.")  # fmt: skip
@_json_option
@click.pass_context
@_reporting
def bake(context: click.Context, folder: Path, jobs: int, server: str, listen: str, included: bool,
         only: tuple[str, ...], as_json: bool) -> None:  # fmt: skip
    """Write the whole site into FOLDER, for a web server without a program behind it.

    What has not changed since the last time is kept. Whoever stops it may run it again: it goes on.
    """
    shown = [0.0]

    def tell(done: int, of: int) -> None:
        if time.monotonic() - shown[0] > _EVERY or done == of:
            shown[0] = time.monotonic()
            print(f"bake: {done:,} of {of:,}", file=sys.stderr, flush=True)

    serving = Serving(listen, server, not included)
    summary = make_mirror(_settings(context), folder, serving, jobs=jobs, only=only, tell=tell)
    if as_json:
        click.echo(show.json_text(asdict(summary)))
        return
    show.success(
        f"{summary.files:,} files, {summary.bytes / 1_000_000:,.1f} MB, in {summary.seconds:,.0f} s; "
        f"made anew: {summary.made:,}, kept: {summary.kept:,}"
    )
    click.echo(f"Next: nginx -p {summary.folder} -c {Path(summary.folder).resolve()}/nginx.conf")
