"""The files of a mirror: their names, that a bake is whole or not there, and what is kept of the one before."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from twin_graph.bake import Serving, bake, making
from twin_graph.bake.addresses import file_of
from twin_graph.bake.baking import digest_of
from twin_graph.bake.changed import Before, changed_things, note_units
from twin_graph.bake.making import Task, open_maker
from twin_graph.bake.records import Journal
from twin_graph.build import build
from twin_graph.errors import WorkspaceInvalid
from twin_graph.settings import Settings, read_settings
from twin_graph.snapshot import Snapshot
from twin_graph.web import create_app
from twin_graph.workspace import find_workspace
from workspaces import copy_tiny, run

SOME = ("city/aldorf", "city/belmont", "partnership/aldorf-belmont", "country/de")
# By what happens: the file of a table, what stands there, and what is written instead.
CHANGES: dict[str, tuple[str, str, str]] = {
    "a city is called otherwise": ("cities.csv", "Belmont,Belmont,Бельмонт", "Belmont,Belmonte,Бельмонт"),
    "a city lies elsewhere": ("cities.csv", "ca,45,-75", "ca,46,-76"),
    "a city has grown": ("cities.csv", "81000", "82000"),
    "a city is in another country": ("cities.csv", "Цедрово,pl", "Цедрово,de"),
    "a country is called otherwise": ("countries.csv", "Canada,Kanada", "Canada,Kanadka"),
    "a country is on another continent": ("countries.csv", "Польща,europe", "Польща,asia"),
    "a decision is withdrawn": ("decisions.csv", "count-aldorf-friendly", "#count-aldorf-friendly"),
    "a decision has another reason": ("decisions.csv", "The office counts", "Our office counts"),
    "a name in another language": ("exonyms.csv", "aldorf,Starowieś,pl", "aldorf,Starawieś,pl"),
    "a network is called otherwise": ("networks.csv", "Northern Congress,Kongres", "Northern Assembly,Kongres"),
    "a source is called otherwise": ("sources.csv", "Gazetteer of the fictitious", "Index of the fictitious"),
    "a source of the register is called otherwise": ("aldorf/sources.csv", "News of Aldorf", "Tidings of Aldorf"),
    "an activity ends later": ("aldorf/activities.csv", "2014-07-06", "2014-07-07"),
    "an agreement is called otherwise": ("aldorf/agreements.csv", "Second protocol", "Third protocol"),
    "an agreement was signed later": ("aldorf/agreements.csv", "1992-06-01", "1992-06-02"),
    "a claim has another year": ("aldorf/claims.csv", "belmont,partner,1991", "belmont,partner,1992"),
    "a claim is withdrawn": ("aldorf/claims.csv", ",aldorf-belmont,,,,evening", "#,aldorf-belmont,,,,evening"),
    "a claim is new": ("world/claims.csv", "q900000001;q900000004,extract-2016,q900000004",
                       "q900000004;q900000007,extract-2016,q900000007,,,,,\nq900000001;q900000004,extract-2016,q900000004"),
    "a partnership is removed": ("world/claims.csv", "q900000001;q900000004,extract-2016,q900000004",
                                 "#q900000001;q900000004,extract-2016,q900000004"),
    "a title was conferred on another day": ("aldorf/conferrals.csv", "2018-10-10", "2018-10-11"),
    "another number was declared": ("aldorf/counts.csv", "countries,3,2013", "countries,4,2013"),
    "an event was on another day": ("aldorf/events.csv", "2020-06-30", "2020-06-29"),
    "a membership began later": ("aldorf/memberships.csv", "associate,1975", "associate,1976"),
    "a partnership is called otherwise": ("aldorf/partnerships.csv", "Three Cities", "The Three Cities"),
    "a partnership has another note": ("aldorf/partnerships.csv", "Friendly by letter", "Friendly by a letter"),
    "a resolution is called otherwise": ("aldorf/resolutions.csv", "Resolution on the agreement with Belmont",
                                         "Decision on the agreement with Belmont"),
    "a city of the world is called otherwise": ("world/cities.csv", "Glenport,Glenport", "Glenporto,Glenport"),
    "a city of the world has grown": ("world/cities.csv", "9000,Q", "9001,Q"),
    "a correction is corrected": ("world/corrections.csv", "13,-64", "13,-63"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _few_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only documents and pages: the tables and pictures of a register are made in `conformance/test_mirror`."""
    monkeypatch.setattr(making, "_registered", lambda *_: frozenset())


@pytest.fixture(scope="module")
def settings(tiny_snapshot: Snapshot) -> Settings:
    """The settings of the tiny workspace."""
    return read_settings({}, workspace=str(tiny_snapshot.path.parents[1]))


def _tree(folder: Path) -> dict[str, bytes]:
    site = folder / "current" / "site"
    return {str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("address", "is_page", "file"),
    [
        ("/doc/city/a.ttl", False, "/doc/city/a.ttl"),
        ("/doc/city/a.jsonld?page=2&_profile=expanded", False, "/doc/city/a~_profile=expanded~page=2.jsonld"),
        ("/en/", True, "/en/index.html"),
        ("/en/city/a", True, "/en/city/a.html"),
        ("/en/city?page=3", True, "/en/city~page=3.html"),
    ],
)
def test_the_file_of_an_address(address: str, is_page: bool, file: str) -> None:
    """The path is that of the address; what its query chooses stands before the ending."""
    assert file == file_of(address, is_page=is_page)


