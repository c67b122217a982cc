"""A SHACL validator over a store: fast on large graphs, with pySHACL as its judge.

    rules.py        shapes graph -> rules: one per constraint, with messages and severity; rule.py  one of them
    demands.py      what the parameters of a constraint may be
    names.py        names for shapes that have none
    paths.py        property paths
    compile.py      rule -> one SPARQL query for the focus nodes that may break it
    inspect.py      what breaks a rule at given focus nodes
    terms.py        whether one value satisfies one demand
    sparql.py       SPARQL constraints; groups.py  their text
    data.py         the data as constraints see it
    engine.py       all rules over all data
    changes.py      a change of the data; reach.py  which focus nodes it can affect; patterns.py  and which queries
    reference.py    pySHACL, for rules that are not evaluated here, and as the judge of those that are
    interface.py    any data, any shapes: for other programs
    report.py       a report as RDF and as JSON

Shapes are trusted text, like the queries: their terms are written into the compiled queries. Knows nothing of
staff files: `build.locate` finds the place of a focus node.
"""

from __future__ import annotations

from collections.abc import Collection

from twin_graph.findings import Report, make_report
from twin_graph.graphs import Triple
from twin_graph.shapes import changes, engine, reference
from twin_graph.shapes.data import Data
from twin_graph.shapes.interface import validate, validate_by_reference
from twin_graph.shapes.report import report_graph, report_json, report_turtle
from twin_graph.shapes.rule import Rule
from twin_graph.shapes.rules import Shapes, read_shapes
from twin_graph.store import Store

__all__ = [
    "Rule",
    "Shapes",
    "check",
    "check_by_reference",
    "read_shapes",
    "recheck",
    "report_graph",
    "report_json",
    "report_turtle",
    "validate",
    "validate_by_reference",
]


def check(store: Store, shapes: Shapes) -> Report:
    """Validate all graphs of a store together, literals as the engine keeps them.

    Rules that are not evaluated here are run by pySHACL on a copy in memory; the report names them.

    Raises:
        WorkspaceInvalid: a rule cannot be evaluated.
    """
    return engine.run(Data(store), shapes)


def recheck(
    store: Store,
    shapes: Shapes,
    previous: Report,
    *,
    added: Collection[Triple] = (),
    removed: Collection[Triple] = (),
) -> Report:
    """The report of `check` after a change, from the report before it: only what the change can affect is
    validated.

    Args:
        store: the data after the change.
        previous: the report of `check` or `recheck` before the change, by the same shapes.
        added, removed: the statements that the change added and removed; no more and no fewer.

    Raises:
        WorkspaceInvalid: a rule cannot be evaluated.
    """
    return changes.run(Data(store), shapes, previous, added=added, removed=removed)


def check_by_reference(store: Store, shapes: Shapes) -> Report:
    """Validate by pySHACL alone; slow, and the judge of `check`."""
    return make_report(reference.check(store, shapes, list(shapes.rules)), engine=reference.NAME)
