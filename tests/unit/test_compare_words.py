"""The words of the comparison: everything that the code can say is in the tables, in three languages."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from comparisons import LUBLIN, link, ours
from observations import day, item, observation, statement
from twin_graph import compare
from twin_graph.compare import tables, words
from twin_graph.compare.checks import CHECKS
from twin_graph.compare.kinds import KINDS
from twin_graph.compare.model import REPORT_NAMES, REPORTS, VERDICTS, State
from twin_graph.compare.reports import compare as compare_both
from twin_graph.compare.words import Sentence, said
from twin_graph.wikidata.model import STRENGTHS
from twin_graph.workspace import LANGUAGES

TABLES = ("kinds", "checks", "terms", "sentences")
SLOT = re.compile(r"\{[a-z:]+\}")
# A note for Wikidata is in English.
ENGLISH_ONLY = {"talk"}
CYRILLIC, POLISH = re.compile(r"[\u0400-\u04ff]"), re.compile(r"[ąćęłńóśźż]|[A-Za-z]")


def constants() -> set[str]:
    """Every text in the code of the comparison, docstrings apart."""
    found: set[str] = set()
    for path in sorted(Path(compare.__file__).parent.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
        }
    return found


def names(table: str) -> set[str]:
    """What a table has rows for."""
    return {row["name" if table == "sentences" else "notation"] for row in words.rows(table)}


def test_what_the_code_says_has_words_and_every_word_is_said() -> None:
    """Kinds, checks and sentences: each row is named somewhere in the code."""
    said_somewhere = constants()
    counted = {table: names(table) for table in ("kinds", "checks", "sentences")}
    assert [26, 29, 46] == [len(found) for found in counted.values()]
    for table, found in counted.items():
        assert set() == found - said_somewhere, table


@pytest.mark.parametrize("call", ["finding", "_finding", "_about", "_differing"])
def test_every_kind_that_a_finding_is_made_of_is_in_the_table(call: str) -> None:
    """By the calls that make findings: a literal among their arguments is a kind."""
    found: set[str] = set()
    for name in ("local", "foreign", "places", "watching"):
        tree = ast.parse((Path(compare.__file__).parent / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and call in (
                getattr(node.func, "attr", ""),
                getattr(node.func, "id", ""),
            ):
                literals = [each for each in ast.walk(ast.Tuple(node.args)) if isinstance(each, ast.Constant)]
                found |= {
                    each.value for each in literals if isinstance(each.value, str) and "-" in each.value
                }
    assert set() == found - set(KINDS)


def test_every_check_of_the_code_is_in_the_table() -> None:
    """What is appended to checks, and what functions of `checks` give."""
    text = "".join(
        (Path(compare.__file__).parent / f"{name}.py").read_text(encoding="utf-8")
        for name in ("local", "foreign", "checks")
    )
    found = set(re.findall(r'(?:append|return |checks=)\(+"([a-z0-9-]+)",?\)', text))
    found |= set(re.findall(r'^ +\("([a-z-]+)", [a-z]', text, re.MULTILINE))
    assert {"stale", "no-item", "no-reference", "date-inexact", "many-parties", "low-confidence"} <= found
    assert set() == found - set(CHECKS)


@pytest.mark.parametrize("table", TABLES)
def test_three_languages(table: str) -> None:
    """No cell is empty, Ukrainian is in its letters, and no two rows say the same."""
    rows = words.rows(table)
    prefixes = {"sentences": ("",), "terms": ("label_", "definition_")}.get(table, ("label_", "todo_"))
    for prefix in prefixes:
        for language in LANGUAGES:
            texts = {
                row.get("notation", row.get("name", "")): row[f"{prefix}{language}"]
                for row in rows
                if not (language != "en" and row.get("name") in ENGLISH_ONLY)
            }
            assert all(text and text == text.strip() for text in texts.values()), (prefix, language)
            script = CYRILLIC if language == "uk" else POLISH
            assert all(script.search(text) for text in texts.values()), (prefix, language)
            if table != "terms":
                assert len(set(texts.values())) >= len(texts) - 2, (prefix, language)


def test_the_small_schemes_are_those_of_the_code() -> None:
    """In the order of the code."""
    assert list(REPORT_NAMES) == list(words.terms("report")) == list(REPORTS)
    assert list(VERDICTS) == list(words.terms("verdict"))
    assert list(get_args(State)) == list(words.terms("state"))
    assert list(STRENGTHS) == list(words.terms("strength"))
    assert {"report", "verdict", "state", "strength"} == {row["scheme"] for row in words.rows("terms")}


def test_a_sentence_has_the_same_slots_in_every_language() -> None:
    """And what may be left out is closed."""
    rows = words.rows("sentences")
    assert 46 == len(rows)
    for row in rows:
        for language in set(LANGUAGES) - {"en"}:
            if row["name"] not in ENGLISH_ONLY:
                assert set(SLOT.findall(row["en"])) == set(SLOT.findall(row[language])), row["name"]
        assert row["en"].count("<") == row["en"].count(">")


def test_a_sentence_says_what_is_known() -> None:
    """What is not known is left out; what is put in is never read as a slot."""
    values = {"a": "A {b}", "item": "Q1", "b": "<B>", "target": "Q2", "since": "", "until": "", "url": ""}
    assert "Add that A {b} (Q1) is twinned with <B> (Q2)." == Sentence("create", values).read()
    assert "Додайте початок: 1953, за x." == said("add-start", since="1953", url="x").read("uk")
    both = said("only-there-both", a="A", b="B", strength="url")
    assert "strona internetowa" in both.read("pl")
    talk = said("talk", item="Q1", guid="G", a="A", b="B", here="1", there="2", url="")
    assert talk.read("pl") == talk.read("en")


def test_reports_in_three_languages() -> None:
    """Sentences and titles change, everything else stays."""
    reports = compare_both(
        ours(link(start="1988")), observation([item("Q37333"), item("Q40898")], [statement("Q37333", "Q1")])
    )
    rows = {language: [tables.as_json(each, language) for each in reports.findings] for language in LANGUAGES}
    assert rows["en"]
    for one, other, third in zip(*rows.values(), strict=True):
        assert 3 == len({each["change"] for each in (one, other, third)})
        assert 3 == len({each["title"] for each in (one, other, third)})
        assert one["id"] == other["id"] == third["id"]
        assert one["texts"] == third["texts"]
    assert 3 == len({tables.csv_of(reports, "a", language) for language in LANGUAGES})
    assert 3 == len({tables.atom_of(reports, "a", "x", "y", language=language) for language in LANGUAGES})
    assert 3 == len({tables.json_of(reports, "a", language) for language in LANGUAGES})


def test_names_and_dates_in_the_language_of_the_reader() -> None:
    """In sentences, letters and titles; names as our data have them, else as Wikidata does, else in English."""
    lublin = replace(LUBLIN, names={"en": "Lublin", "uk": "Люблін"})
    paris = item("Q90", labels={"en": "Paris", "pl": "Paryż", "uk": "Париж"})
    seen = observation([item("Q37333"), paris], [statement("Q37333", "Q90", since=[day("1994-04-02")])])
    found = {each.kind: each for each in compare_both(ours(cities=[lublin]), seen).findings}
    letter = found["one-side"]
    assert "Люблін і Париж є містами-партнерами (початок: 2 квітня 1994" in letter.text_in("uk")
    assert "Lublin i Paryż są miastami partnerskimi (początek: 2 kwietnia 1994)" in letter.text_in("pl")
    assert letter.change_in("pl").startswith("Lublin wymienia Paryż")
    assert tables.title_of(letter, "uk").startswith("Люблін (Q37333) – Париж (Q90): ")
    assert ("Lublin", "Paris") == letter.names


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1994-04", "kwiecień 1994"), ("1988;1991~", "1988; około 1991"), ("unknown", "nieznana"),
     ("1953 (Julian)", "1953 (kalendarz juliański)"), ("not ended", "nie zakończyło się")],
)  # fmt: skip
def test_dates_that_are_no_plain_days(text: str, expected: str) -> None:
    """Several, uncertain ones, and what stands for none."""
    assert f"U nas: 1988; w Wikidanych: {expected}." in said("differs", here="1988", there=text).read("pl")


# What a word of the English tables is called in Polish and Ukrainian: one word each, as in the ontology and on pages.
ONE_WORD = {
    r"\bstatements?\b": ("stwierdze", "твердж"),
    r"\bverdicts?\b": ("wynik", "висновк|висновок"),
    r"\bpart(y|ies)\b": ("partner", "партнер"),
    r"\b(un|is not )?decided\b": ("rozstrzyg", "виріш"),
}


def test_one_word_is_used_for_one_thing() -> None:
    """Whatever table it stands in."""
    found = 0
    for table in ("kinds", "checks", "terms", "verdicts", "sentences"):
        for row in words.rows(table):
            for column in [name for name in row if name.endswith("en") and row[name]]:
                others = [row[column.removesuffix("en") + language] for language in ("pl", "uk")]
                for english, stems in ONE_WORD.items():
                    if re.search(english, row[column], re.IGNORECASE) and any(others):
                        found += 1
                        for text, stem in zip(others, stems, strict=True):
                            assert re.search(stem, text, re.IGNORECASE), (row[column], text)
    assert 40 <= found
