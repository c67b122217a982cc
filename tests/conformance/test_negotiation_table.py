"""Content negotiation as RFC 9110, section 12, and the design ask: real Accept headers, over HTTP."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from site_client import BASE, client_of
from twin_graph.formats import CSV, FORMATS, HTML, THING_FORMATS, TURTLE, by_name
from twin_graph.snapshot import Snapshot

# By rule: Accept header, name of the format that it gets on every address; an empty name means 406.
TABLE: dict[str, list[tuple[str | None, str]]] = {
    "CN-1 nothing named": [
        (None, "turtle"),
        ("", "turtle"),
        ("*/*", "turtle"),
        ("*/*;q=0.8", "turtle"),
        ("text/html;q=0, */*", "turtle"),
    ],
    # Firefox, Chrome, Safari, older ones, text browsers
    "CN-8 browsers": [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/png,*/*;q=0.8", "html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
         "application/signed-exchange;v=b3;q=0.7", "html"),
        ("application/xml,application/xhtml+xml,text/html;q=0.9,text/plain;q=0.8,image/png,*/*;q=0.5", "html"),
        ("text/xml,application/xml,application/xhtml+xml,text/html;q=0.9,text/plain;q=0.8,image/png,*/*;q=0.5",
         "html"),
        ("image/gif, image/jpeg, image/pjpeg, application/x-ms-application, */*", "turtle"),
        ("text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01", "html"),
        ("text/html, application/xhtml+xml, image/jxr, */*", "html"),
    ],
    "CN-8 crawlers": [
        ("text/html,application/xhtml+xml,application/signed-exchange;v=b3,application/xml;q=0.9,*/*;q=0.8", "html"),
        ("*/*, text/html", "html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/*,*/*;q=0.8", "html"),
        ("text/html, application/rdf+xml;q=0.5, */*;q=0.1", "html"),
    ],
    # curl, requests and wget say */*; Java, axios, fetch, feed readers
    "CN-8 programs": [
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "html"),
        ("application/json, text/plain, */*", "json-ld"),
        ("application/json", "json-ld"),
        ("application/json;charset=utf-8", "json-ld"),
        ("identity, */*;q=0.5", "turtle"),
        ("application/json, text/javascript, */*; q=0.01", "json-ld"),
        ("application/json, */*;q=0.5", "json-ld"),
        ("application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.1", "rdf-xml"),
    ],
    # rdflib, Jena, RDF4J, Comunica, Any23, Virtuoso, LodLive, Protégé, Wikibase, Hydra
    "CN-8 linked-data clients": [
        ("text/turtle, application/x-turtle", "turtle"),
        ("application/rdf+xml,text/rdf+n3;q=0.9,application/xhtml+xml;q=0.5, */*;q=0.1", "rdf-xml"),
        ("application/ld+json, application/json;p=0.9, */*;q=0.1", "json-ld"),
        ("text/n3, */*;q=0.1", "turtle"),
        ("text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3",
         "turtle"),
        ("application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,"
         "text/turtle;q=0.6,application/rdf+xml;q=0.5,application/json;q=0.45,text/n3;q=0.35,text/html;q=0.2",
         "n-quads"),
        ("application/rdf+xml;q=0.9, application/xml;q=0.6, text/xml;q=0.6, text/turtle;q=0.8, */*;q=0.5", "rdf-xml"),
        ("application/rdf+xml, application/xml; q=0.5, text/xml; q=0.3, */*; q=0.2", "rdf-xml"),
        ("text/rdf+n3, application/rdf+xml;q=0.8", "turtle"),
        ("application/n-triples, text/plain;q=0.9", "n-triples"),
        ("text/turtle,application/n-triples,application/trig,application/n-quads,text/n3,application/ld+json",
         "turtle"),
        ("application/trig, application/n-quads;q=0.9, text/turtle;q=0.8", "trig"),
        ("application/ld+json, application/n-quads;q=0.8, text/turtle;q=0.7, */*;q=0.1", "json-ld"),
        ("application/n-quads;q=1.0, application/trig;q=0.9", "n-quads"),
        ("application/x-trig, application/trig;q=0.9", "trig"),
        ("application/sparql-results+json, application/n-triples;q=0.7", "n-triples"),
    ],
    "one format each": [
        ("text/turtle", "turtle"),
        ("application/ld+json", "json-ld"),
        ("application/n-triples", "n-triples"),
        ("application/rdf+xml", "rdf-xml"),
        ("application/trig", "trig"),
        ("application/n-quads", "n-quads"),
        ("text/html", "html"),
        ("application/xhtml+xml", "html"),
    ],
    "CN-9 aliases": [
        ("application/x-turtle", "turtle"),
        ("text/rdf+n3", "turtle"),
        ("text/n3", "turtle"),
        ("text/plain", "n-triples"),
        ("application/xml", "rdf-xml"),
        ("application/x-trig", "trig"),
        ("text/x-nquads", "n-quads"),
    ],
    "CN-2 specificity and quality": [
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
    ],
    "CN-3 ties": [
        ("application/rdf+xml, text/turtle", "turtle"),
        ("application/rdf+xml, application/n-triples", "n-triples"),
        ("text/html, text/turtle", "turtle"),
        ("text/html, application/json", "html"),
        ("text/html;q=0.9, text/turtle;q=0.9", "turtle"),
        ("application/rdf+xml, */*", "rdf-xml"),
    ],
    "CN-4 parameters": [
        ("text/turtle;charset=UTF-8", "turtle"),
        ('text/turtle; charset="utf-8"', "turtle"),
        ("text/turtle;charset=iso-8859-2", ""),
        ("text/turtle;charset=iso-8859-2, application/n-triples;q=0.1", "n-triples"),
        ('application/ld+json;profile="urn:no-such, profile"', "json-ld"),
        ("text/turtle;level=1", "turtle"),
        ('text/turtle;charset="utf-8";version=1.1', "turtle"),
    ],
    "CN-5 malformed": [
        ("foo", "turtle"),
        (",,,", "turtle"),
        ("*/html", "turtle"),
        ("text/turtle;q=high", ""),
        ("text/turtle;q=high, application/n-triples;q=0.1", "n-triples"),
        ("text/turtle;q=1.5, application/n-triples", "n-triples"),
        ("text/turtle; ; q=0.5, application/n-triples;q=0.4", "turtle"),
    ],
    "ID-03 nothing that is offered": [
        ("image/png", ""),
        ("application/sparql-results+json", ""),
        ("text/turtle;q=0", ""),
        ("*/*;q=0", ""),
        ("application/pdf, application/zip;q=0.5", ""),
    ],
}  # fmt: skip
_FORM = 'application/ld+json;profile="http://www.w3.org/ns/json-ld#{}"'
# What only things and lists have: the forms of JSON-LD, places, tables.
FORMS = [
    (_FORM.format("compacted"), "jsonld", "application/ld+json"),
    (_FORM.format("flattened"), "jsonld", "application/ld+json"),
    ('application/ld+json;profile="urn:example:no-such"', "jsonld", "application/ld+json"),
    (_FORM.format("framed"), "json", _FORM.format("framed")),
    (_FORM.format("expanded"), "jsonld?_profile=expanded", _FORM.format("expanded")),
    (_FORM.format("framed") + ";q=0.9, application/ld+json;q=0.5", "json", _FORM.format("framed")),
    (_FORM.format("framed") + ";q=0.4, application/ld+json;q=0.5", "jsonld", "application/ld+json"),
    ('application/ld+json;profile="urn:x http://www.w3.org/ns/json-ld#expanded"', "jsonld?_profile=expanded",
     _FORM.format("expanded")),
    ("application/geo+json", "geojson", "application/geo+json"),
    ("application/vnd.geo+json, application/geo+json;q=0.5", "geojson", "application/geo+json"),
]  # fmt: skip
HEADERS = [row for rows in TABLE.values() for row in rows]
ROUTES = ("/id/city/aldorf", "/doc/city/aldorf", "/doc/city", "/graph/shared", "/ontology", "/shapes/city")


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    return client_of(tiny_snapshot)


def test_table_is_long_enough() -> None:
    """At least sixty different headers are tried."""
    assert len({accept for accept, _ in HEADERS}) == len(HEADERS) >= 90


@pytest.mark.parametrize("rule", TABLE)
@pytest.mark.parametrize("route", ROUTES)
def test_table(client: FlaskClient, route: str, rule: str) -> None:
    """CN-1 to CN-5, CN-8, CN-9: every header gets the format of the table on every negotiated address."""
    for accept, name in TABLE[rule]:
        response = client.get(route, headers={} if accept is None else {"Accept": accept})
        if not name:
            assert 406 == response.status_code, accept
            continue
        fmt = by_name(name)
        assert fmt is not None
        if fmt is HTML:
            location = response.headers["Location"]
            assert (303, True) == (response.status_code, location.find("/en/") > 0), accept
        elif route.startswith("/id/"):
            extension = response.headers["Location"].rpartition(".")[2]
            assert (303, fmt.extension) == (response.status_code, extension), accept
        else:
            assert (200, fmt.content_type) == (response.status_code, response.content_type), accept


@pytest.mark.parametrize("route", ROUTES)
def test_caches_are_told(client: FlaskClient, route: str) -> None:
    """CN-7: 200, 303, 304 and 406 vary on Accept; on Accept-Language only what sends to a page, and a refusal."""
    seen = set()
    for accept, name in HEADERS:
        response = client.get(route, headers={} if accept is None else {"Accept": accept})
        varies = set(response.headers["Vary"].split(", "))
        expected = {"Accept", "Accept-Language"} if name in ("html", "") else {"Accept"}
        # What is published by date (RFC 7089) varies on that, too, whatever is answered; a thing is not.
        dated = set() if route.startswith("/id/") else {"Accept-Datetime"}
        assert expected | dated == varies, accept
        seen.add(response.status_code)
        if "ETag" in response.headers:
            headers = {"Accept": accept or "", "If-None-Match": response.headers["ETag"]}
            again = client.get(route, headers=headers)
            assert (304, varies) == (again.status_code, set(again.headers["Vary"].split(", ")))
    assert ({303, 406} if route.startswith("/id/") else {200, 303, 406}) == seen


def test_withdrawn_varies(client: FlaskClient) -> None:
    """CN-7: so does 410."""
    for path in ("/id/partnership/aldorf-atlantis", "/doc/partnership/aldorf-atlantis"):
        for accept in ("text/turtle", "text/html", "image/png"):
            response = client.get(path, headers={"Accept": accept})
            assert (410, True) == (response.status_code, "Accept" in response.headers["Vary"].split(", "))


@pytest.mark.parametrize(("accept", "ending", "content_type"), FORMS)
def test_forms(client: FlaskClient, accept: str, ending: str, content_type: str) -> None:
    """CN-4: the profile selects among the forms of JSON-LD; one that is not offered means the compacted one."""
    found = client.get("/id/city/aldorf", headers={"Accept": accept})
    assert (303, f"{BASE}doc/city/aldorf.{ending}") == (found.status_code, found.headers["Location"])
    shown = client.get(f"/doc/city/aldorf.{ending}", headers={"Accept": "image/png"})
    negotiated = client.get("/doc/city/aldorf", headers={"Accept": accept})
    expected = (200, content_type.replace(";profile", "; profile"))
    assert expected == (shown.status_code, shown.content_type)
    assert expected == (negotiated.status_code, negotiated.content_type)
    assert f"/doc/city/aldorf.{ending}" == negotiated.headers["Content-Location"]
    assert shown.data == negotiated.data


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("_profile=framed", "framed"),
        ("_profile=expanded", "expanded"),
        ("_profile=http%3A%2F%2Fwww.w3.org%2Fns%2Fjson-ld%23framed", "framed"),
        ("_mediatype=application%2Fld%2Bjson&_profile=expanded", "expanded"),
        ("_mediatype=application%2Fld%2Bjson", "compacted"),
    ],
)
def test_parameters(client: FlaskClient, query: str, name: str) -> None:
    """CN-10: what the address says of profile and media type comes before the header, and is told in a Link."""
    response = client.get(f"/doc/city/aldorf?{query}", headers={"Accept": "text/html"})
    assert 200 == response.status_code
    link = f'<http://www.w3.org/ns/json-ld#{name}>; rel="profile"'
    assert link in response.headers["Link"]


def test_unknown_parameters_are_ignored(client: FlaskClient) -> None:
    """A profile that nothing has changes nothing, and is no error."""
    response = client.get("/doc/city/aldorf?_profile=no-such")
    assert (200, TURTLE.content_type) == (response.status_code, response.content_type)


@pytest.mark.parametrize(
    "accept", ["text/csv", "text/csv;q=0.9, text/html;q=0.8", "application/pdf, text/csv;q=0.5"]
)
def test_tables(client: FlaskClient, accept: str) -> None:
    """A list is a table for who asks for one; a thing is none."""
    listed = client.get("/doc/city", headers={"Accept": accept})
    assert (200, CSV.content_type) == (listed.status_code, listed.content_type)
    assert 406 == client.get("/doc/city/aldorf", headers={"Accept": "text/csv"}).status_code


def test_sent_types_are_canonical(client: FlaskClient) -> None:
    """CN-9: an alias is accepted and never sent."""
    aliases = {alias for fmt in FORMATS for alias in fmt.aliases}
    assert len(aliases) >= 9
    for accept, _ in HEADERS:
        response = client.get("/doc/city/aldorf", headers={"Accept": accept or "*/*"})
        if response.status_code == 200:
            assert response.mimetype not in aliases


def test_refusal_lists_the_offers(client: FlaskClient) -> None:
    """ID-03: a 406 says what could have been asked for, and where each variant is."""
    response = client.get("/doc/city/aldorf", headers={"Accept": "image/png"})
    body = response.get_json()
    assert list(dict.fromkeys(fmt.media_type for fmt in THING_FORMATS)) == body["offers"]
    addresses = [variant["href"] for variant in body["variants"]]
    assert len(THING_FORMATS) == len(set(addresses))
    for address in addresses:
        assert f'<{address}>; rel="alternate"' in response.headers["Link"]
        assert client.get(address.removeprefix(BASE[:-1])).status_code in (200, 303)


def test_extension_beats_accept(client: FlaskClient) -> None:
    """ID-04: an address with an ending has one format, whatever is accepted, and does not vary."""
    for accept, _ in HEADERS:
        response = client.get("/doc/city/aldorf.ttl", headers={"Accept": accept or ""})
        assert (200, "text/turtle; charset=utf-8") == (response.status_code, response.content_type)
        assert "Accept-Datetime" == response.headers.get("Vary", "Accept-Datetime")


def test_long_header_is_refused(client: FlaskClient) -> None:
    """CN-5: an Accept header of more than 4 KiB is answered 400."""
    assert 400 == client.get("/doc/city/aldorf", headers={"Accept": "a" * 5000}).status_code


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.one_of(
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=120),
        st.lists(
            st.builds(
                "{};q={}".format,
                st.sampled_from(
                    ["text/turtle", "text/html", "*/*", "application/*", "application/ld+json", "a/b"]
                ),
                st.sampled_from(["0", "0.001", "0.5", "1", "2", "", "x"]),
            ),
            max_size=6,
        ).map(", ".join),
    )
)
def test_fuzz(client: FlaskClient, accept: str) -> None:
    """CN-6: whatever is asked for, the answer is an offer or a refusal, and what has quality 0 is not sent."""
    response = client.get("/doc/city/aldorf", headers={"Accept": accept})
    assert response.status_code in (200, 303, 406)
    if response.status_code == 200:
        assert response.content_type in {fmt.content_type for fmt in THING_FORMATS}
        assert f"{response.mimetype};q=0," not in f"{accept},"
    elif response.status_code == 303:
        assert "html" in accept
