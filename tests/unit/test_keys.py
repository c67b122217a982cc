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
