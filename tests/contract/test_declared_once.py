"""Each fact of the repository is declared in one place, and whatever repeats it agrees with that place."""

from __future__ import annotations

import doctest
import importlib
import json
import pkgutil
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph

import twin_graph
from twin_graph import namespaces, settings
from twin_graph.kinds import BY_TABLE, DOCUMENTED, KINDS, Kind
from twin_graph.namespaces import (
    CONFORMANCE_PREFIXES,
    FEED_PREFIXES,
    PREFIXES,
    SCHEMES,
    SH,
    TWIN,
    TWIN_IRI,
    WIKIDATA_PREFIXES,
)
from twin_graph.settings import SETTINGS, Settings
from twin_graph.shapes import read_shapes
from twin_graph.sources.columns import KEY_COLUMN, TYPE_COLUMN, Vocabulary
from twin_graph.sources.folders import CORRECTIONS, RETIRED, WATCH
from workspaces import REPOSITORY, TableFile

ONTOLOGY = REPOSITORY / "ontology"
DATA = REPOSITORY / "data"
TABLES = sorted(DATA.rglob("*.csv"))
FOLDERS = ("ontology", "shapes", "src", "data", "docs", "deploy", "bench")
PREFIX = re.compile(r"(?:@prefix|\bPREFIX)\s+([A-Za-z][\w-]*):\s+<([^<>\s]+)>")


@pytest.fixture(scope="module")
def terms() -> Graph:
    """The terms of the ontology."""
    return Graph().parse(ONTOLOGY / "twin.ttl")


def own_files(*suffixes: str) -> list[Path]:
    """The files of the repository with these endings, tests aside."""
    inside = [path for folder in FOLDERS for path in sorted((REPOSITORY / folder).rglob("*"))]
    return [
        path for path in (*inside, *REPOSITORY.glob("*.md")) if path.suffix in suffixes and path.is_file()
    ]


class TestTerms:
    """A term is declared in `ontology/twin.ttl`."""

    def test_closed_namespace(self, terms: Graph) -> None:
        """The names that Python may use are the classes of the ontology, and a misspelt one is an error."""
        classes = {str(term).removeprefix(TWIN_IRI) for term in terms.subjects(RDF.type, OWL.Class)}
        assert sorted(classes) == sorted(namespaces._CLASSES.split())
        assert 30 <= len(classes)
        with pytest.raises(AttributeError):
            TWIN.Patnership  # noqa: B018 - the access is the test

    def test_terms_in_python(self, terms: Graph) -> None:
        """Every term that is spelt out in Python exists."""
        declared = {str(term) for term in terms.subjects(RDFS.isDefinedBy)}
        spelt = re.compile(r'TWIN_IRI \+ "(\w+)"|\{TWIN_IRI\}(\w+)|\bTWIN\.(\w+)')
        used = defaultdict(set)
        for path in own_files(".py"):
            for match in spelt.finditer(path.read_text(encoding="utf-8")):
                used[next(filter(None, match.groups()))].add(path.name)
        assert {} == {name: files for name, files in used.items() if TWIN_IRI + name not in declared}
        assert used

    def test_schemes(self) -> None:
        """The concept schemes of `concepts.ttl` are those of Python."""
        graph = Graph().parse(ONTOLOGY / "concepts.ttl")
        found = {str(scheme).rpartition("/")[2] for scheme in graph.subjects(RDF.type, SKOS.ConceptScheme)}
        assert sorted(SCHEMES) == sorted(found)

    def test_terms_in_queries(self, terms: Graph) -> None:
        """Every term of ours in a query or a shape is declared."""
        declared = {str(term).removeprefix(TWIN_IRI) for term in terms.subjects(RDFS.isDefinedBy)}
        files = own_files(".rq", ".ttl")
        used = {
            (name, path.name)
            for path in files
            for name in re.findall(
                r"\btwin:(\w+)", re.sub(r"(?m)(^|\s)#.*$", "", path.read_text(encoding="utf-8"))
            )
        }
        assert 500 <= len(files)
        assert [] == sorted((name, file) for name, file in used if name not in declared)


