"""The same set of parties is the same partnership, and the register wins."""

from __future__ import annotations

import pytest

from twin_graph.claims import Merge, merge
from twin_graph.findings import SourceRef
from twin_graph.sources.folders import Source
from twin_graph.sources.keys import Keys, collect_keys
from twin_graph.sources.tables import Row

ITEMS = {"lublin": "Q37333", "lviv": "Q36036", "nancy": "Q40898", "vinnytsia": "Q133178"}
CITIES = [
    *({"key": key, "wikidata": item} for key, item in ITEMS.items()),
    {"key": "q60", "wikidata": "Q60"}, {"key": "q84", "wikidata": "Q84"}, {"key": "nowhere"},
]  # fmt: skip


def rows(name: str, table: str, *cells: dict[str, str]) -> list[Row]:
    """Rows of a table of a source."""
    path = f"data/{name}/{table}.csv"
    return [Row(table, each, SourceRef(path, line)) for line, each in enumerate(cells, start=2)]


def shared(*cities: dict[str, str]) -> Source:
    """The source with all cities."""
    return Source("shared", rows("shared", "cities", *CITIES, *cities))


def register(city: str, *partnerships: dict[str, str], claims: tuple[dict[str, str], ...] = ()) -> Source:
    """The register of a city."""
    own = rows(city, "register", {"key": city, "city": city})
    found = [*own, *rows(city, "partnerships", *partnerships), *rows(city, "claims", *claims)]
    return Source(f"register-{city}", found)


def world(*claims: dict[str, str], cities: tuple[dict[str, str], ...] = ()) -> Source:
    """A source that is no register."""
    return Source("world", [*rows("world", "cities", *cities), *rows("world", "claims", *claims)])


def merged(*sources: Source) -> tuple[Merge, Keys]:
    """What merging gives."""
    keys = collect_keys(row for source in sources for row in source.rows)
    return merge(sources, keys), keys


def claims_about(merge: Merge, partnership: str) -> list[tuple[str, str, str]]:
    """Source, claimant and side of the claims about a partnership."""
    return sorted(
        (name, row.cells.get("claimed_by", ""), row.cells.get("on_side_of", ""))
        for name, rows in merge.rows.items()
        for row in rows
        if row.table == "claims" and row.cells.get("partnership") == partnership
    )


def partnerships(merge: Merge) -> dict[str, list[str]]:
    """The keys of the partnerships that each source publishes."""
    listed = {name: [row for row in rows if row.table == "partnerships"] for name, rows in merge.rows.items()}
    found = {name: [row.cells["key"] for row in rows] for name, rows in listed.items()}
    return {name: keys for name, keys in found.items() if keys}


LISTED = {
    "key": "lublin-nancy",
    "parties": "lublin;nancy",
    "relation": "partner",
    "source": "page",
    "notes": "n",
}


def test_register_claims_what_it_lists() -> None:
    """A row of a register is a partnership, and the register's claim about it."""
    found, _ = merged(shared(), register("lublin", LISTED))
    assert {"register-lublin": ["lublin-nancy"]} == partnerships(found)
    assert [("register-lublin", "lublin", "lublin")] == claims_about(found, "lublin-nancy")
    (claim,) = [row for row in found.rows["register-lublin"] if row.table == "claims"]
    assert ("partner", "page", "n") == tuple(claim.cells[name] for name in ("relation", "source", "notes"))
    assert [] == found.findings


@pytest.mark.parametrize(
    "parties", ["lublin;nancy", "nancy;lublin", "q37333;nancy", "q40898 ; q37333", "lublin;nancy;lublin"]
)
def test_set_of_parties_finds_the_partnership(parties: str) -> None:
    """A claim finds the partnership by its parties, in any order and by key or item."""
    claim = {"parties": parties, "claimed_by": "wikidata", "on_side_of": "nancy"}
    found, _ = merged(shared(), register("lublin", LISTED), world(claim))
    assert {"register-lublin": ["lublin-nancy"]} == partnerships(found)
    assert [("register-lublin", "lublin", "lublin"), ("world", "wikidata", "nancy")] == claims_about(
        found, "lublin-nancy"
    )
    assert all("parties" not in row.cells for row in found.rows["world"] if row.table == "claims")


def test_two_registers() -> None:
    """Two registers that list the same parties make one partnership with two claims; the first gives its facts."""
    other = {"key": "lviv-lublin", "parties": "lviv;lublin", "relation": "friendly"}
    mine = {"key": "lublin-lviv", "parties": "lublin;lviv", "relation": "partner"}
    found, keys = merged(shared(), register("lublin", mine), register("lviv", other))
    assert {"register-lublin": ["lublin-lviv"]} == partnerships(found)
    assert [("register-lublin", "lublin", "lublin"), ("register-lviv", "lviv", "lviv")] == claims_about(
        found, "lublin-lviv"
    )
    assert "lublin-lviv" == keys.resolve("partnership", "lviv-lublin")
    assert {"partner", "friendly"} == {
        row.cells["relation"] for rows in found.rows.values() for row in rows if row.table == "claims"
    }


def test_name_by_items_is_an_alias() -> None:
    """A partnership with a readable key is also found by the items of its parties, the smaller number first."""
    _, keys = merged(shared(), register("lublin", LISTED))
    assert "lublin-nancy" == keys.resolve("partnership", "q37333-q40898")


