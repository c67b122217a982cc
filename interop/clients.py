"""The clients, unmodified, each behind one call: a query in, an `Answer` out, or the error that the client reports.

One entry for each way in which a client sends queries and each format that it asks for by itself. What they are
asked is `questions`; what must come out is computed by the tests.
"""

from __future__ import annotations

import json
import subprocess
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import product
from pathlib import Path
from urllib.error import HTTPError
from xml.dom.minidom import Document

import SPARQLWrapper
from rdflib import Graph
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from rdflib.query import Result
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

import answers
from answers import Answer

HERE = Path(__file__).parent
COMUNICA = HERE / "node_modules" / ".bin" / "comunica-sparql"
LDES_CLIENT = HERE / "node_modules" / ".bin" / "ldes-client"
RECONCILER = HERE / ".reconciler" / "bin" / "python"
CKAN = HERE / ".ckan" / "bin" / "python"
_SECONDS = 60
_MEDIA_TYPES = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "turtle": "text/turtle",
    "nt": "application/n-triples",
    "rdf+xml": "application/rdf+xml",
    "json-ld": "application/ld+json",
}


class Reported(Exception):
    """What a client says when it got no answer."""


@dataclass(frozen=True)
class Client:
    """One way to ask with one client.

    Attributes:
        ask: takes the endpoint's address and a query; raises `Reported`.
        booleans: whether it can read the answer of an ASK.
        long: whether it sends queries of any length.
        plain: whether it gives text without types and languages.
        tells: whether it says with which status the service refused.
    """

    name: str
    way: str
    ask: Callable[[str, str], Answer]
    booleans: bool = True
    long: bool = True
    plain: bool = False
    tells: bool = True

    def __str__(self) -> str:
        return f"{self.name}: {self.way}"


def run(*command: str, text: str = "") -> bytes:
    """What a program prints.

    Raises:
        Reported: it ends with an error; with what it says.
    """
    done = subprocess.run(
        command, input=text.encode(), capture_output=True, timeout=_SECONDS, check=False, cwd=HERE
    )
    if done.returncode:
        raise Reported((done.stderr + done.stdout).decode(errors="replace"))
    return done.stdout