class TestPrefixes:
    """A prefix is declared in `namespaces.py`."""

    def test_prefixes_in_files(self) -> None:
        """Every @prefix and PREFIX of the repository means what `namespaces.py` says, or is of an example."""
        found = defaultdict(set)
        for path in own_files(".ttl", ".rq", ".md", ".html"):
            for prefix, iri in PREFIX.findall(path.read_text(encoding="utf-8")):
                found[prefix].add(iri)
        declared = PREFIXES | FEED_PREFIXES | CONFORMANCE_PREFIXES | WIKIDATA_PREFIXES
        ours = {prefix: iris for prefix, iris in found.items() if prefix in declared}
        others = {iri for prefix, iris in found.items() if prefix not in declared for iri in iris}
        assert {prefix: {declared[prefix]} for prefix in ours} == ours
        assert [] == sorted(iri for iri in others if not iri.startswith("http://localhost:8000/"))
        assert 15 <= len(ours)

    def test_prefixes_of_the_context(self) -> None:
        """The context has every prefix of Python, but for those that are the name of a column."""
        context = json.loads((ONTOLOGY / "context.jsonld").read_text(encoding="utf-8"))["@context"]
        found = {
            name: iri for name, iri in context.items()
            if isinstance(iri, str) and iri.startswith("http") and not name.startswith("@")
        }  # fmt: skip
        hidden = {"relation", "stage", "status", "role", "confidence", "continent", "reciprocity", "evidence",
                  "severity", "verdict"}  # fmt: skip
        internal = {"twinfn"}  # functions that queries of the build may call; never in published data
        assert {name: iri for name, iri in PREFIXES.items() if name not in hidden | internal} == found


class TestColumns:
    """What a column means is declared in `ontology/context.jsonld`."""

    @pytest.mark.parametrize("path", TABLES, ids=[path.relative_to(DATA).as_posix() for path in TABLES])
    def test_header(self, path: Path) -> None:
        """Every column is a term of the context for its table, and described in `data/README.md`."""
        header = TableFile(path).records()[0]
        known = (KEY_COLUMN, TYPE_COLUMN, *self.terms(path.stem))
        everywhere, sections = self.described()
        described = sections[path.stem] | everywhere
        assert [] == [name for name in header if name not in known]
        assert [] == [name for name in header if name not in described]

    def test_tables_are_many(self) -> None:
        """The collected tables are those of all folders."""
        assert {"lublin", "world", "data"} <= {path.parent.name for path in TABLES}
        assert 20 <= len(TABLES)

    def test_described_columns_exist(self) -> None:
        """The README describes no column that a table cannot have."""
        everywhere, sections = self.described()
        assert {*BY_TABLE, RETIRED, CORRECTIONS, WATCH} == set(sections)
        wrong = {
            table: names - {KEY_COLUMN, TYPE_COLUMN, *self.terms(table)} for table, names in sections.items()
        }
        assert {} == {table: names for table, names in wrong.items() if names}
        assert {"source", "confidence", "notes", "taken_from"} == everywhere

    @staticmethod
    def terms(table: str) -> set[str]:
        """The columns that a table may have."""
        own = {
            RETIRED: {"kind", "key", "replaced_by", "on", "reason"},
            CORRECTIONS: {"table", "key", "column", "was", "is", "reason"},
            WATCH: {"country", "other", "reason_en", "reason_pl", "reason_uk"},
        }
        return own[table] if table in own else set(Vocabulary(ONTOLOGY).columns(BY_TABLE[table]))

    @staticmethod
    def described() -> tuple[set[str], dict[str, set[str]]]:
        """The columns that the README describes: for every table, and by table."""
        text = (DATA / "README.md").read_text(encoding="utf-8")
        tables = text.partition("# The tables, column by column")[2]
        first, *rest = re.split(r"(?m)^## (?=\S+\.csv$)", tables)
        names = re.compile(r"(?m)^\| ((?:`\w+`[ ,*]*)+)\|")

        def columns(part: str) -> set[str]:
            return {name for cell in names.findall(part) for name in re.findall(r"`(\w+)`", cell)}

        return columns(first), {part.partition(".csv")[0]: columns(part) for part in rest}


