"""Write a graph as JSON-LD: compacted with our own context, framed into one tree, or expanded without a context.

Our data has no blank nodes, lists or nested graphs, so that a graph is a list of flat nodes. Reads the terms
that `ontology/context.jsonld` uses: prefixes, coercion to a type or language, sets, language maps, and the
contexts of classes. rdflib's serialiser knows no contexts of classes and writes nodes in any order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rdflib import Literal, URIRef
from rdflib.namespace import RDF, XSD
from rdflib.term import Node

from twin_graph.graphs import Triple


@dataclass(frozen=True)
class Term:
    """One term of a context with its property and how its values are written."""

    name: str
    iri: str
    coercion: str = ""
    language: str = ""
    containers: tuple[str, ...] = ()


class _Reference(str):
    """The IRI of a node, as against a text that reads like one."""

    __slots__ = ()


class Context:
    """A JSON-LD context as far as we use it."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        definitions = document["@context"]
        self._prefixes = {
            name: iri
            for name, iri in definitions.items()
            if isinstance(iri, str) and iri.startswith("http") and iri[-1] in "/#"
        }
        self._definitions = definitions
        self._by_classes: dict[tuple[str, ...], dict[str, list[Term]]] = {}

    @cached_property
    def classes(self) -> dict[str, str]:
        """Name of each class by its IRI: what is defined without a coercion and begins with a capital."""
        return {term.iri: term.name for term in self._terms(self._definitions) if term.name[0].isupper()}

    @cached_property
    def ranks(self) -> dict[str, int]:
        """Place of each property in the context: columns that are filled in first come first."""
        return {iri: place for place, iri in enumerate(self.terms(()))}

    def terms(self, classes: Iterable[str]) -> dict[str, list[Term]]:
        """The terms in force in a node of these classes, by property."""
        names = tuple(sorted(self.classes[iri] for iri in classes if iri in self.classes))
        scoped = tuple(name for name in names if isinstance(self._definitions[name], dict))
        if scoped not in self._by_classes:
            own: dict[str, Any] = {}
            for name in scoped:
                own.update(self._definitions[name].get("@context", {}))
            by_property: dict[str, list[Term]] = {}
            # What the classes define comes first: it is the better name, and it hides the general one.
            for term in self._terms(own | {k: v for k, v in self._definitions.items() if k not in own}):
                by_property.setdefault(term.iri, []).append(term)
            self._by_classes[scoped] = by_property
        return self._by_classes[scoped]

    def compact(self, iri: str) -> str:
        """A property as `prefix:name`, or as it is."""
        for prefix, start in self._prefixes.items():
            if iri.startswith(start) and len(iri) > len(start) and "/" not in iri[len(start) :]:
                return f"{prefix}:{iri[len(start) :]}"
        return iri

    def _terms(self, definitions: Mapping[str, Any]) -> list[Term]:
        terms = []
        for name, value in definitions.items():
            definition = {"@id": value} if isinstance(value, str) else value
            if name.startswith("@") or name in self._prefixes or not isinstance(definition, dict):
                continue
            containers = definition.get("@container", [])
            terms.append(
                Term(
                    name,
                    self._expand(definition["@id"]),
                    self._expand(definition.get("@type", "")),
                    definition.get("@language", ""),
                    tuple([containers] if isinstance(containers, str) else containers),
                )
            )
        return [term for term in terms if not term.iri.startswith("@")]

    def _expand(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        return self._prefixes[prefix] + local if colon and prefix in self._prefixes else name


def write(triples: Iterable[Triple], context: Context, address: str) -> bytes:
    """A graph without blank nodes as compacted JSON-LD whose context is at an address.

    Args:
        triples: in the order in which their subjects are to be written.
    """
    nodes = [_node(subject, group, context) for subject, group in _by_subject(triples)]
    return _dump({"@context": address, "@graph": nodes})


def write_framed(triples: Iterable[Triple], context: Context, address: str, root: str) -> bytes:
    """The same graph as one tree: every node stands once, where the way from the root is shortest.

    What points to the root, and is reached in no other way, stands below `@reverse`; what is not reached at all
    stands below `@included`. Of a node that stands elsewhere there is only the IRI.

    Args:
        root: IRI of the node that the tree begins with.
    """
    groups = dict(_by_subject(triples))
    nodes = {str(subject): _node(subject, group, context) for subject, group in groups.items()}
    top = nodes.setdefault(root, {"id": root})
    placed = {root}
    _place(top, nodes, placed)
    terms = context.terms(str(o) for _, p, o in groups.get(URIRef(root), ()) if p == RDF.type)
    backwards: dict[str, list[Any]] = {}
    for subject, group in groups.items():
        predicates = [str(p) for _, p, o in group if str(o) == root and isinstance(o, URIRef)]
        if str(subject) in placed or not predicates:
            continue
        name = _reference_term(predicates[0], terms.get(predicates[0], ()), context)
        placed.add(str(subject))
        backwards.setdefault(name, []).append(nodes[str(subject)])
    for node in [node for group in backwards.values() for node in group]:
        _place(node, nodes, placed)
    if backwards:
        top["@reverse"] = backwards
    if rest := [node for iri, node in nodes.items() if iri not in placed]:
        top["@included"] = rest
    return _dump({"@context": address, **top})


def write_expanded(triples: Iterable[Triple]) -> bytes:
    """The same graph as expanded and flattened JSON-LD, with full IRIs and no context."""
    nodes = []
    for subject, group in _by_subject(triples):
        node: dict[str, Any] = {"@id": str(subject)}
        for _, predicate, value in group:
            if predicate == RDF.type:
                node.setdefault("@type", []).append(str(value))
            else:
                node.setdefault(str(predicate), []).append(_expanded(value))
        nodes.append(node)
    return _dump(nodes)


def _dump(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _by_subject(triples: Iterable[Triple]) -> Iterator[tuple[Node, list[Triple]]]:
    """The statements of each subject, in the order in which the subjects first appear."""
    groups: dict[Node, list[Triple]] = {}
    for triple in triples:
        groups.setdefault(triple[0], []).append(triple)
    return iter(groups.items())


def _place(top: dict[str, Any], nodes: Mapping[str, dict[str, Any]], placed: set[str]) -> None:
    """Put the nodes that a tree refers to into it, level by level."""
    level = [top]
    while level:
        below = []
        for node in level:
            for name in [name for name in node if name not in ("id", "type")]:
                values = node[name] if isinstance(node[name], list) else [node[name]]
                for number, value in enumerate(values):
                    iri = _reference(value)
                    if iri in nodes and iri not in placed:
                        placed.add(iri)
                        values[number] = nodes[iri]
                        below.append(nodes[iri])
                node[name] = values if isinstance(node[name], list) else values[0]
        level = below


def _node(subject: Node, triples: list[Triple], context: Context) -> dict[str, Any]:
    classes = [str(o) for _, p, o in triples if p == RDF.type]
    terms = context.terms(classes)
    node: dict[str, Any] = {"id": str(subject)}
    if classes:
        node["type"] = [context.classes.get(iri, iri) for iri in classes]
    for _, predicate, value in triples:
        if predicate != RDF.type:
            _add(node, str(predicate), value, terms.get(str(predicate), []), context)
    return node


def _add(node: dict[str, Any], predicate: str, value: Node, terms: list[Term], context: Context) -> None:
    for term in terms:
        if "@language" in term.containers and isinstance(value, Literal) and value.language:
            texts = node.setdefault(term.name, {})
            texts[value.language] = _more(texts.get(value.language), str(value))
            return
        written = _coerced(term, value)
        if written is not None:
            alone = "@set" not in term.containers
            node[term.name] = (
                _more(node.get(term.name), written) if alone else [*node.get(term.name, []), written]
            )
            return
    key = context.compact(predicate)
    node[key] = _more(node.get(key), _expanded(value))


def _coerced(term: Term, value: Node) -> str | int | None:
    """How a term writes a value, None where it cannot."""
    if isinstance(value, URIRef):
        return _Reference(value) if term.coercion == "@id" else None
    if not isinstance(value, Literal) or "@language" in term.containers:
        return None
    if value.language:
        return str(value) if term.language == value.language else None
    datatype = str(value.datatype or XSD.string)
    if term.coercion == datatype and datatype == str(XSD.integer) and _is_canonical(str(value)):
        return int(str(value))
    if term.coercion == datatype:
        return str(value)
    return str(value) if datatype == str(XSD.string) and not term.coercion and not term.language else None


def _reference(value: Any) -> str:
    """The IRI of a node that a written value refers to, empty where it is something else."""
    found = value.get("@id", "") if isinstance(value, dict) else value
    return found if isinstance(found, _Reference) else ""


def _reference_term(predicate: str, terms: Iterable[Term], context: Context) -> str:
    """The name that a property has where its values are nodes."""
    return next((term.name for term in terms if term.coercion == "@id"), "") or context.compact(predicate)


def _expanded(value: Node) -> dict[str, str]:
    if not isinstance(value, Literal):
        return {"@id": _Reference(value)}
    if value.language:
        return {"@value": str(value), "@language": value.language}
    return {"@value": str(value)} | ({"@type": str(value.datatype)} if value.datatype else {})


def _is_canonical(text: str) -> bool:
    return text.lstrip("-").isdigit() and text.isascii() and str(int(text)) == text and len(text) < 16


def _more(known: Any, value: Any) -> Any:
    if known is None:
        return value
    return [*known, value] if isinstance(known, list) else [known, value]
