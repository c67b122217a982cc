"""Pictures on pages and as files: what they say besides drawing, where they are, what they may load."""

from __future__ import annotations

import base64
import hashlib
import re
from xml.etree import ElementTree

import pytest
from flask import render_template_string

from partnership_data import HERMIT, HUB, RIGHT_TO_LEFT
from site_client import LANGUAGES, app_of, client_of
from twin_graph.pictures.alone import RULES
from twin_graph.snapshot import Snapshot
from twin_graph.web.site import STATIC

PICTURES = [
    ("map", "city", "lublin"),
    ("map-world", "city", "lublin"),
    ("ring", "city", "lublin"),
    ("timeline", "city", "lublin"),
    ("map", "country", "pl"),
    ("degrees", "country", "pl"),
    ("degrees-top", "country", "pl"),
    ("map", "network", "eurocities"),
    ("map", "partnership", "lublin-nancy"),
]


def shown(snapshot: Snapshot, macro: str, language: str = "en") -> str:
    """What a macro of the pictures gives on a page."""
    app = app_of(snapshot)
    template = '{% import "pictures.html" as pictures with context %}{{ pictures.' + macro + " }}"
    with app.test_request_context(f"/{language}/city/x"):
        app.preprocess_request()
        return render_template_string(template)


def test_the_sheet_has_the_rules_of_the_files() -> None:
    """A picture looks on a page as it does alone: the sheet that is built imports the rules of the files."""
    built = (STATIC / "style.css").read_text(encoding="utf-8")
    selectors = [rule.split("{")[0].split(",")[0] for rule in RULES.splitlines()]
    assert len(selectors) > 20
    assert [] == [selector for selector in selectors if not re.search(re.escape(selector) + r"[,{]", built)]


@pytest.mark.parametrize(("name", "kind", "key"), PICTURES, ids=lambda value: str(value))
def test_a_picture_is_a_file(real_snapshot: Snapshot, name: str, kind: str, key: str) -> None:
    """Every picture has an address of its own in each language, is well formed, and is drawn from itself only."""
    client = client_of(real_snapshot)
    for language in LANGUAGES:
        response = client.get(f"/{language}/picture/{name}/{kind}/{key}.svg")
        assert (200, "image/svg+xml") == (response.status_code, response.content_type)
        assert language == response.headers["Content-Language"]
        root = ElementTree.fromstring(response.data)
        assert root[0].text
        assert root[1].text
        assert not re.search(r"var\(|<use|<image|<script|style=|@import", response.text)
        assert {"http://localhost:8000/"} >= set(re.findall(r'href="(http://[^/]*/)', response.text))
        again = client.get(response.request.path, headers={"If-None-Match": response.headers["ETag"]})
        assert 304 == again.status_code


def test_the_policy_of_a_file_allows_its_own_style_only(real_snapshot: Snapshot) -> None:
    """The hash in the policy is that of the style element, and nothing else may be loaded."""
    response = client_of(real_snapshot).get("/pl/picture/map/city/lublin.svg")
    style = re.search(r"<style>(.*?)</style>", response.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = response.headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "path", ["nope/city/lublin", "map/city/nobody", "ring/country/pl", "map-nope/city/lublin"]
)
def test_what_is_no_picture_is_not_found(tiny_snapshot: Snapshot, path: str) -> None:
    """An unknown name, thing or part of a map is an error of 404."""
    assert 404 == client_of(tiny_snapshot).get(f"/en/picture/{path}.svg").status_code


def test_another_spelling_of_a_key_is_redirected(real_snapshot: Snapshot) -> None:
    """A picture has one address."""
    response = client_of(real_snapshot).get("/en/picture/map/city/LUBLIN.svg")
    assert (301, "/en/picture/map/city/lublin.svg") == (
        response.status_code,
        response.headers["Location"].removeprefix("http://localhost:8000"),
    )


def test_a_map_has_parts_words_and_downloads(real_snapshot: Snapshot) -> None:
    """Region, a thousand kilometres and world, each broad and narrow, with legend, summary and what is outside."""
    page = shown(real_snapshot, 'city_map("lublin")')
    assert (
        3
        == page.count('type="radio"')
        == page.count("<label for=")
        == page.count(".svg?") + page.count("SVG: ")
    )
    assert 3 == page.count("pic map broadly") == page.count("pic map narrowly")
    assert 1 == page.count(" checked")
    assert "Outside the frame" in page
    assert "Nearest" in page
    assert 'href="/en/city/nancy" tabindex="-1"' in page
    assert not re.search(r"<svg(?![^>]*aria-hidden=\"true\")", page)
    assert not re.search(r"<a (?=[^>]*#row)(?![^>]*tabindex=\"-1\")", page)
    assert not re.search(r"style=|<style|<script|\bon\w+=", page)


