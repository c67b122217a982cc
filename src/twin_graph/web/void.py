"""`/void` and `/.well-known/void`: how much of what is published, for machines.

The statements stand in the metadata graph, where the build wrote them, but for the addresses of files, which are
written later; for people the same numbers are on the page about the service. What makes them is `catalog`.

https://www.w3.org/TR/void/#discovery
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, url_for
from rdflib import URIRef

from twin_graph import catalog, graphs, iris
from twin_graph.catalog import whole_of
from twin_graph.dumps.dataset import ALL
from twin_graph.dumps.files import GZIP
from twin_graph.formats import DOCUMENT_FORMATS, HTML, N_QUADS, TURTLE
from twin_graph.graphs import Triple
from twin_graph.namespaces import VOID
from twin_graph.sparql import endpoint_of
from twin_graph.web import dumps, editions
from twin_graph.web.choice import PARAMETERS, choose, language, vary
from twin_graph.web.responses import absolute, is_here, redirect, represent
from twin_graph.web.site import Site, site
from twin_graph.web.variants import Variants

bp = Blueprint("void", __name__)
METADATA = "metadata"
_EXTENSIONS = ", ".join(fmt.extension for fmt in DOCUMENT_FORMATS)


@bp.get("/void")
@bp.get(f"/void.<any({_EXTENSIONS}):extension>")
def description(extension: str = "") -> Response:
    """The description of the contents."""
    here = site()
    if not extension and not is_here(path := url_for("void.description")):
        return redirect(here, path, 301)
    found = Variants(DOCUMENT_FORMATS, "void.description", {})
    fmt = choose(here, found, extension)
    if fmt is HTML:
        path = url_for("pages.about", lang=language(here), _anchor="graphs")
        return redirect(here, path, vary=vary(fmt, extension))
    links = [
        *found.links(here, with_page=True),
        (absolute(here, url_for("void.description")), "canonical", ""),
    ]
    return represent(here, fmt, lambda: graphs.serialise(_statements(here), fmt), parameters=PARAMETERS,
                     vary=vary(fmt, extension), location=found.path(fmt), links=links,
                     also=here.published)  # fmt: skip


@bp.get("/.well-known/void")
def well_known() -> Response:
    """Where a program looks that knows nothing but the host (VoID 7.2, RFC 8615)."""
    return redirect(site(), url_for("void.description"), 302)


def _statements(here: Site) -> list[Triple]:
    """What the metadata graph says of the whole, the graphs and their parts, and where files are, in one order."""
    spaces = (
        catalog.void_address(here.base_iri),
        f"{here.base_iri}graph/",
        f"{endpoint_of(here.base_iri)}#dataset",
    )
    said = here.store.graph(iris.graph(here.base_iri, METADATA))
    found = [triple for triple in said if str(triple[0]).startswith(spaces)]
    return sorted([*found, *_files(here)], key=lambda triple: tuple(term.n3() for term in triple))


def _files(here: Site) -> Iterator[Triple]:
    """Where the whole and each graph can be fetched in one file, as soon as there is one: always the newest.

    Several files would be read as parts of one dataset, so that each has one.
    """
    edition = editions.offered(here)
    for dump in edition.index.dumps if edition is not None else ():
        if (dump.kind, dump.compression) not in ((N_QUADS, GZIP.extension), (TURTLE, GZIP.extension)):
            continue
        of_all = dump.content == ALL
        if of_all or dump.content in here.manifest.graphs:
            thing = whole_of(here.base_iri) if of_all else iris.graph(here.base_iri, dump.content)
            address = url_for("dumps.file", identity=dumps.LATEST, name=dump.name)
            yield thing, VOID.dataDump, URIRef(absolute(here, address))
