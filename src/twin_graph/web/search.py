"""Search by name: the page, its results as files, and suggestions while somebody types.

    /{lang}/search?q=&kind=&country=&page=    and the same with .csv, .xlsx, .json or .ttl: every find
    /suggest?q=&lang=&kind=                   JSON, at most ten

A suggestion has `label` and its `language`, `kind` and `key`, the `path` of its page, and `context`: what tells it
from others of the same name. `announcement` says in the reader's language how many there are. An identifier or an
address of ours leads straight to the page of what it names. Finding is `twin_graph.labels`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from flask import Blueprint, Response, g, render_template, request, url_for
from rdflib import Literal

from twin_graph import describe, iris
from twin_graph.errors import EntityNotFound
from twin_graph.formats import HTML, PLAIN_JSON
from twin_graph.kinds import DOCUMENTED
from twin_graph.labels import KIND_ORDER, MAX_LETTERS, Found, Hit, Name, NameIndex, fold
from twin_graph.web import words
from twin_graph.web.asked import NOBODY, Asked
from twin_graph.web.facets import FacetGroup, FacetLink, pages_around
from twin_graph.web.homonyms import marks
from twin_graph.web.languages import N_, catalogue, collation_key
from twin_graph.web.name_examples import item_example, name_examples
from twin_graph.web.names import Text, Title, plain
from twin_graph.web.panels import Column, Panel, PanelRow
from twin_graph.web.responses import Link, absolute, is_here, page_number, redirect, represent
from twin_graph.web.site import Site, site
from twin_graph.web.tables import links, questions, send, writers
from twin_graph.web.understood import with_words
from twin_graph.web.values import Value, heading
from twin_graph.workspace import LANGUAGES

bp = Blueprint("search", __name__)
PAGE_SIZE = 20
MAX_SUGGESTIONS = 10
_MAX_ROWS = 10_000  # of a file
_LEADING = 8
_LONGEST = 200  # letters of a suggestion
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"
_DOWNLOADS = links.DOWNLOADS
_BY_EXTENSION = {fmt.extension: fmt for fmt in _DOWNLOADS}
_PARAMETERS = ("q", "kind", "country")
_COLUMNS = ("name", "class", "country", "matched", "use")
_THINGS = ("name", "country")
_KINDS = {kind.name for kind in DOCUMENTED}

# What kind of name it is by which a thing was found; a label needs no word.
USE_WORDS = {
    "native": N_("local name"),
    "exonym": N_("name in another language"),
    "alternative": N_("other name"),
    "former": N_("former name"),
    "identifier": N_("identifier"),
}


@dataclass(frozen=True)
class Result:
    """A hit for a reader.

    Attributes:
        local: the name that is used there, where the title is another.
        matched: the name by which it was found, where the title does not show it.
        use: what kind of name that is, in words.
        mark: what tells it from another one of this name in this country that is shown with it.
    """

    hit: Hit
    path: str
    iri: str
    title: Title
    countries: tuple[Title, ...]
    local: Title | None
    matched: Title | None
    use: str
    mark: str = ""


@dataclass(frozen=True)
class Results:
    """What the page of results shows; `resembling` where nothing was found, `examples` where nothing was asked."""

    asked: Asked
    base: str
    found: Found
    results: tuple[Result, ...]
    facets: tuple[FacetGroup, ...]
    resembling: tuple[Result, ...]
    downloads: tuple[tuple[str, str], ...]
    pages: int
    examples: tuple[str, ...] = ()

    @property
    def around(self) -> dict[str, str]:
        """Relation and address of the pages before and after."""
        return pages_around(self.asked, self.base, self.pages)


@bp.get(f"/{_LANG}/search")
def page(lang: str) -> Response:
    """What answers to a name, twenty to a page."""
    here, asked = site(), _read_asked()
    g.words = asked.words()
    if not is_here(path := url_for("search.page", lang=lang)):
        return redirect(here, path, 301)
    if asked.page == 1 and not asked.facets and (named := here.index.identify(asked.text, here.base_iri)):
        return redirect(here, url_for("pages.thing", lang=lang, kind=named[0], key=named[1]), 302)
    show = _show(here, lang, asked)
    links: list[Link] = [
        (absolute(here, address), "alternate", fmt.media_type)
        for fmt, (_, address) in zip(_DOWNLOADS, show.downloads, strict=False)
    ]
    return represent(here, HTML, lambda: render_template("search.html", page=show), language=lang,
                     parameters=_PARAMETERS, links=links)  # fmt: skip


@bp.get(f"/{_LANG}/search.<any({', '.join(_BY_EXTENSION)}):extension>")
def file(lang: str, extension: str) -> Response:
    """Everything that answers to a name, as a file."""
    here, asked = site(), _read_asked()
    title = catalogue(lang).gettext("Search")
    g.words = asked.words(whole=True)
    path = url_for("search.file", lang=lang, extension=extension)
    origin = writers.origin(here, lang, title, None, with_words(path, g.words))
    make = partial(_make_table, here, lang, asked, title)
    return send(_BY_EXTENSION[extension], f"search-{lang}", origin, make, parameters=_PARAMETERS)


@bp.get("/suggest")
def suggest() -> Response:
    """Suggestions for what somebody is typing."""
    here = site()
    wanted = request.args.get("lang", "")
    language = wanted if wanted in LANGUAGES else here.manifest.default_language
    text = _typed()
    kinds = [kind for kind in request.args.getlist("kind") if kind in _KINDS]

    def make() -> str:
        found = here.index.search(text, language, kinds, limit=MAX_SUGGESTIONS)
        return _write_suggestions(show_hits(here, found.hits, language), text, language)

    return represent(here, PLAIN_JSON, make, parameters=("q", "lang", "kind"), language=language)


def show_hits(here: Site, hits: Iterable[Hit], language: str) -> tuple[Result, ...]:
    """Hits with titles, addresses and countries in the language of a reader."""
    known = tuple(hits)
    keys = sorted({key for hit in known for key in hit.countries})
    countries = here.index.titles("country", keys, language)
    results = [_result(here, hit, countries, language) for hit in known]
    cities = {
        each.hit.key: (str(each.title), each.hit.countries) for each in results if each.hit.kind == "city"
    }
    marked = marks(here, cities, language)
    return tuple(
        replace(each, mark=marked.get(each.hit.key, "")) if each.hit.kind == "city" else each
        for each in results
    )


def _read_asked() -> Asked:
    """What the address asks for.

    Raises:
        EntityNotFound: there is no such kind of thing.
        MalformedRequest: the page is not a number.
    """
    kind, country = request.args.get("kind", ""), request.args.get("country", "")
    country = country if iris.is_key(country) else country and NOBODY
    facets = {"kind": (describe.find_kind(kind).name,)} if kind else {}
    return Asked(_typed(), {**facets, "country": (country,)} if country else facets, page=page_number())


def _typed() -> str:
    return request.args.get("q", "").strip()[:MAX_LETTERS]


def _search(index: NameIndex, asked: Asked, language: str, limit: int) -> Found:
    country = "".join(asked.facets.get("country", ()))
    return index.search(asked.text, language, asked.facets.get("kind", ()), country, limit,
                        (asked.page - 1) * PAGE_SIZE)  # fmt: skip


def _show(here: Site, language: str, asked: Asked) -> Results:
    base = url_for("search.page", lang=language)
    found = _search(here.index, asked, language, PAGE_SIZE)
    pages = max(1, -(-found.total // PAGE_SIZE))
    if asked.page > pages:
        raise EntityNotFound(f"the list has {pages} page(s)")
    resembling = () if found.total or not asked.text else here.index.resembling(asked.text, language)
    downloads = tuple(
        (fmt.title, asked.path(url_for("search.file", lang=language, extension=fmt.extension), whole=True))
        for fmt in _DOWNLOADS
        if found.total
    )
    downloads += tuple(questions.of_search(here, language, asked.text)) if found.total else ()
    return Results(
        asked,
        base,
        found,
        show_hits(here, found.hits, language),
        _facets(here, found, asked, base, language),
        show_hits(here, resembling, language),
        downloads,
        pages,
        () if asked.text else _examples(here.index, language),
    )


def _examples(index: NameIndex, language: str) -> tuple[str, ...]:
    return tuple(filter(None, (*name_examples(index, language), item_example(index))))


def _facets(here: Site, found: Found, asked: Asked, base: str, language: str) -> tuple[FacetGroup, ...]:
    translate = catalogue(language).gettext
    countries = here.index.titles("country", sorted(found.countries), language)
    # A kind in the order of all kinds, a country by how much is there.
    kinds = sorted(found.kinds, key=KIND_ORDER.index)
    places = sorted(found.countries, key=lambda key: (-found.countries[key], key))
    groups = (
        ("kind", translate(N_("Kind")), [
            _facet(asked, base, "kind", kind, plain(translate(words.KIND_WORDS[kind].many)), found.kinds[kind])
            for kind in kinds
        ]),
        ("country", translate(N_("Country")), [
            _facet(asked, base, "country", key, _title(countries.get(key, Name(key)), language), found.countries[key])
            for key in places
        ]),
    )  # fmt: skip
    return tuple(
        FacetGroup(name, title, *_arrange(links, len(links) if name == "kind" else _LEADING))
        for name, title, links in groups
        if len(links) > 1 or any(link.chosen for link in links)
    )


def _facet(asked: Asked, base: str, name: str, token: str, title: Title, number: int) -> FacetLink:
    """One choice; it takes the place of another of the same facet."""
    chosen = token in asked.facets.get(name, ())
    others = {other: tokens for other, tokens in asked.facets.items() if other != name}
    then = asked.to(facets=others if chosen else {**others, name: (token,)}, page=1)
    return FacetLink(title, number, then.path(base), chosen)


def _arrange(links: Sequence[FacetLink], leading: int) -> tuple[tuple[FacetLink, ...], tuple[FacetLink, ...]]:
    """The first ones and what has been chosen, then the others."""
    first = [link for place, link in enumerate(links) if place < leading or link.chosen]
    return tuple(first), tuple(link for link in links if link not in first)


def _result(here: Site, hit: Hit, countries: Mapping[str, Name], language: str) -> Result:
    iri = iris.thing(here.base_iri, hit.kind, hit.key)
    title = title_of_hit(hit, language) or here.names.title(str(iri), language)
    local = _title(hit.local, language) if hit.local and hit.local.text not in str(title) else None
    shown = any(fold(hit.matched) in fold(str(text)) for text in (title, local) if text is not None)
    return Result(
        hit,
        url_for("pages.thing", lang=language, kind=hit.kind, key=hit.key),
        str(iri),
        title,
        () if hit.kind == "country"
        else tuple(_title(countries[key], language) for key in hit.countries if key in countries),
        local,
        None if shown else _title(Name(hit.matched, hit.matched_language), language),
        catalogue(language).gettext(USE_WORDS[hit.use]) if hit.use in USE_WORDS and not shown else "",
    )  # fmt: skip


def title_of_hit(hit: Hit, language: str) -> Title | None:
    """The title of a hit as pages show it; None where it is made of more than names."""
    if not hit.parts:
        return None
    ordered = sorted(hit.parts, key=lambda part: collation_key(part.text, language))
    title = _title(ordered[0], language)
    for part in ordered[1:]:
        title = title + " – " + _title(part, language)
    return title


def kind_word(kind: str, language: str) -> str:
    """The noun for one thing of a kind, as it begins a line."""
    row = words.KIND_WORDS[kind]
    noun = catalogue(language).ngettext(row.singular, row.plural, 1)
    return noun[:1].upper() + noun[1:]


def _title(name: Name, language: str) -> Title:
    """A name; its language is said where the reader's is another."""
    return Title((Text(name.text, "" if name.language == language else name.language),))


