"""Load .rq files and read their header; find out by which names their parameters are bound.

One file is one question, named `<kind>_<panel>.rq`. Its header is comment lines `# key: value`: a title in
English, Polish and Ukrainian, and one line per parameter (`# parameter: this city lublin`: variable, kind,
key of an example). Values are bound to variables by the engine (SEP-0007), never pasted into the text; only the
example of the header is, where the text is shown to people.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from rdflib import Literal
from rdflib.term import Node

from twin_graph import iris
from twin_graph.kinds import BY_NAME
from twin_graph.namespaces import PREFIXES

FOLDER = Path(__file__).parent / "queries"
_DATATYPES = {"date": "xsd:date", "year": "xsd:gYear"}
_XSD = f"PREFIX xsd: <{PREFIXES['xsd']}>\n"
_LEADING_COMMENTS = re.compile(r"\A(?:#[^\n]*\n)+")
_HEADER = re.compile(r"#\s*([a-z]+(?:-[a-z]+)*):\s*(.*\S)\s*")


@dataclass(frozen=True)
class Parameter:
    """A variable that the caller binds: its name, what it is, and an example."""

    name: str
    kind: str
    example: str


@dataclass(frozen=True)
class Query:
    """One .rq file: its name, its text as written, titles by language and parameters."""

    name: str
    text: str
    titles: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[Parameter, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)

    def title(self, language: str) -> str:
        """The title in a language, else in English, else the file's name."""
        return self.titles.get(language) or self.titles.get("en") or self.name


def read_query(path: Path) -> Query:
    """The query of a file.

    Raises:
        ValueError: a parameter line has not three words.
    """
    return parse_query(path.stem, path.read_text(encoding="utf-8"))


def parse_query(name: str, text: str) -> Query:
    """A query from its text.

    >>> parse_query("x", "# title-en: All?\\n# parameter: this city lublin\\nSELECT * {}").parameters
    (Parameter(name='this', kind='city', example='lublin'),)
    """
    titles: dict[str, str] = {}
    notes: dict[str, str] = {}
    parameters: list[Parameter] = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        match = _HEADER.fullmatch(line)
        if match is None:
            continue
        key, value = match.groups()
        if key == "parameter":
            words = value.split()
            if len(words) != 3:
                raise ValueError(f"{name}: a parameter has a name, a kind and an example: “{value}”")
            parameters.append(Parameter(*words))
        elif key.startswith("title-"):
            titles[key.removeprefix("title-")] = value
        else:
            notes[key] = value
    return Query(name, text, titles, tuple(parameters), notes)


@cache
def load(name: str) -> Query:
    """The query of a name among those that come with the program."""
    return read_query(FOLDER / f"{name}.rq")


@cache
def load_all(prefix: str = "") -> tuple[Query, ...]:
    """All queries whose name begins with a prefix, by name."""
    return tuple(read_query(path) for path in sorted(FOLDER.glob(f"{prefix}*.rq")))


def runnable(query: Query, base_iri: str, **examples: str) -> str:
    """The text as a reader may run it: without its header, with the example of each parameter in its slot.

    A query without a slot gets one where the WHERE begins of each SELECT that has the parameter.

    Args:
        examples: others than those of the header, by the names of their parameters.

    >>> text = "# parameter: city city lublin\\nSELECT ?city { VALUES ?city { UNDEF } }"
    >>> runnable(parse_query("x", text), "http://localhost:8000/")
    'SELECT ?city { VALUES ?city { <http://localhost:8000/id/city/lublin> } }'

    Raises:
        ValueError: a parameter has no slot `VALUES ?name { UNDEF }` and is not selected.
    """
    text = _LEADING_COMMENTS.sub("", query.text)
    for parameter in query.parameters:
        slot = f"VALUES ?{parameter.name} {{ UNDEF }}"
        if slot not in text:
            text = _with_slot(text, parameter.name, slot)
        if slot not in text:
            raise ValueError(f"{query.name}: there is no “{slot}”")
        example = examples.get(parameter.name, parameter.example)
        text = text.replace(slot, slot.replace("UNDEF", _written(parameter, example, base_iri)))
    return _XSD + text if "^^xsd:" in text and _XSD not in text else text


def with_filters(text: str, wanted: Mapping[str, Node]) -> str:
    """The text of a query for readers, with a FILTER for each variable at the end of its pattern.

    >>> with_filters("SELECT ?x { ?x ?y ?z }", {"z": Literal("w")}).splitlines()
    ['SELECT ?x { ?x ?y ?z   FILTER(?z = "w")', '}']
    """
    filters = "".join(f"  FILTER(?{name} = {node.n3()})\n" for name, node in wanted.items())
    end = text.rindex("}")
    return text[:end] + filters + text[end:]


def _with_slot(text: str, name: str, slot: str) -> str:
    return re.sub(rf"(\bSELECT\b[^{{}}]*\?{name}\b[^{{}}]*\bWHERE\s*\{{)", rf"\1\n  {slot}", text)


def _written(parameter: Parameter, example: str, base_iri: str) -> str:
    if parameter.kind in BY_NAME:
        return f"<{iris.thing(base_iri, parameter.kind, example)}>"
    datatype = _DATATYPES.get(parameter.kind)
    return Literal(example).n3() + (f"^^{datatype}" if datatype else "")
