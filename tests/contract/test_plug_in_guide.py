"""`docs/write-a-plug-in.md`: what it says is done in a copy of the program, which then builds and shows it."""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

import guides
from programs import run_program
from twin_graph.build import build
from workspaces import REPOSITORY, TINY, Records, copy_tiny, source_findings, table, tables

GUIDE = "docs/write-a-plug-in.md"
AFTER = " after "
# Changes of words in lists, which the guide describes in a sentence.
WORDS = (
    (
        "src/twin_graph/namespaces.py",
        "activityType adoptedOn",
        "activityType adoptedOn municipalityKey isMemorialOf",
    ),
    ("src/twin_graph/namespaces.py", "LocalAuthority Membership", "LocalAuthority Membership Memorial"),
    ("src/twin_graph/labels/writing.py", '"activity", "event"', '"activity", "memorial", "event"'),
    ("src/twin_graph/enrich/cities.py", '("geonames", "teryt")', '("geonames", "teryt", "municipality_key")'),
)
KEPT = (
    "contract/test_ontology_style.py",
    "contract/test_context.py",
    "contract/test_declared_once.py::TestTerms",
    "contract/test_declared_once.py::TestColumns",
    "contract/test_declared_once.py::TestKinds",
    "conformance/test_shape_examples.py",
)
# These say how many there are, or that the tables are those of the repository.
COUNTED = (
    "contract/test_context.py::test_the_context_names_exactly_the_terms_of_the_ontology",
    "contract/test_declared_once.py::TestColumns::test_tables_are_many",
    "contract/test_declared_once.py::TestKinds::test_kinds_are_many",
)
LOOK = """
import sys
from pathlib import Path
from twin_graph.settings import read_settings
from twin_graph.snapshot import open_snapshot
from twin_graph.web import create_app
app = create_app(read_settings({}, workspace="."), open_snapshot(Path("snapshots")))
for path in sys.argv[1:]:
    answer = app.test_client().get(path, base_url="http://localhost:8000/")
    print(answer.status_code, path)
    print(answer.get_data(as_text=True))
"""


def test_every_block_says_where() -> None:
    """Each names its file, and above it the reader is told the same."""
    found = guides.blocks(GUIDE)
    assert 23 == len(found)
    lines = guides.read(GUIDE).splitlines()
    for block in found:
        path, _, after = block.detail.partition(AFTER)
        told = lines[block.line - 3]
        assert f"`{path.removeprefix('twin-graph-ods/')}`" in told
        assert after in told


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with the tables of the tiny workspace, in which the guide has been followed."""
    folder = tmp_path_factory.mktemp("program")
    for name in ("src", "ontology", "shapes", "tests"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(TINY / "data", folder / "data")
    shutil.copyfile(REPOSITORY / "data/README.md", folder / "data/README.md")
    shutil.copyfile(REPOSITORY / "pyproject.toml", folder / "pyproject.toml")
    for block in guides.blocks(GUIDE):
        write(folder, block)
    for path, old, new in WORDS:
        text = (folder / path).read_text(encoding="utf-8")
        assert 1 == text.count(old), (path, old)
        (folder / path).write_text(text.replace(old, new), encoding="utf-8")
        # The guide names the file and what is written into it.
        assert f"`{path}`" in guides.read(GUIDE)
        assert set(re.findall(r"\w+", new)) - set(re.findall(r"\w+", old)) <= set(
            re.findall(r"\w+", guides.read(GUIDE))
        )
    table_of_cities = folder / "data/cities.csv"
    header, first, *rest = table_of_cities.read_text(encoding="utf-8").splitlines()
    rows = [f"{header},municipality_key", f"{first},06412000", *(f"{row}," for row in rest)]
    table_of_cities.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def write(folder: Path, block: guides.Block) -> None:
    """Add a block to its file, behind the line that is named or at the end."""
    name, _, after = block.detail.partition(AFTER)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if not after:
        path.write_text(f"{text}\n{block.text}" if text else block.text, encoding="utf-8")
        return
    lines = text.splitlines(keepends=True)
    (place,) = (number for number, line in enumerate(lines, start=1) if after in line)
    path.write_text("".join([*lines[:place], block.text, *lines[place:]]), encoding="utf-8")


def run(program: Path, *words: str) -> str:
    """Run Python on the copy."""
    return run_program([sys.executable, *words], program, PYTHONPATH=f"{program}/src:{program}/tests")


def test_the_copy_publishes_it(program: Path) -> None:
    """The column, the panel and the kind are on the pages and in the documents, in every language."""
    run(program, "-m", "twin_graph", "build")
    addresses = ("/doc/city/aldorf.ttl", "/en/memorial/signpost", "/pl/partnership/aldorf-belmont", "/uk/memorial",
                 "/doc/memorial/signpost.jsonld", "/en/city/aldorf", "/ontology.ttl")  # fmt: skip
    said = run(program, "-c", LOOK, *addresses)
    pages = dict(zip(addresses, re.split(r"^(?=[0-9]{3} /)", said, flags=re.MULTILINE)[1:], strict=True))
    assert [] == [address for address, page in pages.items() if not page.startswith("200 ")]
    assert 'twin:municipalityKey "06412000"' in pages["/doc/city/aldorf.ttl"]
    assert "Municipality key" in pages["/en/city/aldorf"]
    assert "Signpost at the station" in pages["/en/memorial/signpost"]
    assert "Aldorf – Belmont" in pages["/en/memorial/signpost"]
    assert "Upamiętnienia" in pages["/pl/partnership/aldorf-belmont"]
    assert "Drogowskaz przy dworcu" in pages["/pl/partnership/aldorf-belmont"]
    assert "Дороговказ на вокзалі" in pages["/uk/memorial"]
    assert '"memorial_of"' in pages["/doc/memorial/signpost.jsonld"]
    assert "twin:Memorial" in pages["/ontology.ttl"]


def test_nothing_is_missing(program: Path) -> None:
    """The tests of the copy, run there: names, columns, shapes with their examples, the style of the terms."""
    said = run(program, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(f"tests/{name}" for name in KEPT),
               *(f"--deselect=tests/{name}" for name in COUNTED))  # fmt: skip
    (number,) = re.findall(r"^([0-9]+) passed", said, re.MULTILINE)
    assert 300 < int(number)


ENRICHED = """
from fakes.asking import answers_of
from fakes.made_up import ALFA, ITEMS, WORLD, claim, text
from pathlib import Path
from twin_graph.enrich import rows_of
from twin_graph.enrich.archives import Archive
from twin_graph.sources.folders import Source
from twin_graph.wikidata.archive import Head
ALFA["claims"]["P439"] = [claim("Q101$A0000000-0000-4000-8000-0000000000ff", "P439", text("06412000"))]
head = Head(Path("answers"), {"id": "answers", "endpoint": "wikidata"})
enriched = rows_of([Archive(head, tuple(answers_of(WORLD, ITEMS)))], [Source("world", [])])
print([row.cells.get("municipality_key") for row in enriched.source.rows if row.table == "cities"])
"""


def test_wikidata_is_asked(program: Path) -> None:
    """A fact that is answered becomes a cell of its column."""
    assert "06412000" in run(program, "-c", ENRICHED)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package of the guide, as if pip had installed it; gives the folder of a workspace beside it."""
    package = tmp_path / "packages"
    for block in guides.blocks(GUIDE):
        if block.detail.startswith("twin-graph-ods/"):
            path = package / block.detail.removeprefix("twin-graph-ods/")
            path.parent.mkdir(exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    about = package / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n")
    groups = project["entry-points"].items()
    lines = [
        f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in each.items())
        for group, each in groups
    ]
    (about / "entry_points.txt").write_text("".join(lines))
    monkeypatch.syspath_prepend(str(package))
    return tmp_path