def ask_sparqlwrapper(method: str, encoding: str, name: str, endpoint: str, query: str) -> Answer:
    """Ask as the manual of SPARQLWrapper says: set query, method and format, then convert."""
    wrapper = SPARQLWrapper.SPARQLWrapper(endpoint)
    wrapper.setQuery(query)
    wrapper.setMethod("POST" if wrapper.isSparqlUpdateRequest() else method)
    wrapper.setRequestMethod(encoding)
    wrapper.setReturnFormat(name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of rdflib, about a class that it uses
            result = wrapper.query()
            converted = result.convert()
    except (SPARQLWrapperException, HTTPError) as problem:
        raise Reported(str(problem)) from problem
    if isinstance(converted, Graph):
        return answers.from_graph(converted)
    if isinstance(converted, dict):
        return answers.from_results(json.dumps(converted).encode(), "json")
    body = converted.toxml().encode() if isinstance(converted, Document) else converted
    assert isinstance(body, bytes)
    return (
        answers.from_document(body, "turtle")
        if name in ("turtle", "n3")
        else answers.from_results(body, name)
    )


def ask_rdflib(method: str, name: str, endpoint: str, query: str) -> Answer:
    """Ask through a graph that is kept elsewhere."""
    try:
        if query.startswith("INSERT"):
            SPARQLUpdateStore(endpoint, endpoint).update(query)
            return Answer()
        result = Graph(SPARQLStore(endpoint, method=method, returnFormat=name)).query(query)
    except (ValueError, HTTPError) as problem:
        raise Reported(str(problem)) from problem
    if isinstance(result, tuple):  # by POST it returns an error in the place of a result
        raise Reported(str(result))
    return answers.from_rdflib_result(result, plain=name == "csv")


def ask_comunica(name: str, endpoint: str, query: str) -> Answer:
    """Ask with Comunica's command, which finds out by itself what the endpoint is, and prints what it read."""
    kind = "simple" if query.startswith("INSERT") else _MEDIA_TYPES[name]
    return read_comunica(name, run(str(COMUNICA), endpoint, "-q", query, "-t", kind))


def read_comunica(name: str, body: bytes) -> Answer:
    """What Comunica prints; its JSON has more members than the recommendation knows, which rdflib passes over."""
    if name == "json":
        return answers.from_rdflib_result(Result.parse(BytesIO(body), format="json"))
    return answers.from_document(body, name)


def ask_roqet(endpoint: str, query: str) -> Answer:
    """Ask with the command of Rasqal, which asks for XML only and prints what it read; it reads tables only."""
    return answers.from_results(run("roqet", "-q", "-p", endpoint, "-e", query, "-r", "csv"), "csv")


def ask_curl(way: str, name: str, endpoint: str, query: str) -> Answer:
    """Ask as people do who only have a shell."""
    sent = ["--data-urlencode", "update@-"] if query.startswith("INSERT") else _CURL[way]
    accept = f"Accept: {_MEDIA_TYPES[name]}"
    body = run("curl", "-sS", "--fail-with-body", *sent, "-H", accept, endpoint, text=query)
    if name in _TABLE_FORMATS:
        return answers.from_results(body, name)
    return answers.from_document(body, _RDFLIB_NAMES.get(name, name))


_DIRECT = ["-H", "Content-Type: application/sparql-query", "--data-binary", "@-"]
_CURL = {
    "GET": ["--get", "--data-urlencode", "query@-"],
    "GET compressed": ["--compressed", "--get", "--data-urlencode", "query@-"],
    "POST": ["--data-urlencode", "query@-"],
    "POST direct": _DIRECT,
    "QUERY": ["-X", "QUERY", *_DIRECT],
}
_TABLE_FORMATS = ("json", "xml", "csv", "tsv")
_RDFLIB_NAMES = {"rdf+xml": "xml"}
_WRAPPER = {
    "GET": ("GET", "urlencoded"),
    "POST": ("POST", "urlencoded"),
    "POST direct": ("POST", "postdirectly"),
}


def _of(way: str, name: str) -> dict[str, bool]:
    """What a way and a format mean for every client."""
    return {"booleans": name in ("json", "xml"), "long": not way.startswith("GET"), "plain": name == "csv"}


TABLE_CLIENTS = [
    *(
        Client("SPARQLWrapper", f"{way}, {name}", partial(ask_sparqlwrapper, *how, name),
               **_of(way, name))
        for way, how in _WRAPPER.items() for name in _TABLE_FORMATS
    ),
    *(
        Client("rdflib", f"{way}, {name}", partial(ask_rdflib, way, name),
               tells=way != "GET", **_of(way, name))
        for way, name in [*product(("GET", "POST", "POST_FORM"), ("json", "xml")), ("GET", "csv"), ("GET", "tsv")]
    ),
    Client("Comunica", "json", partial(ask_comunica, "json")),
    Client("roqet", "csv", ask_roqet, booleans=False, long=False, plain=True),
    *(
        Client("curl", f"{way}, {name}", partial(ask_curl, way, name), **_of(way, name))
        for way in _CURL for name in _TABLE_FORMATS
    ),
]  # fmt: skip
GRAPH_CLIENTS = [
    *(
        Client("SPARQLWrapper", f"{way}, {name}", partial(ask_sparqlwrapper, *how, name))
        for way, how in _WRAPPER.items() for name in ("turtle", "n3", "xml", "rdf+xml", "json-ld")
    ),
    *(
        Client("rdflib", f"{way}, {name}", partial(ask_rdflib, way, name))
        for way in ("GET", "POST", "POST_FORM") for name in ("xml", "turtle")
    ),
    Client("Comunica", "turtle", partial(ask_comunica, "turtle")),
    *(
        Client("curl", f"{way}, {name}", partial(ask_curl, way, name))
        for way in _CURL for name in ("turtle", "nt", "rdf+xml", "json-ld")
    ),
]  # fmt: skip
