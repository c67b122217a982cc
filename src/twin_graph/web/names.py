"""The name of anything in the reader's language: a label where there is one, else a title made of its parts.

A name keeps the language it is in, so that pages can mark foreign ones. Knows no addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from rdflib import Literal, URIRef
from rdflib.namespace import RDF, RDFS
from rdflib.term import Node

from twin_graph import iris
from twin_graph.describe import LABELS
from twin_graph.kinds import BY_NAME
from twin_graph.namespaces import OTHER_NAMES, TWIN, TWIN_IRI
from twin_graph.queries import load
from twin_graph.store import Store
from twin_graph.web import words
from twin_graph.web.dates import format_edtf
from twin_graph.web.languages import catalogue, collation_key
from twin_graph.workspace import LANGUAGES

_KEPT = 100_000
# A tag that every format of RDF takes (RFC 5646, by its form).
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True)
class Text:
    """A text; `language` is empty where it is the language of the page."""

    text: str
    language: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Title:
    """A name made of texts that may be in several languages."""

    parts: tuple[Text, ...]

    def __str__(self) -> str:
        return "".join(part.text for part in self.parts)

    def __add__(self, other: Title | str) -> Title:
        more = (Text(other),) if isinstance(other, str) else other.parts
        return Title(self.parts + more)


def plain(text: str) -> Title:
    """A title in the language of the page."""
    return Title((Text(text),))


def choose(literals: Iterable[Literal], language: str) -> Text | None:
    """The literal for a reader: their language, else English, else none's, else the first."""
    found = sorted(literals, key=lambda literal: (literal.language or "", str(literal)))
    for wanted in (language, "en", None):
        for literal in found:
            if literal.language == wanted:
                return Text(str(literal), "" if wanted in (language, None) else wanted or "")
    return Text(str(found[0]), found[0].language or "") if found else None


