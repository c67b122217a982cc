"""Links that only Wikidata has (report b), that one side states (report c), or that contradict themselves (d).

Our own links are compared in `local`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from twin_graph.compare import checks, texts
from twin_graph.compare.context import Context, said
from twin_graph.compare.model import Edit, Finding
from twin_graph.compare.places import Places
from twin_graph.compare.there import TWINNED, cited, number, ordered
from twin_graph.compare.times import relate, written
from twin_graph.enrich.parties import is_party
from twin_graph.wikidata.model import STRENGTHS, Date, Statement


class Foreign:
    """The findings about what Wikidata says, beside what our links say."""

    def __init__(self, context: Context, places: Places) -> None:
        self.context = context
        self.there = context.there
        self.places = places
        self.one_sided: Counter[str] = Counter()
        self._ours = self._our_pairs()

    def findings(self) -> Iterator[Finding]:
        """All of them."""
        for a, b in self.there.pairs():
            if self._is_no_place(a) or self._is_no_place(b):
                continue
            sides = [self.there.live(a, b), self.there.live(b, a)]
            covered = (a, b) in self._ours
            if not covered:
                yield self._only_there(a, b, sides)
                yield from self._contradictions(a, b, sides)
            yield from self._silent(a, b, covered=covered)
        for statement in self.there.invalid:
            yield self._invalid(statement)
        for statement in self.there.observation.statements:
            if statement.property == TWINNED and self._is_no_place(self.there.follow(statement.value)):
                yield self._invalid(statement)

    def _is_no_place(self, item: str) -> bool:
        """Whether an item signs nothing: a country, a network, a person. What is one too is among our cities."""
        if item in self.context.by_item:
            return False
        there = self.there
        return item in there.countries or item in there.networks or not is_party(there.item(item))

    def _our_pairs(self) -> set[tuple[str, str]]:
        """The pairs of items that links of ours are about, the other items of the same places included."""
        found = set()
        for link in self.context.ours.links:
            cities = [self.context.ours.cities.get(key) for key in link.parties]
            items = [self.there.follow(city.item) for city in cities if city is not None and city.item]
            if len(cities) == 2 == len(items):
                a, b = items
                found.add(ordered(a, b))
                found |= {
                    ordered(self.there.follow(each.item), self.there.follow(each.value))
                    for one, other in ((a, b), (b, a))
                    for each in self.places.elsewhere(one, other)
                }
        return found

    def _only_there(self, a: str, b: str, sides: list[list[Statement]]) -> Finding:
        both = self.there.has(a, b) and self.there.has(b, a)
        subject, target = (a, b) if sides[0] or self.there.has(a, b) else (b, a)
        statements = [*sides[0], *sides[1]]
        strongest = max(statements, key=lambda found: STRENGTHS.index(found.strength), default=None)
        strength = strongest.strength if strongest is not None else "none"
        names = self.context.named(subject), self.context.named(target)
        other = "both" if both else "silent" if self.there.knows(target, subject) else "unread"
        page = cited(strongest) if strongest is not None else None
        since = next((written(date) for found in statements for date in found.since if date.edtf), "")
        return self.context.finding(
            "both-sides" if both else "one-side",
            subject,
            target,
            ["both" if both else "one", *said(statements)],
            guid=strongest.guid if strongest is not None else "",
            says=texts.only_there(names, other, strength),
            note=texts.enquiry(names, since, page),
            details={"strength": strength, "other_side": other},
            values=("", since),
            url=page.url if page is not None else "",
            retrieved=page.retrieved if page is not None else "",
            confidence="medium" if both or strength.endswith("url") else "low",
            order=(0 if both else len(STRENGTHS)) + len(STRENGTHS) - 1 - STRENGTHS.index(strength),
        )

    def _silent(self, a: str, b: str, *, covered: bool) -> Iterator[Finding]:
        """The other direction of a link that one side states, where the other side is known to be silent."""
        for silent, speaker in ((a, b), (b, a)):
            if self.there.has(silent, speaker) or not self.there.knows(silent, speaker):
                continue
            if self.places.elsewhere(silent, speaker):
                if not covered:
                    yield self._on_sibling(silent, speaker)
                continue
            self.one_sided[self.context.country(silent)] += 1
            yield self._one_sided(silent, speaker, covered=covered)

    def _one_sided(self, silent: str, speaker: str, *, covered: bool) -> Finding:
        statements = self.there.live(speaker, silent)
        source = next((found for found in statements if not checks.of_reference(cited(found))), None)
        page = cited(source) if source is not None else None
        edit = Edit(silent, speaker, "create", reference=page)
        found = [*checks.of_reference(page), "reference-unread"]
        if self.there.statements(silent, speaker):
            found.append("statement-deprecated")
        if covered:
            found.append("in-report-a")
        if not all(self.there.is_read(item) for item in (silent, speaker)):
            found.append("item-missing")
        names = self.context.named(silent), self.context.named(speaker)
        return self.context.finding(
            "silent-side",
            silent,
            speaker,
            said(statements),
            countries=tuple(filter(None, [self.context.country(silent)])),  # whose silence it is
            guid=statements[0].guid if statements else "",
            edit=edit,
            checks=tuple(found),
            says=texts.silent(names, edit),
            url=page.url if page else "",
            retrieved=page.retrieved if page else "",
            confidence="medium" if page else "low",
            order=0 if page else 1,
        )

    def _on_sibling(self, silent: str, speaker: str) -> Finding:
        elsewhere = self.places.elsewhere(silent, speaker)
        where = elsewhere[0]
        return self.context.finding(
            "on-the-sibling",
            silent,
            speaker,
            said(elsewhere),
            guid=where.guid,
            says=texts.on_sibling(self.context.named(where.item), where),
            order=2,
        )

    def _contradictions(self, a: str, b: str, sides: list[list[Statement]]) -> Iterator[Finding]:
        for statement in (*sides[0], *sides[1]):
            if len(statement.since) > 1:
                yield self.context.finding(
                    "several-starts",
                    self.there.follow(statement.item),
                    self.there.follow(statement.value),
                    said([statement]),
                    guid=statement.guid,
                    says=texts.several(statement),
                    values=("", ";".join(map(written, statement.since))),
                )
        dates = [[date for found in side for date in found.since if len(found.since) == 1] for side in sides]
        if dates[0] and dates[1] and all(_contradict(one, other) for one in dates[0] for other in dates[1]):
            texts_ = written(dates[0][0]), written(dates[1][0])
            names = self.context.named(a), self.context.named(b)
            yield self.context.finding(
                "sides-differ",
                a,
                b,
                said([*sides[0], *sides[1]]),
                guid=sides[0][0].guid,
                values=texts_,
                says=texts.sides_differ(names, texts_),
                note=texts.talk(names, sides[1][0], texts_, None),
            )

    def _invalid(self, statement: Statement) -> Finding:
        target = statement.value or statement.snak
        return self.context.finding(
            "invalid-target",
            self.there.follow(statement.item),
            target,
            said([statement]),
            guid=statement.guid,
            says=texts.invalid(statement.value),
        )


def unread(context: Context) -> tuple[str, ...]:
    """The items of our cities and of statements whose own statements are not known."""
    there = context.there
    wanted = {*context.by_item, *(item for pair in there.pairs() for item in pair)}
    found = []
    for item in wanted:
        known = there.item(item)
        if known is None or known.state == "failed":
            found.append(item)
    return tuple(sorted(found, key=number))


def _contradict(one: Date, other: Date) -> bool:
    return one.calendar == other.calendar == "gregorian" and relate(one.edtf, other) == "conflict"
