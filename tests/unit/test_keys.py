"""Keys, their owners and aliases."""

from __future__ import annotations

import pytest

from twin_graph.findings import SourceRef
from twin_graph.kinds import BY_NAME
from twin_graph.sources.keys import Keys, collect_keys
from twin_graph.sources.tables import Row


def rows(*cells: dict[str, str], table: str = "cities") -> list[Row]:
    """Rows of a table, from line 2 on."""
    return [Row(table, each, SourceRef(f"{table}.csv", line)) for line, each in enumerate(cells, start=2)]


LUBLIN = {"key": "lublin", "wikidata": "Q37333"}
ITEM = {"key": "q37333", "wikidata": "Q37333"}


@pytest.mark.parametrize("order", [[LUBLIN, ITEM], [ITEM, LUBLIN]])
def test_item_is_an_alias_of_the_readable_key(order: list[dict[str, str]]) -> None:
    """The row with the readable key owns the city, wherever it stands; the other adds to it."""
    keys = collect_keys(rows(*order))
    assert [] == keys.findings
    assert ("lublin", "lublin", None) == tuple(
        keys.resolve("city", key) for key in ("lublin", "q37333", "q1")
    )
    assert LUBLIN == keys.owners["city"]["lublin"].cells
    assert [False, True] == [keys.is_addition(BY_NAME["city"], row) for row in rows(LUBLIN, ITEM)]


def test_item_alone_is_the_key() -> None:
    """A city that only Wikidata knows has its item as key."""
    assert "q60" == collect_keys(rows({"key": "q60", "wikidata": "Q60"})).resolve("city", "q60")


@pytest.mark.parametrize(
    ("name", "cells", "message"),
    [
        ("missing", [{"name_en": "X"}], "the key is missing"),
        ("malformed", [{"key": "Ivano Frankivsk"}], "cannot be a key"),
        ("too long", [{"key": "a" * 65}], "cannot be a key"),
        ("twice", [{"key": "a"}, {"key": "a"}], "it is already used in cities.csv:2"),
        ("item twice", [LUBLIN, {"key": "other", "wikidata": "Q37333"}], "also the item of “lublin”"),
    ],
)
def test_keys_that_cannot_be(name: str, cells: list[dict[str, str]], message: str) -> None:
    """A key that is missing, malformed or doubled is a finding at its cell."""
    (finding,) = collect_keys(rows(*cells)).findings
    assert message in finding.message, name
    assert f"cities.csv:{len(cells) + 1}" in str(finding.where)


def test_key_and_item_that_differ() -> None:
    """A key that is an item is the item of its city; what contradicts it is reported and makes no alias."""
    keys = collect_keys(rows(LUBLIN, {"key": "q37334", "wikidata": "Q37335"}))
    (finding,) = keys.findings
    assert "cities.csv:3: wikidata: the key says Q37334, and this cell Q37335" in str(finding)
    assert ("q37334", None) == (keys.resolve("city", "q37334"), keys.resolve("city", "q37335"))


def test_aliases_make_no_chain() -> None:
    """An alias leads to a key of a row, never to another alias."""
    keys = collect_keys(rows(LUBLIN, {"key": "q37333", "wikidata": "Q5"}))
    assert {"q37333": "lublin"} == keys.aliases["city"]
    assert None is keys.resolve("city", "q5")


def test_asking_adds_nothing() -> None:
    """Aliases are published, so a question about a kind leaves no trace in them."""
    keys = collect_keys([])
    assert None is keys.resolve("network", "x")
    assert "there" in keys.suggest(["event"], "x")
    assert not keys.is_addition(BY_NAME["source"], Row("sources", {"key": "x"}, SourceRef("x")))
    assert ({}, {}) == (dict(keys.aliases), dict(keys.owners))


@pytest.mark.parametrize(
    ("table", "first", "second", "hint"),
    [
        (
            "partnerships",
            "data/lublin/partnerships.csv",
            "data/lviv/partnerships.csv",
            "the other register already has it, in data/lublin/partnerships.csv:2; "
            "begin yours with your city, such as lviv-lublin",
        ),
        (
            "partnerships",
            "data/lublin.xlsx[partnerships]",
            "data/lviv.xlsx[partnerships]",
            "begin yours with your city, such as lviv-lublin",
        ),
        ("partnerships", "data/lviv/a.csv", "data/lviv/b.xlsx[partnerships]", "choose another"),
        ("resolutions", "data/lublin/r.csv", "data/lodz/r.csv", "such as lodz-lublin-lviv"),
        ("cities", "data/lublin/cities.csv", "data/lviv/cities.csv", "delete one of the rows"),
        ("sources", "data/sources.csv", "data/lviv/sources.csv", "choose another"),
    ],
)
def test_hint_for_a_key_of_two_registers(table: str, first: str, second: str, hint: str) -> None:
    """Two registers keep their keys apart by the names of their cities; what they share needs one row only."""
    cells = {"key": "lublin-lviv"}
    keys = collect_keys([Row(table, cells, SourceRef(first, 2)), Row(table, cells, SourceRef(second, 3))])
    (finding,) = keys.findings
    assert f"{second}:3: key: the key “lublin-lviv” stands twice" in str(finding)
    assert hint in finding.message


def test_same_key_of_two_kinds() -> None:
    """A city and a register may share a key."""
    keys = collect_keys([*rows(LUBLIN), *rows({"key": "lublin"}, table="register")])
    assert [] == keys.findings
    assert ("lublin", "lublin") == (keys.resolve("city", "lublin"), keys.resolve("register", "lublin"))


def test_items_of_other_kinds_are_no_aliases() -> None:
    """Only cities can be named by their item."""
    keys = collect_keys(rows({"key": "eurocities", "wikidata": "Q1376"}, table="networks"))
    assert None is keys.resolve("network", "q1376")


def test_suggestions() -> None:
    """A hint names a key that is nearly the same, or else the table."""
    keys = collect_keys(rows(LUBLIN, {"key": "lviv"}))
    assert "did you mean “lublin”?" == keys.suggest(["city"], "lubiln")
    assert "use a key from cities, or add a row there" == keys.suggest(["city"], "atlantis")


def test_unread_tables() -> None:
    """When a table could not be read, no key of its kind can be missed."""
    keys = collect_keys([], unread=["city"])
    assert (True, False, True) == tuple(
        keys.is_unread(kinds) for kinds in (["city"], ["source"], ["city", "source"])
    )
    assert not Keys().is_unread(["city"])
