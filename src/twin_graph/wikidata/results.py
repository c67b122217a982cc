"""Read the SPARQL JSON of an answer: complete or not at all, rows without repetition in an order of their own.

Standard: https://www.w3.org/TR/sparql11-results-json/. Literals keep their lexical form; one that rdflib refuses
(an invalid language tag) loses its tag and not its row. An unknown value (a blank node, or an IRI that stands for it)
becomes `urn:twin:somevalue:<statement>:<property>`. What the rows mean is `statements`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from rdflib import Literal, URIRef
from rdflib.term import Node

_BOM = b"\xef\xbb\xbf"
_TYPES = ("uri", "literal", "typed-literal", "bnode")
# Blank nodes have other labels in every answer, and these IRIs stand for blank nodes.
_GENID = "http://www.wikidata.org/.well-known/genid/"
SOMEVALUE = "urn:twin:somevalue:"
_STATEMENT = "http://www.wikidata.org/entity/statement/"

_Cell = tuple[str, str, str, str]  # type, value, language, datatype
_ABSENT: _Cell = ("", "", "", "")


class IncompleteResults(ValueError):
    """The body is no complete document."""


class WrongResults(ValueError):
    """The body is a complete document and not the results that were asked for."""


def clean(body: bytes) -> bytes:
    """The body without a byte order mark, which JSON must not have and a proxy may add."""
    return body.removeprefix(_BOM)


def parse(body: bytes, variables: Sequence[str]) -> list[Mapping[str, Any]]:
    """The bindings of a body as they are written.

    Raises:
        IncompleteResults: it is no JSON from its first to its last byte.
        WrongResults: it is JSON, but no results with these variables.
    """
    bindings = _bindings(body, variables)
    if not all(_is_row(row, variables) for row in bindings):
        raise WrongResults("the rows are not written as results are")
    return bindings


def _bindings(body: bytes, variables: Sequence[str]) -> list[Any]:
    """The rows of a document of results; how they are written inside is not looked at."""
    try:
        content = json.loads(clean(body).decode("utf-8"))
    except (ValueError, RecursionError) as problem:
        raise IncompleteResults(str(problem)[:200]) from problem
    if not isinstance(content, dict) or {"error", "errors", "exception"} & content.keys():
        raise WrongResults("a message instead of results")
    head, results = content.get("head"), content.get("results")
    names = head.get("vars") if isinstance(head, dict) else None
    if not isinstance(names, list) or sorted(map(str, names)) != sorted(variables):
        raise WrongResults(f"variables {str(names)[:100]} instead of {list(variables)}")
    bindings = results.get("bindings") if isinstance(results, dict) else None
    if not isinstance(bindings, list):
        raise WrongResults("there are no rows")
    return bindings


def _is_row(row: object, variables: Sequence[str]) -> bool:
    return isinstance(row, dict) and all(
        name in variables
        and isinstance(term, dict)
        and term.get("type") in _TYPES
        and isinstance(term.get("value"), str)
        and isinstance(term.get("xml:lang", ""), str)
        and isinstance(term.get("datatype", ""), str)
        for name, term in row.items()
    )


def read_rows(body: bytes, variables: Sequence[str]) -> tuple[Mapping[str, Node], ...]:
    """The rows of a body, each once, in an order that depends on nothing but them.

    Raises:
        IncompleteResults: it is no complete document.
        WrongResults: it has other variables, or rows that are not written as results are.
    """
    # Rows are tuples of the places of their cells: millions of rows have few different cells.
    places: dict[_Cell, int] = {_ABSENT: 0}
    try:
        rows = {
            tuple([places.setdefault(_cell(row.get(name)), len(places)) for name in variables])
            for row in _bindings(body, variables)
        }
    except (AttributeError, KeyError, TypeError) as problem:
        raise WrongResults(f"the rows are not written as results are: {problem!r}") from problem
    rows = _with_names(rows, places)
    cells = list(places)
    order = {place: rank for rank, place in enumerate(sorted(range(len(cells)), key=cells.__getitem__))}
    terms = [_term(cell) for cell in cells]
    return tuple(
        {name: terms[place] for name, place in zip(variables, row, strict=True) if place}
        for row in sorted(rows, key=lambda row: [order[place] for place in row])
    )


def _cell(term: Mapping[str, str] | None) -> _Cell:
    if term is None:
        return _ABSENT
    kind = "literal" if term["type"] == "typed-literal" else term["type"]
    return kind, term["value"], term.get("xml:lang", ""), term.get("datatype", "")


def _with_names(rows: set[tuple[int, ...]], places: dict[_Cell, int]) -> set[tuple[int, ...]]:
    """The rows, in which an unknown value has a name that every answer gives it: that of what it is the value of."""
    cells = list(places)
    nameless = {place for cell, place in places.items() if _is_nameless(cell)}
    if not nameless:
        return rows
    found = set()
    for row in rows:
        if not nameless.isdisjoint(row):
            known = [cells[place][1].removeprefix(_STATEMENT) for place in row if place not in nameless]
            name = SOMEVALUE + quote(":".join(part.rpartition("/")[2] for part in known if part), safe=":$-")
            named = places.setdefault(("uri", name, "", ""), len(places))
            row = tuple(named if place in nameless else place for place in row)
        found.add(row)
    return found


def _is_nameless(cell: _Cell) -> bool:
    return cell[0] == "bnode" or (cell[0] == "uri" and cell[1].startswith(_GENID))


def _term(cell: _Cell) -> Node:
    kind, value, language, datatype = cell
    value = value.encode("utf-8", "replace").decode("utf-8")  # half of a surrogate pair is no character
    if kind in ("uri", "bnode"):
        return URIRef(value)
    try:
        return Literal(
            value, lang=language or None, datatype=None if language else datatype or None, normalize=False
        )
    except (ValueError, TypeError):
        return Literal(value)
