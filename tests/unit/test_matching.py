"""What the names in a list mean, and why: a small index, and the model that is shipped."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from small_index import best_guess, index_of
from twin_graph.errors import OperatorError
from twin_graph.labels import Name
from twin_graph.matching import Answer, Index, Matcher, Place, Query, read_model, write_index
from twin_graph.matching.comparing import INPUTS, NONE_INPUTS
from twin_graph.matching.deciding import reason_text
from twin_graph.matching.places import read_gazetteer, read_homonyms, with_gazetteer
from twin_graph.matching.scoring import GROUPS, group_of
from twin_graph.matching.spelling import read_table


def _city(key: str, item: str, name: str, country: str, *more: Name, **about: object) -> Place:
    return Place("city", key, item, (Name(name, "en"), *more), country, **about)  # type: ignore[arg-type]


ALDORF = tuple((key, f"aldorf-{key}") for key in ("belmont", "cedrowo", "frankfurt", "lviv", "duneville"))
PLACES = (
    _city("aldorf", "Q1", "Aldorf", "de", partners=ALDORF, point=(52.0, 10.0), networks=("rivers",)),
    _city("belmont", "Q2", "Belmont", "ca", partners=(("aldorf", "aldorf-belmont"),), population=200_000),
    _city("belmont-us", "Q3", "Belmont", "us", admin="Ohio"),
    _city("cedrowo", "Q4", "Cedrowo", "pl", Name("Cedernhof", "de", "former"), point=(52.0, 20.0)),
    _city("frankfurt", "Q5", "Frankfurt am Main", "de", Name("Frankfurt nad Menem", "pl")),
    _city("frankfurt-oder", "Q6", "Frankfurt (Oder)", "de"),
    _city("lviv", "Q7", "Lviv", "ua", Name("Львів", "uk"), Name("Lwów", "pl", "exonym"),
          identifiers={"geonames": "702550"}),
    _city("duneville", "Q8", "Duneville", "", siblings=("duneville-town",)),
    _city("duneville-town", "Q9", "Duneville town", "ca"),
    _city("gwangju", "Q10", "Gwangju", "kr", Name("光州", "zh")),
    _city("guangzhou", "Q11", "Guangzhou", "cn", Name("广州", "zh")),
    Place("city", "", "Q20", (Name("Erewhon", "en"),), "nz"),
    Place("network", "rivers", "Q30", (Name("Cities on Rivers", "en"),)),
    Place("country", "de", "Q183", (Name("Germany", "en"),), "de"),
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


class TestIndex:
    """The index is a file that follows from the places."""

    def test_equal_places_give_equal_bytes(self, tmp_path: Path) -> None:
        """Whatever their order."""
        shuffled = list(PLACES)
        random.Random(1).shuffle(shuffled)
        for name, places in (("one", PLACES), ("two", shuffled)):
            write_index(tmp_path / name, places)
        assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()

    def test_file_of_another_version_is_none(self, tmp_path: Path) -> None:
        """Neither an empty file, nor text, nor a file that is not there."""
        (tmp_path / "empty").touch()
        (tmp_path / "text").write_text("no index")
        assert [None, None, None, None] == [
            Index.open(path) for path in (tmp_path / "empty", tmp_path / "text", tmp_path / "absent", None)
        ]

    def test_near_keys_are_all_found(self, index: Index) -> None:
        """Whatever letter is wrong, too many, or missing; and neighbours that were exchanged."""
        key = "duneville"
        wrong = {
            key[:at] + letter + key[at + cut :]
            for at in range(len(key))
            for letter in ("", "x")
            for cut in (0, 1)
        }
        wrong |= {key[:at] + key[at + 1] + key[at] + key[at + 2 :] for at in range(len(key) - 1)}
        assert [] == [each for each in sorted(wrong - {key}) if key not in dict(index.near(each, 1))]

    def test_gazetteer_and_homonyms_are_whole(self) -> None:
        """Each place once, with an item, a position and a country; homonyms with a country."""
        places = list(read_gazetteer())
        assert len(places) > 7_000
        assert len(places) == len({place.item for place in places})
        assert all(place.point and len(place.country) == 2 for place in places)
        assert all(place.country and not place.item for place in read_homonyms())

    def test_gazetteer_adds_what_is_not_ours(self) -> None:
        """A city of ours gets its region, and comes once."""
        ours = _city("brest", "Q12193", "Brest", "fr")
        found = list(with_gazetteer([ours]))
        assert [("brest", "Bretagne")] == [
            (place.key, place.admin) for place in found if place.item == "Q12193"
        ]


class TestNames:
    """A name is found in every spelling, and it is said how."""

    @pytest.mark.parametrize(
        ("name", "country", "key", "kind"),
        [
            ("Lviv", "ua", "lviv", "main"),
            ("LVIV", "ua", "lviv", "main"),
            ("Львів", "ua", "lviv", "other"),
            ("Lwów", "ua", "lviv", "alternative"),
            ("Cedernhof", "pl", "cedrowo", "former"),
            ("Lviw", "ua", "lviv", "fuzzy"),
            ("м. Львів", "ua", "lviv", "generic"),
            ("City of Aldorf", "de", "aldorf", "generic"),
            ("Frankfurt", "de", "frankfurt", "shortened"),
            ("Frankfurt/Oder", "de", "frankfurt-oder", "main"),
            ("Frankfurt an der Oder", "de", "frankfurt-oder", "shortened"),
            ("Aldorfem", "de", "aldorf", "fuzzy"),
        ],
    )
    def test_kind_of_name(self, matcher: Matcher, name: str, country: str, key: str, kind: str) -> None:
        """The first candidate, and the kind of the name by which it was found."""
        first = best_guess(matcher, name, country=country)
        kinds = [feature.value for feature in first.features if feature.id == "name_kind"]
        assert (key, [kind]) == (first.key, kinds)

    def test_label_in_the_language_of_the_query_is_the_main_name(self, matcher: Matcher) -> None:
        """In another language it is a name in another language."""
        kinds = [
            feature.value
            for language in ("uk", "de")
            for feature in best_guess(matcher, "Львів", language=language).features
            if feature.id == "name_kind"
        ]
        assert ["main", "other"] == kinds

    def test_chinese_characters_are_not_romanised(self, matcher: Matcher) -> None:
        """Guangzhou and the Chinese name of Gwangju are not confused."""
        assert ["gwangju"] == [each.key for each in matcher.match([Query("光州")])[0].candidates]

    def test_country_behind_the_name(self, matcher: Matcher) -> None:
        """It says as much as a country beside it."""
        assert [("belmont-us", True)] * 2 == [
            (first.key, first.match)
            for first in (
                best_guess(matcher, "Belmont, Ohio"),
                best_guess(matcher, "Belmont (OH)", country="us"),
            )
        ]

    def test_nothing_is_found_for_nonsense(self, matcher: Matcher) -> None:
        """Then it is sure that it is none of the candidates."""
        for name in ("", "?!", "qqqqqqqqqq", "0" * 10_000, "\ud800", "' OR 1=1 --", "\x00"):
            assert Answer((), 1.0) == matcher.match([Query(name)])[0]


class TestDeciding:
    """Only what is sure is taken, and the reasons are said."""

    def test_namesakes_need_a_country(self, matcher: Matcher) -> None:
        """Without one a person is asked, and told why."""
        assert best_guess(matcher, "Belmont", country="ca").match
        alone = best_guess(matcher, "Belmont")
        assert not alone.match
        assert "namesake" in alone.reasons
        assert "us" in [feature.value for feature in alone.features]

    @pytest.mark.parametrize(
        ("name", "population", "more", "is_held"),
        [
            pytest.param("Salem", 200_000, {"population": 150_000}, True, id="as large"),
            pytest.param("Salem", 200_000, {"population": 9_000}, False, id="far smaller"),
            pytest.param("Salem", 200_000, {}, False, id="of unknown size"),
            pytest.param(
                "Salem", 200_000, {"population": 150_000, "point": (44.95, -123.1)}, False, id="its double"
            ),
            pytest.param("Salem", 200_000, {"population": 150_000, "country": "ca"}, False, id="abroad"),
            pytest.param(
                "Salem de Minas", 0, {"population": 9_000}, True, id="only the other has the whole name"
            ),
        ],
    )
    def test_country_does_not_tell_namesakes_in_it_apart(
        self, tmp_path: Path, name: str, population: int, more: dict[str, object], is_held: bool
    ) -> None:
        """A place that is not ours, in the same country and with the same name, is in the way unless it is small."""
        partners = tuple((f"partner-{number}", f"salem-{number}") for number in range(30))
        others = [_city(key, f"Q{100 + at}", key.title(), "de") for at, (key, _) in enumerate(partners)]
        ours = _city(
            "salem", "Q50", "Salem", "us", population=population, partners=partners, point=(44.94, -123.0)
        )
        rival = replace(Place("city", "", "Q51", (Name(name, "en"),), "us"), **more)  # type: ignore[arg-type]
        write_index(tmp_path / "matching.db", [ours, rival, *others])
        with closing(Index(tmp_path / "matching.db")) as index:
            matcher = Matcher(index, read_model())
            first = best_guess(matcher, name, country="us")
            helped = best_guess(matcher, name, country="us", partners=("partner-1",))
        assert ("salem", is_held) == (first.key, "namesake_there" in first.reasons)
        assert not (is_held and first.match)
        assert "namesake_there" not in helped.reasons

    def test_wrong_country_is_never_taken(self, matcher: Matcher) -> None:
        """Even where no other city has the name."""
        first = best_guess(matcher, "Cedrowo", country="gt")
        assert (False, True) == (first.match, "country_mismatch" in first.reasons)

    def test_country_that_nobody_knows(self, matcher: Matcher) -> None:
        """What was said and not understood holds a match back."""
        assert "country_unread" in best_guess(matcher, "Cedrowo", country="Atlantis").reasons

    def test_name_with_errors_is_never_taken_alone(self, matcher: Matcher) -> None:
        """A country does not suffice; that it is a partner does."""
        assert not best_guess(matcher, "Cedrovo", country="pl").match
        assert best_guess(matcher, "Cedrovo", country="pl", partners=("Aldorf",)).match

    def test_other_sort_is_not_taken(self, matcher: Matcher) -> None:
        """A county is no city."""
        answer = matcher.match([Query("Landkreis Aldorf", country="de")])[0]
        assert not answer.candidates[0].match
        assert answer.none > 0.5

    def test_place_that_is_not_ours_is_none(self, index: Index, matcher: Matcher) -> None:
        """It makes "none" probable; where it is wanted, it is a candidate."""
        answer = matcher.match([Query("Erewhon", country="nz")])[0]
        assert () == answer.candidates
        assert pytest.approx(1.0) == answer.none
        known = Matcher(index, read_model(), elsewhere=True).match([Query("Erewhon", country="nz")])[0]
        assert ("", "Q20", False) == (
            known.candidates[0].key,
            known.candidates[0].item,
            known.candidates[0].match,
        )

    def test_evidence_never_lowers_the_score(self, matcher: Matcher) -> None:
        """Each thing that agrees makes a candidate as probable as before, or more."""
        plain = best_guess(matcher, "Cedrowo").score
        agreeing = ({"country": "pl"}, {"partners": ("aldorf",)}, {"point": (52.01, 20.0)})
        assert [] == [about for about in agreeing if best_guess(matcher, "Cedrowo", **about).score < plain]

    def test_missing_is_neutral_and_contradicting_is_not(self, matcher: Matcher) -> None:
        """A city of which nobody knows the country is better than one of another country."""
        unknown = best_guess(matcher, "Duneville", country="ca").score
        assert unknown > best_guess(matcher, "Cedrowo", country="ca").score

    def test_far_away_is_worse(self, matcher: Matcher) -> None:
        """A position on the other side of the world speaks against it."""
        near, far = (
            best_guess(matcher, "Cedrowo", point=point).score for point in ((52.0, 20.0), (-40.0, 170.0))
        )
        assert near > far

    def test_probabilities(self, matcher: Matcher) -> None:
        """They are at most 1 together, in falling order, and only the first is a match."""
        names = ("Belmont", "Frankfurt", "Duneville", "Lviw", "Gwangju", "Aldorf")
        for answer in matcher.match([Query(name) for name in names]):
            scores = [each.score for each in answer.candidates]
            assert scores == sorted(scores, reverse=True)
            assert sum(scores) / 100 + answer.none <= 1.001
            assert not any(each.match for each in answer.candidates[1:])

    def test_every_reason_has_texts(self, matcher: Matcher) -> None:
        """In three languages, also for what the rules may say."""
        rows = read_table("reasons")
        assert [] == [row["code"] for row in rows if not all(row[tag].strip() for tag in ("en", "pl", "uk"))]
        assert len(rows) == len({row["code"] for row in rows})
        said = {
            code for name in ("Belmont", "Lviw", "Frankfurt") for code in best_guess(matcher, name).reasons
        }
        assert said <= {row["code"] for row in rows}
        assert "no such code" == reason_text("no such code", "pl")


class TestIdentifiers:
    """An identifier is its thing, unless everything else says otherwise."""

    @pytest.mark.parametrize(
        "about",
        [
            {"identifiers": {"wikidata": "Q7"}},
            {"identifiers": {"wikidata": "http://www.wikidata.org/entity/Q7"}},
            {"identifiers": {"geonames": "702550"}},
            {"identifiers": {"key": "lviv"}},
            {"name": "Q7"},
            {"name": "https://www.wikidata.org/wiki/Q7"},
            {"name": "Lemberg", "country": "ua", "identifiers": {"wikidata": "Q7"}},
        ],
        ids=str,
    )
    def test_known(self, matcher: Matcher, about: dict[str, object]) -> None:
        """It has a score of 100 and is taken."""
        first = best_guess(matcher, **about)  # type: ignore[arg-type]
        assert ("lviv", 100.0, True) == (first.key, first.score, first.match)

    def test_contradicted(self, matcher: Matcher) -> None:
        """By name and country together: then a person is asked."""
        first = best_guess(matcher, "Aldorf", country="de", identifiers={"wikidata": "Q7"})
        assert (False, True) == (first.match, "identifier_contradicts" in first.reasons)

    def test_two_that_differ(self, matcher: Matcher) -> None:
        """Nobody knows which is right."""
        first = best_guess(matcher, identifiers={"wikidata": "Q7", "key": "aldorf"})
        assert (False, 50.0) == (first.match, first.score)

    def test_unknown_one_speaks_against_a_namesake(self, matcher: Matcher) -> None:
        """A place with another item is not taken by its name."""
        first = best_guess(matcher, "Cedrowo", country="pl", identifiers={"wikidata": "Q999"})
        assert (False, True) == (first.match, "identifier_mismatch" in first.reasons)

    def test_article_of_wikipedia(self, matcher: Matcher) -> None:
        """Its title is the name."""
        assert best_guess(matcher, "https://pl.wikipedia.org/wiki/Cedrowo").match


class TestKinds:
    """What is looked for are cities, unless something else is said."""

    def test_network(self, matcher: Matcher) -> None:
        """It is found where networks are asked for."""
        assert "rivers" == best_guess(matcher, "Cities on Rivers", kinds=("network",)).key
        assert () == matcher.match([Query("Cities on Rivers")])[0].candidates

    @pytest.mark.parametrize(("strict", "found"), [("any", False), ("all", False), ("should", True)])
    def test_strictness(self, matcher: Matcher, strict: str, found: bool) -> None:
        """Only with `should` things of other kinds are found, and never taken."""
        answer = matcher.match([Query("Aldorf", kinds=("network",), strict=strict)])[0]
        assert found == bool(answer.candidates)
        assert not any(each.match for each in answer.candidates)


class TestLists:
    """Answers depend on their query alone, but where the list is asked about as a whole."""

    QUERIES = tuple(
        Query(name) for name in ("Belmont", "Cedrowo", "Frankfurt am Main", "Lviv", "Duneville", "Nowhere")
    )

    def test_batch_and_order_do_not_matter(self, matcher: Matcher) -> None:
        """Alone, together and backwards the answers are the same."""
        together = matcher.match(self.QUERIES)
        assert [matcher.match([query])[0] for query in self.QUERIES] == together
        assert matcher.match(self.QUERIES[::-1])[::-1] == together

    def test_owner_of_the_list_is_evidence(self, matcher: Matcher) -> None:
        """The others are partners of Aldorf, and so it is the Belmont that is one."""
        alone = matcher.match(self.QUERIES)[0].candidates[0]
        found = matcher.match(self.QUERIES, collective=True)[0].candidates[0]
        assert [False, True] == [alone.match, found.match]
        assert ("belmont", True) == (found.key, "list_support" in found.reasons)

    def test_order_of_a_list_does_not_matter(self, matcher: Matcher) -> None:
        """Each shuffled list has the same answers."""
        answers = matcher.match(self.QUERIES, collective=True)
        expected = {query.name: answer for query, answer in zip(self.QUERIES, answers, strict=True)}
        for seed in range(5):
            shuffled = list(self.QUERIES)
            random.Random(seed).shuffle(shuffled)
            found = matcher.match(shuffled, collective=True)
            assert [expected[query.name] for query in shuffled] == found

    def test_two_names_do_not_mean_one_thing(self, matcher: Matcher) -> None:
        """A name with an error that means what another row is called is not taken."""
        queries = [*self.QUERIES, replace(self.QUERIES[1], name="Cedrovo", partners=("aldorf",))]
        found = matcher.match(queries, collective=True)
        assert (True, False) == (found[1].candidates[0].match, found[-1].candidates[0].match)
        assert "taken" in found[-1].candidates[0].reasons


class TestModel:
    """The parameters are a file that can be read."""

    def test_shipped_file(self) -> None:
        """It has a weight for each input, and curves and thresholds for each group."""
        model = read_model()
        assert {*INPUTS, *NONE_INPUTS} == set(model.weights)
        assert set(GROUPS) == set(model.curves) == set(model.thresholds)
        for points in model.curves.values():
            assert sorted(points) == list(points)
            assert sorted(y for _, y in points) == [y for _, y in points]

    @pytest.mark.parametrize(
        ("inputs", "group"),
        [
            ({"name_main": 1.0}, "name"),
            ({"name_main": 1.0, "country_unknown": 1.0}, "unknown"),
            ({"name_main": 1.0, "country_match": 1.0}, "country"),
            ({"name_main": 1.0, "country_mismatch": 1.0}, "country"),
            ({"country_unknown": 1.0, "linked": 1.0}, "evidence"),
            ({"country_match": 1.0, "near": 1.0}, "evidence"),
        ],
    )
    def test_groups(self, inputs: dict[str, float], group: str) -> None:
        """A country that was asked for and that the index does not know of a place is less than one that agrees."""
        assert group == group_of(inputs)

    @pytest.mark.parametrize("text", ["", "[weights]", "no toml = ["])
    def test_broken_file(self, tmp_path: Path, text: str) -> None:
        """It is the operator's."""
        path = tmp_path / "parameters.toml"
        path.write_text(text)
        with pytest.raises(OperatorError, match=r"parameters\.toml"):
            read_model(path)
