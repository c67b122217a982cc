"""`/dumps/{snapshot}/{file}`: the whole to be fetched, and `/dumps/latest/{file}`, which leads to what is current.

A file of a snapshot never changes, so it may be kept for ever and fetched in parts (`parts`). What is in the files is
`dumps`; the page that lists them is the one about the service.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, send_file, url_for

from twin_graph import dumps
from twin_graph.dumps import Dump, Index, csvw
from twin_graph.dumps.dataset import ALL
from twin_graph.dumps.files import BY_EXTENSION, file_name
from twin_graph.dumps.tables import tables
from twin_graph.errors import EntityNotFound
from twin_graph.formats import CSVW, TURTLE
from twin_graph.snapshot import Snapshot, open_snapshot
from twin_graph.web import editions
from twin_graph.web.archive import FOREVER, find_publication
from twin_graph.web.editions import Kept
from twin_graph.web.parts import answer_in_part
from twin_graph.web.responses import FRESH, redirect
from twin_graph.web.site import Site, site

bp = Blueprint("dumps", __name__)
LATEST, SUMS = "latest", "SHA256SUMS"
_NO_FILES = "no files were written for this snapshot; run twin-graph snapshot dump"


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
    """To the file of this name of the newest edition that has files."""
    here = site()
    edition = editions.offered(here)
    if edition is None:
        raise EntityNotFound(_NO_FILES)
    _find(edition.index, name)
    # For a moment only: the next edition may come at any time.
    return redirect(here, url_for("dumps.file", identity=edition.id, name=name), 302, cache=FRESH)


@bp.get("/dumps/<identity>/<name>")
def file(identity: str, name: str) -> Response:
    """A file of a snapshot, or a part of it (RFC 9110, section 14)."""
    snapshot = _open(site(), identity)
    index = _index(snapshot)
    dump = _find(index, name)
    if dump is None:
        size = len(text := _sums(index).encode())
        response = Response(text, content_type="text/plain; charset=utf-8")
        response.add_etag()
    else:
        size, packed = dump.bytes, BY_EXTENSION[dump.compression].media_type
        response = send_file(snapshot.path / dumps.DUMPS / name, packed or dump.kind.content_type, conditional=False,
                             as_attachment=True, download_name=f"{identity}-{name}", etag=dump.sha256)  # fmt: skip
    answer_in_part(response, size)
    # Not to be packed on the way: sizes and hashes are of the files, and packed ones stand beside them.
    response.headers["Cache-Control"] = f"{FOREVER}, no-transform"
    response.headers["Access-Control-Expose-Headers"] = "Accept-Ranges, Content-Range, ETag"
    return response


@dataclass(frozen=True)
class Sheet:
    """One table for a page: its title, and its files as format, path and size in kB."""

    title: str
    files: list[tuple[str, str, int]]


def values(here: Site, language: str) -> dict[str, Any]:
    """The files for a page: those of what is served, or of the newest edition before it that has some."""
    edition = editions.offered(here)
    if edition is None:
        return {"dumps": []}
    return {
        "dumps": [_row(edition, dump) for dump in edition.index.dumps if _is_of_statements(dump)],
        "sheets": _sheets(edition, language),
        "latest": path(LATEST, ""),
        "sums": path(edition.id, SUMS),
        "metadata": path(edition.id, file_name(csvw.CONTENT, CSVW)),
        "dataset_hash": edition.index.dataset_hash,
        "older": edition if edition.id != here.manifest.id else None,
    }


def path(identity: str, name: str) -> str:
    """Where a file of an edition is, or the folder of all; `LATEST` is the newest at any time."""
    return url_for("dumps.file", identity=identity, name=SUMS).removesuffix(SUMS) + name


def _is_of_statements(dump: Dump) -> bool:
    return dump.content == ALL or dump.kind is TURTLE


def _sheets(edition: Kept, language: str) -> list[Sheet]:
    """The tables, each with its files."""
    files: dict[str, list[tuple[str, str, int]]] = {}
    for dump in edition.index.dumps:
        words = f"{dump.kind.title} {dump.compression}".strip()
        place = path(edition.id, dump.name)
        files.setdefault(dump.content, []).append((words, place, _kilobytes(dump.bytes)))
    return [Sheet(table.titles[language], files[table.name]) for table in tables() if table.name in files]


def _row(edition: Kept, dump: Dump) -> Row:
    content = "" if dump.content == ALL else dump.content
    packed, unpacked = _kilobytes(dump.bytes), _kilobytes(dump.content_bytes)
    place = path(edition.id, dump.name)
    return Row(content, dump.kind.title, dump.compression, place, packed, unpacked, dump.sha256)


def _kilobytes(size: int) -> int:
    return -(-size // 1000)


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
        raise EntityNotFound(_NO_FILES)
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
    """The hashes as `sha256sum --check` reads them, after that of the dataset, which it takes for a comment."""
    return f"# SHA-256 of the dataset (RDFC-1.0): {index.dataset_hash}\n" + "".join(
        f"{dump.sha256}  {dump.name}\n" for dump in index.dumps
    )
