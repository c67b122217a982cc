"""Content negotiation as RFC 9110, section 12, and the design ask: real Accept headers, over HTTP."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from site_client import client_of
from twin_graph.formats import DOCUMENT_FORMATS, HTML, by_name
from twin_graph.snapshot import Snapshot

# Accept header, name of the format that it gets; an empty name means 406.
TABLE = [
    # Nothing asked for
    (None, "turtle"),
    ("", "turtle"),
    ("*/*", "turtle"),
    ("*/*;q=0.8", "turtle"),
    ("text/html;q=0, */*", "turtle"),
    # Browsers: Firefox, Chrome, Safari, older ones, text browsers
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/png,*/*;q=0.8", "html"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
     "application/signed-exchange;v=b3;q=0.7", "html"),
    ("application/xml,application/xhtml+xml,text/html;q=0.9,text/plain;q=0.8,image/png,*/*;q=0.5", "html"),
    ("text/xml,application/xml,application/xhtml+xml,text/html;q=0.9,text/plain;q=0.8,image/png,*/*;q=0.5", "html"),
    ("image/gif, image/jpeg, image/pjpeg, application/x-ms-application, */*", "turtle"),
    ("text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01", "html"),
    ("text/html, application/xhtml+xml, image/jxr, */*", "html"),
    # Crawlers
    ("text/html,application/xhtml+xml,application/signed-exchange;v=b3,application/xml;q=0.9,*/*;q=0.8", "html"),
    ("*/*, text/html", "html"),
    # Programs: requests, curl, Java, wget, axios, fetch
    ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "html"),
    ("application/json, text/plain, */*", "json-ld"),
    ("application/json", "json-ld"),
    ("application/json;charset=utf-8", "json-ld"),
    ("identity, */*;q=0.5", "turtle"),
    # Linked-data clients: rdflib, Jena, RDF4J, Comunica, Apache Any23, Virtuoso, LodLive, Protégé
    ("text/turtle, application/x-turtle", "turtle"),
    ("application/rdf+xml,text/rdf+n3;q=0.9,application/xhtml+xml;q=0.5, */*;q=0.1", "rdf-xml"),
    ("application/ld+json, application/json;p=0.9, */*;q=0.1", "json-ld"),
    ("text/n3, */*;q=0.1", "turtle"),
    ("text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3",
     "turtle"),
    ("application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,"
     "text/turtle;q=0.6,application/rdf+xml;q=0.5,application/json;q=0.45,text/n3;q=0.35,text/html;q=0.2", "json-ld"),
    ("application/rdf+xml;q=0.9, application/xml;q=0.6, text/xml;q=0.6, text/turtle;q=0.8, */*;q=0.5", "rdf-xml"),
    ("application/rdf+xml, application/xml; q=0.5, text/xml; q=0.3, */*; q=0.2", "rdf-xml"),
    ("text/rdf+n3, application/rdf+xml;q=0.8", "turtle"),
    ("application/n-triples, text/plain;q=0.9", "n-triples"),
    # One format each
    ("text/turtle", "turtle"),
    ("application/ld+json", "json-ld"),
    ("application/n-triples", "n-triples"),
    ("application/rdf+xml", "rdf-xml"),
    ("text/html", "html"),
    ("application/xhtml+xml", "html"),
    # Aliases
    ("application/x-turtle", "turtle"),
    ("text/rdf+n3", "turtle"),
    ("text/n3", "turtle"),
    ("text/plain", "n-triples"),
    ("application/xml", "rdf-xml"),
    # Specificity and quality
    ("text/*", "turtle"),
    ("application/*", "json-ld"),
    ("text/turtle;q=0.4, application/n-triples;q=0.5", "n-triples"),
    ("text/turtle;q=0.001, application/n-triples;q=0.002", "n-triples"),
    ("*/*;q=0.9, text/turtle;q=0.1, application/ld+json;q=0.1", "n-triples"),
    ("text/*;q=0.3, text/turtle;q=0.9, application/rdf+xml;q=0.8", "turtle"),
    ("text/turtle;q=0, */*", "json-ld"),
    ("text/turtle;q=0.0, application/ld+json;q=0.000, */*;q=0.1", "n-triples"),
    ("text/turtle;q=0, text/*", ""),
    ("application/json;q=1, text/turtle;q=0.95", "json-ld"),
    ("text/turtle;charset=utf-8;q=0.2, text/turtle;q=0.9, application/rdf+xml;q=0.5", "rdf-xml"),
    # Ties
    ("application/rdf+xml, text/turtle", "turtle"),
    ("application/rdf+xml, application/n-triples", "n-triples"),
    ("text/html, text/turtle", "turtle"),
    ("text/html, application/json", "html"),
    ("text/html;q=0.9, text/turtle;q=0.9", "turtle"),
    ("application/rdf+xml, */*", "rdf-xml"),
    # Parameters
    ("text/turtle;charset=UTF-8", "turtle"),
    ('text/turtle; charset="utf-8"', "turtle"),
    ("text/turtle;charset=iso-8859-2", ""),
    ("text/turtle;charset=iso-8859-2, application/n-triples;q=0.1", "n-triples"),
    ('application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"', "json-ld"),
    ('application/ld+json;profile="urn:no-such, profile"', "json-ld"),
    ("text/turtle;level=1", "turtle"),
    # Malformed
    ("foo", "turtle"),
    (",,,", "turtle"),
    ("*/html", "turtle"),
    ("text/turtle;q=high", ""),
    ("text/turtle;q=high, application/n-triples;q=0.1", "n-triples"),
    ("text/turtle;q=1.5, application/n-triples", "n-triples"),
    ("text/turtle; ; q=0.5, application/n-triples;q=0.4", "turtle"),
    # Nothing that we have
    ("image/png", ""),
    ("application/sparql-results+json", ""),
    ("text/turtle;q=0", ""),
    ("*/*;q=0", ""),
    ("application/pdf, text/csv;q=0.5", ""),
]  # fmt: skip
ROUTES = ("/id/city/aldorf", "/doc/city/aldorf", "/doc/city", "/graph/shared", "/ontology", "/shapes/city")


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    return client_of(tiny_snapshot)


def test_table_is_long_enough() -> None:
    """At least sixty different headers are tried."""
    assert len({accept for accept, _ in TABLE}) == len(TABLE) >= 60


@pytest.mark.parametrize("route", ROUTES)
def test_table(client: FlaskClient, route: str) -> None:
    """Every header gets the format of the table on every negotiated address, and caches are told."""
    for accept, name in TABLE:
        headers = {} if accept is None else {"Accept": accept}
        response = client.get(route, headers=headers)
        assert "Accept" in response.headers["Vary"].split(", "), accept
        if not name:
            assert 406 == response.status_code, accept
            continue
        fmt = by_name(name)
        assert fmt is not None
        if fmt is HTML:
            assert (303, True) == (response.status_code, response.headers["Location"].find("/en/") > 0), (
                accept
            )
        elif route.startswith("/id/"):
            assert (303, fmt.extension) == (
                response.status_code,
                response.headers["Location"].rpartition(".")[2],
            )
        else:
            assert (200, fmt.content_type) == (response.status_code, response.content_type), accept


def test_refusal_lists_the_offers(client: FlaskClient) -> None:
    """A 406 says what could have been asked for."""
    body = client.get("/doc/city/aldorf", headers={"Accept": "image/png"}).get_json()
    assert [fmt.media_type for fmt in DOCUMENT_FORMATS] == body["offers"]


def test_extension_beats_accept(client: FlaskClient) -> None:
    """An address with an ending has one format, whatever is accepted, and does not vary."""
    for accept, _ in TABLE:
        response = client.get("/doc/city/aldorf.ttl", headers={"Accept": accept or ""})
        assert (200, "text/turtle; charset=utf-8") == (response.status_code, response.content_type)
        assert "Vary" not in response.headers


def test_long_header_is_refused(client: FlaskClient) -> None:
    """An Accept header of more than 4 KiB is answered 400."""
    assert 400 == client.get("/doc/city/aldorf", headers={"Accept": "a" * 5000}).status_code
