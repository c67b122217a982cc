"""Make a mirror: which items there are, which of them are kept, and that the whole is switched on at the end.

    DIR/versions/{number}/site/       the files, by the paths of their addresses
                          nginx.conf  what serves them (`nginx`)
                          bake.json   of which snapshot, program and settings
                          journal.jsonl  what is known of the files (`records`)
    DIR/versions/next/                one that is being made
    DIR/current                       the last that is whole
    DIR/nginx.conf                    its configuration

What is kept is a hard link to the file of the version before. How files are made is `items`, in which processes
`making`, what has to be made anew `changed`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from twin_graph import ldes
from twin_graph.bake.changed import Before, changed_things, note_units
from twin_graph.bake.items import GONE, REFUSALS
from twin_graph.bake.making import Task, make_all
from twin_graph.bake.nginx import Serving, write_configuration
from twin_graph.bake.records import Journal, Record
from twin_graph.build.kept import program
from twin_graph.errors import WorkspaceInvalid
from twin_graph.kinds import DOCUMENTED
from twin_graph.settings import Settings
from twin_graph.snapshot import Snapshot, open_snapshot
from twin_graph.web import create_app
from twin_graph.web.site import Site
from twin_graph.workspace import LANGUAGES, find_workspace

KEPT_VERSIONS = 2
# What nothing links to.
_SEEDS = (
    "/", "/robots.txt", "/sitemap.xml", "/security.txt", "/.well-known/security.txt", "/.well-known/void",
    "/.well-known/api-catalog", "/openapi.json", "/openapi.yaml", "/conformance", "/changes.atom",
    "/context.jsonld", "/ontology", "/concepts", "/shapes", "/alignments", "/catalog", "/void", "/ldes",
    "/changes", "/wikidata", "/reconcile/help", "/reconcile/logo.svg", "/dumps/latest/SHA256SUMS",
)  # fmt: skip
_PROBLEMS = (
    "not-found",
    "gone",
    "not-acceptable",
    "malformed-request",
    "method-not-allowed",
    "only-on-server",
)
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Summary:
    """What a bake has made: numbers of files, their bytes, seconds, and of how many items the files were kept."""

    folder: str
    snapshot: str
    files: int
    bytes: int
    seconds: float
    made: int
    kept: int


@dataclass(frozen=True)
class Wanted:
    """What a version is made from: equal ones have the same files."""

    snapshot: str
    look: str
    serving: str


def bake(settings: Settings, folder: Path, serving: Serving, *, jobs: int = 1, only: Iterable[str] = (),
         whole: bool = True, tell: Tell = lambda _, __: None) -> Summary:  # fmt: skip
    """The mirror of the current snapshot in a folder.

    Args:
        only: things, kind and key, for a mirror of these alone.
        whole: whether what is about everything is made: lists, feeds, the vocabulary, reports, files.
        tell: is told how many items are done, and of how many that are known.

    Raises:
        WorkspaceInvalid: the folder holds something else.
        SnapshotMissing, SnapshotDamaged
    """
    began = time.monotonic()
    snapshot = open_snapshot(find_workspace(settings.workspace).snapshots)
    app = create_app(settings, snapshot)
    here: Site = app.extensions["twin_graph"]
    wanted = Wanted(snapshot.manifest.id, digest_of(here), json.dumps(asdict(serving), sort_keys=True))
    version = _begin(folder, wanted)
    work = _Work(settings, snapshot, here, version, folder, jobs, tell)
    work.run(list(only) or list(_things(here)), whole=whole)
    final = _number(version)
    files, size = write_configuration(version, final, here, Journal(version), serving)
    version.rename(final)
    _point(folder, final)
    _forget(folder, final)
    seconds = round(time.monotonic() - began, 1)
    return Summary(str(folder), snapshot.manifest.id, files, size, seconds, work.made, work.kept)


def digest_of(here: Site) -> str:
    """What all pages depend on besides the statements: program, templates, words, settings of the publication."""
    known = (here.look_of_all, here.words, here.vocabulary.digest, here.base_iri, here.manifest.default_language,
             here.manifest.valid_on, program().hex())  # fmt: skip
    return hashlib.sha256("\n".join(map(str, known)).encode()).hexdigest()[:20]


@dataclass
class _Work:
    """The items of one version, done round by round: things first, then what they and others link to."""

    settings: Settings
    snapshot: Snapshot
    here: Site
    version: Path
    folder: Path
    jobs: int
    tell: Tell
    made: int = 0
    kept: int = 0

    def run(self, things: list[str], *, whole: bool) -> None:
        """Make all items and write their records."""
        journal = Journal(self.version)
        journal.cut()
        done, links = set[str](), set[str]()
        for record in journal.read():
            done.add(record.item)
            links.update(record.links)
        task = Task(
            self.settings, self.snapshot.path.parent, self.snapshot.manifest.id, self.version / "site"
        )
        for record in self._keep(set(things) - done, journal):
            journal.add([record])
            done.add(record.item)
            links.update(record.links)
            self.kept += 1
        waiting = {*things, REFUSALS, *((*self._gone(), *self._seeds(), *links) if whole else ())}
        while waiting := waiting - done:
            for records in make_all(task, sorted(waiting), self.jobs):
                journal.add(records)
                done |= {record.item for record in records}
                links.update(link for record in records for link in record.links)
                self.made += len(records)
                self.tell(len(done), len(done | waiting))
            waiting = links if whole else set()

    def _keep(self, things: set[str], journal: Journal) -> Iterator[Record]:
        """The records of things that are as they were, their files linked from the version before."""
        note_units(self.snapshot, self.here.comparison, self.version)
        before = Before.find(self.folder / "current")
        wanted = json.loads((self.version / "bake.json").read_text())
        if before is None or before.look != wanted["look"]:
            return
        anew = changed_things(before, self.snapshot, self.version)
        if anew is None:
            return
        journal.add_classes(before.classes())
        for record in before.records():
            if record.item in things and record.item not in anew:
                for file in record.files:
                    _link(before.folder / "site" / file[1:], self.version / "site" / file[1:])
                yield record

    def _gone(self) -> Iterator[str]:
        for kind, retired in self.snapshot.keys.get("retired", {}).items():
            yield from (f"{GONE}{kind}/{key}" for key in retired)

    def _seeds(self) -> Iterator[str]:
        start = urlsplit(self.here.base_iri).path.rstrip("/")
        yield from (f"{start}{path}" for path in _SEEDS)
        for language in LANGUAGES:
            yield f"{start}/{language}/"
            yield from (f"{start}/{language}/problems/{name}" for name in _PROBLEMS)
        yield from (f"{start}/problems/{name}" for name in _PROBLEMS)
        for kind in DOCUMENTED:
            yield f"{start}/doc/{kind.name}"
            yield from (f"{start}/{language}/{kind.name}" for language in LANGUAGES)
        for name in sorted(self.here.manifest.graphs):
            yield f"{start}/graph/{name}"
        for entry in ldes.read_feed(self.snapshot.path.parent, self.here.base_iri):
            yield f"{start}/ldes/{entry.name}"
            yield from (f"{start}/ldes/{entry.name}/{page + 1}" for page in range(entry.pages))


def _things(here: Site) -> Iterator[str]:
    for kind in DOCUMENTED:
        yield from (f"{kind.name}/{key}" for key in here.shelves.shelf(kind.name).keys)


def _begin(folder: Path, wanted: Wanted) -> Path:
    """The folder of the version that is being made: the one that was left unfinished, if it is of the same."""
    if folder.exists() and any(folder.iterdir()) and not (folder / "versions").is_dir():
        raise WorkspaceInvalid(f"{folder} holds something else; name a new folder")
    version = folder / "versions" / "next"
    said = version / "bake.json"
    text = json.dumps(asdict(wanted))
    if not said.is_file() or said.read_text() != text:
        shutil.rmtree(version, ignore_errors=True)
        (version / "site").mkdir(parents=True)
        said.write_text(text)
    return version


def _number(version: Path) -> Path:
    """The folder of the version when it is whole: the next number."""
    numbers = [int(each.name) for each in version.parent.iterdir() if each.name.isdigit()]
    return version.parent / str(max(numbers, default=0) + 1)


def _point(folder: Path, final: Path) -> None:
    """Let `current` and `nginx.conf` be those of a version, at once."""
    for name, target in (("current", f"versions/{final.name}"), ("nginx.conf", "current/nginx.conf")):
        link = folder / f"{name}.part"
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        link.replace(folder / name)


def _forget(folder: Path, final: Path) -> None:
    """Delete all versions but the last ones: a web server may still read the one before."""
    numbers = sorted(int(each.name) for each in final.parent.iterdir() if each.name.isdigit())
    for number in numbers[:-KEPT_VERSIONS]:
        shutil.rmtree(folder / "versions" / str(number))


def _link(old: Path, new: Path) -> None:
    new.parent.mkdir(parents=True, exist_ok=True)
    new.unlink(missing_ok=True)
    try:
        os.link(old, new)
    except OSError:
        shutil.copy2(old, new)
