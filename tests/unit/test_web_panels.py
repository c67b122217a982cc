"""Panels: the queries of pages, each run with the example of its header."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from rdflib import Literal
from rdflib.namespace import DCTERMS, XSD

from competency import term
from site_client import BASE, app_of, keys_of
from twin_graph import iris
from twin_graph.kinds import DOCUMENTED
from twin_graph.queries import Query, load_all
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store
from twin_graph.web import moments, panels
from twin_graph.web.site import EXTENSION, TEMPLATES, Site
from twin_graph.workspace import LANGUAGES

PREFIXES = [f"{kind.name}_" for kind in DOCUMENTED] + ["home_", "report_"]
QUERIES = [query for prefix in PREFIXES for query in load_all(prefix)]


@pytest.fixture(scope="module")
def tiny(tiny_snapshot: Snapshot) -> Site:
    """The site of the tiny workspace."""
    found = app_of(tiny_snapshot).extensions[EXTENSION]
    assert isinstance(found, Site)
    return found


# No two cities of the shipped data have the same distinction, and what is contradicted there are numbers.
UNANSWERED = {"conferral_others", "partnership_contradictions"}


def test_every_panel_is_used_and_every_used_one_exists() -> None:
    """A page names each query of a thing, and no template names one that there is not."""
    package = TEMPLATES.parent
    texts = [
        path.read_text(encoding="utf-8") for path in [*TEMPLATES.rglob("*.html"), *package.rglob("*.py")]
    ]
    written = {query.name for query in QUERIES if not query.name.startswith(("home_", "report_"))}
    assert len(written) > 20
    unused = {name for name in written if not any(f'"{name}"' in text for text in texts)}
    linked = {f"city_{name}" for text in texts for name in re.findall(r'table_path\("(\w+)"\)', text)}
    assert set() == unused - linked
    named = {name for text in texts for name in re.findall(r'\bpanel\("(\w+)"\)', text)}
    assert len(named) > 20
    assert set() == named - {query.name for query in QUERIES}


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_rules_of_queries(query: Query) -> None:
    """A query of a page binds `this` to a thing of its kind, and a day, and avoids what the engine is slow at."""
    assert "NOT EXISTS" not in query.text.upper()
    for parameter in query.parameters:
        known = {("this", query.name.partition("_")[0]), (moments.VARIABLE, "date")}
        assert (parameter.name, parameter.kind) in known


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_runs_for_everything(tiny: Site, tiny_snapshot: Snapshot, query: Query) -> None:
    """A panel can be shown for each thing of its kind, in each language, with as many cells as columns."""
    keys = keys_of(tiny_snapshot, query.parameters[0].kind) if query.parameters else [""]
    assert keys
    with app_of(tiny_snapshot).test_request_context("/"):
        for key in keys:
            bound: dict[str, Any] = {"this": iris.thing(BASE, query.parameters[0].kind, key)} if key else {}
            bound |= {"day": Literal("2019-06-01", datatype=XSD.date)} if moments.depends_on(query) else {}
            for language in LANGUAGES:
                panel = panels.run(tiny, query.name, language, **bound)
                assert query.title(language) == panel.title
                assert all(len(row.cells) == len(panel.columns) for row in panel.rows)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_examples_are_real(real_store: Store, query: Query) -> None:
    """The example in the header of a query is a thing of the shipped data for which it has an answer."""
    bound = {p.name: term(p, p.example) for p in query.parameters}
    assert (query.name in UNANSWERED) != bool(real_store.select(query, **bound))


@pytest.mark.parametrize(
    ("languages", "expected"),
    [("pl en uk", "uk"), ("pl en de", "en"), ("pl de", "de"), ("de", "de")],
)
def test_facts_of_several_languages(
    tiny: Site, tiny_snapshot: Snapshot, languages: str, expected: str
) -> None:
    """Of a text in several languages the reader sees their own, else the English one, else the first."""
    thing, store = iris.thing(BASE, "activity", "one"), Store.in_memory()
    store.add(
        [(thing, DCTERMS.description, Literal(tag, tag)) for tag in languages.split()], f"{BASE}graph/x"
    )
    with app_of(tiny_snapshot).test_request_context("/"):
        found = panels.facts(replace(tiny, store=store), thing, "uk")
    assert [[expected]] == [[str(value.title) for value in fact.values] for fact in found]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_what_a_reader_may_choose_is_selected(query: Query) -> None:
    """The variables that a header names for filters, order and hiding are variables of the query."""
    selected = set(re.findall(r"\?(\w+)", query.text[query.text.index("SELECT") :].partition("WHERE")[0]))
    named = {
        name for note in ("filter", "sortable", "sort", "hide") for name in query.notes.get(note, "").split()
    }
    assert named <= selected
