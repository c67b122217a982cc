"""What changed between two dumps, in statements and for things."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from twin_graph import changes
from twin_graph.changes import Change, PropertyChange, Release, Value
from twin_graph.store import Store

BASE = "http://x/"
TWIN = "https://w3id.org/twin-graph/ontology#"
A = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
REGISTER = ("register-aldorf",)


def line(subject: str, predicate: str, value: str, graph: str = "register-aldorf") -> str:
    """A statement as a line; `value` as N-Quads has it."""
    return f"<{BASE}{subject}> <{predicate}> {value} <{BASE}graph/{graph}> ."


def city(key: str, *more: str) -> list[str]:
    """The statements of a city."""
    return [line(f"id/city/{key}", A, f"<{TWIN}LocalAuthority>"), *more]


def partnership(key: str, *parties: str) -> list[str]:
    """The statements of a partnership."""
    thing = f"id/partnership/{key}"
    named = (line(thing, f"{TWIN}hasParty", f"<{BASE}id/city/{party}>") for party in parties)
    return [line(thing, A, f"<{TWIN}Partnership>"), *named]


def dump(lines: list[str]) -> bytes:
    """The lines as a snapshot has them."""
    return "".join(f"{text}\n" for text in sorted(set(lines))).encode()


def tell(old: list[str], new: list[str]) -> tuple[int, tuple[Change, ...]]:
    """The changes between two sets of statements."""
    difference = changes.compare(dump(old), dump(new))
    return changes.tell(difference, Store.from_nquads(dump(new)), BASE, REGISTER)


@pytest.mark.parametrize("block", [1, 7, 100, 1 << 18])
def test_the_difference_is_that_of_sets_of_lines(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparing block by block finds what comparing all lines finds, wherever a block ends."""
    monkeypatch.setattr(changes, "_BLOCK", block)
    generator = random.Random(4)
    lines = [f"{generator.randrange(500):03} {'x' * generator.randrange(9)} ." for _ in range(300)]
    for kept in (0.0, 0.5, 0.95, 1.0):
        old, new = ({text for text in lines if generator.random() < kept} for _ in range(2))
        found = changes.compare(dump(list(old)), dump(list(new)))
        assert (tuple(sorted(old - new)), tuple(sorted(new - old))) == (found.removed, found.added)


def test_nothing_changes_where_the_dumps_are_equal() -> None:
    """Equal dumps have no changes."""
    assert (0, ()) == tell(city("aldorf"), city("aldorf"))


def test_a_thing_that_came_is_added_for_its_cities() -> None:
    """A new partnership is one change that concerns its parties."""
    cities = [*city("aldorf"), *city("belmont")]
    expected = Change("partnership", "a-b", "added", ("aldorf", "belmont"))
    assert (1, (expected,)) == tell(cities, [*cities, *partnership("a-b", "aldorf", "belmont")])


def test_a_thing_that_went_keeps_its_name() -> None:
    """What is gone is remembered by its labels and its parties."""
    cities = [*city("aldorf"), *city("belmont")]
    gone = [*partnership("a-b", "aldorf", "belmont"), line("id/partnership/a-b", LABEL, '"Two"@en')]
    expected = Change("partnership", "a-b", "removed", ("aldorf", "belmont"),
                      names=(Value("Two", language="en"),),
                      parties=(f"{BASE}id/city/aldorf", f"{BASE}id/city/belmont"))  # fmt: skip
    assert (1, (expected,)) == tell([*cities, *gone], cities)


def test_a_thing_that_changed_says_how() -> None:
    """A property that changed is told with the value before and the value now."""
    thing, day = "id/agreement/a-1990", f"{TWIN}signedOn"
    kept = [*city("aldorf"), *partnership("a-b", "aldorf"), line(thing, A, f"<{TWIN}Agreement>"),
            line(thing, f"{TWIN}isDocumentOf", f"<{BASE}id/partnership/a-b>")]  # fmt: skip
    total, found = tell([*kept, line(thing, day, '"1990"')], [*kept, line(thing, day, '"1990-05-05"')])
    properties = (PropertyChange(day, (Value("1990"),), (Value("1990-05-05"),)),)
    assert (1, (Change("agreement", "a-1990", "changed", ("aldorf",), properties),)) == (total, found)


def test_a_node_of_a_document_counts_as_its_thing() -> None:
    """A new name of a city is a change of the city, told by the name."""
    name = "doc/city/aldorf#name-de-Altdorf"
    new = [line(name, A, f"<{TWIN}Name>"), line(name, f"{TWIN}nameText", '"Altdorf"'),
           line(name, f"{TWIN}isNameOf", f"<{BASE}id/city/aldorf>")]  # fmt: skip
    properties = (PropertyChange(f"{TWIN}Name", (), (Value("Altdorf"),)),)
    assert (1, (Change("city", "aldorf", "changed", ("aldorf",), properties),)) == tell(
        city("aldorf"), [*city("aldorf"), *new]
    )