def test_a_map_of_far_partners_opens_with_the_world(real_snapshot: Snapshot) -> None:
    """Where the region shows less than half of the partners the world comes first, on the page and as the file."""
    page = shown(real_snapshot, 'city_map("q60")')
    assert re.search(r'id="map-world" autocomplete="off" checked', page)
    assert "North America" not in page  # the region is a part of it only
    assert ">Jakarta<" in client_of(real_snapshot).get("/en/picture/map/city/q60.svg").text
    home = shown(real_snapshot, 'city_map("lublin")')
    assert re.search(r'id="map-region" autocomplete="off" checked><label for="map-region">Europe<', home)


def test_a_map_of_many_parties_names_each_once(real_snapshot: Snapshot) -> None:
    """Of a declaration of nine cities each has one mark and one name, whatever number of lines ends there."""
    page = shown(real_snapshot, 'partnership_map("territorial-declaration")')
    wide = page.partition('class="pic map broadly"')[2].partition("</svg>")[0]
    names = re.findall(r"<text[^>]*>([^<]+)<", wide)
    assert len(names) > 5
    assert sorted(set(names)) == sorted(names)


def test_kilometres_are_words_of_the_reader(real_snapshot: Snapshot) -> None:
    """Units are translated, in the summary and in the picture."""
    page = shown(real_snapshot, 'city_map("lublin")', "uk")
    assert " km" not in page
    assert "1000 км<" in page.replace("\xa0", "")


def test_a_timeline_agrees_with_the_table(real_snapshot: Snapshot) -> None:
    """A friendly city that became a partner city has both colours, and the year in which that was."""
    page = shown(real_snapshot, 'timeline("lublin")')
    assert ">2017 → 2022<" in page
    row = page.partition(">Kharkiv<")[2].partition("</a>")[0]
    assert ["f", "p"] == re.findall(r'<g class="(\w)"><rect class="v"', row)


def test_the_legend_of_a_timeline_is_complete(real_snapshot: Snapshot) -> None:
    """Every way to fill a bar that occurs is explained, and none that does not."""
    page = shown(real_snapshot, 'timeline("lublin")')
    legend = page.partition('class="legend"')[2].partition("</ul>")[0]
    for words in ("ended", "suspended or dormant", "status not known", "day of the beginning not known"):
        assert words in legend
    text = client_of(real_snapshot).get("/en/picture/timeline/city/lublin.svg").text
    assert "day of the beginning not known" in text


def test_the_base_is_loaded_from_this_host(real_snapshot: Snapshot) -> None:
    """The land below a map of a page is one of the static files."""
    client = client_of(real_snapshot)
    found = set(re.findall(r'<use class="\w+" href="([^"#]*)#', shown(real_snapshot, 'city_map("lublin")')))
    assert 2 == len(found)
    for path in found:
        with client.get(path) as response:
            assert (200, "image/svg+xml") == (response.status_code, response.mimetype)


def test_nothing_to_draw_is_nothing(generated_snapshot: Snapshot) -> None:
    """A city without partners has no figure, and its picture is not found."""
    for macro in ("city_map", "ring", "timeline"):
        assert "" == shown(generated_snapshot, f'{macro}("{HERMIT}")').strip()
    assert 404 == client_of(generated_snapshot).get(f"/en/picture/ring/city/{HERMIT}.svg").status_code


@pytest.mark.parametrize("language", LANGUAGES)
def test_five_hundred_partners_are_bounded(generated_snapshot: Snapshot, language: str) -> None:
    """Lines, bars and lists are cut, and it is said so; the figures stay well formed and of a sane size."""
    page = shown(
        generated_snapshot,
        f'city_map("{HUB}") ~ pictures.ring("{HUB}") ~ pictures.timeline("{HUB}")',
        language,
    )
    for path in re.findall(r'class="a [^"]*" d="([^"]*)"', page):
        assert path.count("M") <= 300
    assert len(page) < 900_000
    assert "x" * 70 not in page
    assert "<script>alert" not in page
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ElementTree.fromstring(svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1))


def test_right_to_left_names_are_on_the_page(generated_snapshot: Snapshot) -> None:
    """Names of right-to-left scripts are drawn in their direction."""
    page = shown(generated_snapshot, f'ring("{HUB}") ~ pictures.city_map("{HUB}")')
    assert RIGHT_TO_LEFT
    assert 'direction="rtl"' in page


def test_a_preview_is_served(real_snapshot: Snapshot) -> None:
    """The city of a register has a preview in each language; a city that has none is not found."""
    client = client_of(real_snapshot)
    for language in LANGUAGES:
        response = client.get(f"/{language}/city/lublin/preview.png")
        assert (200, "image/png") == (response.status_code, response.content_type)
        assert response.data.startswith(b"\x89PNG")
    assert 404 == client.get("/en/city/q100/preview.png").status_code
