"""Where the folders are, and what `publication.toml` says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from twin_graph.errors import WorkspaceInvalid
from twin_graph.web.imprint import read_imprint
from twin_graph.workspace import KNOWN, Publication, Workspace, find_workspace, read_publication, shipped
from workspaces import REPOSITORY

LINE = 'base_iri = "https://data.example.org/"\n'


def publication(tmp_path: Path, text: str, base_iri: str = "") -> Publication:
    """What a file says."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "publication.toml").write_text(text, encoding="utf-8")
    return read_publication(find_workspace(tmp_path), base_iri)


class TestFolders:
    """Folders of a workspace, or of the program."""

    def test_own_and_shipped(self, tmp_path: Path) -> None:
        """Ontology and shapes come with the program unless the workspace has its own."""
        (tmp_path / "shapes").mkdir()
        workspace = Workspace(tmp_path)
        assert (tmp_path / "shapes", shipped("ontology")) == (workspace.shapes, workspace.ontology)
        assert (shipped("ontology") / "twin.ttl").is_file()

    def test_relative_paths(self, tmp_path: Path) -> None:
        """A path is shown from the workspace on; one outside by its name."""
        workspace = Workspace(tmp_path)
        assert "data/cities.csv" == workspace.relative(tmp_path / "data" / "cities.csv")
        assert "hosts" == workspace.relative(Path("/etc/hosts"))

    def test_no_workspace(self, tmp_path: Path) -> None:
        """A folder without data/ is none, and the message says how to make one."""
        with pytest.raises(WorkspaceInvalid, match="twin-graph init FOLDER"):
            find_workspace(tmp_path)


class TestPublication:
    """Values and their defaults."""

    def test_without_a_file(self, tmp_path: Path) -> None:
        """Everything has a default."""
        (tmp_path / "data").mkdir()
        found = read_publication(find_workspace(tmp_path))
        assert ("http://localhost:8000/", "en", (), "") == (
            found.base_iri, found.default_language, found.registers, found.valid_on,
        )  # fmt: skip

    def test_everything(self, tmp_path: Path) -> None:
        """What is written is read, a byte order mark and Windows line ends included."""
        text = (
            "\ufeff" + LINE + 'default_language = "pl"\nregisters = ["a", "b"]\nstart_city = "a"\n'
            'valid_on = 2026-05-31\n[title]\nen = "T"\nzh-Hant = "T"\n[graphs.shared]\nlicence = "https://example.org/cc0"\n'
        ).replace("\n", "\r\n")
        found = publication(tmp_path, text)
        assert "https://data.example.org/" == found.base_iri
        assert (("a", "b"), "a", "2026-05-31") == (found.registers, found.start_city, found.valid_on)
        assert {"en": "T", "zh-Hant": "T"} == found.title
        assert {"shared": {"licence": "https://example.org/cc0"}} == found.graphs

    def test_setting_wins(self, tmp_path: Path) -> None:
        """The base IRI of the settings takes precedence."""
        assert "http://x.org/" == publication(tmp_path, LINE, "http://x.org/").base_iri

    @pytest.mark.parametrize(
        "base",
        [
            "http://localhost:8000/",
            "https://data.example.org/",
            "https://example.org/twins/lublin/",
            "http://x/",
            "http://x:65535/",
        ],
    )
    def test_base_that_can_be(self, tmp_path: Path, base: str) -> None:
        """An address that ends with a slash may be a base."""
        assert base == publication(tmp_path, f'base_iri = "{base}"').base_iri

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ('base_iri = "http://x"', "base_iri: must be an address that ends with a slash"),
            ('base_iri = "ftp://x/"', "base_iri"),
            ('base_iri = "http://x/?a=/"', "base_iri"),
            ('base_iri = "http://x/#/"', "base_iri"),
            ('base_iri = "http://x y/"', "base_iri"),
            ("base_iri = 3", "base_iri"),
            ('base_iri = "http://x:65536/"', "base_iri: the port must be from 1 to 65535"),
            ('base_iri = "http://x:0/"', "base_iri: the port must be from 1 to 65535"),
            ('[title]\nenglish = "T"', "title: “english” is not a language tag"),
            ('[title]\nEN = "T"', "title: “EN” is not a language tag"),
            ('[title]\n"en us" = "T"', "title: “en us” is not a language tag"),
            ('default_language = "de"', "default_language: must be one of pl, en, uk"),
            ('registers = "lublin"', "registers: must be a list"),
            ("registers = [1]", "registers: must be a list"),
            ('title = "T"', "title: must be texts by language"),
            ('valid_on = "2026"', "valid_on: must be a date"),
            ('valid_on = "2026-02-30"', "valid_on: must be a date"),
            ('[graphs]\nshared = "CC0"', "graphs: write one table per graph"),
            ('[graphs.shared]\nlicence = "CC 0"', "graphs.shared: licence: must be a web address"),
            ('name = "x"', "unknown entry “name”; known are accessibility, base_iri"),
            ("a = = 1", "cannot be read"),
        ],
    )
    def test_what_cannot_be(self, tmp_path: Path, text: str, message: str) -> None:
        """A wrong value is named with the file."""
        with pytest.raises(WorkspaceInvalid) as caught:
            publication(tmp_path, text)
        assert message in str(caught.value)
        assert str(caught.value).startswith("data/publication.toml: ")


def test_what_the_shipped_file_offers_can_be_used() -> None:
    """Each setting that stands behind a # in the shipped file is taken as it stands there."""
    lines = (REPOSITORY / "data/publication.toml").read_text(encoding="utf-8").splitlines()
    offered = [re.sub(r"^# (?=\[\w+\]$|\w+ = )", "", line) for line in lines]
    read = tomllib.loads("\n".join(offered))
    assert {"publisher", "contact", "security", "accessibility"} <= set(read)
    assert set(read) <= KNOWN
    imprint = read_imprint(read)
    assert imprint.security.contacts
    assert imprint.security.expires
    assert imprint.contact is not None
    assert not imprint.accessibility.missing("en")
