"""IRIs of things, documents and graphs; round trips are in `tests/property/test_iris.py`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twin_graph import iris
from twin_graph.iris import Minted

BASE = "http://localhost:8000/"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lublin", True), ("q60", True), ("2017", True), ("a-b-c", True), ("a" * 64, True),
        ("", False), ("a" * 65, False), ("Lublin", False), ("-a", False), ("a_b", False), ("łódź", False),
        ("a b", False), ("a/b", False), ("a\n", False), ("٣", False),
    ],
)  # fmt: skip
def test_what_may_be_a_key(text: str, expected: bool) -> None:
    """A key has lower-case letters, digits and hyphens, at most 64."""
    assert expected == iris.is_key(text)


@pytest.mark.parametrize(
    "mint",
    [
        lambda: iris.thing(BASE, "town", "lublin"),
        lambda: iris.thing(BASE, "city", "Lublin"),
        lambda: iris.document(BASE, "city", ""),
        lambda: iris.document(BASE, "city", "lublin", "a b"),
        lambda: iris.graph(BASE, "register/lublin"),
    ],
)
def test_what_cannot_be_minted(mint: Callable[[], object]) -> None:
    """An unknown kind, or a text that is no key, gives no IRI."""
    with pytest.raises(ValueError, match="not a"):
        mint()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("id/city/lublin", Minted("id", "city", "lublin")),
        ("doc/city/lublin#name-pl-0123abcd", Minted("doc", "city", "lublin", "name-pl-0123abcd")),
        ("graph/register-lublin", Minted("graph", "", "register-lublin")),
        ("id/town/lublin", None), ("id/city/Lublin", None), ("id/city", None), ("id/city/lublin/x", None),
        ("doc/city/lublin.ttl", None), ("graph/", None), ("graph/a/b", None), ("ontology", None), ("", None),
        ("id/city/lublin?x", None),
    ],
)  # fmt: skip
def test_taking_apart(path: str, expected: Minted | None) -> None:
    """An IRI of ours has parts, every other one has none."""
    assert expected == iris.unmint(BASE, BASE + path)


def test_other_base() -> None:
    """An IRI of another publication is not ours."""
    assert None is iris.unmint(BASE, "https://data.example.org/id/city/lublin")


@pytest.mark.parametrize(
    ("aliases", "expected"),
    [(["q84", "q60"], "q60-q84"), (["q100", "q9"], "q9-q100"), (["q3", "q1", "q2"], "q1-q2-q3")],
)
def test_name_of_a_pair(aliases: list[str], expected: str) -> None:
    """The smaller number comes first, as numbers and not as texts."""
    assert expected == iris.pair_key(aliases)


def test_digest_keeps_its_parts_apart() -> None:
    """Two texts are not mistaken for one."""
    assert iris.digest("ab", "c") != iris.digest("a", "bc")
    assert 8 == len(iris.digest("Львів"))
