"""Where a link on a page may lead: our own pages by path, other hosts by http or https only, e-mail.

Every path comes from the route map and a checked key, never from the path of the request or from data.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

from flask import has_request_context, request, url_for

from twin_graph import iris
from twin_graph.namespaces import CONCEPTS_IRI, SCHEMES, TWIN_IRI

# Properties and variables whose values are identifiers of others, with the address of what they name.
_AUTHORITIES = {
    "wikidataId": "https://www.wikidata.org/wiki/{}",
    "geonamesId": "https://www.geonames.org/{}/",
}
_MAIL = re.compile(r"[A-Za-z0-9._+\-]+@[A-Za-z0-9.\-]+")
_STATEMENT = re.compile(r"[QP][0-9]+\$[0-9A-Fa-f-]+")


def page(base_iri: str, iri: str, language: str) -> str:
    """Path of the page of a thing, a graph, a concept or a term; empty for everything else."""
    return _page(base_iri, iri, language, request.script_root if has_request_context() else "")


@lru_cache(maxsize=50_000)
def _page(base_iri: str, iri: str, language: str, _root: str) -> str:
    """A path is the same whenever it is asked for below the same root, and a page asks for hundreds."""
    minted = iris.unmint(base_iri, iri)
    if minted is not None and minted.space == "graph":
        return url_for("documents.graph_page", lang=language, name=minted.key)
    if minted is not None:
        path = url_for("pages.thing", lang=language, kind=minted.kind, key=minted.key)
        return f"{path}#{minted.fragment}" if minted.fragment else path
    if iri.startswith(TWIN_IRI):
        return url_for("vocabulary.ontology_page", lang=language) + "#" + quote(iri[len(TWIN_IRI) :])
    scheme, _, notation = iri.removeprefix(CONCEPTS_IRI).partition("#")
    if iri.startswith(CONCEPTS_IRI) and scheme in SCHEMES:
        return url_for("vocabulary.scheme_page", lang=language, scheme=scheme) + "#" + quote(notation)
    return ""


def external(text: str) -> str:
    """An address of another host as it may stand in href; empty where it is not plain http or https.

    >>> external("https://www.wikidata.org/wiki/Q37333"), external("javascript:alert(1)")
    ('https://www.wikidata.org/wiki/Q37333', '')
    """
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"[\s<>\"'\\]", text):
        return ""
    return text


def mail(text: str) -> str:
    """An address of e-mail as it may stand in href; empty where it is none.

    >>> mail("desk@example.org"), mail("desk@example.org?cc=x")
    ('mailto:desk@example.org', '')
    """
    return f"mailto:{text}" if _MAIL.fullmatch(text) else ""


def authority(name: str, text: str) -> str:
    """Address of what an identifier names, where the property says whose identifier it is."""
    if name in _AUTHORITIES:
        return _AUTHORITIES[name].format(quote(text, safe=""))
    if name in ("statement", "statementId") and _STATEMENT.fullmatch(text):
        return "https://www.wikidata.org/entity/statement/" + text.replace("$", "-", 1)
    return ""
