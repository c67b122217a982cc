"""Where the folders and files of a workspace are on disk, and what its `publication.toml` says.

Reads no data: tables are read by `sources`, snapshots by `snapshot`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from twin_graph.errors import WorkspaceInvalid

DEFAULT_BASE_IRI = "http://localhost:8000/"
LANGUAGES = ("pl", "en", "uk")
_BASE_IRI = re.compile(r"https?://[A-Za-z0-9.\-]+(:(?P<port>[0-9]{1,5}))?/([A-Za-z0-9._~\-]+/)*")
_LAST_PORT = 65_535
# The form of a language tag (BCP 47), with what may follow the language.
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
KNOWN = {"base_iri", "title", "description", "default_language", "registers", "valid_on", "start_city",
          "publisher", "contact", "accessibility", "security", "graphs"}  # fmt: skip


@dataclass(frozen=True)
class Publication:
    """What belongs to the published data as a whole, from `data/publication.toml`."""

    base_iri: str = DEFAULT_BASE_IRI
    title: Mapping[str, str] = field(default_factory=lambda: {"en": "Town twinning"})
    default_language: str = "en"
    registers: tuple[str, ...] = ()
    valid_on: str = ""
    start_city: str = ""
    graphs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Workspace:
    """The folders of one workspace. `ontology/` and `shapes/` fall back to the program's own."""

    root: Path

    @property
    def data(self) -> Path:
        """What staff write."""
        return self.root / "data"

    @property
    def ontology(self) -> Path:
        """Terms, concepts, alignments and the context."""
        return self._own_or_shipped("ontology")

    @property
    def shapes(self) -> Path:
        """The rules about data."""
        return self._own_or_shipped("shapes")

    @property
    def snapshots(self) -> Path:
        """Built snapshots, and the link `current`."""
        return self.root / "snapshots"

    @property
    def cache(self) -> Path:
        """What a build may reuse; deleting it loses nothing."""
        return self.root / ".cache" / "twin_graph"

    def relative(self, path: Path) -> str:
        """A path as it is shown to people: relative to the workspace, with slashes."""
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return path.name

    def _own_or_shipped(self, name: str) -> Path:
        own = self.root / name
        return own if own.is_dir() else shipped(name)


def shipped(name: str) -> Path:
    """A folder that comes with the program: beside `src/` in a checkout, inside the package in a wheel."""
    inside = Path(__file__).parent / "shipped" / name
    return inside if inside.is_dir() else Path(__file__).parents[2] / name


def find_workspace(root: str | Path) -> Workspace:
    """The workspace at a folder.

    Raises:
        WorkspaceInvalid: there is no folder `data/`.
    """
    workspace = Workspace(Path(root).absolute())
    if not workspace.data.is_dir():
        raise WorkspaceInvalid(
            f"there is no folder data/ in “{root}”; go to the folder of your workspace, or make one with "
            "`twin-graph init FOLDER`"
        )
    return workspace


def read_publication(workspace: Workspace, base_iri: str = "") -> Publication:
    """`data/publication.toml`, with `base_iri` from the settings taking precedence.

    Raises:
        WorkspaceInvalid: the file is not TOML, or a value is not of its form.
    """
    path = workspace.data / "publication.toml"
    place = workspace.relative(path)
    if not path.exists():
        return _checked(Publication(base_iri=base_iri or DEFAULT_BASE_IRI), place)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as problem:
        raise WorkspaceInvalid(f"{place}: cannot be read: {problem}") from problem
    unknown = sorted(set(raw) - KNOWN)
    if unknown:
        raise WorkspaceInvalid(f"{place}: unknown entry “{unknown[0]}”; known are {', '.join(sorted(KNOWN))}")
    return _checked(_from_toml(raw, base_iri, place), place)


def _from_toml(raw: Mapping[str, Any], base_iri: str, place: str) -> Publication:
    title = raw.get("title", {"en": "Town twinning"})
    registers = raw.get("registers", [])
    if not isinstance(title, dict) or not all(isinstance(text, str) for text in title.values()):
        raise WorkspaceInvalid(f'{place}: title: must be texts by language, such as {{ en = "Twin cities" }}')
    for language in title:
        if not _LANGUAGE.fullmatch(language):
            raise WorkspaceInvalid(f"{place}: title: “{language}” is not a language tag, such as en or pl")
    if not isinstance(registers, list) or not all(isinstance(name, str) for name in registers):
        raise WorkspaceInvalid(f'{place}: registers: must be a list of folders, such as ["lublin"]')
    return Publication(
        base_iri=base_iri or str(raw.get("base_iri", DEFAULT_BASE_IRI)),
        title=title,
        default_language=str(raw.get("default_language", "en")),
        registers=tuple(registers),
        valid_on=str(raw.get("valid_on", "")),
        start_city=str(raw.get("start_city", "")),
        graphs=_graphs(raw.get("graphs", {}), place),
        extra={name: raw[name] for name in sorted(raw)},
    )


def _graphs(raw: Any, place: str) -> dict[str, dict[str, str]]:
    if not isinstance(raw, dict) or not all(isinstance(terms, dict) for terms in raw.values()):
        raise WorkspaceInvalid(
            f"{place}: graphs: write one table per graph, such as [graphs.register-lublin]"
        )
    found = {name: {key: str(text) for key, text in terms.items()} for name, terms in sorted(raw.items())}
    for name, terms in found.items():
        if not _ADDRESS.fullmatch(terms.get("licence", "https://example.org/")):
            raise WorkspaceInvalid(
                f"{place}: graphs.{name}: licence: must be a web address, such as "
                f"https://creativecommons.org/licenses/by/4.0/ (found “{terms['licence']}”)"
            )
    return found


def _is_day(text: str) -> bool:
    try:
        return _DATE.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _checked(publication: Publication, place: str) -> Publication:
    base_iri = _BASE_IRI.fullmatch(publication.base_iri)
    if base_iri is None:
        raise WorkspaceInvalid(
            f"{place}: base_iri: must be an address that ends with a slash, such as https://data.example.org/ "
            f"(found “{publication.base_iri}”)"
        )
    if int(base_iri["port"] or 1) not in range(1, _LAST_PORT + 1):
        raise WorkspaceInvalid(
            f"{place}: base_iri: the port must be from 1 to {_LAST_PORT} (found “{publication.base_iri}”)"
        )
    if publication.default_language not in LANGUAGES:
        raise WorkspaceInvalid(f"{place}: default_language: must be one of {', '.join(LANGUAGES)}")
    if publication.valid_on and not _is_day(publication.valid_on):
        raise WorkspaceInvalid(
            f"{place}: valid_on: must be a date such as 2026-05-31 (found “{publication.valid_on}”)"
        )
    return publication
