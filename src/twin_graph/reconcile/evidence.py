"""What of a query the matcher is told: values as the matcher reads them, each of several any of which may be meant.

What is tested on its candidates afterwards is `requiring`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from twin_graph.matching import Query
from twin_graph.matching.countries import read_country
from twin_graph.reconcile.asked import (
    MAX_LIMIT,
    Asked,
    Condition,
    Given,
    read_article,
    read_identifier,
    read_number,
    read_point,
)
from twin_graph.reconcile.facts import Facts
from twin_graph.reconcile.services import Service
from twin_graph.reconcile.vocabulary import WIKIDATA

# The kinds of the things that are evidence.
KINDS = {"country": "country", "partners": "city", "networks": "network"}
_T = TypeVar("_T")


def read_name(asked: Asked, service: Service, facts: Facts) -> Asked:
    """The query with a name that is an identifier or an address taken for what it is.

    A name in small letters with a hyphen looks like a key of ours; it is one only where a thing has it.
    """
    found = read_identifier(asked.name, service.base_iri, service.kind)
    if found and (found != ("key", asked.name) or facts.of_key(service.kind, asked.name) is not None):
        return replace(asked, name="", ids=(_in_space(*found, service), *asked.ids))
    if article := read_article(asked.name):
        return replace(asked, name=article[0], language=article[1])
    return asked


def _in_space(sort: str, text: str, service: Service) -> str:
    return text if (sort == "wikidata") == (service.space == WIKIDATA) else f"{sort}:{text}"


def make_query(asked: Asked, service: Service, facts: Facts) -> Query:
    """What the matcher is asked."""
    said = [condition for condition in asked.conditions if condition.quantifier != "none"]
    countries = _texts(said, "country", facts)
    admins = tuple(given.text or given.id for given in _values(said, "admin"))
    points = _read(said, "point", read_point)
    populations = _read(said, "population", read_number)
    first, *others = _identifiers(asked, said, service) or [("", "")]
    return Query(
        name=asked.name,
        language=asked.language,
        kinds=(service.kind,),
        strict="any",
        country=countries[0] if countries else "",
        admin=admins[0] if admins else "",
        point=points[0] if points else None,
        population=populations[0] if populations else None,
        partners=_texts(said, "partners", facts),
        networks=_texts(said, "networks", facts),
        identifiers=dict([first]) if any(first) else {},
        # What is left out afterwards makes room for others.
        limit=MAX_LIMIT if asked.types or has_tests(asked) else max(asked.limit, 2),
        countries=countries[1:],
        admins=admins[1:],
        points=points[1:],
        populations=populations[1:],
        more_identifiers=tuple(others),
    )


def has_tests(asked: Asked) -> bool:
    """Whether its candidates have to be tested."""
    return any(each.required or each.quantifier == "none" for each in asked.conditions)


def _values(conditions: Iterable[Condition], evidence: str) -> Iterator[Given]:
    for each in conditions:
        if each.property.evidence == evidence:
            yield from each.values


def _texts(conditions: Iterable[Condition], evidence: str, facts: Facts) -> tuple[str, ...]:
    """Each value as it says most: its identifier where there is such a thing, else its name."""
    found = (_best(given, KINDS[evidence], facts) for given in _values(conditions, evidence))
    return tuple(dict.fromkeys(found))


def _best(given: Given, kind: str, facts: Facts) -> str:
    if not given.id or not given.text or facts.of_any(kind, given.id) is not None:
        return given.best
    return given.id if kind == "country" and read_country(given.id) else given.text


def _read(conditions: Iterable[Condition], evidence: str, read: Callable[[str], _T | None]) -> tuple[_T, ...]:
    """The values that can be read."""
    found = (read_given(given, read) for given in _values(conditions, evidence))
    return tuple(dict.fromkeys(value for value in found if value is not None))


def read_given(given: Given, read: Callable[[str], _T | None]) -> _T | None:
    """A value that is read: its identifier, or else its name."""
    return next((value for text in (given.id, given.text) if (value := read(text)) is not None), None)


def _identifiers(asked: Asked, conditions: Iterable[Condition], service: Service) -> list[tuple[str, str]]:
    """Sorts and texts of all identifiers, each once."""
    own = "wikidata" if service.space == WIKIDATA else "key"
    parts = (text.rpartition(":") for text in asked.ids)
    found = [(sort or own, text) for sort, _, text in parts]
    for each in conditions:
        word, _, sort = each.property.evidence.partition(":")
        if word == "identifier":
            found += [(sort, bare(given.best)) for given in each.values]
    return list(dict.fromkeys(found))


def bare(text: str) -> str:
    """The identifier at the end of an address."""
    return text.rstrip("/").rpartition("/")[2] if text.startswith(("http://", "https://")) else text
