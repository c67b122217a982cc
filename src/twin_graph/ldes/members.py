"""Members and their pages, as N-Quads: what a member says of itself stands in the default graph, its content in a
graph that has the IRI of the member.

Which members there are is decided by whoever writes them (`baking`).
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from rdflib.namespace import DCTERMS, PROV, RDF, XSD

from twin_graph.ldes.units import Key, Unit
from twin_graph.ldes.view import address, page_address, stream, time_text
from twin_graph.namespaces import AS, LDES, TREE, VOID

MEMBERS = 250  # of a page, at most
BYTES = 1_000_000  # of a page, about
CREATE, UPDATE, DELETE = str(AS.Create), str(AS.Update), str(AS.Delete)


@dataclass
class Pages:
    """The pages of a publication, written one after the other.

    Attributes:
        folder: where they are written.
        name: of the publication.
        number: of the pages that are written.
        members: how many there are on all pages.
    """

    folder: Path
    base_iri: str
    name: str
    at: datetime
    number: int = 0
    members: int = 0
    _said: list[bytes] = field(default_factory=list)
    _content: list[bytes] = field(default_factory=list)
    _count: int = 0
    _size: int = 0

    def add(self, what: str, key: Key, unit: Unit | None = None) -> None:
        """Add a member: CREATE or UPDATE with the unit as it is now, or DELETE without."""
        self._count += 1
        member = f"{page_address(self.base_iri, self.name, self.number + 1)}#{self._count}".encode()
        said = _say(member, what, key, self.at, stream(self.base_iri))
        content = [line[: line.rindex(b" <")] + b" <%b> .\n" % member for line in unit.lines] if unit else []
        self._said.extend(said)
        self._content.extend(content)
        self._size += sum(map(len, said)) + sum(map(len, content))
        self.members += 1
        if self._count == MEMBERS or self._size >= BYTES:
            self.close()

    def close(self) -> None:
        """Write the page that has been begun."""
        if not self._count:
            return
        self.number += 1
        lines = [*_say_page(self.base_iri, self.name, self.number), *self._said, *self._content]
        path = self.folder / page_file(self.number)
        path.write_bytes(gzip.compress(b"".join(lines), 6, mtime=0))
        self._said.clear()
        self._content.clear()
        self._count = self._size = 0


def page_file(number: int) -> str:
    """What the file of a page is called."""
    return f"{number}.nq.gz"


def unit_iri(key: Key) -> bytes:
    """IRI of a unit, as stable as its graph and document are.

    >>> unit_iri((b"http://x/graph/world", b"http://x/id/city/lublin"))
    b'http://x/graph/world#http://x/id/city/lublin'
    """
    return b"#".join(key)


def _say(member: bytes, what: str, key: Key, at: datetime, stream_iri: str) -> list[bytes]:
    time = f'"{time_text(at)}"^^<{XSD.dateTime}>'.encode()
    return [
        _line(stream_iri, TREE.member, _named(member)),
        _line(member, RDF.type, _named(what)),
        _line(member, PROV.generatedAtTime, time),
        _line(member, DCTERMS.isVersionOf, _named(unit_iri(key))),
        _line(member, VOID.inDataset, _named(key[0])),
        _line(member, AS.object, _named(key[1])),
    ]


def _say_page(base_iri: str, name: str, number: int) -> list[bytes]:
    page = page_address(base_iri, name, number)
    return [
        _line(stream(base_iri), RDF.type, _named(str(LDES.EventStream))),
        _line(stream(base_iri), TREE.view, _named(address(base_iri))),
        _line(page, RDF.type, _named(str(TREE.Node))),
        _line(page, LDES.immutable, f'"true"^^<{XSD.boolean}>'.encode()),
    ]


def _line(subject: str | bytes, predicate: str, value: bytes) -> bytes:
    return b"%b <%b> %b .\n" % (_named(subject), predicate.encode(), value)


def _named(iri: str | bytes) -> bytes:
    return b"<%b>" % (iri.encode() if isinstance(iri, str) else iri)
