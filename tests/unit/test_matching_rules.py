"""What is never taken without asking, however probable: parts of cities, contradictions, namesakes in one country."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from small_index import best_guess, index_of
from twin_graph.labels import Name
from twin_graph.matching import Index, Matcher, Place, Query, read_model
from twin_graph.matching.comparing import same_region
from twin_graph.matching.spelling import region_named, spell
from twin_graph.matching.wanted import understand


def _city(key: str, name: str, country: str, *others: Name, **about: object) -> Place:
    return Place("city", key, f"Q{key}", (Name(name, "en"), *others), country, **about)  # type: ignore[arg-type]


LINKS = (("belmont", "aldorf-belmont"), ("cedrowo", "aldorf-cedrowo"), ("old-rivers", "aldorf-old-rivers"))
PLACES = (
    _city("aldorf", "Aldorf", "de", partners=LINKS, point=(52.0, 10.0), population=600_000, admin="Bayern"),
    _city("belmont", "Belmont", "us", partners=LINKS[:1], point=(40.0, -83.0), population=900_000, admin="Ohio"),
    _city("belmont-iowa", "Belmont", "us", point=(42.0, -93.0), admin="Iowa"),
    _city("belmont-uk", "Belmont", "gb", point=(54.0, -2.0)),
    _city("cedrowo", "Cedrowo", "pl", partners=LINKS[1:2], point=(51.0, 22.0), population=300_000, admin="Lublin"),
    _city("rivers", "Rivers", "ca", point=(50.0, -100.0), population=200_000),
    _city("city-of-rivers", "City of Rivers", "ca", point=(50.02, -100.0)),
    _city("town", "Duneville", "nz", siblings=("municipality",), population=400_000),
    _city("municipality", "Duneville", "nz"),
    _city("hove", "Brightwater", "gb", population=250_000),
)  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """A small index."""
    with index_of(PLACES, tmp_path_factory.mktemp("matching")) as opened:
        yield opened


@pytest.fixture(scope="module")
def matcher(index: Index) -> Matcher:
    """The matcher with the parameters that are shipped."""
    return Matcher(index, read_model())


class TestParts:
    """A part of a city, or something in it, is not the city."""

    @pytest.mark.parametrize(
        "name",
        ["Aldorf-Mitte", "Aldorf Zoo", "Aldorf II", "Aldorf Airport", "FC Aldorf", "Aldorfianka", "Aldorfbrugge"],
    )  # fmt: skip
    def test_longer_name_at_its_position(self, matcher: Matcher, name: str) -> None:
        """It is offered and not taken, whatever agrees."""
        for partners in ((), ("cedrowo",)):
            first = best_guess(matcher, name, country="de", point=(52.01, 10.01), partners=partners)
            assert ("aldorf", False, True) == (first.key, first.match, "name_beyond" in first.reasons)

    def test_typing_error_at_its_position(self, matcher: Matcher) -> None:
        """It is taken, also with the country behind the name."""
        assert best_guess(matcher, "Aldrof", country="de", point=(52.01, 10.01)).match
        assert best_guess(matcher, "Cedrovo, Poland", point=(51.01, 22.01)).match

    def test_region_does_not_make_up_for_an_error(self, matcher: Matcher) -> None:
        """A village of that region may be called so."""
        first = best_guess(matcher, "Cedrowko", country="pl", admin="Lublin")
        assert ("cedrowo", False, True) == (first.key, first.match, "name_fuzzy" in first.reasons)

    @pytest.mark.parametrize(
        "name", ["Aldorf (Mitte)", "Aldorf, Altstadt", "Aldorf/Nord", "Stadt Aldorf (Mitte)"]
    )
    def test_what_nobody_knows_behind_a_name(self, matcher: Matcher, name: str) -> None:
        """It may be a part: a position does not tell, a partner does."""
        for about in ({}, {"point": (52.01, 10.01)}):
            first = best_guess(matcher, name, country="de", **about)
            assert ("aldorf", False, True) == (first.key, first.match, "addition_unknown" in first.reasons)
        assert best_guess(matcher, "Aldorf (Mitte)", country="de", partners=("belmont",)).match

    @pytest.mark.parametrize(
        "name", ["Cedrowo, woj. lubelskie", "Cedrowo, Lubelskie, Poland", "Cedrowo (Lublin Voivodeship)"]
    )
    def test_what_is_known_behind_a_name(self, matcher: Matcher, name: str) -> None:
        """A region, a country, or both are understood."""
        assert ("cedrowo", True) == ((first := best_guess(matcher, name)).key, first.match)

    def test_two_names_joined(self, matcher: Matcher) -> None:
        """However "and" is written; the first of them is offered and not taken."""
        assert spell("Brightwater & Hove") == spell("Brightwater and Hove")
        first = best_guess(matcher, "Brightwater & Hove", country="gb")
        assert ("hove", False) == (first.key, first.match)


class TestContradictions:
    """What contradicts holds a match back, even where the name and the country agree."""

    @pytest.mark.parametrize(
        ("about", "reason"),
        [
            ({"point": (-40.0, 170.0)}, "far"),
            ({"point": (51.0, 23.2)}, "far"),
            ({"point": (-40.0, 170.0), "partners": ("aldorf",)}, "far"),
            ({"admin": "Mazowieckie"}, "admin_mismatch"),
            ({"admin": "mazowieckie", "partners": ("aldorf",)}, "admin_mismatch"),
            ({"admin": "Somewhere"}, "admin_mismatch"),
            ({"population": 100}, "population_mismatch"),
            ({"population": 100, "point": (51.0, 22.0)}, "population_mismatch"),
        ],
        ids=str,
    )
    def test_held_back(self, matcher: Matcher, about: dict[str, object], reason: str) -> None:
        """With and without the country."""
        for country in ("pl", ""):
            first = best_guess(matcher, "Cedrowo", country=country, **about)
            assert ("cedrowo", False, True) == (first.key, first.match, reason in first.reasons)

    @pytest.mark.parametrize(
        "about",
        [
            {"point": (51.2, 22.3)},
            {"admin": "lubelskie"},
            {"admin": "Lublin Voivodeship"},
            {"admin": "Somewhere", "partners": ("aldorf",)},
            {"population": 60_000},
        ],
        ids=str,
    )
    def test_inexact_is_no_contradiction(self, matcher: Matcher, about: dict[str, object]) -> None:
        """A position at its edge, its region in another language, a number of another year."""
        assert best_guess(matcher, "Cedrowo", country="pl", **about).match

    def test_regions(self, index: Index) -> None:
        """A code is read in the country of the place; one name within another is not the same."""
        assert ("pl", "Masovian") == region_named("województwo mazowieckie")
        assert [False, False, True] == [
            same_region("Kansas", "Arkansas"),
            same_region("Virginia", "West Virginia"),
            same_region("Land Hessen", "Hessen"),
        ]
        assert ("us", "Massachusetts") == (
            (wanted := understand(index, Query("Boston, MA, USA"))).country,
            wanted.admin,
        )
        assert "MA, Atlantis" == understand(index, Query("Boston, MA, Atlantis")).qualifier


class TestNamesakes:
    """Two of ours with one name are told apart by evidence, and never by how well known they are."""

    @pytest.mark.parametrize(
        ("about", "key"),
        [
            ({"partners": ("aldorf",)}, "belmont"),
            ({"point": (40.0, -83.0)}, "belmont"),
            ({"point": (42.0, -93.0)}, "belmont-iowa"),
            ({"admin": "Ohio"}, "belmont"),
            ({"admin": "IA"}, "belmont-iowa"),
        ],
        ids=str,
    )
    def test_evidence_tells(self, matcher: Matcher, about: dict[str, object], key: str) -> None:
        """A partner, a position or a region; without them a person is asked."""
        assert (key, True) == (
            (first := best_guess(matcher, "Belmont", country="us", **about)).key,
            first.match,
        )
        alone = best_guess(matcher, "Belmont", country="us")
        assert ("belmont", False, True) == (alone.key, alone.match, "namesake_here" in alone.reasons)

    def test_other_country(self, matcher: Matcher) -> None:
        """The country tells; without it not even the largest is taken."""
        assert best_guess(matcher, "Belmont", country="gb").match
        alone = best_guess(matcher, "Belmont")
        assert (False, True) == (alone.match, "namesake" in alone.reasons)

    def test_town_and_its_municipality(self, matcher: Matcher) -> None:
        """They are one place and no namesakes."""
        assert "namesake_here" not in best_guess(matcher, "Duneville", country="nz").reasons

    def test_all_the_words_are_a_name(self, matcher: Matcher) -> None:
        """It is first, also against one that is called so without "city of", which is another place."""
        for about in ({}, {"point": (50.02, -100.0)}):
            first = best_guess(matcher, "City of Rivers", country="ca", **about)
            assert ("city-of-rivers", True) == (first.key, first.match)
        assert "rivers" == best_guess(matcher, "Rivers", country="ca").key
