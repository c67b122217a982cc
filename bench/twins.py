"""A synthetic graph of the world's twin towns, of any size, always the same: 3.7 million statements at scale 1.

Own work: names are made of syllables, places and dates are drawn with a fixed seed. Written one thing after the
other, so that memory does not grow with the scale. A thing may get a flaw (`planted`); which findings follow from
it is known here, before any validator has seen the graph. Validates and measures nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from planted import CHANGED_ROWS, FLAWS, LONELY, Expected, Flaw, Said, Thing

from twin_graph.namespaces import CONCEPTS_IRI, PREFIXES, TWIN_IRI

BASE = "http://localhost:8000/"
SEED = 20230211
# Things at scale 1, and the least at any scale, so that each flaw finds a thing of its own.
SIZES = {"city": 60_000, "partnership": 100_000, "agreement": 100_000, "letter": 50_000, "network": 500,
         "membership": 15_000, "resolution": 15_000, "event": 10_000, "name": 5_000, "source": 2_000}  # fmt: skip
LEAST = 8
COUNTRIES = 200  # the last one is nobody's
DEFECTS = 1_000
# The last status and the last role are nobody's, so that a flaw can add them.
CONCEPTS = {
    "relation": ("partner", "friendly", "solidarity", "listed"),
    "stage": ("contact", "letter-of-intent", "agreement"),
    "status": ("signed", "in-force", "dormant", "suspended", "resumed", "terminated", "unknown", "expired"),
    "role": ("full", "associate", "presiding", "observer", "lead"),
    "confidence": ("high", "medium", "low"),
    "area": (
        "culture",
        "education",
        "science",
        "economy",
        "sport",
        "tourism",
        "youth",
        "health",
        "transport",
    ),
    "network-type": ("network", "association", "programme"),
    "continent": ("africa", "asia", "europe", "north-america", "oceania", "south-america"),
    "name-use": ("native", "exonym", "former"),
}
SUBCLASSES = {
    "LocalAuthority": ("City", "Municipality", "District"),
    "Agreement": ("PartnershipAgreement", "LetterOfIntent", "Renewal"),
}
LANGUAGES = ("en", "pl", "uk", "de", "fr", "es", "it", "pt")
_SYLLABLES = ("ba", "da", "ka", "la", "ma", "na", "ra", "sa", "ta", "va", "bo", "do", "ko", "lo", "mo", "no", "ro",
              "so", "to", "vo", "ri", "mi", "li", "ni", "ti", "el", "ar", "un", "os", "ür", "ść")  # fmt: skip
_XSD = PREFIXES["xsd"]
_PREDICATES = {
    "type": f"<{PREFIXES['rdf']}type>",
    "subClassOf": f"<{PREFIXES['rdfs']}subClassOf>",
    "label": f"<{PREFIXES['rdfs']}label>",
    "exactMatch": f"<{PREFIXES['skos']}exactMatch>",
}


@dataclass(frozen=True)
class World:
    """How large the graph is, and which things are flawed.

    Attributes:
        sizes: number of things by kind.
        flaws: the flaw of a thing, by kind and number.
    """

    sizes: dict[str, int]
    flaws: dict[tuple[str, int], Flaw]
    chance: random.Random = field(repr=False)


def make_world(scale: float) -> World:
    """The plan of a graph: 1,000 flaws at scale 1, and at least one of each kind at any scale.

    >>> make_world(0.1).sizes["city"]
    6000
    """
    sizes = {kind: max(LEAST, round(size * scale)) for kind, size in SIZES.items()} | {"country": COUNTRIES}
    chance = random.Random(SEED)
    flaws: dict[tuple[str, int], Flaw] = {}
    for number in range(max(len(FLAWS), round(DEFECTS * scale))):
        flaw = FLAWS[number % len(FLAWS)]
        while (place := (flaw.kind, chance.randrange(sizes[flaw.kind] - 1))) in flaws:
            pass
        flaws[place] = flaw
    return World(sizes, flaws, random.Random(SEED))


def write_world(scale: float, path: Path, *, graphs: bool) -> list[Expected]:
    """Write the graph as N-Quads (with `graphs`) or N-Triples; returns what a validator has to find."""
    world = make_world(scale)
    expected: list[Expected] = []
    ends = {name: f" <{BASE}graph/{name}> .\n" if graphs else " .\n" for name in ("world", "derived")}
    with path.open("w", encoding="utf-8", newline="\n") as output:
        for thing in _things(world):
            flaw = world.flaws.get((thing.kind, thing.number))
            if flaw is not None:
                expected.append(flaw.plant(thing))
            for predicate, value in thing.said:
                end = ends["derived" if predicate == "twinnedWith" else "world"]
                output.write(f"<{thing.iri}> {_predicate(predicate)} {value}{end}")
    return expected


def changed_rows() -> Iterator[tuple[str, bytes]]:
    """The statements that each changed row adds, as N-Triples."""
    for name, iri, said, _ in CHANGED_ROWS:
        lines = (f"<{iri}> {_predicate(predicate)} {value} .\n" for predicate, value in said)
        yield name, "".join(lines).encode()


def _predicate(name: str) -> str:
    return _PREDICATES.get(name) or f"<{TWIN_IRI}{name}>"


def _things(world: World) -> Iterator[Thing]:
    yield from _frame()
    for kind, describe in _KINDS.items():
        for number in range(world.sizes[kind]):
            yield Thing(kind, number, _iri(kind, number), describe(world, number))
            if kind == "partnership":
                yield from _shortcut(world, number)


def _frame() -> Iterator[Thing]:
    """What does not grow: classes, concepts, and the publication itself."""
    numbers = count()
    for general, classes in SUBCLASSES.items():
        for name in classes:
            yield Thing("class", next(numbers), TWIN_IRI + name, [("subClassOf", _twin(general))])
    for scheme, notations in CONCEPTS.items():
        class_name = "".join(map(str.capitalize, scheme.split("-")))
        class_name = {"Relation": "RelationType"}.get(class_name, class_name)
        for notation in notations:
            said = [("type", _twin(class_name)), *(("label", _text(notation, tag)) for tag in LANGUAGES[:3])]
            yield Thing("concept", next(numbers), f"{CONCEPTS_IRI}{scheme}#{notation}", said)
    yield Thing("publication", 0, f"{BASE}id/publication", [("validOn", _typed("2026-01-01", "date"))])


def _country(_: World, number: int) -> Said:
    letters = chr(65 + number // 26 % 26) + chr(65 + number % 26)
    continent = CONCEPTS["continent"][number % 6]
    return [("type", _twin("Country")), ("isoCode", _text(letters)),
            ("onContinent", _concept("continent", continent)),
            *(("label", _text(_name(number), tag)) for tag in LANGUAGES[:5])]  # fmt: skip


def _source(_: World, number: int) -> Said:
    return [("type", _twin("Source")), ("label", _text(f"List {number}", "en")),
            ("url", _typed(f"https://example.org/list/{number}", "anyURI")),
            ("publishedBy", _text(f"Town hall of {_name(number)}")),
            ("retrievedOn", _typed("2025-11-03", "date"))]  # fmt: skip


def _city(world: World, number: int) -> Said:
    chance = world.chance
    name = _name(number)
    return [
        ("type", _twin("LocalAuthority")),
        ("type", _twin("City")),
        *(("label", _text(name, tag)) for tag in LANGUAGES[: 2 + number % 6]),
        ("nativeName", _text(name)),
        ("inCountry", f"<{_iri('country', int(chance.random() * (COUNTRIES - 1)))}>"),
        ("latitude", _typed(f"{chance.random() * 140 - 60:.4f}", "decimal")),
        ("longitude", _typed(f"{chance.random() * 360 - 180:.4f}", "decimal")),
        ("population", _typed(str(1_000 + int(chance.random() ** 4 * 9_000_000)), "integer")),
        ("populationYear", _typed(str(2015 + number % 10), "gYear")),
        ("exactMatch", f"<{PREFIXES['wd']}Q{number + 1}>"),
        ("geonamesId", _text(str(700_000 + number))),
    ]


def _network(world: World, number: int) -> Said:
    names = (("label", _text(f"Network of {_name(number)}", tag)) for tag in LANGUAGES[:3])
    founded = str(1950 + number % 40)
    return [("type", _twin("Network")), *names, ("foundedOn", _text(founded)),
            ("networkType", _concept("network-type", CONCEPTS["network-type"][number % 3])),
            ("seat", _any(world, "city"))]  # fmt: skip


def _membership(world: World, number: int) -> Said:
    networks = world.sizes["network"]
    # Each network has members, but the one that is to have none; its own go to the last one, which has no flaw.
    network = number % networks
    lonely = world.flaws.get(("network", network)) is LONELY
    ended = [("until", _typed("2019-12-31", "date"))] if number % 10 < 3 else []
    return [("type", _twin("Membership")), ("isMembershipOf", _any(world, "city")),
            ("isMembershipIn", f"<{_iri('network', networks - 1 if lonely else network)}>"),
            ("role", _concept("role", CONCEPTS["role"][number % 4])),
            ("from", _typed(f"{1991 + number % 25}-05-01", "date")), *ended,
            ("hasSource", _any(world, "source"))]  # fmt: skip


def _partnership(world: World, number: int) -> Said:
    year = 1950 + int(world.chance.random() * 75)
    one, other = _parties(world, number)
    return [
        ("type", _twin("Partnership")),
        ("label", _text(f"{_name(one)} – {_name(other)}", "en")),
        ("hasParty", f"<{_iri('city', one)}>"),
        ("hasParty", f"<{_iri('city', other)}>"),
        ("relationType", _concept("relation", CONCEPTS["relation"][number % 4])),
        ("currentStatus", _concept("status", CONCEPTS["status"][number % 7])),
        ("earliestStart", _typed(f"{year}-01-01", "date")),
        ("latestStart", _typed(f"{year}-12-31", "date")),
        ("distanceKilometres", _typed(f"{1 + int(world.chance.random() * 19_000)}.0", "decimal")),
        ("confidence", _concept("confidence", CONCEPTS["confidence"][number % 3])),
        ("hasSource", _any(world, "source")),
    ]


def _parties(world: World, number: int) -> tuple[int, int]:
    """Two different cities; the first cities come most often, at scale 1 about seventy times."""
    cities = world.sizes["city"]
    one = int((number * 7919 % 104_729 / 104_729) ** 1.5 * cities)
    step = 1 + number * 6007 % (cities // 2)
    return one, (one + step) % cities


def _shortcut(world: World, number: int) -> Iterator[Thing]:
    """The link of the parties in both directions, in the graph of what is derived."""
    cities = [_iri("city", city) for city in _parties(world, number)]
    for one, other in (cities, reversed(cities)):
        yield Thing("shortcut", number, one, [("twinnedWith", f"<{other}>")])


def _document(world: World, number: int, class_name: str, stage: str, signed: str) -> Said:
    areas = CONCEPTS["area"]
    return [("type", _twin("Agreement")), ("type", _twin(class_name)), ("stage", _concept("stage", stage)),
            ("signedOn", _text(signed)), ("isDocumentOf", f"<{_iri('partnership', number)}>"),
            ("confidence", _concept("confidence", CONCEPTS["confidence"][number % 3])),
            *(("coversArea", _concept("area", areas[(number + shift) % 9])) for shift in range(number % 3)),
            ("hasSource", _any(world, "source"))]  # fmt: skip


def _agreement(world: World, number: int) -> Said:
    # As precise as such dates are: a day, a month, or a year.
    signed = f"{2001 + number % 20}-06-15"[: (10, 10, 7, 4)[number % 4]]
    said = _document(world, number, "PartnershipAgreement", "agreement", signed)
    if number < world.sizes["letter"]:
        said.append(("follows", f"<{_iri('letter', number)}>"))
    if number % 7 == 0:
        said.append(("approvedBy", _any(world, "resolution")))
    return said


def _letter(world: World, number: int) -> Said:
    return _document(world, number, "LetterOfIntent", "letter-of-intent", f"{1980 + number % 20}-09-01")


def _resolution(world: World, number: int) -> Said:
    return [("type", _twin("Resolution")), ("resolutionNumber", _text(f"{number}/{1990 + number % 30}")),
            ("adoptedOn", _typed(f"{1990 + number % 30}-04-30", "date")), ("decidedBy", _any(world, "city")),
            ("hasSource", _any(world, "source"))]  # fmt: skip


def _event(world: World, number: int) -> Said:
    return [("type", _twin("StatusEvent")), ("event", _concept("status", CONCEPTS["status"][2 + number % 4])),
            ("on", _text(str(2005 + number % 20))), ("changesStatusOf", _any(world, "partnership")),
            ("decidedBy", _any(world, "city")), ("hasSource", _any(world, "source"))]  # fmt: skip


def _other_name(world: World, number: int) -> Said:
    return [("type", _twin("Name")), ("isNameOf", f"<{_iri('city', number * 11 % world.sizes['city'])}>"),
            ("nameText", _text(_name(number + 17))), ("nameLanguage", _text(LANGUAGES[number % 8])),
            ("nameUse", _concept("name-use", CONCEPTS["name-use"][number % 3])),
            ("hasSource", _any(world, "source"))]  # fmt: skip


def _iri(kind: str, number: int) -> str:
    return f"{BASE}id/{kind}/{kind[0]}{number}"


def _any(world: World, kind: str) -> str:
    """A reference to one of the things of a kind."""
    return f"<{_iri(kind, int(world.chance.random() * world.sizes[kind]))}>"


def _name(number: int) -> str:
    """A name of three to five syllables; close numbers have different ones."""
    parts = []
    rest = number * 2_654_435_761 % 2**32
    for _ in range(3 + number % 3):
        rest, index = divmod(rest, len(_SYLLABLES))
        parts.append(_SYLLABLES[index])
    return "".join(parts).capitalize()


def _twin(name: str) -> str:
    return f"<{TWIN_IRI}{name}>"


def _concept(scheme: str, notation: str) -> str:
    return f"<{CONCEPTS_IRI}{scheme}#{notation}>"


def _text(text: str, language: str = "") -> str:
    return f'"{text}"@{language}' if language else f'"{text}"'


def _typed(text: str, datatype: str) -> str:
    return f'"{text}"^^<{_XSD}{datatype}>'


_KINDS: dict[str, Callable[[World, int], Said]] = {
    "country": _country, "source": _source, "city": _city, "network": _network, "membership": _membership,
    "partnership": _partnership, "agreement": _agreement, "letter": _letter, "resolution": _resolution,
    "event": _event, "name": _other_name,
}  # fmt: skip
