"""The accessibility statement: the marks that checkers look for, and nothing that is not configured."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from site_client import LANGUAGES, client_of
from twin_graph.build import build
from twin_graph.snapshot import Snapshot
from twin_graph.web.imprint import Statement, read_imprint
from twin_graph.web.names import Text
from twin_graph.web.statement import phone
from workspaces import REPOSITORY, copy_tiny

# https://www.deklaracja-dostepnosci.info/dd-opis-2; the last three only where they apply.
IDS = ("wstep", "podmiot", "zakres", "url", "data-publikacja", "data-aktualizacja", "status", "data-sporzadzenie",
       "data-przeglad", "kontakt", "osoba", "email", "telefon", "procedura", "aplikacje", "architektura",
       "komunikacja", "deklaracja")  # fmt: skip
DAYS = ("data-publikacja", "data-aktualizacja", "data-sporzadzenie", "data-przeglad")


def example() -> str:
    """The table [accessibility] of the commented example in the data, without its comment signs."""
    text = (REPOSITORY / "data" / "publication.toml").read_text(encoding="utf-8")
    lines = text[text.index("# [accessibility]") :].partition("\n\n")[0].splitlines()
    return "\n".join(line.removeprefix("# ") for line in lines)


@pytest.fixture(scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A publication with the example filled in."""
    workspace = copy_tiny(tmp_path_factory.mktemp("statement"))
    path = workspace.data / "publication.toml"
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{example()}\n", encoding="utf-8")
    return build(workspace)[0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_marks_are_there_once(configured: Snapshot, tiny_snapshot: Snapshot, lang: str) -> None:
    """Checkers find each part by its id, once, whether it is configured or not."""
    for snapshot in (configured, tiny_snapshot):
        page = client_of(snapshot).get(f"/{lang}/accessibility").text
        found = re.findall(r'id="a11y-([a-z-]+)"', page)
        assert len(found) == len(set(found))
        assert set(IDS) <= set(found)


def test_what_is_not_configured_is_loud(tiny_snapshot: Snapshot) -> None:
    """Without values there is a banner that names each entry, no date, and nothing made up; the contact is kept."""
    page = client_of(tiny_snapshot).get("/en/accessibility").text
    assert "it is not configured" in page
    for name in ("entity", "published", "status", "phone", "architecture_en"):
        assert f"<code>{name}</code>" in page
    assert "<time" not in page.partition('id="a11y-deklaracja"')[2].partition("</main>")[0]
    assert "desk@example.org" in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_complete_statement_has_no_banner(configured: Snapshot, lang: str) -> None:
    """With the example filled in, nothing is missing in any language, and days are marked as such."""
    page = client_of(configured).get(f"/{lang}/accessibility").text
    assert "<code>entity</code>" not in page
    assert 'class="missing"' not in page
    for name in DAYS:
        assert re.search(rf'<time id="a11y-{name}" datetime="[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}">', page)
    assert '<a id="a11y-email" href="mailto:accessibility@example.org">' in page
    assert '<a id="a11y-telefon" href="tel:+48000000000">' in page


def test_the_status_is_one_of_three(configured: Snapshot) -> None:
    """What is not accessible is listed where the status says so."""
    page = client_of(configured).get("/en/accessibility").text
    assert "partially compliant" in page.partition('id="a11y-status"')[2].partition("</p>")[0]
    assert "Maps have no description in words" in page


def test_another_file_is_another_page(tmp_path: Path, configured: Snapshot, tiny_snapshot: Snapshot) -> None:
    """A changed configuration changes the validator, without a new snapshot."""
    tags = {client_of(each).get("/en/accessibility").headers["ETag"] for each in (configured, tiny_snapshot)}
    assert 2 == len(tags)


@pytest.mark.parametrize(
    ("entry", "name"),
    [({"published": "soon"}, "published"), ({"status": "splendid"}, "status"), ({"method": 3}, "method"),
     ({"entity": "  "}, "entity"), ({"method": "external"}, "auditor"), ([], "entity"), ("x", "entity")],
)  # fmt: skip
def test_what_cannot_be_shown_is_missing(entry: Any, name: str) -> None:
    """A value that is none counts as not configured."""
    assert name in read_imprint({"accessibility": entry}).accessibility.missing("en")


def test_a_text_of_another_language_is_marked() -> None:
    """Where a text is not written in a language, that of another one stands in and is marked, and it is missing."""
    statement = read_imprint({"accessibility": {"apps_pl": "Brak."}}).accessibility
    assert [Text("Brak.", "pl")] == statement.paragraphs("apps", "uk")
    assert [Text("Brak.")] == statement.paragraphs("apps", "pl")
    assert ("apps_uk" in statement.missing("uk"), "apps_pl" in statement.missing("pl")) == (True, False)
    assert [] == Statement().paragraphs("apps", "pl")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("+48 81 466 20 00", "tel:+48814662000"), ("ask", ""), ("", ""), ("12", ""), ("javascript:1", "")],
)
def test_a_number_of_telephone(text: str, expected: str) -> None:
    """Only digits become an address."""
    assert expected == phone(text)
