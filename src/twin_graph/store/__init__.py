"""The only home of the query engine: load, ask, dump.

    rows.py       the rows of a result, and how many there are
    faithful.py   loading so that no literal changes
    mistakes.py   where a query stops being one
    xml.py        what XML cannot carry

Questions of ours come as `Query` files with bound parameters; `answer` evaluates the text of a user and is
called in worker processes (`worker`), and by the command line after the same policy check (`sparql`). Nothing
here reads settings or speaks HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyoxigraph as ox
from rdflib import RDFS
from rdflib.term import Node

from twin_graph import formats
from twin_graph.errors import (
    MalformedQuery,
    MalformedRequest,
    NotAcceptable,
    OperatorError,
    ServiceNotAllowed,
)
from twin_graph.formats import Carries, Format
from twin_graph.graphs import (
    Triple,
    engine_format,
    from_rdflib,
    results_format,
    sorted_nquads,
    steady,
    to_rdflib,
)
from twin_graph.lexer import names_dataset, names_service
from twin_graph.namespaces import PREFIXES
from twin_graph.queries import Query
from twin_graph.store.mistakes import malformed
from twin_graph.store.rows import CountedTriples, Row, count_rows, read_rows
from twin_graph.store.xml import check_characters, check_predicates

__all__ = ["Answer", "Function", "RequestedDataset", "Row", "Store", "first_fit"]

Function = Callable[..., "ox.Literal | ox.NamedNode | None"]
# How the engine begins when blocks of its files are not as it wrote them; the class is that of other errors.
_DAMAGE = ("Corruption", "IO error")
_UNKNOWN_FUNCTION = re.compile(r"The custom function <(.*)> is not supported")


@dataclass(frozen=True)
class RequestedDataset:
    """The RDF dataset that a protocol request names; None where it names nothing."""

    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Answer:
    """What `answer` wrote: in which format, and how many rows or triples (1 for ASK), where that is known."""

    fmt: Format
    rows: int | None


class Store:
    """A set of named graphs that can be asked; `hidden` graphs are outside the default graph."""

    def __init__(self, engine: ox.Store, hidden: frozenset[str] = frozenset()) -> None:
        self._engine = engine
        # A URIRef is never equal to the same text.
        self._hidden = frozenset(str(name) for name in hidden)

    @classmethod
    def in_memory(cls) -> Store:
        """An empty store in memory."""
        return cls(ox.Store())

    @classmethod
    def create(cls, path: Path) -> Store:
        """An empty store on disk, to be filled by one process."""
        return cls(ox.Store(str(path)))

    @classmethod
    def open_read_only(cls, path: Path, hidden: frozenset[str] = frozenset()) -> Store:
        """A built store on disk, for reading; several processes may do so at once.

        Raises:
            OperatorError: the directory is missing or damaged.
        """
        try:
            return cls(ox.Store.read_only(str(path)), hidden)
        except (OSError, ValueError, RuntimeError) as problem:
            raise OperatorError(f"the store of the snapshot cannot be opened: {problem}") from problem

    @classmethod
    def from_nquads(cls, dump: bytes, hidden: frozenset[str] = frozenset()) -> Store:
        """A store in memory with the content of an N-Quads dump.

        Raises:
            OperatorError: it is no N-Quads.
        """
        store = cls(ox.Store(), hidden)
        try:
            store.load_nquads(dump)
        except (SyntaxError, ValueError, RuntimeError) as problem:
            raise OperatorError(f"the dump cannot be loaded: {problem}") from problem
        return store

    def hiding(self, names: Iterable[str]) -> Store:
        """The same graphs, those of these names that there are outside the default graph."""
        return Store(
            self._engine, self._hidden | {name for name in map(str, names) if name in self.graph_names()}
        )

    def __len__(self) -> int:
        """Number of statements, over all graphs."""
        return len(self._engine)

    # -- writing (build only) ------------------------------------------------------------------------

    def load_nquads(self, data: bytes) -> int:
        """Add the statements of N-Quads that we wrote ourselves; returns how many were new."""
        before = len(self._engine)
        self._engine.bulk_load(input=data, format=ox.RdfFormat.N_QUADS, lenient=True)
        return len(self._engine) - before

    def load_graph(self, data: bytes, fmt: Format, graph: str, base_iri: str | None = None) -> None:
        """Add the statements of a document to one named graph."""
        self._engine.load(data, engine_format(fmt), base_iri=base_iri, to_graph=ox.NamedNode(graph))

    def add(self, triples: Iterable[Triple], graph: str) -> None:
        """Add statements made of rdflib terms to one named graph."""
        name = ox.NamedNode(graph)
        self.extend(ox.Quad(from_rdflib(s), from_rdflib(p), from_rdflib(o), name) for s, p, o in triples)

    def replace(self, graph: str, triples: Iterable[Triple]) -> None:
        """Make these the statements of one named graph."""
        self._engine.clear_graph(ox.NamedNode(graph))
        self.add(triples, graph)

    def extend(self, quads: Iterable[ox.Quad]) -> None:
        """Add statements in the engine's own terms."""
        self._engine.bulk_extend(quads)

    def construct_ntriples(
        self, query: Query, functions: Mapping[str, Function] | None = None, **values: Node
    ) -> bytes:
        """What a CONSTRUCT of ours gives, as N-Triples."""
        triples = self._run(query, values, functions)
        return bytes(triples.serialize(format=ox.RdfFormat.N_TRIPLES))

    def nquads(self, graph: str) -> bytes:
        """The statements of one named graph as sorted N-Quads."""
        text = self._engine.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(graph)) or b""
        # In N-Triples a line ends only where a statement ends.
        lines = text.replace(b" .\n", f" <{graph}> .\n".encode()).splitlines(keepends=True)
        lines.sort()
        return b"".join(lines)

    def settle(self) -> None:
        """Make a store directory ready for reading: everything on disk, in the form that is fastest to read."""
        self._engine.optimize()
        self._engine.flush()

    # -- asking (our own queries) --------------------------------------------------------------------

    def select(self, query: Query, **values: Node) -> list[Row]:
        """The rows of a SELECT of ours; an unbound variable is absent from its row."""
        return read_rows(self._run(query, values))

    def select_with(self, query: Query, functions: Mapping[str, Function]) -> list[Row]:
        """The rows of a SELECT of ours that calls functions."""
        return read_rows(self._run(query, {}, functions))

    def ask(self, query: Query, **values: Node) -> bool:
        """The answer of an ASK of ours."""
        return bool(self._run(query, values))

    def construct(self, query: Query, **values: Node) -> list[Triple]:
        """The triples of a CONSTRUCT of ours."""
        return [
            (to_rdflib(triple.subject), to_rdflib(triple.predicate), to_rdflib(triple.object))
            for triple in self._run(query, values)
        ]

    def triples(
        self, subject: Node | None = None, predicate: Node | None = None, value: Node | None = None
    ) -> Iterator[Triple]:
        """The statements of a pattern in all graphs but the hidden ones; one in two graphs comes twice."""
        s, p, o = (from_rdflib(term) if term is not None else None for term in (subject, predicate, value))
        for quad in self._engine.quads_for_pattern(s, p, o, None):
            if getattr(quad.graph_name, "value", "") not in self._hidden:
                yield to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object)

    def graph(self, name: str) -> list[Triple]:
        """All statements of one named graph."""
        quads = self._engine.quads_for_pattern(None, None, None, ox.NamedNode(name))
        return [(to_rdflib(q.subject), to_rdflib(q.predicate), to_rdflib(q.object)) for q in quads]

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """The statements in the engine's own terms, for dumps."""
        name = ox.NamedNode(graph) if graph else None
        return iter(self._engine.quads_for_pattern(None, None, None, name))

    def write_graphs(self, names: Iterable[str], output: IO[bytes], fmt: Format) -> None:
        """Write the union of named graphs that share no statement, one statement after the other.

        Raises:
            OperatorError: the store cannot be read.
        """
        quads = (quad for name in names for quad in self.quads(name))
        try:
            ox.serialize(
                (quad.triple for quad in quads), output, format=engine_format(fmt), prefixes=PREFIXES
            )
        except RuntimeError as problem:
            raise OperatorError(f"the store cannot be read: {problem}") from problem

    def subjects(self, names: Iterable[str], fmt: Format) -> bytes:
        """What the published graphs say of some subjects, in their order, each statement once."""
        found = (
            self._engine.quads_for_pattern(ox.NamedNode(name), None, None, None)
            for name in dict.fromkeys(map(str, names))
        )
        hidden = self._hidden
        triples = (
            triple
            for quads in found
            for triple in dict.fromkeys(
                quad.triple
                for quad in quads
                if not hidden or getattr(quad.graph_name, "value", "") not in hidden
            )
        )
        return steady(ox.serialize(triples, format=engine_format(fmt), prefixes=PREFIXES) or b"", fmt)

    def dump(self) -> bytes:
        """All statements as sorted N-Quads."""
        return sorted_nquads(self.quads())

    def count(self, graph: str) -> int:
        """Number of statements of one named graph."""
        return sum(1 for _ in self._engine.quads_for_pattern(None, None, None, ox.NamedNode(graph)))

    def subclasses(self) -> dict[str, set[str]]:
        """The classes below each class, by what the graphs say of rdfs:subClassOf."""
        below: dict[str, set[str]] = {}
        pairs = self._engine.quads_for_pattern(None, ox.NamedNode(str(RDFS.subClassOf)), None, None)
        direct = {(str(to_rdflib(quad.subject)), str(to_rdflib(quad.object))) for quad in pairs}
        for _ in range(len(direct) + 1):
            added = False
            for lower, upper in direct:
                known = below.setdefault(upper, set())
                wanted = {lower} | below.get(lower, set())
                added = added or not wanted <= known
                known |= wanted
            if not added:
                break
        return below

    def graph_names(self) -> list[str]:
        """IRIs of the named graphs, sorted."""
        return sorted(name.value for name in self._engine.named_graphs())

    def published_names(self) -> list[str]:
        """IRIs of the named graphs that make up the default graph, sorted."""
        return [name for name in self.graph_names() if name not in self._hidden]

    def graphs_of(self, triple: Triple) -> list[str]:
        """IRIs of the published graphs that hold a statement, sorted."""
        s, p, o = map(from_rdflib, triple)
        found = self._engine.quads_for_pattern(s, p, o, None)
        names = {str(getattr(quad.graph_name, "value", "")) for quad in found}
        return sorted(names - self._hidden - {""})

    def graphs_with(self, predicate: Node, value: Node) -> list[str]:
        """IRIs of the published graphs that say this of anything, sorted."""
        p, o = from_rdflib(predicate), from_rdflib(value)
        return [
            name
            for name in self.published_names()
            if next(iter(self._engine.quads_for_pattern(None, p, o, ox.NamedNode(name))), None) is not None
        ]

    def _run(
        self, query: Query, values: Mapping[str, Node], functions: Mapping[str, Function] | None = None
    ) -> Any:
        custom: dict[Any, Any] = {ox.NamedNode(iri): function for iri, function in (functions or {}).items()}
        bound = {ox.Variable(name): from_rdflib(value) for name, value in values.items()}
        return self._engine.query(
            query.text, substitutions=bound, custom_functions=custom, **self._default_dataset()
        )

    def _default_dataset(self) -> dict[str, Any]:
        if not self._hidden:
            return {"use_default_graph_as_union": True}
        return {"default_graph": [ox.NamedNode(name) for name in self.published_names()]}

    # -- asking (a user's text; worker processes, and the command line after the same policy check) ----

    def answer(
        self,
        text: str,
        output: IO[bytes],
        *,
        base_iri: str,
        offers: tuple[Format, ...],
        dataset: RequestedDataset | None = None,
        max_rows: int | None = None,
        prefixes: dict[str, str] | None = None,
    ) -> Answer:
        """Evaluate a query and write its whole result.

        Args:
            output: readable too.
            prefixes: those that the text may use without declaring them.
            offers: acceptable formats, best first; the first that can carry the result is used.
            dataset: what the protocol request names; it overrides FROM in the text. A graph that we do not
                have is empty, never fetched.

        Raises:
            MalformedQuery, MalformedRequest, NotAcceptable, ServiceNotAllowed, ResultTooLarge
        """
        options = self._dataset_options(text, dataset or RequestedDataset())
        with _engine_errors(text):
            results = self._query(text, base_iri=base_iri, prefixes=prefixes, **options)
            fmt = first_fit(_needed(results), offers)
            if isinstance(results, ox.QueryTriples):
                counted = CountedTriples(max_rows)
                triples = check_predicates(counted.limit(results), fmt)
                ox.serialize(triples, output, format=engine_format(fmt), prefixes=PREFIXES)
            else:
                results.serialize(output, format=results_format(fmt))
            check_characters(output, fmt)
            if isinstance(results, ox.QueryTriples):
                return Answer(fmt, counted.rows)
            if isinstance(results, ox.QueryBoolean):
                return Answer(fmt, 1)
            return Answer(fmt, None if max_rows is None else count_rows(output, fmt, max_rows))

    def _query(self, text: str, **options: Any) -> Any:
        """The results of a query; a call of a function that we do not have is an error of its expression.

        The engine refuses the whole query instead (SPARQL 1.1, section 17.2: an error leaves a value unbound).
        """
        unknown: dict[Any, Any] = {}
        while True:
            try:
                return self._engine.query(text, custom_functions=unknown, **options)
            except RuntimeError as problem:
                match = _UNKNOWN_FUNCTION.match(str(problem))
                if match is None or (name := ox.NamedNode(match.group(1))) in unknown:
                    raise
                unknown[name] = lambda *_: None

    def _dataset_options(self, text: str, dataset: RequestedDataset) -> dict[str, Any]:
        if dataset.default_graphs is not None or dataset.named_graphs is not None:
            return {
                "default_graph": _graph_names(dataset.default_graphs or ()),
                "named_graphs": _graph_names(dataset.named_graphs or ()),
            }
        # What we pass would override the text, so a text that names its dataset is left alone.
        return {} if names_dataset(text) else self._default_dataset()