def write_sheets(path: Path, sheets: dict[str, Records]) -> None:
    """A spreadsheet as LibreOffice writes it, with rows and cells that stand for several."""
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    tables = ""
    for name, records in sheets.items():
        rows = "".join(
            "<table:table-row>"
            + "".join(
                f"<table:table-cell><text:p>{escape(cell)}</text:p></table:table-cell>" for cell in record
            )
            + '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
            for record in records
        )
        empty = '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row>'
        tables += f'<table:table table:name="{name}">{rows}{empty}</table:table>'
    content = f"<office:document-content {names}>{tables}</office:document-content>"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("content.xml", content)


def test_a_format_by_a_package(installed: Path) -> None:
    """A register in that format gives the statements that the same register in CSV gives."""
    first, second = copy_tiny(installed / "csv"), copy_tiny(installed / "ods")
    sheets = {file.path.stem: file.records() for file in tables(second) if file.path.parent.name == "aldorf"}
    assert 11 == len(sheets)
    write_sheets(second.data / "aldorf.ods", sheets)
    shutil.rmtree(second.data / "aldorf")
    assert build(first)[0].dump_path.read_bytes() == build(second)[0].dump_path.read_bytes()


def test_mistakes_have_their_place(installed: Path) -> None:
    """Sheet and line are named; a file that is none of that format stops the build and is named, too."""
    workspace = copy_tiny(installed / "ods")
    file = table(workspace, "aldorf/agreements")
    file.change(2, "partnership", "nobody-nowhere")
    write_sheets(workspace.data / "aldorf/agreements.ods", {"agreements": file.records()})
    file.path.unlink()
    assert ["data/aldorf/agreements.ods[agreements]:2: partnership"] == [
        str(finding.where) for finding in source_findings(workspace)
    ]
    (workspace.data / "aldorf/agreements.ods").write_bytes(b"no spreadsheet")
    (finding,) = (each for each in source_findings(workspace) if "cannot be read" in each.message)
    assert "data/aldorf/agreements.ods" == str(finding.where)


def test_without_the_package_it_is_refused(tmp_path: Path) -> None:
    """A spreadsheet of another format is named, and nothing is built without it."""
    workspace = copy_tiny(tmp_path)
    (workspace.data / "aldorf/agreements.ods").write_bytes(b"")
    (finding,) = source_findings(workspace)
    assert "this kind of spreadsheet is not read" in finding.message
