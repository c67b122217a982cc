"""What every request needs, opened once: settings, workspace, snapshot, store, and what is derived from them.

Knows no routes. `site()` is the only way to it from a view.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app

from twin_graph import __version__, changes, conformance, describe, dumps, ldes, matching
from twin_graph.changes import Release
from twin_graph.compare import former, kept
from twin_graph.compare.decisions import FILE as DECISIONS_FILE
from twin_graph.compare.decisions import Decisions, read_decisions
from twin_graph.conformance import Measured
from twin_graph.errors import EntityGone, EntityNotFound, SnapshotDamaged, SourceError
from twin_graph.labels import FILE as NAMES_FILE
from twin_graph.labels import NameIndex
from twin_graph.queries import FOLDER as QUERIES
from twin_graph.queries import Query
from twin_graph.reconcile import SERVICES, Matcher, NameMatcher
from twin_graph.settings import Settings
from twin_graph.snapshot import Manifest, Snapshot, open_snapshot
from twin_graph.sparql import example_queries
from twin_graph.store import Store
from twin_graph.web.comparison import Comparison
from twin_graph.web.imprint import Imprint, read_imprint
from twin_graph.web.names import Names
from twin_graph.web.shelves import Shelves
from twin_graph.web.vocabulary_files import VocabularyFiles
from twin_graph.workspace import Workspace, find_workspace, read_publication

PACKAGE = Path(__file__).parents[1]
STATIC = PACKAGE / "static"
TEMPLATES = PACKAGE / "templates"
TRANSLATIONS = PACKAGE / "translations"
PREVIEWS = "previews"
RECONCILE = PACKAGE / "reconcile"
MATCHING = PACKAGE / "matching"
EXTENSION = "twin_graph"
_BESIDE = (changes.FILE, NAMES_FILE, PREVIEWS, matching.FILE, kept.FILE, DECISIONS_FILE, former.FILE,
           conformance.FILE)  # fmt: skip


@dataclass(frozen=True)
class Site:
    """One published dataset and what serves it."""

    settings: Settings
    workspace: Workspace
    manifest: Manifest
    snapshot: Snapshot
    store: Store
    vocabulary: VocabularyFiles
    imprint: Imprint

    @property
    def base_iri(self) -> str:
        """Base of all IRIs of the snapshot; the only source of absolute addresses."""
        return self.manifest.base_iri

    @property
    def prefix(self) -> str:
        """Path of the base IRI without its last slash: empty where the base is a whole host."""
        return urlsplit(self.base_iri).path.rstrip("/")

    @property
    def authority(self) -> str:
        """Host and port of the base IRI."""
        return urlsplit(self.base_iri).netloc

    @cached_property
    def names(self) -> Names:
        """Labels and titles of things."""
        return Names(self.store, self.base_iri)

    @cached_property
    def shelves(self) -> Shelves:
        """The things of each kind, to be browsed."""
        return Shelves(self.store, self.base_iri, self.names)

    @cached_property
    def index(self) -> NameIndex:
        """The index of names; an empty one where the snapshot was built without it."""
        return NameIndex.open(self.snapshot.side(NAMES_FILE))

    @cached_property
    def matchers(self) -> Mapping[str, Matcher]:
        """What finds things by their names, by the words of the services; the best that the snapshot has."""
        by_name = NameMatcher(self.index, self.base_iri)
        found: dict[str, Matcher] = dict.fromkeys(SERVICES, by_name)
        if self.places is not None:
            model = matching.read_model()
            found[""] = matching.Matcher(self.places, model)
            found["wikidata"] = matching.Matcher(self.places, model, elsewhere=True)
        return found

    @cached_property
    def places(self) -> matching.Index | None:
        """The index of the matcher; None where the snapshot was built without it."""
        return matching.Index.open(self.snapshot.side(matching.FILE))

    @property
    def model_version(self) -> str:
        """What the answers of matchers depend on besides the data."""
        return f"model-{matching.read_model().version}" if self.places is not None else "names"

    @cached_property
    def history(self) -> tuple[Release, ...]:
        """What changed with each publication; empty where the snapshot does not tell."""
        return changes.read_history(self.snapshot.side(changes.FILE))

    @cached_property
    def comparison(self) -> Comparison:
        """The comparison with Wikidata; one without findings where the snapshot was built without an archive."""
        decisions = Decisions()
        if (path := self.snapshot.side(DECISIONS_FILE)) is not None:
            with suppress(OSError, SourceError):  # the build has read it
                decisions = read_decisions(path)
        known = former.read_former(self.snapshot.side(former.FILE))
        return Comparison(
            kept.read(self.snapshot.path), decisions, known, self._find, self.base_iri, self.manifest.id
        )

    def _find(self, kind: str, key: str) -> str:
        """The key under which a thing is published; "" for none."""
        with suppress(EntityNotFound, EntityGone):
            return describe.resolve(self.store, self.base_iri, self.snapshot.keys, kind, key)
        return ""

    @cached_property
    def measured(self) -> tuple[Measured, ...]:
        """What the probes found when the snapshot was built; nothing where it was built without them."""
        return conformance.read_measured(self.snapshot.side(conformance.FILE))

    @cached_property
    def questions(self) -> tuple[Query, ...]:
        """The example queries that the data can answer."""
        return example_queries(self.store, self.base_iri)

    @cached_property
    def assets(self) -> str:
        """Digest of the static files: the part of their addresses that changes when they do."""
        return _digest(STATIC)

    @cached_property
    def edition(self) -> str:
        """What every representation depends on: the data, the program, the vocabulary files."""
        return f"{self.manifest.id}-{__version__}-{self.vocabulary.digest}"

    @property
    def published(self) -> str:
        """What every representation depends on that tells of publications and their files; changes at any time."""
        return stamp_of(self.workspace.snapshots)

    @cached_property
    def words(self) -> str:
        """What the titles in data depend on besides."""
        return _digest(TRANSLATIONS)

    @cached_property
    def look(self) -> str:
        """What a page depends on besides: a changed template or translation is another representation."""
        return f"{self.look_of_all}-{self.beside}"

    @cached_property
    def look_of_all(self) -> str:
        """What every page depends on besides the data and the files beside them."""
        folders = "-".join(
            _digest(folder) for folder in (TEMPLATES, TRANSLATIONS, QUERIES, RECONCILE, MATCHING)
        )
        return f"{__version__}-{self.assets}-{folders}-{self.imprint.digest}"

    @cached_property
    def beside(self) -> str:
        """Digest of the files beside the data: the same data may be published again with another history."""
        found = (self.snapshot.side(name) for name in _BESIDE)
        return "-".join(_digest(path) for path in found if path is not None)

    def read_ahead(self) -> None:
        """Read what requests need from files, so that it is there when the snapshot is deleted.

        What is damaged is left to the requests that ask for it.
        """
        for read in (lambda: self.snapshot.keys, lambda: self.snapshot.report, lambda: self.index,
                     lambda: self.history, lambda: self.places, lambda: self.comparison,
                     lambda: self.measured, lambda: self.snapshot.answer_rows, lambda: self.look):  # fmt: skip
            with suppress(SnapshotDamaged):
                read()

    def close(self) -> None:
        """Let go what was opened for it, but for the store, which the engine closes."""
        if "index" in self.__dict__:
            self.index.close()
        if self.__dict__.get("places") is not None:
            self.__dict__["places"].close()


def open_site(settings: Settings, snapshot: Snapshot | None = None) -> Site:
    """The site of a workspace, with its current snapshot or the one given.

    Raises:
        WorkspaceInvalid, SnapshotMissing, SnapshotDamaged
    """
    workspace = find_workspace(settings.workspace)
    found = snapshot or open_snapshot(workspace.snapshots)
    made = Site(
        settings,
        workspace,
        found.manifest,
        found,
        found.open_store(settings.store, settings.store_memory_triples),
        VocabularyFiles(workspace),
        read_imprint(read_publication(workspace, settings.base_iri).extra),
    )
    made.read_ahead()
    return made


def stamp_of(snapshots: Path) -> str:
    """Another text after every publication, and after every file and page of the feed that is written of one."""
    return f"{dumps.stamp(snapshots)}\n{ldes.stamp(snapshots)}"


def site() -> Site:
    """The site of the current application."""
    found = current_app.extensions[EXTENSION]
    if not isinstance(found, Site):
        raise TypeError(f"not a site: {found!r}")
    return found


def _digest(folder: Path) -> str:
    """Digest of the files of a folder, or of one file."""
    digest = hashlib.sha256()
    for path in sorted(path for path in (folder, *folder.rglob("*")) if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]
