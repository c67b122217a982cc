"""Functions that the queries of the build may call: what SPARQL itself cannot compute.

They compare dates with their precision, measure distances, and make keys and digests. What follows from that is said
by the queries `derive_*.rq`; no rule of the domain stands here.
"""

from __future__ import annotations

from collections.abc import Callable

from rdflib import XSD, Literal, URIRef

from twin_graph import dates, geo, graphs, iris
from twin_graph.namespaces import FUNCTIONS
from twin_graph.store import Function


def _text(term: object) -> str:
    return str(getattr(term, "value", ""))


def _term(made: URIRef | Literal | None) -> object:
    return None if made is None else graphs.from_rdflib(made)


def _day(bound: Callable[[str], object]) -> Function:
    def function(text: object) -> object:
        day = bound(_text(text))
        return _term(None if day is None else Literal(str(day), datatype=XSD.date))

    return function  # type: ignore[return-value]


def _days(measure: Callable[..., int | None]) -> Function:
    def function(*texts: object) -> object:
        days = measure(*map(_text, texts))
        return _term(None if days is None else Literal(days))

    return function  # type: ignore[return-value]


def _distance(*degrees: object) -> object:
    try:
        numbers = [float(_text(term)) for term in degrees]
    except ValueError:
        return None
    kilometres = geo.great_circle_km(*numbers)  # type: ignore[arg-type,unused-ignore]
    return _term(Literal(f"{kilometres:.1f}", datatype=XSD.decimal))


def _contradiction(about: object, fact: object) -> object:
    return _term(iris.contradiction(_text(about), _text(fact)))


def _years(text: object, other: object) -> object:
    years = dates.years_apart(_text(text), _text(other))
    return _term(None if years is None else Literal(f"{years:.4f}", datatype=XSD.decimal))


def _narrowed(lines: object) -> object:
    """The interval that is left of lines of a rank and a date, in the order of rank, then of the days."""
    ranked = []
    for line in set(_text(lines).splitlines()):
        rank, _, text = line.partition(" ")
        ranked.append((rank, str(dates.earliest(text)), str(dates.latest(text)), text))
    kept = dates.narrowed(text for *_, text in sorted(ranked))
    return _term(None if kept is None else Literal("/".join(map(str, kept))))


def _digest(lines: object) -> object:
    """A digest of lines in whatever order, each counted once: an aggregate has no order."""
    return _term(Literal(iris.digest(*sorted(set(_text(lines).splitlines())))))


FUNCTIONS_OF_OURS: dict[str, Function] = {
    str(FUNCTIONS.earliest): _day(dates.earliest),
    str(FUNCTIONS.latest): _day(dates.latest),
    str(FUNCTIONS.width): _days(dates.width),
    str(FUNCTIONS.apart): _days(dates.apart),
    str(FUNCTIONS.years): _years,  # type: ignore[dict-item]
    str(FUNCTIONS.narrowed): _narrowed,  # type: ignore[dict-item]
    str(FUNCTIONS.distance): _distance,  # type: ignore[dict-item]
    str(FUNCTIONS.contradiction): _contradiction,  # type: ignore[dict-item]
    str(FUNCTIONS.digest): _digest,  # type: ignore[dict-item]
}
