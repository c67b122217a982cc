"""Every query file says what it asks and says it in the way that all others do.

What the queries answer is tested where they are used; the competency questions in `tests/conformance`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest

from twin_graph.build.functions import FUNCTIONS_OF_OURS
from twin_graph.kinds import BY_NAME
from twin_graph.namespaces import PREFIXES
from twin_graph.queries import FOLDER, Query, load_all, read_query

FILES = sorted(FOLDER.glob("*.rq"))
# Those that are asked elsewhere have slots and rules of their own: `test_wikidata_queries.py`.
QUERIES = [read_query(path) for path in FILES if not path.name.startswith("wikidata_")]
LANGUAGES = ("en", "pl", "uk")
LITERALS = {"date", "year", "string"}
FILE_NAME = re.compile(r"[a-z]+(_[a-z0-9]+)*\.rq")
GROUPS = re.compile(r"(competency_[0-9]{2}|derive_[0-9])_[a-z0-9]+(_[a-z0-9]+)*")

_COMMENT = re.compile(r"(?m)(?:^|\s)#[^\n]*")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_ADDRESS = re.compile(r"<[^<>\s]*>")
_DECLARED = re.compile(r"(?m)^PREFIX ([\w-]+): <([^>]*)>$")
_USED = re.compile(r"(?<![\w?$:-])([A-Za-z][\w-]*):(?=\w)")
_FORBIDDEN = re.compile(r"\bNOT\s+EXISTS\b|\bSERVICE\b|\bLOAD\b", re.IGNORECASE)

every_query = pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
questions = pytest.mark.parametrize("query", load_all("competency_"), ids=lambda query: query.name)


def code(query: Query) -> str:
    """The text without comments and strings; addresses stay."""
    return _TEXT.sub('""', _COMMENT.sub("", query.text))


def body(query: Query) -> str:
    """The code after the declarations of prefixes, without addresses."""
    return _ADDRESS.sub("", _DECLARED.sub("", code(query)))


def test_the_files_are_found() -> None:
    """There are at least 21 questions, 20 derivations and 30 panels, and nothing else lies in the folder."""
    assert len(list(FOLDER.glob("competency_*.rq"))) >= 21
    assert len(list(FOLDER.glob("derive_*.rq"))) >= 20
    assert len(FILES) >= 71
    assert [] == [path.name for path in sorted(FOLDER.iterdir()) if path not in FILES]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_file_name_is_group_and_words(path: Path) -> None:
    """Small letters with underscores; a question has a number of two digits, a derivation its stage."""
    assert FILE_NAME.fullmatch(path.name)
    if path.stem.startswith(("competency", "derive")):
        assert GROUPS.fullmatch(path.stem)


def test_no_number_stands_twice() -> None:
    """A number names one question."""
    numbers = [path.stem.split("_")[1] for path in FILES if path.stem.startswith("competency")]
    assert sorted(set(numbers)) == sorted(numbers)


@every_query
def test_it_has_three_titles(query: Query) -> None:
    """A title in English, Polish and Ukrainian, no two alike."""
    assert set(LANGUAGES) == set(query.titles)
    assert 3 == len(set(query.titles.values()))


@questions
def test_a_question_ends_with_a_question_mark(query: Query) -> None:
    """The title of a competency question is a question in every language."""
    assert {"?"} == {query.title(language)[-1] for language in LANGUAGES}


@every_query
def test_the_engine_takes_it(query: Query) -> None:
    """The text parses, with the functions of the build, and every parameter can be bound.

    The engine binds only variables that the query selects, so a parameter is among them.
    """
    functions: dict[Any, Any] = {
        pyoxigraph.NamedNode(iri): function for iri, function in FUNCTIONS_OF_OURS.items()
    }
    values: dict[Any, Any] = {
        pyoxigraph.Variable(parameter.name): pyoxigraph.NamedNode("http://localhost:8000/id/city/lublin")
        for parameter in query.parameters
    }
    pyoxigraph.Store().query(query.text, substitutions=values, custom_functions=functions)


@every_query
def test_prefixes_are_declared_used_and_ours(query: Query) -> None:
    """A file declares the prefixes that it uses and no others, each once and with the one IRI it has here."""
    declared = _DECLARED.findall(query.text)
    assert {name for name, _ in declared} == set(_USED.findall(body(query)))
    assert {name: PREFIXES.get(name) for name, _ in declared} == dict(declared)
    assert len(dict(declared)) == len(declared)


@every_query
def test_it_uses_nothing_slow_or_dangerous(query: Query) -> None:
    """NOT EXISTS is quadratic in the engine (MINUS is not); SERVICE and LOAD open connections."""
    assert None is _FORBIDDEN.search(body(query))


@every_query
def test_parameters_are_variables_of_known_kinds(query: Query) -> None:
    """A parameter is a kind of thing or a literal; it stands where it is selected and where it is used."""
    for parameter in query.parameters:
        assert parameter.kind in LITERALS | set(BY_NAME)
        assert len(re.findall(rf"\?{parameter.name}\b", body(query))) >= 2


@questions
def test_a_question_has_one_slot_for_each_parameter(query: Query) -> None:
    """A reader replaces `UNDEF` by a value; there is one place to do so."""
    slots = re.findall(r"VALUES \?(\w+) \{ UNDEF \}", query.text)
    assert [parameter.name for parameter in query.parameters] == slots


@questions
def test_an_answer_has_an_order(query: Query) -> None:
    """Two runs of a question give the same rows in the same order."""
    assert "\nORDER BY " in query.text