def test_key_that_reads_like_the_items_of_others() -> None:
    """A partnership whose own key reads like the items of other parties keeps it; no alias leads elsewhere."""
    other = {"key": "q37333-q40898", "parties": "lublin;lviv", "relation": "friendly"}
    found, keys = merged(shared(), register("lublin", LISTED, other))
    assert {"register-lublin": ["lublin-nancy", "q37333-q40898"]} == partnerships(found)
    assert "q37333-q40898" == keys.resolve("partnership", "q37333-q40898")


def test_partnership_that_only_claims_name() -> None:
    """It is published under the items of its parties, by the first source that names it."""
    claims = [{"parties": "q84;q60", "claimed_by": "w", "on_side_of": side} for side in ("q84", "q60")]
    found, keys = merged(shared(), world(*claims))
    assert {"world": ["q60-q84"]} == partnerships(found)
    assert [("world", "w", "q60"), ("world", "w", "q84")] == claims_about(found, "q60-q84")
    assert "q60-q84" == keys.resolve("partnership", "q60-q84")


def test_undirected_claim() -> None:
    """A claim without a side stays without a side."""
    found, _ = merged(shared(), world({"parties": "q60;q84", "claimed_by": "w"}))
    assert [("world", "w", "")] == claims_about(found, "q60-q84")


@pytest.mark.parametrize(
    ("parties", "key"),
    [
        ("q60;lublin", "q60-q37333"),
        ("lviv;lublin;nancy", "q36036-q37333-q40898"),
        ("nowhere;lublin", "q37333-nowhere"),
    ],
)
def test_key_that_items_make(parties: str, key: str) -> None:
    """Items are used for cities with readable keys too; a city without an item gives its key."""
    found, _ = merged(shared(), world({"parties": parties, "claimed_by": "w"}))
    assert {"world": [key]} == partnerships(found)


def test_key_that_would_be_too_long() -> None:
    """A set of many parties is named by a digest that does not depend on their order."""
    cities = [{"key": f"q{10**9 + number}", "wikidata": f"Q{10**9 + number}"} for number in range(8)]
    keys = [city["key"] for city in cities]
    results = []
    for order in (keys, keys[::-1]):
        found, _ = merged(
            shared(), world({"parties": ";".join(order), "claimed_by": "w"}, cities=tuple(cities))
        )
        results.append(partnerships(found)["world"])
    assert results[0] == results[1]
    assert results[0][0].startswith("set-")


def test_three_parties_are_another_partnership() -> None:
    """A set of three is not the pair that is in it."""
    three = {"key": "three", "parties": "lublin;nancy;lviv", "relation": "declaration"}
    found, _ = merged(
        shared(),
        register("lublin", LISTED, three),
        world({"parties": "lublin;lviv;nancy", "claimed_by": "w"}),
    )
    assert {"register-lublin": ["lublin-nancy", "three"]} == partnerships(found)
    assert 2 == len(claims_about(found, "three"))
    assert 1 == len(claims_about(found, "lublin-nancy"))


def test_same_parties_twice_in_one_register() -> None:
    """A register that lists a set of parties twice is told to put the documents together."""
    found, _ = merged(shared(), register("lublin", LISTED, {**LISTED, "key": "again"}))
    (finding,) = found.findings
    assert "data/lublin/partnerships.csv:3: parties: the same parties already make" in str(finding)
    assert "“lublin-nancy” (data/lublin/partnerships.csv:2)" in str(finding)


def test_claims_about_other_things_stay() -> None:
    """A claim that names its partnership, membership or event is left as it is."""
    about = {"membership": "eurocities-1", "claimed_by": "page"}
    found, _ = merged(shared(), register("lublin", LISTED, claims=(about,)))
    assert about in [row.cells for row in found.rows["register-lublin"]]


def test_unknown_party_is_one_finding() -> None:
    """A party that does not exist is reported once, with a hint, and makes no partnership."""
    found, _ = merged(shared(), world({"parties": "lublin;nansy", "claimed_by": "w"}))
    (finding,) = found.findings
    assert "data/world/claims.csv:2: parties: there is no city “nansy” — did you mean “nancy”?" == str(
        finding
    )
    assert {} == partnerships(found)


def test_row_of_a_city_that_another_row_owns() -> None:
    """It adds what the owner leaves empty, and takes nothing back."""
    extra = {"key": "q37333", "wikidata": "Q37333", "name_de": "Lublin", "population": "1"}
    keys = collect_keys([])
    first = Source(
        "shared", rows("shared", "cities", {"key": "lublin", "wikidata": "Q37333", "population": "2"})
    )
    found, keys = merged(first, world(cities=(extra,)))
    (added,) = found.rows["world"]
    assert {"key": "q37333", "name_de": "Lublin"} == added.cells
    assert "lublin" == keys.resolve("city", "q37333")


@pytest.mark.parametrize("turn", [1, -1])
def test_order_of_rows_does_not_matter(turn: int) -> None:
    """The keys and claims are the same when the rows come in another order."""
    listed = [LISTED, {"key": "lublin-lviv", "parties": "lublin;lviv", "relation": "partner"}][::turn]
    claims = [
        {"parties": "q84;q60", "claimed_by": "w", "on_side_of": "q60"},
        {"parties": "q60;q84", "claimed_by": "w", "on_side_of": "q84"},
        {"parties": "lublin;q60", "claimed_by": "w"},
    ][::turn]
    found, keys = merged(shared(), register("lublin", *listed), world(*claims))
    assert {"register-lublin": ["lublin-lviv", "lublin-nancy"], "world": ["q60-q37333", "q60-q84"]} == {
        name: sorted(names) for name, names in partnerships(found).items()
    }
    assert {"q36036-q37333": "lublin-lviv", "q37333-q40898": "lublin-nancy"} == keys.aliases["partnership"]
