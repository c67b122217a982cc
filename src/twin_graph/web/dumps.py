"""`/dumps/{snapshot}/{file}`: the whole to be fetched, and `/dumps/latest/{file}`, which leads to what is current.

A file of a snapshot never changes, so it may be kept for ever and fetched in parts. What is in the files is `dumps`;
the page that lists them is the one about the service.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, request, send_file, url_for

from twin_graph import dumps
from twin_graph.dumps import Dump, Index
from twin_graph.dumps.dataset import ALL
from twin_graph.dumps.files import BY_EXTENSION
from twin_graph.errors import EntityNotFound
from twin_graph.formats import by_name
from twin_graph.snapshot import Snapshot, open_snapshot
from twin_graph.web.archive import FOREVER, find_publication
from twin_graph.web.responses import redirect
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
    return redirect(here, url_for("dumps.file", identity=here.manifest.id, name=name), 302)


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
        response = send_file(snapshot.path / dumps.DUMPS / name, BY_EXTENSION[dump.compression].media_type,
                             as_attachment=True, download_name=f"{identity}-{name}", etag=dump.sha256)  # fmt: skip
    response.headers["Cache-Control"] = FOREVER
    response.headers["Access-Control-Expose-Headers"] = "Accept-Ranges, Content-Range, ETag"
    return response


def rows(here: Site) -> list[Row]:
    """The files of what is served; none where none were written."""
    index = dumps.read_index(here.snapshot)
    return [_row(here, dump) for dump in index.dumps] if index else []


def path(here: Site, name: str, *, newest: bool = False) -> str:
    """Where a file of what is served is, or the folder of all; `newest`: where it will be of later editions."""
    base = url_for("dumps.file", identity=LATEST if newest else here.manifest.id, name=SUMS)
    return base.removesuffix(SUMS) + name


def _row(here: Site, dump: Dump) -> Row:
    fmt = by_name(dump.format)
    content = "" if dump.content == ALL else dump.content
    packed, unpacked = (-(-size // 1000) for size in (dump.bytes, dump.content_bytes))
    title = fmt.title if fmt else dump.format
    return Row(content, title, dump.compression, path(here, dump.name), packed, unpacked, dump.sha256)


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
