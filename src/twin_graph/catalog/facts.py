"""What a catalogue is made from, as values: who publishes, which graphs, editions and files there are.

Finding these things out is the task of the caller, saying them that of `dcat`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Agent:
    """Who publishes, or whom to write to; empty where nobody has said.

    Attributes:
        kind: a word of the ADMS vocabulary of publishers' types, such as `LocalAuthority`.
    """

    name: str = ""
    url: str = ""
    email: str = ""
    phone: str = ""
    kind: str = ""


@dataclass(frozen=True)
class File:
    """Something to be fetched.

    Attributes:
        name: unique among the files of one dataset; it becomes part of the IRI.
        title: what people call the format.
        packed_type: media type of the file as it is, where it is compressed.
        bytes, sha256: of the file as it is; None and empty where it is made on request.
        report: letter of the report that it holds, for the comparison.
        modified: when its content changed last, where that is another time than for the dataset.
    """

    name: str
    address: str
    media_type: str
    title: str
    packed_type: str = ""
    packing: str = ""
    bytes: int | None = None
    sha256: str = ""
    report: str = ""
    modified: datetime | None = None


@dataclass(frozen=True)
class Extent:
    """What the statements are about in time and space.

    Attributes:
        start: day of the earliest partnership; empty where none is dated.
        box: west, south, east and north in degrees; None: the world.
    """

    start: str = ""
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Part:
    """A named graph.

    Attributes:
        titles: by language, "" where a title has none.
        licence: its address, empty where nobody has said.
        rights: what has to be said by who uses it, by language.
        issued, modified: when it was published first, and changed last.
    """

    name: str
    titles: Mapping[str, str]
    issued: datetime
    modified: datetime
    licence: str = ""
    rights: Mapping[str, str] = field(default_factory=dict)
    is_register: bool = False
    extent: Extent = Extent()
    files: tuple[File, ...] = ()


@dataclass(frozen=True)
class Edition:
    """All data as they were published once, and what they say of themselves.

    Attributes:
        at: when it was published first; `again` when last.
        title, valid_on, extent: as in `Facts`, of this edition.
        licences: addresses of the licences of its graphs, one for each, empty for a graph without.
        dataset_hash: SHA-256 of the statements in their canonical form (RDFC-1.0).
    """

    id: str
    at: datetime
    again: datetime
    files: tuple[File, ...] = ()
    title: Mapping[str, str] = field(default_factory=dict)
    valid_on: str = ""
    extent: Extent = Extent()
    licences: tuple[str, ...] = ()
    dataset_hash: str = ""


@dataclass(frozen=True)
class Facts:
    """All that a catalogue says.

    Attributes:
        title: of the publication, by language.
        language: of the pages that it leads to.
        valid_on: day up to which the data speak.
        editions: those that are kept and have files, the one that was published last at the end.
        current: id of the edition that is published now.
        offered: id of the edition whose files are those of the whole; empty where they are made on request.
        issued: when anything was published first.
        reports: files of the comparison; none where nothing was compared.
        has_feed: whether the change feed was written.
    """

    base_iri: str
    title: Mapping[str, str]
    language: str
    valid_on: str
    parts: tuple[Part, ...]
    editions: tuple[Edition, ...]
    current: str
    issued: datetime
    extent: Extent = Extent()
    whole: tuple[File, ...] = ()
    reports: tuple[File, ...] = ()
    reports_modified: datetime | None = None
    publisher: Agent | None = None
    contact: Agent | None = None
    has_feed: bool = False
    offered: str = ""

    @property
    def modified(self) -> datetime:
        """When anything of it changed last."""
        again = (edition.again for edition in self.editions)
        return max([self.issued, *(part.modified for part in self.parts), *again])