class Names:
    """Names of the things of one store; a snapshot never changes, so what was found is kept."""

    def __init__(self, store: Store, base_iri: str) -> None:
        self._store = store
        self._base_iri = base_iri
        self._titles: dict[tuple[str, str], Title] = {}
        self._made: dict[str, list[Literal]] = {}
        self._labels: dict[str, tuple[tuple[str, str], ...]] | None = None
        self._parties: dict[str, list[str]] | None = None
        self._makers: dict[str, Callable[[URIRef, str], Title | None]] = {
            "partnership": self._partnership,
            "agreement": self._agreement,
            "resolution": self._resolution,
            "event": self._event,
            "membership": self._membership,
            "conferral": self._conferral,
            "count": self._count,
            "contradiction": self._contradiction,
            "decision": self._decision,
            "claim": self._claim,
            "name": self._name,
            "period": self._period,
        }

    def title(self, iri: str, language: str) -> Title:
        """The name of a thing, a concept or a term."""
        known = self._titles.get((iri, language))
        if known is None:
            if len(self._titles) >= _KEPT:
                self._titles.clear()
            known = self._titles[iri, language] = self._find(URIRef(iri), language)
        return known

    def made(self, iri: str) -> list[Literal]:
        """The titles that pages show of a thing without a label, as labels in the languages of pages.

        None where the title would say no more than the IRI.
        """
        known = self._made.get(iri)
        if known is None:
            if len(self._made) >= _KEPT:
                self._made.clear()
            titles = {code: self.title(iri, code) for code in LANGUAGES}
            empty = (iri, iri.rpartition("/")[2].partition("#")[0])
            said = any(str(title) not in empty for title in titles.values())
            known = [_literal(title, code) for code, title in titles.items()] if said else []
            self._made[iri] = known
        return known

    def short(self, iri: str, language: str) -> Title:
        """The name where the page already says what it belongs to: a document without its parties."""
        minted = iris.unmint(self._base_iri, iri)
        kind = minted.kind if minted else ""
        if minted and minted.fragment.startswith("claim-"):
            by = self.value(URIRef(iri), TWIN.claimedBy)
            return self.short(str(by), language) if by is not None else self.title(iri, language)
        if kind == "agreement":
            date = str(self.value(URIRef(iri), TWIN.signedOn) or "")
            return self._class_title(URIRef(iri), language) + (f", {date[:4]}" if date else "")
        if kind == "source":
            address = self.value(URIRef(iri), TWIN.url)
            host = urlsplit(str(address)).hostname if address is not None else ""
            return plain(host.removeprefix("www.")) if host else self.title(iri, language)
        return self.title(iri, language)

    def local(self, iri: str, language: str) -> tuple[Text, ...]:
        """The names of a city in the languages of its place, each text once, without its title here.

        Each has its language, also where that is the language of the page.
        """
        shown = str(self.title(iri, language))
        return tuple(name for name in self._natives.get(str(iri), ()) if name.text != shown)

    @cached_property
    def _natives(self) -> dict[str, tuple[Text, ...]]:
        found: dict[str, set[Text]] = {}
        for city, _, name in self._store.triples(None, TWIN.nativeName):
            if isinstance(name, Literal):
                found.setdefault(str(city), set()).add(Text(str(name), name.language or ""))
        by_text = {
            city: {name.text: name for name in sorted(names, key=lambda name: (name.text, name.language))}
            for city, names in found.items()
        }
        return {city: tuple(names.values()) for city, names in by_text.items()}

    def own(self, iri: str, language: str) -> Title:
        """The whole name of a document without what a made title would add: its parties and its date."""
        label = self.label(iri, language)
        return Title((label,)) if label else self._class_title(URIRef(iri), language)

    def attributed(self, iri: str, language: str) -> Title:
        """The title of a source with its publisher, unless the title already names it."""
        title, publisher = self.title(iri, language), self.value(URIRef(iri), TWIN.publishedBy)
        named = publisher is None or str(publisher).casefold() in str(title).casefold()
        return title if named else title + f" ({publisher})"

    def label(self, iri: str, language: str) -> Text | None:
        """The label of a thing in a language, where it has none its name there, else the nearest to it."""
        if self._labels is not None:
            return _nearest(self._labels.get(str(iri), ()), language)
        labels = next(filter(None, (self._texts(iri, predicate) for predicate in LABELS)), [])
        if language not in [tag for tag, _ in labels]:
            labels += [pair for predicate in OTHER_NAMES for pair in self._texts(iri, predicate)]
        return _nearest(labels, language)

    def _texts(self, iri: str, predicate: URIRef) -> list[tuple[str, str]]:
        values = (value for value in self.values(URIRef(iri), predicate) if isinstance(value, Literal))
        return sorted((value.language or "", str(value)) for value in values)

    def read_all(self) -> None:
        """Read the labels of everything: one scan takes a fraction of the look-ups that it saves."""
        if self._labels is None:
            found: dict[str, tuple[tuple[str, str], ...]] = {}
            for predicate in reversed(LABELS):
                found |= self._scan_labels(predicate)
            for predicate in OTHER_NAMES:
                for thing, names in self._scan_labels(predicate).items():
                    found[thing] = (*found.get(thing, ()), *names)
            parties: dict[str, list[str]] = {}
            for partnership, _, party in self._store.triples(None, TWIN.hasParty):
                parties.setdefault(str(partnership), []).append(str(party))
            self._labels, self._parties = found, parties

    def titles(self, kind: str, keys: Iterable[str], language: str) -> list[str]:
        """The titles of many things of a kind as texts, in the order of their keys."""
        self.read_all()
        iris_of_things = [f"{self._base_iri}id/{kind}/{key}" for key in keys]
        known: dict[str, tuple[str, str]] = {}
        return [self._title_text(iri, language, known) for iri in iris_of_things]

    def _title_text(self, iri: str, language: str, known: dict[str, tuple[str, str]]) -> str:
        """The title as a text: a label, or the labels of parties; whatever else is made the long way."""
        label = self.label(iri, language)
        if label is not None:
            return label.text
        parties = (self._parties or {}).get(iri)
        if not parties:
            return str(self.title(iri, language))
        parties = list(dict.fromkeys(parties))
        for party in parties:
            if party not in known:
                text = str(self.label(party, language) or self.title(party, language))
                known[party] = (collation_key(text, language), text)
        return " – ".join(text for _, text in sorted(known[party] for party in parties))

    def _scan_labels(self, predicate: URIRef) -> dict[str, tuple[tuple[str, str], ...]]:
        found: dict[str, set[tuple[str, str]]] = {}
        for thing, _, label in self._store.triples(None, predicate):
            if isinstance(label, Literal):
                found.setdefault(str(thing), set()).add((label.language or "", str(label)))
        return {thing: tuple(sorted(labels)) for thing, labels in found.items()}

    def class_of(self, thing: URIRef, kind: str) -> URIRef:
        """The most specific of its classes: neither the class of the kind nor one that is broader."""
        general = URIRef(TWIN_IRI + BY_NAME[kind].class_name)
        broader = {str(general), *map(str, self.values(general, RDFS.subClassOf))}
        classes = sorted(str(c) for c in self.values(thing, RDF.type) if str(c).startswith(TWIN_IRI))
        return URIRef(next((name for name in classes if name not in broader), str(general)))

    def registers(self, city: URIRef) -> list[str]:
        """The registers that are kept by a city."""
        return sorted(str(register) for register, _, _ in self._store.triples(None, TWIN.keptBy, city))

    @cached_property
    def totals(self) -> dict[str, int]:
        """How many things of each kind there are."""
        rows = self._store.select(load("home_counts"))
        return {str(row["kind"]): int(str(row["total"])) for row in rows if "kind" in row}

    def values(self, subject: URIRef, predicate: URIRef) -> list[Node]:
        """The values of a property, each once, in a fixed order."""
        return sorted({value for _, _, value in self._store.triples(subject, predicate)}, key=str)

    def value(self, subject: URIRef, predicate: URIRef) -> Node | None:
        """The first value of a property."""
        return next(iter(self.values(subject, predicate)), None)

    # -- titles of things that have no label of their own --------------------------------------------

    def _find(self, iri: URIRef, language: str) -> Title:
        label = self.label(iri, language)
        if label is not None:
            return Title((self._in_own_language(iri, label, language),))
        minted = iris.unmint(self._base_iri, iri)
        if minted is None:
            return plain(iri)
        kind = minted.kind
        if minted.fragment:
            kind = minted.fragment.partition("-")[0]
        made = self._makers[kind](iri, language) if kind in self._makers else None
        return made if made and str(made) else plain(minted.key)

    def _in_own_language(self, iri: URIRef, label: Text, language: str) -> Text:
        """A title without a tag is in the language that its source is in."""
        tag = self.value(iri, TWIN.inLanguage) if "/id/source/" in iri else None
        return Text(label.text, str(tag)) if tag is not None and str(tag) != language else label

    def _partnership(self, iri: URIRef, language: str) -> Title:
        parties = [self.title(str(party), language) for party in self.values(iri, TWIN.hasParty)]
        return _join(sorted(parties, key=lambda title: collation_key(str(title), language)), " – ")

    def _agreement(self, iri: URIRef, language: str) -> Title:
        title = self._class_title(iri, language)
        of = self.value(iri, TWIN.isDocumentOf)
        if of is not None:
            title = title + ": " + self.title(str(of), language)
        return self._with_date(title, iri, TWIN.signedOn, language)

    def _resolution(self, iri: URIRef, language: str) -> Title:
        number = self.value(iri, TWIN.resolutionNumber)
        title = self.title(str(TWIN.Resolution), language)
        title = title + f" {number}" if number is not None else title
        return self._with_date(title, iri, TWIN.adoptedOn, language)

    def _event(self, iri: URIRef, language: str) -> Title:
        parts = [self._linked(iri, predicate, language) for predicate in (TWIN.changesStatusOf, TWIN.event)]
        return self._with_date(_join([part for part in parts if part], ": "), iri, TWIN.on, language)

    def _membership(self, iri: URIRef, language: str) -> Title:
        parts = [self._linked(iri, name, language) for name in (TWIN.isMembershipOf, TWIN.isMembershipIn)]
        return _join([part for part in parts if part], " – ")

    def _conferral(self, iri: URIRef, language: str) -> Title:
        parts = [self._linked(iri, name, language) for name in (TWIN.isConferralOf, TWIN.isConferredOn)]
        title = _join([part for part in parts if part], ": ")
        year = TWIN.inYear if self.value(iri, TWIN.inYear) is not None else TWIN.on
        return self._with_date(title, iri, year, language)

    def _count(self, iri: URIRef, language: str) -> Title:
        what = words.value_word(str(self.value(iri, TWIN.counted) or ""), catalogue(language).gettext)
        city = self._linked(iri, TWIN.countsFor, language)
        title = city + ": " + what if city else plain(what)
        return self._with_date(title, iri, TWIN.asOf, language)

    def _contradiction(self, iri: URIRef, language: str) -> Title:
        parts = [self._linked(iri, name, language) for name in (TWIN.concerns, TWIN.contradictedFact)]
        return _join([part for part in parts if part], ": ")

    def _decision(self, iri: URIRef, language: str) -> Title | None:
        verdict = self._linked(iri, TWIN.verdict, language)
        return self._with_date(verdict, iri, TWIN.madeOn, language) if verdict else None

    def _claim(self, iri: URIRef, language: str) -> Title | None:
        return self._linked(iri, TWIN.claimedBy, language)

    def _name(self, iri: URIRef, language: str) -> Title | None:
        text, tag = (str(self.value(iri, name) or "") for name in (TWIN.nameText, TWIN.nameLanguage))
        return Title((Text(text, tag if tag != language else ""),)) if text else None

    def _period(self, iri: URIRef, language: str) -> Title | None:
        status = self._linked(iri, TWIN.status, language)
        ends = [str(self.value(iri, name) or "") for name in (TWIN["from"], TWIN.until)]
        if status is None or not any(ends):
            return status
        dates = [format_edtf(date, language, catalogue(language).gettext) if date else "" for date in ends]
        return status + f" ({' – '.join(dates).strip()})"

    def _class_title(self, iri: URIRef, language: str) -> Title:
        return self.title(str(self.class_of(iri, "agreement")), language)

    def _linked(self, iri: URIRef, predicate: URIRef, language: str) -> Title | None:
        value = self.value(iri, predicate)
        return self.title(str(value), language) if value is not None else None

    def _with_date(self, title: Title, iri: URIRef, predicate: URIRef, language: str) -> Title:
        date = self.value(iri, predicate)
        if date is None:
            return title
        return title + f" ({format_edtf(str(date), language, catalogue(language).gettext)})"


def _nearest(labels: Sequence[tuple[str, str]], language: str) -> Text | None:
    """As `choose`, of pairs of language and text in their order."""
    for wanted in (language, "en", ""):
        for tag, text in labels:
            if tag == wanted:
                return Text(text, "" if tag == language else tag)
    return Text(labels[0][1], labels[0][0]) if labels else None


def _literal(title: Title, language: str) -> Literal:
    """A title as a label: in the one language that its texts are in, else in that of the page."""
    tags = {part.language for part in title.parts}
    tag = tags.pop() if len(tags) == 1 else ""
    return Literal(str(title), lang=tag if _TAG.fullmatch(tag) else language)


def _join(titles: list[Title], separator: str) -> Title:
    joined = Title(())
    for number, title in enumerate(titles):
        joined = joined + separator + title if number else joined + title
    return joined
