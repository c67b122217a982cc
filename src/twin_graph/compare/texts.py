"""The sentences of findings: what could be changed, what to ask a town hall, what to write on a talk page.

Sentences only; which of them is said is decided elsewhere.
"""

from __future__ import annotations

from twin_graph.compare.model import Cited, Edit
from twin_graph.compare.times import written
from twin_graph.wikidata.model import Date, Statement

MANY = "Wikidata has no agreed way to state a link of more than two parties; nothing is proposed."
NO_ITEM = "A party has no item: find it, or have it created, and add it to our table of cities."
NOT_THERE = "The item in our table of cities does not exist: find out what became of it."
REFERENCE_FIRST = "A reference has to be found first."


def create(names: tuple[str, str], edit: Edit) -> str:
    """A new statement."""
    parties = f"{names[0]} ({edit.item}) is twinned with {names[1]} ({edit.target})"
    return f"Add that {parties}{_dates(edit)}{_source(edit)}."


def add(edit: Edit) -> str:
    """Something added to a statement that is there."""
    what = [f"the start {edit.since}"] if edit.since else []
    what += [f"the end {edit.until}"] if edit.until else []
    return f"Add {' and '.join(what)}{_source(edit)}." if what else f"Add a reference{_source(edit)}."


def replace(edit: Edit, theirs: Date) -> str:
    """A finer date for a coarser one."""
    return f"Make the start {written(theirs)} finer: {edit.since}{_source(edit)}."


def differs(values: tuple[str, str]) -> str:
    """Two dates that contradict each other."""
    return f"Ours {values[0]}, Wikidata’s {values[1]}: find out which is right. Nothing is changed by itself."


def several(statement: Statement) -> str:
    """One statement with several beginnings."""
    return f"The statement has {len(statement.since)} beginnings: find out what each of them dates."


def sides_differ(names: tuple[str, str], dates: tuple[str, str]) -> str:
    """Two items that date one link differently."""
    return f"{names[0]} says {dates[0]}, {names[1]} says {dates[1]}: find out which is right."


def ended_there(date: str) -> str:
    """An end that only Wikidata has."""
    return f"Wikidata says that it ended ({date}); we keep it as it is until the town hall has been asked."


def deprecated(statement: Statement) -> str:
    """A statement that is no longer held."""
    reason = " ".join(sorted(str(node) for node in statement.qualifiers.get("P2241", ())))
    why = f" ({reason})" if reason else ""
    return f"Wikidata has the statement as deprecated{why}: read why before anything else."


def invalid(target: str) -> str:
    """A statement that names no place."""
    return f"The statement names {target or 'no item'}: find out what was meant."


def merged(into: str) -> str:
    """An item that was merged into another."""
    return f"The item was merged into {into}: put the row of our table of cities right."


def on_sibling(name: str, statement: Statement) -> str:
    """A statement that stands on the other item of one place."""
    return (
        f"The statement stands on {name} ({statement.item}), which may be the same place: decide which of the "
        "items signs, and propose nothing before."
    )


def one_place(
    names: tuple[str, str], items: tuple[str, str], counts: tuple[str, str], shared: int, preferred: str
) -> str:
    """Two items that may be one place."""
    rather = f" Most links of the country stand on items like {preferred}." if preferred else ""
    return (
        f"{names[0]} ({items[0]}) names {counts[0]} partners, {names[1]} ({items[1]}) names {counts[1]}, {shared} "
        f"of them the same.{rather} Decide whether they are one place, and which of them signs. Nothing is moved."
    )


def silent(names: tuple[str, str], edit: Edit) -> str:
    """A link that one side states and the other does not."""
    if edit.reference is None:
        said = f"{names[1]} ({edit.target}) names {names[0]} ({edit.item}), not the other way round."
        return f"{said} {REFERENCE_FIRST}"
    return (
        f"Add the other direction to {names[0]} ({edit.item}){_source(edit)}, if the page names both and says no "
        "less of this direction."
    )


def only_there(names: tuple[str, str], other: str, strength: str) -> str:
    """A link that only Wikidata has; `other` is whether the other item says so too, is silent or was not asked."""
    who = {
        "both": "Both items name each other",
        "silent": f"{names[0]} names {names[1]}, not the other way round",
        "unread": f"{names[0]} names {names[1]}; what {names[1]} says was not asked",
    }[other]
    return f"{who} ({strength}). Ask the town hall; it is taken over only after that."


def enquiry(names: tuple[str, str], since: str, page: Cited | None) -> tuple[str, str]:
    """A letter to a town hall, in English and in Polish."""
    when = f" since {since}" if since else ""
    where = f" It names as its source {page.url}." if page is not None else ""
    od = f" od {since}" if since else ""
    skad = f" Jako źródło podano {page.url}." if page is not None else ""
    return (
        f"Wikidata states that {names[0]} and {names[1]} are partner cities{when}.{where} We have found no document "
        "about it. Could you tell us whether the partnership exists, when and by which document it was concluded, "
        "and whether it is in force?",
        f"W Wikidanych podano, że {names[0]} i {names[1]} są miastami partnerskimi{od}.{skad} Nie znaleźliśmy "
        "dokumentu w tej sprawie. Czy partnerstwo istnieje, kiedy i na podstawie jakiego dokumentu je zawarto "
        "oraz czy nadal obowiązuje?",
    )


def talk(names: tuple[str, str], statement: Statement, values: tuple[str, str], page: Cited | None) -> str:
    """A note for the talk page of an item."""
    source = f" Its source: {page.url}" if page is not None else ""
    return (
        f"The statement [[Special:EntityPage/{statement.item}#{statement.guid}|{names[0]} – {names[1]}]] has "
        f"{values[1]}, a register of the city has {values[0]}.{source} "
        "Which of them is right, and for which event? ~~~~"
    )


def _dates(edit: Edit) -> str:
    since = f" since {edit.since}" if edit.since else ""
    return since + (f" until {edit.until}" if edit.until else "")


def _source(edit: Edit) -> str:
    return f", by {edit.reference.url}" if edit.reference is not None else ""
