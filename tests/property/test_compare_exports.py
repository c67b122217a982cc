"""Worlds with every defect at once: what is exported empties the next comparison, and adds nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comparisons import NOW, PAGE, city, link, ours, settled
from fakes.wikibase import Wikibase
from observations import READ_AT, WIKI, day, entity, item, observation, statement, url
from quickstatements_text import Time, parse
from twin_graph.compare import kept
from twin_graph.compare.addresses import normal_url
from twin_graph.compare.decisions import decide
from twin_graph.compare.edits import Change, changes
from twin_graph.compare.model import Cited, Edit, Link, Ours, Verdict
from twin_graph.compare.observed import Origin
from twin_graph.compare.quickstatements import MAX_LINES, Dialect, files_of, lines_of
from twin_graph.compare.reports import compare
from twin_graph.wikidata.model import Date, Item, Observation, Statement

CITIES = [city(f"c{n}", f"Q{n}", f"k{n % 3}") for n in range(1, 8)]
PAIRS = [(a.key, b.key) for a in CITIES for b in CITIES if a.key < b.key]
DATES = (
    "",
    "1953",
    "1953-05",
    "1953-05-02",
    "1954",
    "1954-01-10",
    "1990",
    "1991~",
    "2017/2019",
    "2030",
    "1750",
)
ORIGIN = Origin("live", "Title", "", "", "CC0-1.0", "", "wdqs", "partial", READ_AT, READ_AT, "ff")
PAGES = (PAGE, Cited("https://example.org/a b|c"), Cited("https://de.wikipedia.org/wiki/X"))
THEIRS = (
    *(day(text) for text in ("1953", "1953-05", "1953-05-02", "1954", "1990")), Date("", 0, "gregorian", ""),
    Date("195X", 8, "gregorian", ""), Date("1953-04-19", 11, "julian", ""),
)  # fmt: skip
REFERENCES = ((), (WIKI,), (url(PAGE.url),), (WIKI, url("https://example.org/z", "party-url")))


@st.composite
def held(draw: st.DrawFn) -> Ours:
    """Links of ours, of every status and with every kind of date."""
    pairs = draw(st.lists(st.sampled_from(PAIRS), unique=True, max_size=8))
    return ours(*(draw(_link(*pair)) for pair in pairs), cities=CITIES)


@st.composite
def _link(draw: st.DrawFn, a: str, b: str) -> Link:
    made = link(a, b, start=draw(st.sampled_from(DATES)), end=draw(st.sampled_from(("", "", "", "2022-03"))),
                cited=draw(st.lists(st.sampled_from(PAGES), max_size=2, unique=True)))  # fmt: skip
    status = draw(st.sampled_from((made.status, made.status, "dormant", "unknown")))
    return replace(made, status=status, disputed=draw(st.booleans()) and bool(made.start))


@st.composite
def there(draw: st.DrawFn) -> Observation:
    """Items and statements with the defects of the real ones."""
    states = st.sampled_from(("complete",) * 6 + ("failed", "missing"))
    items: list[Item] = [item(each.item, state=draw(states)) for each in CITIES]
    names = [each.item for each in CITIES]
    numbered = enumerate(
        draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=25))
    )
    complete = {each.id for each in items if each.state == "complete"}
    statements = [draw(_statement(a, b, n)) for n, (a, b) in numbered if a in complete]
    return observation(items, statements)


@st.composite
def _statement(draw: st.DrawFn, a: str, b: str, number: int) -> Statement:
    return statement(
        a, b, number,
        since=draw(st.lists(st.sampled_from(THEIRS), max_size=2)),
        until=draw(st.sampled_from(((), (), (), (day("2019"),)))),
        references=draw(st.sampled_from(REFERENCES)),
        rank=draw(st.sampled_from(("normal", "normal", "preferred", "deprecated"))),
        snak=draw(st.sampled_from(("value",) * 6 + ("somevalue", "invalid"))),
        qualifiers=draw(st.sampled_from(({}, {"P585": entity("Q1")}))),
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(held(), there(), st.sampled_from((None, "wrong-there", "none")))
def test_applying_the_file_empties_the_next_one(
    mine: Ours, seen: Observation, verdict: Verdict | None
) -> None:
    """Whatever is wrong: after the upload nothing is left to propose, and no date is there twice."""
    before = settled(mine, seen)
    decisions = [decide(finding, verdict, "Office", NOW) for finding in before.findings] if verdict else []
    reports = settled(mine, seen, *decisions)
    base = Wikibase(seen)
    files = [file for file in files_of(reports, 3, READ_AT) if file.name.endswith(".tsv")]
    for file in files:
        base.apply(file.content, 3)
    assert all(file.content.count(b"\n") <= MAX_LINES for file in files)
    by_hand = {finding.id for change in changes(reports.findings) if change.edit.action == "replace"
               and not change.edit.old for finding in change.findings}  # fmt: skip
    left = settled(mine, base.observed(READ_AT), *decisions)
    again = {(finding.key, finding.kind) for finding in left.findings if finding.is_exportable}
    kept = {(finding.key, finding.kind) for finding in reports.findings if finding.id in by_hand}
    assert again <= kept
    for guid, after in base.statements.items():
        then = next((each for each in seen.statements if each.guid == guid), None)
        assert len(after.since) <= max(1, len(then.since) if then else 0)
        assert len(after.until) <= max(1, len(then.until) if then else 0)
        assert len({each.digest for each in after.references}) == len(after.references)
        assert after.references or then is not None


@settings(max_examples=100, deadline=None)
@given(held(), there())
def test_nothing_is_concluded_from_silence_that_is_none(mine: Ours, seen: Observation) -> None:
    """Where an item failed, its findings are fewer and never others."""
    failed = {name for name, known in seen.items.items() if known.state == "failed"}
    for finding in compare(mine, seen).findings:
        if finding.kind in ("statement-missing", "silent-side") and "no-item" not in finding.checks:
            assert finding.subject not in failed


@settings(max_examples=100, deadline=None)
@given(held(), there(), st.randoms(use_true_random=False))
def test_shuffling_changes_nothing(mine: Ours, seen: Observation, chance: object) -> None:
    """The order of links, items and statements is no evidence."""
    shuffle: Callable[[list[object]], None] = chance.shuffle  # type: ignore[attr-defined]
    links, statements, names = list(mine.links), list(seen.statements), list(seen.items)
    for some in (links, statements, names):
        shuffle(some)  # type: ignore[arg-type]
    other = replace(seen, statements=tuple(statements), items={name: seen.items[name] for name in names})
    assert compare(mine, seen) == compare(replace(mine, links=tuple(links)), other)


EXACT = st.sampled_from(("", "1953", "1953-05", "1953-05-02", "2000-12-31"))
TITLES = st.text(max_size=30)


@st.composite
def written(draw: st.DrawFn) -> Change:
    """A change with pages of every sort."""
    a, b = draw(st.lists(st.integers(1, 10**9), min_size=2, max_size=2, unique=True))
    paths = draw(st.lists(st.text(max_size=20), min_size=1, max_size=3, unique=True))
    pages = tuple(
        Cited(f"https://example.org/{path}", draw(st.sampled_from(("", "2026-10-01", "2026"))), draw(TITLES),
              draw(st.sampled_from(("", "pl", "zh-hans", "x"))))
        for path in paths
    )  # fmt: skip
    edit = Edit(f"Q{a}", f"Q{b}", "create", draw(EXACT), draw(EXACT), "", pages[0])
    return Change(edit, pages, (), "g")


@settings(max_examples=300, deadline=None)
@given(written(), st.sampled_from((2, 3)))
def test_what_is_read_back_is_what_was_meant(change: Change, dialect: Dialect) -> None:
    """An independent reader of the grammar finds the same edit, whatever stands in titles and addresses."""
    text = "".join(f"{line}\n" for line in lines_of(change, dialect))
    (command,) = parse(text.encode(), dialect)
    edit = change.edit
    dates = {name: value.edtf for name, value in command.qualifiers if isinstance(value, Time)}
    assert (edit.item, "P190", edit.target) == (command.item, command.prop, command.value)
    assert {name: date for name, date in (("P580", edit.since), ("P582", edit.until)) if date} == dates
    addresses = [value for group in command.references for name, value in group if name == "P854"]
    assert [normal_url(page.url).replace("/*", "/%2A") for page in change.references] == addresses
    assert all(normal_url(str(address)) == address for address in addresses)
    read = [value for group in command.references for name, value in group if name == "P813"]
    assert sum(len(page.retrieved) == 10 for page in change.references) == len(read)


@settings(max_examples=50, deadline=None)
@given(held(), there())
def test_reports_are_kept_as_they_are(mine: Ours, seen: Observation) -> None:
    """Written and read, they are the same; written again, the same bytes."""
    made = kept.Kept(settled(mine, seen), {"Q1": seen.retrieved_at}, ORIGIN)
    content = kept.dump(made)
    assert made == kept.load(content)
    for finding in made.reports.findings[:1]:
        for name in (finding.kind, finding.says.name if finding.says else ""):
            with pytest.raises(ValueError, match="is called"):
                kept.load(content.replace(f'"{name}"'.encode(), b'"of-another-version"'))
    assert content == kept.dump(kept.load(content))
