"""What is wrong, where, and what to do: the one form in which problems of the data are shown.

Holds values only. `sources` and `shapes` make findings; `cli` and `web` show them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from rdflib.term import Node

if TYPE_CHECKING:
    from twin_graph.shapes.paths import Path


class Severity(StrEnum):
    """SHACL's severities: a violation stops the build, a warning is shown, information is advice."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"


@dataclass(frozen=True, order=True)
class SourceRef:
    """A place in a staff file, as a spreadsheet shows it: `line` counts from 1, the header is line 1."""

    path: str
    line: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        """The place from outside to inside.

        >>> str(SourceRef("data/lublin/agreements.csv", 3, "signed"))
        'data/lublin/agreements.csv:3: signed'
        """
        text = self.path if self.line is None else f"{self.path}:{self.line}"
        return text if self.column is None else f"{text}: {self.column}"


@dataclass(frozen=True)
class Finding:
    """One problem.

    Attributes:
        messages: text by language; `en` is always there.
        where: the cell, row or file it comes from, when known.
        focus: IRI of the focus node, for results of shapes.
        rule: IRI of the rule that was broken, or the name of a check of the reader.
        component: SHACL constraint component (local name), for results of shapes.
        value: the offending value, as text.
        focus_is_iri, value_is_iri: what the texts stand for: an IRI, or else a literal or a node without a name.
        focus_node, value_node: the terms themselves, for results of shapes.
        result_path: the path itself; `path` is its text, of one property followed backwards the property.
        source: the SPARQL constraint that was broken, for results of shapes.
        severity_iri: a severity of the shapes' own, which counts as a violation; else empty.
        repeated: how many equal results SHACL has where we show one.
        languages: the tags of the messages as the shapes have them, empty for a text without one.
    """

    severity: Severity
    messages: Mapping[str, str]
    where: SourceRef | None = None
    focus: str = ""
    rule: str = ""
    path: str = ""
    value: str = ""
    component: str = ""
    focus_is_iri: bool = True
    value_is_iri: bool = False
    focus_node: Node | None = None
    value_node: Node | None = None
    result_path: Path | None = None
    source: Node | None = None
    severity_iri: str = ""
    repeated: int = field(default=1, compare=False)
    languages: tuple[str, ...] = field(default=(), compare=False)

    @property
    def message(self) -> str:
        """The English text."""
        return self.messages["en"]

    def __str__(self) -> str:
        """One line: place, message."""
        place = str(self.where) if self.where else self.focus
        return f"{place}: {self.message}" if place else self.message

    def sort_key(self) -> tuple[Any, ...]:
        """Order of a report: severity, place, rule, value; independent of the order of discovery."""
        rank = list(Severity).index(self.severity)
        where = self.where or SourceRef("")
        place = (where.path, where.line or 0, where.column or "")
        terms = (self.focus, self.rule, self.path, self.value, self.component)
        exact = tuple(
            "" if term is None else term.n3() for term in (self.focus_node, self.value_node, self.source)
        )
        path = "" if self.result_path is None else self.result_path.sparql
        return (rank, *place, *terms, self.focus_is_iri, self.value_is_iri, *exact, path, self.severity_iri)


@dataclass(frozen=True)
class Report:
    """All findings of one run of the gate, in a fixed order."""

    findings: tuple[Finding, ...] = ()
    engine: str = ""
    fallbacks: tuple[str, ...] = field(default=())

    def of(self, severity: Severity) -> list[Finding]:
        """The findings of one severity."""
        return [finding for finding in self.findings if finding.severity is severity]

    @property
    def violations(self) -> list[Finding]:
        """What stops the build."""
        return self.of(Severity.VIOLATION)

    @property
    def conforms(self) -> bool:
        """SHACL's sense (section 3.6.1): no result at all, not even information; `violations` stop a build."""
        return not self.findings


def make_report(findings: list[Finding], *, engine: str, fallbacks: tuple[str, ...] = ()) -> Report:
    """A report in its fixed order, with equal findings once."""
    unique: dict[tuple[Any, ...], Finding] = {}
    for finding in findings:
        key = finding.sort_key()
        if key in unique:
            finding = replace(finding, repeated=finding.repeated + unique[key].repeated)
        unique[key] = finding
    return Report(tuple(unique[key] for key in sorted(unique)), engine, fallbacks)


def problem(where: SourceRef, message: str, hint: str = "", rule: str = "") -> Finding:
    """A violation found while reading staff files."""
    text = f"{message} — {hint}" if hint else message
    return Finding(Severity.VIOLATION, {"en": text}, where, rule=rule)