@contextmanager
def _engine_errors(text: str) -> Iterator[None]:
    """Raise ours instead of the engine's."""
    try:
        yield
    except SyntaxError as problem:
        raise malformed(str(problem), text) from problem
    except (RuntimeError, ValueError, OSError) as problem:
        if "RDF 1.2" in str(problem):
            names = tuple(fmt.media_type for fmt in formats.GRAPH_FORMATS if fmt is not formats.JSON_LD)
            raise NotAcceptable("JSON-LD cannot carry triple terms", names) from problem
        # Where the words of a text are ambiguous the engine may see a SERVICE that we do not; it fails to call.
        if names_service(text) or (isinstance(problem, OSError) and "service" in text.lower()):
            raise ServiceNotAllowed("this service asks no other service (SERVICE)") from problem
        if isinstance(problem, OSError) or str(problem).startswith(_DAMAGE):
            raise OperatorError(f"the store cannot be read: {problem}") from problem
        raise MalformedQuery(str(problem)) from problem


def _graph_names(names: tuple[str, ...]) -> list[ox.NamedNode]:
    try:
        return [ox.NamedNode(name) for name in names]
    except ValueError as problem:
        raise MalformedRequest(f"the name of a graph is not an IRI: {problem}") from problem


def _needed(results: object) -> Carries:
    if isinstance(results, ox.QueryTriples):
        return Carries.GRAPH
    return Carries.BOOLEAN if isinstance(results, ox.QueryBoolean) else Carries.BINDINGS


def first_fit(needed: Carries, offers: tuple[Format, ...]) -> Format:
    """The first of the formats that can carry a result.

    Raises:
        NotAcceptable: none can; the error lists those that could.
    """
    for fmt in offers:
        if needed in fmt.carries:
            return fmt
    kind = "a graph" if needed is Carries.GRAPH else "a table or a truth value"
    among = formats.GRAPH_FORMATS if needed is Carries.GRAPH else formats.RESULT_FORMATS
    names = tuple(fmt.media_type for fmt in among if needed in fmt.carries)
    raise NotAcceptable(f"the result is {kind}, which none of the accepted formats can carry", names)
