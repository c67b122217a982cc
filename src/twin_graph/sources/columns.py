"""What each column means: read from `context.jsonld` and `twin.ttl`, never written in Python.

A column is a term of the JSON-LD context; terms that mean something else in one table stand in the context
of that table's class. What a reference column refers to is said by `schema:rangeIncludes` of its property.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from rdflib import RDF, RDFS, SKOS, Graph, URIRef

from twin_graph.errors import WorkspaceInvalid
from twin_graph.graphs import read_turtle
from twin_graph.kinds import BY_CLASS, Kind
from twin_graph.namespaces import SCHEMA, TWIN_IRI

# Columns that are read by the reader itself and make no statement of their own.
TYPE_COLUMN = "type"
KEY_COLUMN = "key"
# Other terms of the context (classes, prefixes, derived properties) are no columns.
_HEADER = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True)
class Column:
    """One column of one table.

    Attributes:
        property: IRI of the property.
        datatype: IRI of the datatype, empty for plain and language-tagged text.
        many: whether `;` separates several values.
        kinds: names of the kinds that a reference may point to, in the order in which they are tried.
        concepts: IRIs of the allowed concepts by notation, for columns that hold one.
    """

    name: str
    property: str
    datatype: str = ""
    language: str = ""
    many: bool = False
    is_reference: bool = False
    kinds: tuple[str, ...] = ()
    concepts: dict[str, str] = field(default_factory=dict, hash=False)


class Vocabulary:
    """The context and the ontology of a workspace, as the reader needs them."""

    def __init__(self, ontology: Path) -> None:
        self._folder = ontology
        self._columns: dict[str, dict[str, Column]] = {}

    @cached_property
    def context(self) -> dict[str, Any]:
        """The content of `@context`.

        Raises:
            WorkspaceInvalid: the file is missing or not JSON.
        """
        try:
            return dict(json.loads(self.read("context.jsonld"))["@context"])
        except (ValueError, KeyError, TypeError) as cause:
            raise WorkspaceInvalid(f"ontology/context.jsonld: cannot be read: {cause}") from cause

    @cached_property
    def terms(self) -> Graph:
        """Our terms and concepts."""
        graph = Graph()
        for name in ("twin.ttl", "concepts.ttl"):
            try:
                graph += read_turtle(self.read(name))
            except WorkspaceInvalid:
                raise
            except Exception as cause:  # the parser raises classes of its own, without a common base
                raise WorkspaceInvalid(f"ontology/{name}: cannot be read: {cause}") from cause
        return graph

    @cached_property
    def version(self) -> str:
        """`owl:versionInfo` of the ontology."""
        info = URIRef("http://www.w3.org/2002/07/owl#versionInfo")
        return str(next(iter(self.terms.objects(None, info)), ""))

    @cached_property
    def concepts(self) -> dict[str, dict[str, str]]:
        """Concepts by class and notation."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for concept, notation in sorted(self.terms.subject_objects(SKOS.notation)):
            for class_iri in self.terms.objects(concept, RDF.type):
                found[str(class_iri)][str(notation)] = str(concept)
        return dict(found)

    def read(self, name: str) -> bytes:
        """A file of the folder `ontology/`."""
        try:
            return (self._folder / name).read_bytes()
        except OSError as cause:
            raise WorkspaceInvalid(f"ontology/{name}: cannot be read: {cause.strerror}") from cause

    def classes(self, kind: Kind) -> tuple[str, ...]:
        """Local names that the column `type` of a kind may hold: its class and the subclasses."""
        root = URIRef(TWIN_IRI + kind.class_name)
        below = {
            str(term).removeprefix(TWIN_IRI) for term in self.terms.transitive_subjects(RDFS.subClassOf, root)
        }
        return tuple(sorted(below))

    def general_classes(self, kind: Kind) -> list[str]:
        """Local names of the class of a kind and of the classes above it: nothing is inferred later."""
        root = URIRef(TWIN_IRI + kind.class_name)
        above = {str(term) for term in self.terms.transitive_objects(root, RDFS.subClassOf)}
        return sorted(iri.removeprefix(TWIN_IRI) for iri in above if iri.startswith(TWIN_IRI))

    def columns(self, kind: Kind) -> dict[str, Column]:
        """The columns that a table of a kind may have."""
        if kind.class_name not in self._columns:
            scoped = self.context.get(kind.class_name)
            own = scoped.get("@context") if isinstance(scoped, dict) else None
            terms = {**self.context, **(own if isinstance(own, dict) else {})}
            found = (self._column(name, definition) for name, definition in terms.items())
            self._columns[kind.class_name] = {column.name: column for column in found if column is not None}
        return self._columns[kind.class_name]

    def _column(self, name: str, definition: Any) -> Column | None:
        if isinstance(definition, str):
            definition = {"@id": definition}
        if not isinstance(definition, dict) or not _HEADER.fullmatch(name) or "@context" in definition:
            return None
        target = str(definition.get("@id", ""))
        if target.startswith("@") or ":" not in target or target.startswith(("http://", "https://")):
            return None  # a keyword or a prefix
        type_ = str(definition.get("@type") or "")
        is_reference = type_ in ("@id", "@vocab")
        return Column(
            name,
            self._expand(target),
            datatype="" if is_reference or not type_ else self._expand(type_),
            language=str(definition.get("@language") or ""),
            many="@set" in (definition.get("@container") or ""),
            is_reference=is_reference,
            **(self._targets(name, self._expand(target)) if is_reference else {}),
        )

    def _targets(self, column: str, property_iri: str) -> dict[str, Any]:
        named = self.terms.objects(URIRef(property_iri), SCHEMA.rangeIncludes)
        below = (self.terms.transitive_subjects(RDFS.subClassOf, term) for term in named)
        ranges = sorted({str(term) for terms in below for term in terms})
        concepts: dict[str, str] = {}
        for class_iri in ranges:
            concepts.update(self.concepts.get(class_iri, {}))
        local = (iri.removeprefix(TWIN_IRI) for iri in ranges)
        kinds = sorted({BY_CLASS[name].name for name in local if name in BY_CLASS})
        if column in kinds:
            kinds = [column]
        return {"kinds": tuple(kinds), "concepts": concepts}

    def _expand(self, compact: str) -> str:
        prefix, _, local = compact.partition(":")
        base = self.context.get(prefix)
        return base + local if isinstance(base, str) and "://" in base else compact
