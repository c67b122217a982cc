"""The front-end files that ship: what is committed is what `frontend/` builds, with the notices of all in it."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FRONTEND = ROOT / "frontend"
STATIC = ROOT / "src/twin_graph/static"
MANIFEST: dict[str, Any] = json.loads((STATIC / "manifest.json").read_text("utf-8"))
NOTICES = (STATIC / "THIRD-PARTY-NOTICES.txt").read_text("utf-8")
SHEETS = {path.name for path in (FRONTEND / "src").glob("*.css")}
# Written by hand where they are served from, or taken by interop/screenshots.py; everything else is built.
PICTURES = {f"openrefine/{step}.png" for step in ("add", "service", "columns", "judge", "extend")}
BY_HAND = {"icon.svg", "manifest.json", "style.css", "office.css", *PICTURES} - SHEETS
TEMPLATES = ROOT / "src/twin_graph/templates"
LIMIT = 5 * 1024


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file that is built, by its name."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).as_posix() not in BY_HAND
    }


def lock(folder: Path) -> dict[str, dict[str, Any]]:
    """What a lock file says of each package, by its name."""
    packages = json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"]
    return {path.removeprefix("node_modules/"): entry for path, entry in packages.items() if path}


def test_the_manifest_matches_the_files() -> None:
    """Every file that is built is in the manifest with its digest, and nothing else."""
    assert MANIFEST["files"] == digests(STATIC)
    assert len(MANIFEST["files"]) > 9


def test_the_packages_are_those_of_the_locks() -> None:
    """Whatever ships comes from the version that the lock names, and the lock names no registry."""
    locked = lock(FRONTEND / "map") | lock(FRONTEND)
    assert [locked[each["name"]]["version"] for each in MANIFEST["packages"]] == [
        each["version"] for each in MANIFEST["packages"]
    ]
    names = {each["name"] for each in MANIFEST["packages"]}
    assert {"@codemirror/view", "codemirror-lang-sparql", "source-sans", "world-atlas"} < names
    assert "codemirror" not in locked
    for folder in (FRONTEND, FRONTEND / "map"):
        text = (folder / "package-lock.json").read_text("utf-8")
        assert [] == re.findall(r'"resolved"|registry', text)
        wanted = json.loads((folder / "package.json").read_text("utf-8"))["devDependencies"]
        assert [] == [version for version in wanted.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)]


@pytest.mark.parametrize("package", MANIFEST["packages"], ids=lambda package: package["name"])
def test_notices(package: dict[str, Any]) -> None:
    """Each package of which something ships is named with its version, its files and the text of its licence."""
    head = (
        f"{package['name']} {package['version']} ({package['license']})\nin {', '.join(package['files'])}\n"
    )
    notice = NOTICES.partition(head)[2].partition("=" * 80)[0]
    assert "copyright" in notice.lower() or "SIL OPEN FONT LICENSE" in notice
    assert len(notice) > 400
    assert set(package["files"]) <= set(MANIFEST["files"])


def test_every_licence_is_known() -> None:
    """Nothing ships under a licence that asks for more than its notice."""
    assert {"MIT", "ISC", "OFL-1.1"} == {each["license"] for each in MANIFEST["packages"]}
    assert "Natural Earth" in NOTICES


@pytest.mark.parametrize("name", ["site.js", "style.css"])
def test_what_every_page_loads_is_small(name: str) -> None:
    """The script and the sheet of every page have 5 KB each when they are compressed."""
    assert len(gzip.compress((STATIC / name).read_bytes(), 9)) <= LIMIT


def test_only_columns_that_look_otherwise_have_a_class() -> None:
    """A table marks the columns that a sheet speaks of, and no others."""
    sheets = "".join((STATIC / name).read_text("utf-8") for name in ("style.css", "office.css"))
    marked = re.findall(r"set styled = \(([^)]*)\)", (TEMPLATES / "parts.html").read_text("utf-8"))
    spoken_of = set(re.findall(r"\.column-(\w+)", sheets))
    assert spoken_of == set(re.findall(r'"(\w+)"', marked[0]))


def test_all_sheets_of_a_page_are_small() -> None:
    """The sheets that a page loads have 5 KB together; the query page, where somebody works, has 6."""
    frames = {path.name: path.read_text("utf-8") for path in TEMPLATES.rglob("*.html")}
    sheets = {name: set(re.findall(r"asset\('(\w+\.css)'\)", text)) for name, text in frames.items()}
    assert {"style.css"} == sheets["base.html"]
    for name, text in frames.items():
        inherited = sheets["base.html"] if '{% extends "base.html" %}' in text else set()
        loaded = sheets[name] | inherited
        size = sum(len(gzip.compress((STATIC / sheet).read_bytes(), 9)) for sheet in loaded)
        assert size <= LIMIT + 1024 * (name == "sparql.html"), (name, sorted(loaded), size)


def test_nothing_asks_another_host() -> None:
    """Scripts and sheets name no address but namespaces of the W3C and examples of syntax."""
    texts = [path.read_text("utf-8") for path in STATIC.iterdir() if path.suffix in (".js", ".css")]
    assert len(texts) >= 4
    hosts = {host for text in texts for host in re.findall(r"https?://([\w.-]+)", text)}
    assert hosts <= {"www.w3.org"}


def test_the_wheel_has_every_file(tmp_path: Path) -> None:
    """What is committed is installed: no file is left out because it is ignored."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    found = {name for name in names if name.startswith("twin_graph/static/")}
    assert {f"twin_graph/static/{name}" for name in {*MANIFEST["files"], *BY_HAND}} <= found
    assert [] == [name for name in found if "node_modules" in name]
    tables = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src").rglob("*.csv")}
    assert "twin_graph/compare/verdicts.csv" in tables
    assert tables <= names


def test_a_build_gives_what_is_committed(tmp_path: Path) -> None:
    """The same packages give the same bytes; only where Node and the packages are installed."""
    installed = [folder / "node_modules/.package-lock.json" for folder in (FRONTEND, FRONTEND / "map")]
    if shutil.which("node") is None or not all(path.exists() for path in installed):
        reason = "run `npm --prefix frontend ci` and `npm --prefix frontend/map ci` with Node 20"
        if os.environ.get("TWIN_GRAPH_SUITES") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    shutil.copytree(STATIC / "base", tmp_path / "base")
    for _ in range(2):
        subprocess.run(["node", "build.mjs", str(tmp_path)], cwd=FRONTEND, check=True, capture_output=True)
        assert digests(STATIC) == digests(tmp_path)