def test_a_changed_node_of_a_document_says_which_part_it_is() -> None:
    """A property of a claim that changed is told as one of the claim."""
    claim, since = "doc/partnership/a-b#claim-press", f"{TWIN}since"
    kept = [*city("aldorf"), *partnership("a-b", "aldorf")]
    _, found = tell([*kept, line(claim, since, '"1990"')], [*kept, line(claim, since, '"1991"')])
    assert PropertyChange(since, (Value("1990"),), (Value("1991"),), f"{TWIN}Claim") == found[0].properties[0]


@pytest.mark.parametrize("graph", ["derived", "metadata", "ontology"])
def test_what_follows_from_other_facts_is_left_out(graph: str) -> None:
    """Derived facts and metadata change with everything else and are not told."""
    derived = line("id/city/aldorf", f"{TWIN}twinCount", '"3"', graph)
    assert (0, ()) == tell(city("aldorf"), [*city("aldorf"), derived])


def test_what_went_to_another_graph_did_not_change() -> None:
    """A statement that another graph makes now is no change of the thing."""
    moved = [text.replace("register-aldorf", "shared") for text in city("aldorf")]
    assert (0, ()) == tell(city("aldorf"), moved)


def test_one_more_graph_makes_no_new_thing() -> None:
    """A city that a second graph begins to speak of was there before."""
    again = [text.replace("register-aldorf", "shared") for text in city("aldorf")]
    _, found = tell(again, [*again, *city("aldorf", line("id/city/aldorf", LABEL, '"Aldorf"@en'))])
    assert ["changed"] == [change.what for change in found]


