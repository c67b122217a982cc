"""A reader of the change feed as somebody else would write it: follow the relations, keep the latest of each version.

Knows nothing of how the feed is written, but for the words of its vocabularies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

TREE, LDES = "https://w3id.org/tree#", "https://w3id.org/ldes#"
ACTIVITY = "https://www.w3.org/ns/activitystreams#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_TIME = "http://www.w3.org/ns/prov#generatedAtTime"
_UNIT = "http://purl.org/dc/terms/isVersionOf"
_GRAPH = "http://rdfs.org/ns/void#inDataset"
Fetch = Callable[[str], bytes]  # an address to N-Quads


@dataclass(frozen=True)
class Member:
    """A member as it was read: its content as statements in the graph that it names."""

    iri: str
    what: str
    time: str
    unit: str
    graph: str
    document: str
    content: frozenset[str]


def read_members(page: bytes) -> list[Member]:
    """The members of a page, in no order."""
    said: dict[str, dict[str, str]] = {}
    content: dict[str, list[ox.Quad]] = {}
    for quad in ox.parse(page, ox.RdfFormat.N_QUADS):
        if quad.graph_name != ox.DefaultGraph():
            content.setdefault(quad.graph_name.value, []).append(quad)
        else:
            said.setdefault(quad.subject.value, {})[quad.predicate.value] = quad.object.value
    return [
        Member(iri, of[_TYPE].removeprefix(ACTIVITY), of[_TIME], of[_UNIT], of[_GRAPH], of[f"{ACTIVITY}object"],
               frozenset(_in_graph(quad, of[_GRAPH]) for quad in content.get(iri, ())))
        for iri, of in said.items() if _UNIT in of
    ]  # fmt: skip


def walk(view: str, fetch: Fetch) -> Iterator[tuple[str, bytes]]:
    """All pages that a view leads to, each once, with their addresses."""
    waiting, seen = [view], {view}
    while waiting:
        address = waiting.pop()
        body = fetch(address)
        yield address, body
        for quad in ox.parse(body, ox.RdfFormat.N_QUADS):
            if quad.predicate.value == f"{TREE}node" and quad.object.value not in seen:
                seen.add(quad.object.value)
                waiting.append(quad.object.value)


def replay(members: list[Member]) -> set[str]:
    """What is published after all members, as lines of N-Quads: of each unit the latest version, if it is there."""
    latest: dict[str, Member] = {}
    for member in sorted(members, key=lambda each: each.time):
        latest[member.unit] = member
    return {line for member in latest.values() if member.what != "Delete" for line in member.content}


def lines_of(dump: bytes) -> set[str]:
    """The lines of a dump."""
    return {str(quad) for quad in ox.parse(dump, ox.RdfFormat.N_QUADS)}


def _in_graph(quad: ox.Quad, graph: str) -> str:
    return str(ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(graph)))
