"""The page of a thing: the values that its template shows besides its panels.

A template per kind says which panels a page has and in which order. What is common to all is made here: the
local names, the facts, the raw statements, what social media show. What sources disagree on is `differences`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import islice
from urllib.parse import quote

from flask import render_template
from rdflib import Literal, URIRef
from rdflib.namespace import RDF
from rdflib.term import Node

from twin_graph import iris
from twin_graph.formats import HTML
from twin_graph.namespaces import PREFIXES
from twin_graph.web import addresses, differences, moments, panels, variants
from twin_graph.web.moments import Moment
from twin_graph.web.panels import Panel
from twin_graph.web.site import Site

# Enough to see what statements are; a city with five hundred partners has a thousand, and its documents have all.
MAX_STATEMENTS = 20
_NAMESPACES = sorted(PREFIXES.items(), key=lambda item: -len(item[1]))


@dataclass(frozen=True)
class Statement:
    """One statement about a thing as RDF writes it: the property shortened, the value in its full form."""

    name: str
    value: str
    language: str = ""


def render(here: Site, lang: str, kind: str, key: str, moment: Moment | None = None) -> str:
    """The page of a thing that there is, as it is known or as it was on a day."""
    iri, found = iris.thing(here.base_iri, kind, key), variants.of_thing(here, kind, key)
    raw, total = statements(here, iri)
    return render_template(
        [f"held/{kind}.html"] if moment else [f"things/{kind}.html", "thing.html"],
        iri=str(iri),
        kind=kind,
        key=key,
        title=here.names.title(iri, lang),
        sort=here.names.label(here.names.class_of(iri, kind), lang),
        moment=moment,
        years=moments.years(here) if kind in moments.KINDS else (),
        panel=cache(partial(_run, here, lang, iri, moment)),
        differing=differences.mark,
        facts=partial(panels.facts, here, iri, lang),
        registers=here.names.registers(iri),
        formats=[(fmt, found.path(fmt)) for fmt in found.formats if fmt is not HTML],
        local_names=here.names.local(iri, lang),
        contact_address=contact_address(here, str(iri)),
        statements=raw,
        statement_count=total,
    )


def _run(here: Site, lang: str, iri: URIRef, moment: Moment | None, name: str) -> Panel:
    """A table of the page; one that is of a day keeps it in its links."""
    if moment is None:
        return panels.run(here, name, lang, this=iri)
    return replace(panels.run(here, name, lang, this=iri, day=moment.term), kept=moment.words)


def statements(here: Site, iri: URIRef, limit: int = MAX_STATEMENTS) -> tuple[tuple[Statement, ...], int]:
    """The first statements about a thing, types before all else, and how many there are."""
    found = sorted({(p, o) for _, p, o in here.store.triples(iri)}, key=_reading_order)
    shown = tuple(_statement(predicate, value) for predicate, value in islice(found, limit))
    return shown, len(found)


def contact_address(here: Site, iri: str) -> str:
    """Where an error in the data about a thing is reported: e-mail or a page; empty where nobody is named."""
    contact = here.imprint.contact
    if contact is None:
        return ""
    mail = addresses.mail(contact.email)
    return f"{mail}?subject={quote(iri, safe='')}" if mail else addresses.external(contact.url)


def _reading_order(statement: tuple[Node, Node]) -> tuple[bool, str, str]:
    predicate, value = statement
    return predicate != RDF.type, str(predicate), value.n3()


def _statement(predicate: Node, value: Node) -> Statement:
    if isinstance(value, Literal):
        kind = f"^^{_short(value.datatype)}" if value.datatype else ""
        return Statement(_short(predicate), f"{value}{kind}", value.language or "")
    return Statement(_short(predicate), _short(value))


def _short(node: Node) -> str:
    """An IRI with a known prefix where that is shorter; in full where its rest is no local name."""
    for prefix, namespace in _NAMESPACES:
        rest = str(node).removeprefix(namespace)
        if rest != str(node) and rest and not set(rest) & set("/#?"):
            return f"{prefix}:{rest}"
    return str(node)