class TestKinds:
    """A kind of thing is declared in `kinds.py`."""

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
    def test_kind_is_everywhere(self, kind: Kind, terms: Graph) -> None:
        """A kind has a class, a shape for it, examples of that shape, and a table."""
        iri = TWIN[kind.class_name]
        shapes = read_shapes(REPOSITORY / "shapes")
        tables = {path.stem for path in TABLES}
        assert (iri, RDF.type, OWL.Class) in terms
        assert (None, SH.targetClass, iri) in shapes.graph
        assert (REPOSITORY / "shapes" / f"{kind.name}.ttl").is_file()
        assert {"valid", "invalid"} <= {
            path.name for path in (REPOSITORY / "shapes/examples" / kind.name).iterdir()
        }
        assert kind.is_derived or kind.table in tables
        assert (
            kind.class_name
            in json.loads((ONTOLOGY / "context.jsonld").read_text(encoding="utf-8"))["@context"]
        )

    def test_kinds_are_many(self) -> None:
        """Eighteen kinds, fifteen of them with documents of their own."""
        assert (18, 15) == (len(KINDS), len(DOCUMENTED))

    def test_folders_of_examples(self) -> None:
        """Examples are of kinds, and of the periods that the build derives."""
        found = {path.name for path in (REPOSITORY / "shapes" / "examples").iterdir()}
        assert {kind.name for kind in KINDS} | {"period"} == found


class TestSettings:
    """A setting is declared in `settings.py`."""

    def test_fields(self) -> None:
        """The values in force have the names of the table, in its order."""
        assert settings.names() == tuple(setting.name for setting in SETTINGS)
        assert set(Settings.__dataclass_fields__) == {setting.name for setting in SETTINGS}

    @pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
    def test_documented(self, setting: settings.Setting) -> None:
        """The README has a row for each, with its default and its help."""
        text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
        rows = [line for line in text.splitlines() if line.startswith(f"| `{setting.variable}` |")]
        assert 1 == len(rows)
        default = f"| `{setting.default}` |" if setting.default != "" else "| |"
        assert default in rows[0]
        assert setting.help.replace("`", "") in rows[0].replace("`", "")

    def test_no_others(self) -> None:
        """No document or program names a variable that is no setting."""
        known = {setting.variable for setting in SETTINGS} | set(settings.FOR_TESTS) | {"TWIN_GRAPH_"}
        files = own_files(".md", ".py", ".html", ".service", ".yaml", ".conf")
        found = {
            (name, path.name)
            for path in files
            for name in re.findall(r"TWIN_GRAPH_\w*", path.read_text(encoding="utf-8"))
        }
        assert [] == sorted((name, file) for name, file in found if name not in known)


class TestModules:
    """The layers and the examples of the modules."""

    def test_layers(self) -> None:
        """Imports keep to the layers that `pyproject.toml` draws."""
        code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
        result = subprocess.run(
            [sys.executable, "-c", code, "--no-cache"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        assert 0 == result.returncode, result.stdout

    def test_doctests(self) -> None:
        """The examples in the docstrings are true."""
        failed, attempted = 0, 0
        for info in pkgutil.walk_packages(twin_graph.__path__, "twin_graph."):
            if not info.name.endswith("__main__"):
                outcome = doctest.testmod(importlib.import_module(info.name))
                failed, attempted = failed + outcome.failed, attempted + outcome.attempted
        texts = [path.read_text(encoding="utf-8") for path in (REPOSITORY / "src").rglob("*.py")]
        written = sum(len(re.findall(r"(?m)^ *>>> ", text)) for text in texts)
        assert 0 == failed
        assert 30 <= attempted == written

    def test_docstrings(self) -> None:
        """Every module says its one job in one line."""
        opens = re.compile(r'"""\S.*[.:]')
        texts = {str(path): path.read_text(encoding="utf-8") for path in (REPOSITORY / "src").rglob("*.py")}
        without = [name for name, text in texts.items() if not opens.match(text)]
        assert 40 <= len(texts)
        assert [] == without