class TestWhole:
    """A mirror is there whole or not at all."""

    def test_nothing_is_switched_on_before_the_end_and_the_next_run_goes_on(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        """Who is stopped runs it again: what was made is not made again, and the files are the same."""
        folder, whole = tmp_path / "stopped", tmp_path / "whole"
        done = bake(settings, whole, Serving(), only=SOME, whole=False)

        def stop(_: int, __: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            bake(settings, folder, Serving(), only=SOME[:2], whole=False, tell=stop)
        assert not (folder / "current").exists()
        with (folder / "versions" / "next" / "journal.jsonl").open("a") as journal:
            journal.write('{"item": "cut')
        again = bake(settings, folder, Serving(), only=SOME, whole=False)
        assert (done.made, done.files, done.bytes) == (len(SOME) + 1, again.files, again.bytes)
        assert len(SOME) - 2 == again.made
        assert _tree(whole) == _tree(folder)

    def test_a_folder_with_something_else_is_left_alone(self, settings: Settings, tmp_path: Path) -> None:
        """Nobody's files are mixed with ours."""
        (tmp_path / "letter.txt").write_text("Dear reader")
        with pytest.raises(WorkspaceInvalid, match="holds something else"):
            bake(settings, tmp_path, Serving())

    def test_two_versions_stay(self, settings: Settings, tmp_path: Path) -> None:
        """A web server may still read the one before; those before that go."""
        for _ in range(3):
            bake(settings, tmp_path / "m", Serving(), only=SOME[:1], whole=False)
        assert ["2", "3"] == sorted(path.name for path in (tmp_path / "m" / "versions").iterdir())
        assert "3" == (tmp_path / "m" / "current").resolve().name

    def test_what_is_kept_is_the_same_file(self, settings: Settings, tmp_path: Path) -> None:
        """Nothing has changed: every file of a thing is a second name of the one before."""
        first = bake(settings, tmp_path / "m", Serving(), only=SOME, whole=False)
        again = bake(settings, tmp_path / "m", Serving(), only=SOME, whole=False)
        assert (0, len(SOME) - 1) == (first.kept, again.kept)  # a country is made anew always
        old, new = (tmp_path / "m" / "versions" / name / "site/doc/city/aldorf.ttl" for name in ("1", "2"))
        assert old.samefile(new)

    def test_another_program_makes_all_anew(
        self, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Templates, words and settings are part of every page."""
        bake(settings, tmp_path / "m", Serving(), only=SOME, whole=False)
        monkeypatch.setattr("twin_graph.bake.baking.digest_of", lambda here: f"{digest_of(here)}x")
        assert 0 == bake(settings, tmp_path / "m", Serving(), only=SOME, whole=False).kept


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A workspace and its mirror before anything changes."""
    workspace = copy_tiny(tmp_path_factory.mktemp("before"))
    build(workspace)
    folder = tmp_path_factory.mktemp("mirror") / "m"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "_registered", lambda *_: frozenset())
        bake(read_settings({}, workspace=str(workspace.root)), folder, Serving(), whole=False)
    return workspace.root, folder


class TestChanges:
    """What is kept is what a bake of everything would make."""

    def test_there_are_enough_kinds_of_change(self) -> None:
        """One for each table at least."""
        assert len(CHANGES) >= 25

    @pytest.mark.parametrize("change", CHANGES)
    def test_what_is_kept_would_be_made_the_same(
        self, first: tuple[Path, Path], change: str, tmp_path: Path
    ) -> None:
        """After one change, the files of all things that are not made anew are byte for byte what they would be."""
        root, folder = first
        shutil.copytree(root, tmp_path / "w", symlinks=True)
        name, old, new = CHANGES[change]
        table = tmp_path / "w" / "data" / name
        text = table.read_text(encoding="utf-8")
        assert 1 <= text.count(old)
        table.write_text(text.replace(old, new, 1), encoding="utf-8")
        snapshot = build(find_workspace(tmp_path / "w"))[0]
        settings = read_settings({}, workspace=str(tmp_path / "w"))
        before = Before.find(folder / "current")
        assert before is not None
        here = create_app(settings, snapshot).extensions["twin_graph"]
        assert before.look == digest_of(here), "the change would make all anew"
        note_units(snapshot, here.comparison, tmp_path)
        anew = changed_things(before, snapshot, tmp_path)
        assert anew, change
        maker = open_maker(Task(settings, snapshot.path.parent, snapshot.manifest.id, tmp_path / "site"))
        kept = [record for record in before.records() if "/" in record.item and record.item not in anew]
        wrong = []
        for record in kept:
            made = maker.make(record.item)
            assert (record.files.keys(), record.group) == (made.files.keys(), made.group)
            places = {file: (tmp_path / f"site{file}", before.folder / f"site{file}") for file in made.files}
            wrong += [file for file, (new_, old_) in places.items() if new_.read_bytes() != old_.read_bytes()]
        assert [] == wrong
        assert len(kept) > 5


def test_the_command(tmp_path: Path, tiny_snapshot: Snapshot) -> None:
    """`bake` says what it has made and how to serve it; a wrong call and a wrong folder have their exit codes."""
    workspace = tiny_snapshot.path.parents[1]
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "x").write_text("x")
    refused = run(workspace, "bake", str(tmp_path / "taken"))
    assert 3 == refused.exit_code
    assert 2 == run(workspace, "bake", str(tmp_path / "m"), "--server", "nonsense").exit_code


def test_the_journal_is_read_as_it_was_written(settings: Settings, tmp_path: Path) -> None:
    """Each class of headers stands there once, and records name only those."""
    bake(settings, tmp_path / "m", Serving(), only=SOME, whole=False)
    journal = Journal(tmp_path / "m" / "current")
    classes = journal.classes()
    lines = (tmp_path / "m" / "current" / "classes.jsonl").read_text().splitlines()
    assert len(classes) == len({json.loads(line)[0] for line in lines}) == len(lines)
    assert {name for record in journal.read() for name in record.shapes.values()} <= set(classes)
