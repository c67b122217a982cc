"""Whether one value satisfies one demand: datatype, kind, order, length, pattern, language.

Judges as pySHACL does, on rdflib terms, because pySHACL is the reference: so lexical forms, language tags and the
order of values are those of rdflib. Bounds alone are stricter, as SHACL demands: a value that SPARQL cannot compare
with the bound, such as a day with a number, breaks it, though rdflib has an order for both. Asks no data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from rdflib import RDF, RDFS, XSD, BNode, Literal, URIRef
from rdflib.term import Node

# The Python class of the values of a datatype that rdflib can read; others are taken as they are.
_CLASSES: dict[URIRef, type | tuple[type, ...]] = {
    XSD.string: (str, bytes),
    RDF.langString: (str, bytes),
    XSD.integer: int,
    XSD.float: float,
    XSD.decimal: Decimal,
    XSD.boolean: bool,
    XSD.date: date,
    XSD.time: time,
    XSD.dateTime: datetime,
}
_KINDS: dict[str, tuple[type, ...]] = {
    "IRI": (URIRef,),
    "Literal": (Literal,),
    "BlankNode": (BNode,),
    "IRIOrLiteral": (URIRef, Literal),
    "BlankNodeOrIRI": (BNode, URIRef),
    "BlankNodeOrLiteral": (BNode, Literal),
}
KINDS = frozenset(_KINDS)
_ORDERS: dict[str, Callable[[int], bool]] = {
    "minInclusive": lambda sign: sign >= 0,
    "minExclusive": lambda sign: sign > 0,
    "maxInclusive": lambda sign: sign <= 0,
    "maxExclusive": lambda sign: sign < 0,
}
# What rdflib raises where two values have no order, such as a number and one that is no number (NaN).
_INCOMPARABLE = (TypeError, NotImplementedError, ArithmeticError)


def is_of_datatype(value: Node, datatype: Node) -> bool:
    """SHACL, section 4.1.2: a literal of the datatype that is not ill-typed."""
    if not isinstance(value, Literal):
        return False
    actual = value.datatype
    if actual == datatype:
        if value.ill_typed is True:
            return False
    elif datatype in (RDFS.Literal, RDFS.Datatype):
        return datatype == RDFS.Literal or actual is not None
    elif not (actual is None and value.language is None and datatype == XSD.string) and not (
        datatype == RDF.langString and value.language
    ):
        return False
    wanted = _CLASSES.get(URIRef(str(datatype)))
    return wanted is None or isinstance(value.value, wanted)


def is_of_kind(value: Node, kind: str) -> bool:
    """SHACL, section 4.1.3, by the local name of the kind."""
    return isinstance(value, _KINDS[kind])


def is_within(value: Node, parameter: str, bound: Literal) -> bool:
    """SHACL, section 4.3: whether a value lies on the right side of sh:minInclusive and the like."""
    if not isinstance(value, Literal) or not _are_comparable(value, bound):
        return False
    try:
        return _ORDERS[parameter](_compare(value, bound))
    except _INCOMPARABLE:
        return False


def _are_comparable(one: Literal, other: Literal) -> bool:
    if one.ill_typed or other.ill_typed:
        return False
    mine, theirs = one.value, other.value
    if isinstance(mine, str) or isinstance(theirs, str):
        return isinstance(mine, str) and isinstance(theirs, str)
    if _is_number(mine) and _is_number(theirs):
        return True
    return one.datatype == other.datatype


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _compare(one: Literal, other: Literal) -> int:
    if one.eq(other):
        return 0
    if isinstance(one.value, datetime | time):
        # rdflib has an order for moments that SPARQL cannot compare; there is none here.
        mine: Any = one.value
        return 0 if mine == other.value else 1 if mine > other.value else -1
    return 1 if one > other else -1


def is_before(value: Node, other: Node, *, or_equal: bool) -> bool:
    """SHACL, sections 4.5.3 and 4.5.4; nodes without a name are before nothing."""
    mine, is_text = _comparable(value)
    theirs, other_is_text = _comparable(other)
    if mine is None or theirs is None or is_text != other_is_text:
        return False
    try:
        return bool(mine <= theirs) if or_equal else bool(mine < theirs)
    except _INCOMPARABLE:
        return False


def _comparable(term: Node) -> tuple[Any, bool]:
    if isinstance(term, URIRef):
        return str(term), True
    if isinstance(term, Literal):
        return (term.value, True) if isinstance(term.value, str) else (term, False)
    return None, False


def text_of(value: Node) -> str | None:
    """The text of an IRI or a literal as lengths and patterns see it."""
    return None if isinstance(value, BNode) else str(value)


def compile_pattern(pattern: str, flags: str) -> re.Pattern[str]:
    """A regular expression with those flags of SPARQL that pySHACL knows (i and m)."""
    found = re.NOFLAG
    for letter, flag in (("i", re.IGNORECASE), ("m", re.MULTILINE)):
        if letter in flags.lower():
            found |= flag
    return re.compile(pattern, found)


def has_language(value: Node, ranges: Collection[str]) -> bool:
    """SHACL, section 4.4.4; ranges in small letters."""
    language = value.language if isinstance(value, Literal) else None
    if not language:
        return False
    lower = language.lower()
    return "*" in ranges or lower in ranges or lower.partition("-")[0] in ranges


def repeated_languages(values: Collection[Node]) -> set[str]:
    """Language tags, in small letters, of more than one of the values."""
    seen: set[str] = set()
    repeated: set[str] = set()
    for value in values:
        language = value.language if isinstance(value, Literal) else None
        if language:
            (repeated if language.lower() in seen else seen).add(language.lower())
    return repeated
