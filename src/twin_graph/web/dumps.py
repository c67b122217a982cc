"""`/dumps/{snapshot}/{file}`: the whole to be fetched, and `/dumps/latest/{file}`, which leads to what is current.

A file of a snapshot never changes, so it may be kept for ever and fetched in parts. What is in the files is `dumps`;
the page that lists them is the one about the service.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, request, send_file, url_for

from twin_graph import dumps
from twin_graph.dumps import Dump, Index, csvw
from twin_graph.dumps.dataset import ALL
from twin_graph.dumps.files import BY_EXTENSION, file_name
from twin_graph.dumps.tables import tables
from twin_graph.errors import EntityNotFound
from twin_graph.formats import CSVW, TURTLE
from twin_graph.snapshot import Snapshot, open_snapshot
from twin_graph.web.archive import FOREVER, find_publication
from twin_graph.web.responses import FRESH, redirect
from twin_graph.web.site import Site, site

bp = Blueprint("dumps", __name__)
LATEST, SUMS = "latest", "SHA256SUMS"


@dataclass(frozen=True)
class Row:
    """One file for a page: what it holds, its format and compression, path, size and hash."""

    content: str
    format: str
    compression: str
    path: str
    kilobytes: int
    content_kilobytes: int
    sha256: str


@bp.get(f"/dumps/{LATEST}/<name>")
def latest(name: str) -> Response:
    """To the file of this name of the current snapshot."""
    here = site()
    _find(_index(here.snapshot), name)
    # For a moment only: the next edition may come at any time.
    return redirect(here, url_for("dumps.file", identity=here.manifest.id, name=name), 302, cache=FRESH)


@bp.get("/dumps/<identity>/<name>")
def file(identity: str, name: str) -> Response:
    """A file of a snapshot, or a part of it (RFC 9110, section 14)."""
    snapshot = _open(site(), identity)
    index = _index(snapshot)
    dump = _find(index, name)
    if dump is None:
        response = Response(_sums(index), content_type="text/plain; charset=utf-8")
        response.add_etag()
        response.make_conditional(request)
    else:
        packed = BY_EXTENSION[dump.compression].media_type
        response = send_file(snapshot.path / dumps.DUMPS / name, packed or dump.kind.content_type,
                             as_attachment=True, download_name=f"{identity}-{name}", etag=dump.sha256)  # fmt: skip
    response.headers["Cache-Control"] = FOREVER
    response.headers["Access-Control-Expose-Headers"] = "Accept-Ranges, Content-Range, ETag"
    return response


@dataclass(frozen=True)
class Sheet:
    """One table for a page: its title, and its files as format, path and size in kB."""

    title: str
    files: list[tuple[str, str, int]]


def rows(here: Site) -> list[Row]:
    """The files of statements of what is served; none where none were written."""
    return [_row(here, dump) for dump in _dumps(here) if dump.content == ALL or dump.kind is TURTLE]


def sheets(here: Site, language: str) -> list[Sheet]:
    """The tables of what is served, each with its files."""
    files: dict[str, list[tuple[str, str, int]]] = {}
    for dump in _dumps(here):
        words = f"{dump.kind.title} {dump.compression}".strip()
        files.setdefault(dump.content, []).append((words, path(here, dump.name), _kilobytes(dump.bytes)))
    return [Sheet(table.titles[language], files[table.name]) for table in tables() if table.name in files]


def metadata(here: Site) -> str:
    """Where it is said what the columns of the tables mean."""
    return path(here, file_name(csvw.CONTENT, CSVW))


def path(here: Site, name: str, *, newest: bool = False) -> str:
    """Where a file of what is served is, or the folder of all; `newest`: where it will be of later editions."""
    base = url_for("dumps.file", identity=LATEST if newest else here.manifest.id, name=SUMS)
    return base.removesuffix(SUMS) + name


def _row(here: Site, dump: Dump) -> Row:
    content = "" if dump.content == ALL else dump.content
    packed, unpacked = _kilobytes(dump.bytes), _kilobytes(dump.content_bytes)
    return Row(
        content, dump.kind.title, dump.compression, path(here, dump.name), packed, unpacked, dump.sha256
    )


def _kilobytes(size: int) -> int:
    return -(-size // 1000)


def _dumps(here: Site) -> tuple[Dump, ...]:
    index = dumps.read_index(here.snapshot)
    return index.dumps if index else ()


def _open(here: Site, identity: str) -> Snapshot:
    """A snapshot by its id.

    Raises:
        EntityNotFound: there never was one.
        EntityGone: it has been deleted.
    """
    if identity == here.manifest.id:
        return here.snapshot
    find_publication(here.workspace.snapshots, identity)
    return open_snapshot(here.workspace.snapshots, identity)


def _index(snapshot: Snapshot) -> Index:
    index = dumps.read_index(snapshot)
    if index is None:
        raise EntityNotFound("no files were written for this snapshot; run twin-graph snapshot dump")
    return index


def _find(index: Index, name: str) -> Dump | None:
    """The file of a name; None for the list of hashes.

    Raises:
        EntityNotFound: there is no such file.
    """
    dump = index.find(name)
    if dump is None and name != SUMS:
        raise EntityNotFound("there is no such file")
    return dump


def _sums(index: Index) -> str:
    """The hashes as `sha256sum --check` reads them."""
    return "".join(f"{dump.sha256}  {dump.name}\n" for dump in index.dumps)