def test_registers_come_first_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where too much changed, the changes of registers are kept and all are counted."""
    monkeypatch.setattr(changes, "KEPT_THINGS", 2)
    world = [text.replace("register-aldorf", "world") for key in ("a1", "a2", "a3") for text in city(key)]
    total, found = tell([], [*world, *city("zz")])
    assert (4, ["zz", "a1"]) == (total, [change.key for change in found])


def test_a_long_text_is_cut() -> None:
    """A text of ten thousand letters is kept by its beginning."""
    _, found = tell(city("aldorf"), city("aldorf", line("id/city/aldorf", LABEL, f'"{"x" * 10_000}"')))
    assert 301 == len(found[0].properties[0].new[0].text)


def test_a_history_is_read_as_it_was_written(tmp_path: Path) -> None:
    """What was written is read again, and no more than is kept."""
    change = Change("city", "a", "changed", ("a",), (PropertyChange("p", (Value("x", True),), (), "q"),))
    gone = Change("city", "b", "removed", names=(Value("B", language="en"),), parties=("c",))
    history = (Release("2", "2026-05-01", 2, (change, gone)), Release("1", "2026-04-01", is_first=True))
    changes.write_history(tmp_path / "h", history)
    assert history == changes.read_history(tmp_path / "h")
    changes.write_history(tmp_path / "h", history[:1] * 60)
    assert changes.KEPT_RELEASES == len(changes.read_history(tmp_path / "h"))


def test_an_empty_text_is_a_value(tmp_path: Path) -> None:
    """A value that was or became empty is kept as one, and takes nothing else with it."""
    change = Change("city", "a", "changed", (), (PropertyChange("p", (Value(""),), (Value("x"),)),))
    history = (Release("2", "2026-05-01", 1, (change,), number=1), Release("1", "2026-04-01", is_first=True))
    changes.write_history(tmp_path / "h", history)
    assert history == changes.read_history(tmp_path / "h")


GOOD = {"kind": "city", "key": "a", "what": "changed"}


@pytest.mark.parametrize("change", [
    {"what": "renamed"}, {"what": 1}, {"kind": "town"}, {"key": "../x"}, {"key": 5}, {"cities": [5]},
    {"names": [{"text": "x", "language": "en us"}]}, {"names": [{"text": 5}]}, {"names": ["x"]},
    {"properties": [{"old": []}]}, {"properties": [{"name": 5}]},
])  # fmt: skip
def test_a_history_of_another_version_is_none(tmp_path: Path, change: dict[str, object]) -> None:
    """What pages could not tell is not read."""
    for entry, expected in ((GOOD, 1), (GOOD | change, 0)):
        release = {"id": "1", "on": "2026-05-01", "total": 1, "changes": [entry]}
        (tmp_path / "h").write_text(json.dumps({"releases": [release]}))
        assert expected == len(changes.read_history(tmp_path / "h"))


@pytest.mark.parametrize(
    "release", [{"on": "May"}, {"on": 5}, {"id": "a b"}, {"total": "1"}, {"number": "x"}]
)
def test_a_release_of_another_version_is_none(tmp_path: Path, release: dict[str, object]) -> None:
    """Its day and numbers are what they are taken for."""
    (tmp_path / "h").write_text(json.dumps({"releases": [{"id": "1", "on": "2026-05-01"} | release]}))
    assert () == changes.read_history(tmp_path / "h")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"releases": [{"x": 1}]}', '{"releases": 3}'])
def test_a_damaged_history_is_none(tmp_path: Path, text: str) -> None:
    """A file that is no history is read as an empty one: a snapshot without it is whole."""
    (tmp_path / "h").write_text(text)
    assert () == changes.read_history(tmp_path / "h")
    assert () == changes.read_history(tmp_path / "missing")
    assert () == changes.read_history(None)


def test_a_value_is_the_term_that_it_was() -> None:
    """A kept value gives back IRI, language and datatype."""
    values = (
        Value("http://x/", True),
        Value("a", language="pl"),
        Value("1", datatype="http://d"),
        Value("t"),
    )
    assert ["<http://x/>", '"a"@pl', '"1"^^<http://d>', '"t"'] == [value.term.n3() for value in values]


def contradiction(key: str, status: str, *more: str) -> list[str]:
    """The statements that the build derives of a contradiction."""
    thing = f"id/contradiction/{key}"
    return [
        line(thing, A, f"<{TWIN}Contradiction>", "derived"),
        line(thing, f"{TWIN}concerns", f"<{BASE}id/partnership/a-b>", "derived"),
        line(thing, f"{TWIN}decisionStatus", f'"{status}"', "derived"),
        *more,
    ]


def decision(key: str) -> list[str]:
    """The statements of a row of decisions.csv."""
    node = f"doc/contradiction/{key}#decision-0123abcd"
    return [line(node, A, f"<{TWIN}Decision>", "shared"),
            line(node, f"{TWIN}decides", f"<{BASE}id/contradiction/{key}>", "shared")]  # fmt: skip


class TestContradictions:
    """They are derived, and things that people work on."""

    KEPT = (*city("aldorf"), *partnership("a-b", "aldorf"))

    def test_one_that_appears_is_added_and_one_that_vanishes_removed(self) -> None:
        """Each concerns the cities of its partnership."""
        with_it = [*self.KEPT, *contradiction("start-a-b", "open")]
        added = Change("contradiction", "start-a-b", "added", ("aldorf",))
        assert (1, (added,)) == tell(list(self.KEPT), with_it)
        _, (removed,) = tell(with_it, list(self.KEPT))
        assert ("start-a-b", "removed", ("aldorf",)) == (removed.key, removed.what, removed.cities)

    def test_one_of_a_number_concerns_the_city_that_declared_it(self) -> None:
        """By what the declared number counts for."""
        count = "id/count/a-2020"
        kept = [*self.KEPT, line(count, A, f"<{TWIN}DeclaredCount>"),
                line(count, f"{TWIN}countsFor", f"<{BASE}id/city/aldorf>")]  # fmt: skip
        found = [text.replace("id/partnership/a-b", count) for text in contradiction("count-a-2020", "open")]
        assert ("aldorf",) == tell(kept, [*kept, *found])[1][0].cities

    @pytest.mark.parametrize(("before", "after"), [("open", "decided"), ("decided", "reopened")])
    def test_one_that_is_decided_or_opened_again_changes(self, before: str, after: str) -> None:
        """It says its status before and after."""
        old, new = ([*self.KEPT, *contradiction("start-a-b", each)] for each in (before, after))
        total, (found,) = tell(old, new)
        assert (1, "changed") == (total, found.what)
        assert (
            PropertyChange(f"{TWIN}decisionStatus", (Value(before),), (Value(after),)),
        ) == found.properties

    def test_nothing_else_that_is_derived_is_told(self) -> None:
        """Neither of the partnership, nor of the claims that compete."""
        more = line("id/partnership/a-b", f"{TWIN}evidence", '"disputed"', "derived")
        claim = line("doc/partnership/a-b#claim-x", f"{TWIN}precedence", '"1"', "derived")
        total, _ = tell(list(self.KEPT), [*self.KEPT, *contradiction("start-a-b", "open"), more, claim])
        assert 1 == total

    def test_a_decision_about_nothing_is_no_thing(self) -> None:
        """A row about a contradiction that does not exist neither adds nor removes one."""
        with_it = [*self.KEPT, *decision("start-nowhere")]
        assert (0, ()) == tell(list(self.KEPT), with_it)
        assert (0, ()) == tell(with_it, list(self.KEPT))

    def test_a_decision_about_one_that_there_is_changes_it(self) -> None:
        """Also where the evidence has changed, so that its status stays."""
        kept = [*self.KEPT, *contradiction("start-a-b", "reopened")]
        assert ["changed"] == [each.what for each in tell(kept, [*kept, *decision("start-a-b")])[1]]
