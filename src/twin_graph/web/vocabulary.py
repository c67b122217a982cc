"""`/ontology`, `/alignments`, `/concepts`, `/shapes`, `/context.jsonld`: the vocabulary, for machines and for people.

Turtle is sent as it stands in the file, with its comments; the other formats are made from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, render_template, url_for
from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS

from twin_graph import graphs
from twin_graph.formats import DOCUMENT_FORMATS, HTML, JSON_LD, TURTLE
from twin_graph.graphs import read_turtle
from twin_graph.namespaces import CONCEPTS_IRI, TWIN_IRI
from twin_graph.web import addresses
from twin_graph.web.choice import PARAMETERS, choose, language, vary
from twin_graph.web.languages import page_language
from twin_graph.web.responses import Link, absolute, is_here, redirect, represent
from twin_graph.web.site import Site, site
from twin_graph.web.variants import Variants
from twin_graph.web.vocabulary_files import in_order
from twin_graph.workspace import LANGUAGES

bp = Blueprint("vocabulary", __name__)
_EXTENSIONS = ", ".join(fmt.extension for fmt in DOCUMENT_FORMATS)
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"


@bp.get("/context.jsonld")
def context() -> Response:
    """The JSON-LD context."""
    here = site()
    return represent(here, JSON_LD, lambda: here.vocabulary.context_text)


@bp.get("/ontology")
@bp.get(f"/ontology.<any({_EXTENSIONS}):extension>")
def ontology(extension: str = "") -> Response:
    """Our terms."""
    files = site().vocabulary
    return _send("vocabulary.ontology", extension, lambda: files.ontology_text, lambda: files.ontology)


@bp.get("/alignments")
@bp.get(f"/alignments.<any({_EXTENSIONS}):extension>")
def alignments(extension: str = "") -> Response:
    """How our terms stand to those of other vocabularies."""
    files = site().vocabulary
    return _send("vocabulary.alignments", extension, lambda: files.alignments_text, lambda: files.alignments)


@bp.get("/concepts")
@bp.get(f"/concepts.<any({_EXTENSIONS}):extension>")
def concepts(extension: str = "") -> Response:
    """All concept schemes."""
    files = site().vocabulary
    return _send("vocabulary.concepts", extension, lambda: files.concepts_text, lambda: files.concepts)


@bp.get("/concepts/<scheme>")
@bp.get(f"/concepts/<scheme>.<any({_EXTENSIONS}):extension>")
def scheme(scheme: str, extension: str = "") -> Response:
    """One concept scheme."""
    graph = site().vocabulary.scheme(scheme)
    return _send("vocabulary.scheme", extension, lambda: _turtle(graph), lambda: graph, scheme=scheme)


@bp.get("/shapes")
@bp.get(f"/shapes.<any({_EXTENSIONS}):extension>")
def shapes(extension: str = "") -> Response:
    """All rules about data."""
    files = site().vocabulary
    return _send(
        "vocabulary.shapes", extension, lambda: files.shapes_text, lambda: read_turtle(files.shapes_text)
    )


@bp.get("/shapes/<name>")
@bp.get(f"/shapes/<name>.<any({_EXTENSIONS}):extension>")
def shape(name: str, extension: str = "") -> Response:
    """The rules of one file."""
    files = site().vocabulary
    text = files.shape_text(name)
    return _send("vocabulary.shape", extension, lambda: text, lambda: files.shape_graph(name), name=name)


@bp.get(f"/{_LANG}/ontology")
def ontology_page(lang: str) -> Response:
    """Our terms for people."""
    files = site().vocabulary
    title = files.title(files.ontology, TWIN_IRI.rstrip("#"), lang)
    return _page("ontology.html", lang, "vocabulary.ontology", classes=files.classes(lang),
                 properties=files.properties(lang), title=title, refer=_refer)  # fmt: skip


@bp.get(f"/{_LANG}/alignments")
def alignments_page(lang: str) -> Response:
    """The same for people."""
    return _page(
        "alignments.html",
        lang,
        "vocabulary.alignments",
        rows=site().vocabulary.alignment_rows(lang),
        refer=_refer,
    )


@bp.get(f"/{_LANG}/concepts")
def concepts_page(lang: str) -> Response:
    """The concept schemes for people."""
    return _page("concepts.html", lang, "vocabulary.concepts", schemes=site().vocabulary.schemes(lang))


@bp.get(f"/{_LANG}/concepts/<scheme>")
def scheme_page(lang: str, scheme: str) -> Response:
    """One concept scheme for people."""
    files = site().vocabulary
    title = files.title(files.scheme(scheme), CONCEPTS_IRI + scheme, lang)
    return _page(
        "scheme.html",
        lang,
        "vocabulary.scheme",
        {"scheme": scheme},
        title=title,
        concepts=files.scheme_concepts(scheme, lang),
    )


@bp.get(f"/{_LANG}/shapes")
def shapes_page(lang: str) -> Response:
    """All rules for people, file by file; each can be linked to by its name."""
    files = site().vocabulary
    return _page(
        "shapes.html",
        lang,
        "vocabulary.shapes",
        files=[(name, files.rules(name, lang)) for name in files.shape_texts],
    )


@bp.get(f"/{_LANG}/shapes/<name>")
def shape_page(lang: str, name: str) -> Response:
    """The rules of one file for people."""
    return _page(
        "shape.html", lang, "vocabulary.shape", {"name": name}, rules=site().vocabulary.rules(name, lang)
    )


def _send(
    endpoint: str, extension: str, text: Callable[[], bytes], graph: Callable[[], Graph], **names: Any
) -> Response:
    here = site()
    if not extension and not is_here(path := url_for(endpoint, **names)):
        return redirect(here, path, 301)
    found = Variants(DOCUMENT_FORMATS, endpoint, names)
    fmt = choose(here, found, extension)
    if fmt is HTML:
        path = url_for(f"{endpoint}_page", lang=language(here), **names)
        return redirect(here, path, vary=vary(fmt, extension))

    def make() -> bytes:
        return text() if fmt is TURTLE else graphs.serialise(in_order(graph()), fmt)

    links = [*found.links(here, with_page=True), *_relations(here, endpoint, names)]
    return represent(here, fmt, make, parameters=PARAMETERS, vary=vary(fmt, extension),
                     location=found.path(fmt), links=links)  # fmt: skip


def _page(template: str, lang: str, endpoint: str, names: Mapping[str, Any] | None = None,
          **values: object) -> Response:  # fmt: skip
    """A page for people; its data are what the document at the endpoint says."""
    here, known = site(), names or {}
    found = Variants(DOCUMENT_FORMATS, endpoint, known)
    formats = [(fmt, found.path(fmt)) for fmt in found.formats if fmt is not HTML]
    links = [
        (absolute(here, url_for(endpoint, **known)), "describedby", ""),
        *found.links(here),
        *_licences(here),
    ]
    return represent(
        here, HTML, lambda: render_template(template, data_formats=formats, **known, **values), language=lang,
        links=links,
    )  # fmt: skip


def _relations(here: Site, endpoint: str, names: Mapping[str, Any]) -> list[Link]:
    """The Link headers that are the same for every format: the address without an ending, licences."""
    return [(absolute(here, url_for(endpoint, **names)), "canonical", ""), *_licences(here)]


def _licences(here: Site) -> list[Link]:
    """What the ontology says of its licence holds for the vocabulary that comes with it."""
    ontology = here.vocabulary.ontology
    found = sorted(map(str, ontology.objects(URIRef(TWIN_IRI.rstrip("#")), DCTERMS.license)))
    return [(licence, "license", "") for licence in found]


def _turtle(graph: Graph) -> bytes:
    return graphs.serialise(in_order(graph), TURTLE)


def _refer(iri: str) -> tuple[str, str]:
    """Name and address of a term that a definition mentions."""
    here, spoken = site(), page_language()
    label = here.names.label(iri, spoken)
    return (label.text if label else iri.rpartition("#")[2], addresses.page(here.base_iri, iri, spoken))
