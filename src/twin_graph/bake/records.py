"""What is known of the files that were made: their headers, what they name, where addresses without a file lead.

One record for each item of work: a thing, or one address. They are lines of a journal, so that who is stopped goes
on, and the next bake knows what it may keep. What the web server makes of them is `nginx`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from twin_graph.bake.asking import Answer

# Of the connection or of one copy: the web server has its own.
_OWN = ("content-length", "date", "etag", "last-modified", "accept-ranges", "server", "content-encoding")
_PAGE = re.compile(r"~page=([0-9]+)")
_ORIGINAL = ("original timegate", "timemap")
_TURNS = ("first", "prev", "next", "last")
_LINK = re.compile(r'<[^<>]*>; rel="(?P<rel>[^"]*)"(?:; type="(?:[^"\\]|\\.)*")?')


@dataclass
class Record:
    """What came of one item.

    Attributes:
        shapes: classes of headers by the shape of files and answers; what is of a thing has `*` for its key.
        extras: the same by file, of what is of a thing besides its document and page: shape and class.
        turns: by file, the links to the other pages of a document.
        files: sizes in bytes.
        offers: by address without an ending, the names of the formats that it is negotiated among.
        leads: status and target of addresses that lead elsewhere; `address language format` as key.
        names: things that the files name.
        links: addresses that the files link to and that are not of this item.
        classes: headers by the names of their classes; who makes many items says each class once.
    """

    item: str
    shapes: dict[str, str] = field(default_factory=dict)
    extras: dict[str, list[str]] = field(default_factory=dict)
    turns: dict[str, str] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    offers: dict[str, list[str]] = field(default_factory=dict)
    leads: dict[str, list[Any]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    classes: dict[str, dict[str, str]] = field(default_factory=dict)

    def note(self, shape: str, answer: Answer, *, thing: str = "", file: str = "", with_body: bool = False,
             extra: bool = False, without: str = "", own: str = "") -> None:  # fmt: skip
        """Keep the headers of an answer.

        Args:
            thing: kind and key, for which `$thing` stands in the class, as `$page` for the number of a page.
            file: the file that it is, where others have the same shape.
            extra: whether it is something besides the document and page of the thing.
            own: the address, for which `$self` stands where it is the original of what was published before.
            without: a header that is another for each.
            with_body: the body is short and the same but for the thing: a redirect, a refusal.
        """
        headers, turns = _headers(answer, thing, own)
        if (page := _PAGE.search(file or shape)) is not None:
            turned = re.compile(rf"(?<=[?&]page=){page[1]}(?![0-9])")
            headers = {name: turned.sub("$page", value) for name, value in headers.items()}
        headers.pop(without, None)
        if with_body:
            headers["body"] = abstract(answer.body.decode(), thing)
        text = json.dumps(headers, sort_keys=True, ensure_ascii=False)
        name = hashlib.sha256(text.encode()).hexdigest()[:12]
        self.classes[name] = headers
        if extra:
            self.extras[file] = [shape, name]
        else:
            self.shapes[shape] = name
        if turns:
            self.turns[file or shape] = turns

    @property
    def group(self) -> str:
        """What things share whose files have the same headers."""
        text = json.dumps(self.shapes, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


class Journal:
    """The records of a bake, one to a line, and beside them the classes of headers, each once."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "journal.jsonl"
        self._classes = folder / "classes.jsonl"
        self._known = set(self.classes())

    def classes(self) -> dict[str, dict[str, str]]:
        """Headers by the names of their classes."""
        found: dict[str, dict[str, str]] = {}
        if self._classes.exists():
            with self._classes.open(encoding="utf-8") as lines:
                for line in lines:
                    if line.endswith("\n"):
                        name, headers = json.loads(line)
                        found[name] = headers
        return found

    def read(self) -> Iterator[Record]:
        """The records; a line that was not written to its end is left out."""
        if not self._path.exists():
            return
        with self._path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.endswith("\n"):
                    yield Record(**json.loads(line))

    def add(self, records: Iterable[Record]) -> None:
        """Write records behind those that are there."""
        records = list(records)
        self.add_classes({name: headers for record in records for name, headers in record.classes.items()})
        lines = [asdict(replace(each, classes={})) for each in records]
        with self._path.open("a", encoding="utf-8") as journal:
            journal.write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))

    def add_classes(self, classes: Mapping[str, dict[str, str]]) -> None:
        """Write classes that are not known yet."""
        new = {name: headers for name, headers in classes.items() if name not in self._known}
        self._known |= set(new)
        with self._classes.open("a", encoding="utf-8") as lines:
            lines.write("".join(json.dumps(pair, ensure_ascii=False) + "\n" for pair in new.items()))

    def cut(self) -> None:
        """Take off a line that was not written to its end."""
        for path in (self._path, self._classes):
            if path.exists():
                content = path.read_bytes()
                path.write_bytes(content[: content.rfind(b"\n") + 1])


def abstract(text: str, thing: str) -> str:
    """A text of a thing with `$thing` in place of its kind and key.

    >>> abstract("<http://x/doc/city/a.ttl> <http://x/doc/city/a-b>", "city/a")
    '<http://x/doc/$thing.ttl> <http://x/doc/city/a-b>'
    """
    return re.sub(rf"(?<=/){re.escape(thing)}(?![a-z0-9-])", "$thing", text) if thing else text


def _headers(answer: Answer, thing: str, own: str) -> tuple[dict[str, str], str]:
    """The headers to be repeated, and apart from them the links that turn pages."""
    found = {name: value for name, value in answer.headers.items() if name not in _OWN}
    links: Mapping[bool, list[str]] = {True: [], False: []}
    for link in _LINK.finditer(found.pop("link", "")):
        # A negotiated address has what its variant has, but is an original itself (RFC 7089).
        is_original = own != "" and link["rel"] in _ORIGINAL
        links[link["rel"] in _TURNS].append(link[0].replace(f"{own}>", "$self>") if is_original else link[0])
    if links[False]:
        found["link"] = ", ".join(links[False])
    found = {name: abstract(value, thing) for name, value in sorted(found.items())}
    if thing and "content-disposition" in found:
        key = thing.partition("/")[2]
        found["content-disposition"] = re.sub(rf"\b{re.escape(key)}\b", "$key", found["content-disposition"])
    return found, ", ".join(links[True])
