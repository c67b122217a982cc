"""Frames for the pages of others, and the sheet of a city."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from flask import render_template_string

from site_client import LANGUAGES, app_of, client_of
from twin_graph.build import build
from twin_graph.snapshot import Snapshot
from twin_graph.web.embed import VIEWS
from workspaces import copy_tiny, table

FRAME = re.compile(
    r'<iframe src="([^"]+)" title="([^"]*)" width="100%" height="[0-9]+" loading="lazy"></iframe>'
)


def code_of(snapshot: Snapshot, key: str) -> list[str]:
    """The texts that the macro offers for copying."""
    text = '{% import "parts_office.html" as office with context %}{{ office.embed_code(key) }}'
    with app_of(snapshot).test_request_context(
        "/en/city/aldorf", base_url="http://localhost:8000/"
    ) as context:
        context.request.view_args = {"lang": "en", "kind": "city", "key": key}
        page = render_template_string(text, key=key)
    return [html.unescape(found) for found in re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_frame_may_stand_anywhere_and_runs_nothing(tiny_snapshot: Snapshot, lang: str, view: str) -> None:
    """Only the frames may be framed by others; they have no script, no form and no cookie."""
    client = client_of(tiny_snapshot)
    response = client.get(f"/{lang}/embed/city/aldorf?view={view}")
    policy = response.headers["Content-Security-Policy"]
    assert 200 == response.status_code
    assert ("frame-ancestors *" in policy, "script-src 'none'" in policy) == (True, True)
    assert {"Set-Cookie", "X-Frame-Options"}.isdisjoint(response.headers)
    assert [] == re.findall(r"<script|<form|<style|\sstyle=|\son[a-z]+=", response.text)
    assert "frame-ancestors 'none'" in client.get(f"/{lang}/city/aldorf").headers["Content-Security-Policy"]


def test_a_frame_leads_back_and_names_its_licence(tiny_snapshot: Snapshot) -> None:
    """A link to the page of the city by its public address, out of the frame, and the licence of the data."""
    page = client_of(tiny_snapshot).get("/en/embed/city/aldorf?view=table").text
    assert '<a href="http://localhost:8000/en/city/aldorf">' in page
    assert '<base target="_top">' in page
    assert 'rel="license"' in page
    assert "Belmont" in page


def test_views_are_representations_of_their_own(tiny_snapshot: Snapshot) -> None:
    """Each view has its validator; a view that there is not is refused; an alias keeps the view."""
    client = client_of(tiny_snapshot)
    tags = {client.get(f"/en/embed/city/aldorf?view={view}").headers["ETag"] for view in VIEWS}
    assert len(VIEWS) == len(tags)
    assert 400 == client.get("/en/embed/city/aldorf?view=globe").status_code
    moved = client.get("/en/embed/city/q900000001?view=table")
    assert (301, "http://localhost:8000/en/embed/city/aldorf?view=table") == (
        moved.status_code, moved.headers["Location"],
    )  # fmt: skip


def test_the_code_to_copy_shows_the_frame(tiny_snapshot: Snapshot) -> None:
    """A line for each view, with a title and lazy loading, whose address answers."""
    client = client_of(tiny_snapshot)
    found = [FRAME.fullmatch(code) for code in code_of(tiny_snapshot, "aldorf")]
    assert 3 == len(found)
    for match in found:
        assert match is not None
        assert match[2].startswith("Aldorf: ")
        assert 200 == client.get(match[1].removeprefix("http://localhost:8000")).status_code


def test_the_code_to_copy_carries_no_markup_of_a_name(tmp_path: Path) -> None:
    """A hostile name stays within the title of the frame."""
    workspace = copy_tiny(tmp_path)
    table(workspace, "cities").change(2, "name_en", '"><script>alert(1)</script>')
    codes = code_of(build(workspace)[0], "aldorf")
    assert [True] * 3 == [FRAME.fullmatch(code) is not None for code in codes]
    assert "<script" not in "".join(codes)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_sheet_says_where_it_is_from(tiny_snapshot: Snapshot, lang: str) -> None:
    """Key numbers, the partners with years, the source and the day of the data."""
    page = client_of(tiny_snapshot).get(f"/{lang}/city/aldorf/factsheet").text
    assert 1 == page.count("<h1")
    assert f">http://localhost:8000/{lang}/city/aldorf</a>" in page
    assert "2024" in page.partition("<footer")[2]
    assert 5 == page.count('<th scope="col"')
    assert re.search(r"<td[^>]*>(<[^>]*>)*1990<", page)


def test_a_city_with_many_partners_has_a_sheet_that_says_how_many_are_left(tmp_path: Path) -> None:
    """Where not all partners fit, their number is told."""
    workspace = copy_tiny(tmp_path)
    cities, partnerships = table(workspace, "cities"), table(workspace, "aldorf/partnerships")
    cities.write([*cities.records(), *([f"many-{n}", "City", f"Many {n}", f"Many {n}", f"Many {n}", "pl", "52", "20"]
                                       + [""] * 8 for n in range(160))])  # fmt: skip
    partnerships.write([*partnerships.records(), *([f"aldorf-many-{n}", f"aldorf;many-{n}", "friendly"] + [""] * 4
                        + ["aldorf-news", "high", ""] for n in range(160))])  # fmt: skip
    page = client_of(build(workspace)[0]).get("/en/city/aldorf/factsheet").text
    listed = page.count('<th scope="row"')
    assert 30 < listed < 166
    assert f"{166 - listed} more are on the page of the city." in page


def test_the_relation_is_a_mark_with_a_legend(tiny_snapshot: Snapshot) -> None:
    """Each relation of the table is once in the legend; a sheet with few rows is set in large letters."""
    page = client_of(tiny_snapshot).get("/en/city/aldorf/factsheet").text
    legend = page.partition('class="legend"')[2].partition("</p>")[0]
    table = page.partition("<tbody>")[2]
    marks = [set(re.findall(r"relation relation-([\w-]+)", text)) for text in (legend, table)]
    assert marks[0] == marks[1] != set()
    assert '<body class="sheet large">' in page


def test_a_city_of_no_register_has_numbers_too(real_snapshot: Snapshot) -> None:
    """Where no register counts, the sheet says how many cities and countries there are, and the farthest."""
    page = client_of(real_snapshot).get("/en/city/q656/factsheet").text
    strip = page.partition('<dl class="strip')[2].partition("</dl>")[0]
    assert ["Cities", "Countries", "Nearest", "Farthest"] == re.findall(r"<dt>(.*?)</dt>", strip)
    assert page.count('<th scope="row"') > 100
    assert 'class="sheet dense"' in page


def test_a_city_without_partners_has_both(tiny_snapshot: Snapshot) -> None:
    """Where there is nothing to show, that is said."""
    client = client_of(tiny_snapshot)
    for path in ("/en/city/q900000009/factsheet", "/en/embed/city/q900000009?view=table"):
        assert "No register lists partnerships of this city yet." in client.get(path).text
