"""What a query means that gives several values of one thing, any of which may be right (R10)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from twin_graph.labels import Name
from twin_graph.matching import Candidate, Index, Matcher, Place, Query, read_model, write_index


def _city(key: str, item: str, name: str, country: str, **about: object) -> Place:
    return Place("city", key, item, (Name(name, "en"),), country, **about)  # type: ignore[arg-type]


PLACES = (
    _city("twofold-by", "Q1", "Twofold", "by", point=(52.1, 23.7), population=340_000,
          partners=(("riverton", "riverton-twofold-by"),)),
    _city("twofold-fr", "Q2", "Twofold", "fr", point=(48.4, -4.5), population=140_000),
    _city("riverton", "Q3", "Riverton", "pl", admin="Lublin", point=(51.2, 22.6), population=340_000,
          identifiers={"geonames": "765876"}),
    _city("hillham", "Q4", "Hillham", "gb"),
)  # fmt: skip


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matcher]:
    """The matcher of a few places, two of which have the same name."""
    path = tmp_path_factory.mktemp("readings") / "matching.db"
    write_index(path, PLACES)
    index = Index.open(path)
    assert index is not None
    yield Matcher(index, read_model())
    index.close()


def _candidates(matcher: Matcher, name: str, **about: object) -> tuple[Candidate, ...]:
    return matcher.match([Query(name, **about)])[0].candidates  # type: ignore[arg-type]


@pytest.mark.parametrize("about", [
    {"country": "fr", "countries": ("by",)}, {"country": "by", "countries": ("de", "fr", "pl", "ua", "cz")},
    {"point": (52.1, 23.7), "points": ((48.4, -4.5),)}, {"point": (48.4, -4.5), "points": ((52.1, 23.7),)},
])  # fmt: skip
def test_several_values_do_not_tell_namesakes_apart(matcher: Matcher, about: dict[str, object]) -> None:
    """Where each of two has one of the values, both are candidates that agree, and none is a match."""
    found = _candidates(matcher, "Twofold", **about)
    assert {"twofold-by", "twofold-fr"} == {each.key for each in found}
    assert [False, False] == [each.match for each in found]
    assert 100 >= sum(each.score for each in found)
    agreeing = {"country_match", "near"}
    assert all(agreeing & set(each.reasons) for each in found)
    assert not any({"country_mismatch", "far"} & set(each.reasons) for each in found)


def test_something_else_tells_them_apart(matcher: Matcher) -> None:
    """A partner that only one of them has, beside the countries of both, is enough."""
    found = _candidates(matcher, "Twofold", country="fr", countries=("by",), partners=("Riverton",))
    assert ("twofold-by", True) == (found[0].key, found[0].match)


@pytest.mark.parametrize("about", [
    {"country": "cz", "countries": ("de", "fr", "by", "ua", "pl")},
    {"point": (0.0, 0.0), "points": ((10.0, 10.0), (51.2, 22.6))},
    {"country": "pl", "admin": "Mazowieckie", "admins": ("Lubelskie",)},
    {"country": "pl", "population": 100, "populations": (7, 338_000)},
])  # fmt: skip
def test_the_right_one_among_several(matcher: Matcher, about: dict[str, object]) -> None:
    """The last of several values agrees as if it stood alone; the others contradict nothing."""
    several = _candidates(matcher, "Riverton", **about)[0]
    last = {"countries": "country", "points": "point", "admins": "admin", "populations": "population"}
    alone = {name: value for name, value in about.items() if name not in last}
    alone |= {last[name]: value[-1] for name, value in about.items() if name in last}  # type: ignore[index]
    single = _candidates(matcher, "Riverton", **alone)[0]
    assert ("riverton", single.score, single.match, True) == (
        several.key, several.score, several.match, several.match
    )  # fmt: skip


def test_none_of_several(matcher: Matcher) -> None:
    """What is in none of the countries contradicts."""
    (found,) = _candidates(matcher, "Riverton", country="cz", countries=("de", "fr"))
    assert (False, True) == (found.match, "country_mismatch" in found.reasons)


def test_similar_names_in_any_of_the_countries(matcher: Matcher) -> None:
    """A typing error is found in each of them, and is no candidate where one of them has the name itself."""
    assert ["riverton"] == [
        each.key for each in _candidates(matcher, "Riwerton", country="fr", countries=("pl",))
    ]
    assert ["riverton"] == [
        each.key for each in _candidates(matcher, "Riverton", country="gb", countries=("pl",))
    ]


def test_several_identifiers(matcher: Matcher) -> None:
    """All are looked up: of two places the one that the name fits is meant, and without a name nobody knows."""
    both: dict[str, object] = {"identifiers": {"wikidata": "Q1"}, "more_identifiers": (("wikidata", "Q3"),)}
    (named,) = _candidates(matcher, "Riverton", **both)
    assert ("riverton", True) == (named.key, named.match)
    for name in ("", "Elsewhere", "Twofold Riverton"):
        unnamed = _candidates(matcher, name, **both)
        assert [("riverton", False), ("twofold-by", False)] == sorted(
            (each.key, each.match) for each in unnamed
        )
        assert all("identifiers_differ" in each.reasons for each in unnamed)
    same: dict[str, object] = {"identifiers": {"wikidata": "Q3"}, "more_identifiers": (("wikidata", "Q999"),)}
    assert _candidates(matcher, "Riverton", **same)[0].match


def test_identifiers_of_two_sorts_that_differ(matcher: Matcher) -> None:
    """They contradict each other, whatever the name: somebody has to look."""
    found = _candidates(matcher, "Riverton", identifiers={"wikidata": "Q1", "geonames": "765876"})
    assert [False, False] == [each.match for each in found]


@pytest.mark.parametrize(("text", "is_in"), [
    ("Lubelskie", True), ("lubelskie", True), ("Lublin Voivodeship", True), ("Mazowieckie", False), ("Ohio", False),
])  # fmt: skip
def test_regions(matcher: Matcher, text: str, is_in: bool) -> None:
    """A region is written in its own language, or as the data have it."""
    (found,) = _candidates(matcher, "Riverton", country="pl", admin=text)
    assert ["admin_match" if is_in else "admin_mismatch"] == [
        code for code in found.reasons if code.startswith("admin")
    ]
