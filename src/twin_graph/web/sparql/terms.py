"""How the terms of a result are shown: IRIs by their short names, literals with what they are.

Makes values for the template and writes no HTML. Where a link leads is decided by `web.addresses`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

from twin_graph.namespaces import PREFIXES
from twin_graph.sparql.tables import Table, Term

_DECLARED = re.compile(r"\bPREFIX\s+([A-Za-z][\w-]*|):\s*<([^<>\"{}|^`\\\s]+)>", re.IGNORECASE)
_LOCAL = re.compile(r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?)?")
_RELATIVE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_/#-]*")
_XSD = PREFIXES["xsd"]
_NUMBERS = {_XSD + name for name in (
    "integer", "decimal", "double", "float", "int", "long", "short", "byte", "nonNegativeInteger",
    "positiveInteger", "nonPositiveInteger", "negativeInteger", "unsignedInt", "unsignedLong",
    "unsignedShort", "unsignedByte",
)}  # fmt: skip
_LONGEST, _DEEPEST, _MOST_DECLARED = 2_000, 8, 100
Shorten = Callable[[str], str]


@dataclass(frozen=True)
class Cell:
    """One term for a reader.

    Attributes:
        kind: `uri`, `bnode`, `literal` or `triple`.
        tag: `@` and the language, or the short name of the datatype; empty for a plain string and for IRIs.
        title: the whole IRI where `text` is a short name of it.
        cut: whether only the beginning of a very long text is here.
    """

    kind: str
    text: str
    tag: str = ""
    language: str = ""
    href: str = ""
    title: str = ""
    cut: bool = False
    is_number: bool = False


@dataclass(frozen=True)
class Column:
    """The heading of a column; `tag` is what all its values have, and they do not repeat it."""

    name: str
    tag: str
    is_number: bool


@dataclass(frozen=True)
class ShownTable:
    """A table for the template; a cell is None where its variable is unbound."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell | None, ...], ...]


@dataclass(frozen=True)
class Names:
    """Short names of IRIs: ours are relative to the endpoint, as a query here may write them."""

    prefixes: Mapping[str, str]
    base_iri: str

    def shorten(self, iri: str) -> str:
        """The shortest way to write an IRI in a query here; empty where that is the IRI itself.

        >>> names = Names(PREFIXES, "http://localhost:8000/")
        >>> names.shorten("http://www.w3.org/2000/01/rdf-schema#label"), names.shorten("http://example.org/")
        ('rdfs:label', '')
        >>> names.shorten("http://localhost:8000/id/city/lublin")
        '<id/city/lublin>'
        """
        found = [
            (namespace, prefix)
            for prefix, namespace in self.prefixes.items()
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace))
        ]
        if found:
            namespace, prefix = max(found, key=lambda pair: len(pair[0]))
            return f"{prefix}:{iri[len(namespace) :]}"
        if iri.startswith(self.base_iri) and _RELATIVE.fullmatch(iri, len(self.base_iri)):
            return f"<{iri[len(self.base_iri) :]}>"
        return ""


def names_of(query: str, base_iri: str) -> Names:
    """The short names that hold in a query: those that it declares, and the known ones.

    >>> names_of("PREFIX ex: <http://example.org/> ASK {}", "http://x/").shorten("http://example.org/a")
    'ex:a'
    """
    found = islice(_DECLARED.finditer(query), _MOST_DECLARED)
    return Names(PREFIXES | {match.group(1): match.group(2) for match in found}, base_iri)


def show_table(table: Table, names: Names, find_link: Callable[[str], str]) -> ShownTable:
    """The rows of a table for readers.

    Args:
        find_link: where an IRI leads, empty where it leads nowhere.
    """
    link, shorten = cache(find_link), cache(names.shorten)  # the same IRIs come again and again
    rows = [[None if term is None else _show(term, shorten, link) for term in row] for row in table.rows]
    columns = tuple(_head(name, [row[place] for row in rows]) for place, name in enumerate(table.variables))
    return ShownTable(
        columns,
        tuple(
            tuple(
                replace(cell, tag="") if cell and column.tag else cell
                for cell, column in zip(row, columns, strict=True)
            )
            for row in rows
        ),
    )


def without_idle_prefixes(turtle: str) -> str:
    """Turtle as our engine writes it, without the declarations at its beginning that nothing after them uses.

    >>> without_idle_prefixes("@prefix a: <http://a/> .\\n@prefix b: <http://b/> .\\nb:x b:y b:z .\\n")
    '@prefix b: <http://b/> .\\nb:x b:y b:z .\\n'
    """
    lines = turtle.splitlines(keepends=True)
    size = next((place for place, line in enumerate(lines) if not line.startswith("@prefix ")), len(lines))
    used = set(re.findall(r"(?<![\w.-])([\w.-]*+):", "".join(lines[size:])))
    declared = [line for line in lines[:size] if line[len("@prefix ") :].partition(":")[0] in used]
    return "".join([*declared, *lines[size:]])


def _head(name: str, cells: Sequence[Cell | None]) -> Column:
    bound = [cell for cell in cells if cell]
    tags = {cell.tag for cell in bound}
    return Column(
        name,
        tag=tags.pop() if len(tags) == 1 else "",
        is_number=bool(bound) and all(cell.is_number for cell in bound),
    )


def _show(term: Term, shorten: Shorten, find_link: Callable[[str], str]) -> Cell:
    kind = term["type"]
    if kind == "uri":
        iri = str(term["value"])
        short = shorten(iri)
        return Cell("uri", short or iri, href=find_link(iri), title=iri if short else "")
    if kind != "literal":
        return Cell(kind, _written(term, shorten))
    text, language, datatype = str(term["value"]), term.get("xml:lang", ""), term.get("datatype", "")
    return Cell(
        "literal",
        text[:_LONGEST],
        tag=_tag(term, shorten),
        language=language,
        cut=len(text) > _LONGEST,
        is_number=datatype in _NUMBERS,
    )


def _tag(term: Term, shorten: Shorten) -> str:
    if language := term.get("xml:lang"):
        direction = term.get("its:dir")
        return f"@{language}--{direction}" if direction else f"@{language}"
    datatype = term.get("datatype", "")
    return shorten(datatype) or f"<{datatype}>" if datatype and datatype != f"{_XSD}string" else ""


def _written(term: Term, shorten: Shorten, depth: int = 0) -> str:
    """A term as SPARQL writes it; triples within triples end somewhere."""
    kind, value = term["type"], term["value"]
    if kind == "triple":
        if depth == _DEEPEST:
            return "…"
        parts = (_written(value[name], shorten, depth + 1) for name in ("subject", "predicate", "object"))
        return f"<<( {' '.join(parts)} )>>"
    if kind == "uri":
        return shorten(value) or f"<{value}>"
    if kind == "bnode":
        return f"_:{value}"
    tag = _tag(term, shorten)
    text = value[:_LONGEST].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"{tag if tag.startswith("@") or not tag else "^^" + tag}'