def _make_table(here: Site, language: str, asked: Asked, title: str) -> Panel:
    """Every find, as the files have it."""
    found = _search(here.index, asked.to(page=1), language, _MAX_ROWS)
    columns = tuple(
        Column(name, heading(here, name, language), holds_things=name in _THINGS) for name in _COLUMNS
    )
    rows = tuple(_row(here, result, language) for result in show_hits(here, found.hits, language))
    return Panel("search", title, columns, rows, total=found.total)


def _row(here: Site, result: Result, language: str) -> PanelRow:
    hit, iri = result.hit, iris.thing(here.base_iri, result.hit.kind, result.hit.key)
    matched = _title(Name(hit.matched, hit.matched_language), language)
    use = catalogue(language).gettext(USE_WORDS[hit.use]) if hit.use in USE_WORDS else ""
    countries = zip(hit.countries, result.countries, strict=False)
    cells = (
        (Value(result.title, result.path, term=iri),),
        (Value(plain(kind_word(hit.kind, language)), term=Literal(hit.kind)),),
        tuple(Value(title, term=iris.thing(here.base_iri, "country", key)) for key, title in countries),
        (Value(matched, term=Literal(hit.matched)),) if hit.matched else (),
        (Value(plain(use or hit.use), term=Literal(hit.use)),),
    )
    return PanelRow(hit.key, cells, hit.kind, iri)


def _write_suggestions(results: Sequence[Result], text: str, language: str) -> str:
    announcement = catalogue(language).ngettext("%(num)s suggestion", "%(num)s suggestions", len(results))
    body = {
        "query": text,
        "language": language,
        "announcement": announcement % {"num": len(results)},
        "suggestions": [
            {
                "label": _cut(str(result.title)),
                "language": result.title.parts[0].language or language,
                "kind": result.hit.kind,
                "key": result.hit.key,
                "path": result.path,
                "context": _context(result, language),
            }
            for result in results
        ],
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n"


def _context(result: Result, language: str) -> str:
    """What tells a suggestion from others of the same name: kind, countries, its mark, the name that was typed."""
    parts = [kind_word(result.hit.kind, language)]
    parts += [", ".join(map(str, result.countries[:3]))] if result.countries else []
    parts += [result.mark] if result.mark else []
    parts += [_cut(str(result.matched))] if result.matched else []
    return " · ".join(parts)


def _cut(text: str) -> str:
    """A text as long as anybody reads in a list of suggestions."""
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
