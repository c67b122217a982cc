"""The Polish guides for the office: the same headings, tables, lists, blocks and names in the same places."""

from __future__ import annotations

import re
from collections import Counter

import pytest

import guides

GUIDES = (
    "docs/compare-with-wikidata.pl.md",
    "docs/correct-a-mistake.pl.md",
    "docs/publish-your-register.pl.md",
    "docs/reconcile-with-openrefine.pl.md",
)
# Names of things in code; prose may repeat one, or put another word order around it.
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
# What belongs to a language: addresses of pages, the other version of a guide, a page of this language.
_OF_A_LANGUAGE = re.compile(r"(/)(?:en|pl)(?=/)|\.pl(?=\.md)")


def english_of(polish: str) -> str:
    """The guide that is translated."""
    return polish.replace(".pl.md", ".md")


def prose(document: str) -> str:
    """A guide without its blocks."""
    return re.sub(r"^```.*?^```$", "", guides.read(document), flags=re.MULTILINE | re.DOTALL)


def outline(document: str) -> list[str]:
    """What a guide consists of: levels of headings, rows of tables with their cells, points of lists, in order."""
    found = []
    for line in prose(document).splitlines():
        if match := re.match(r"#+ |[*] |\d{1,2}\. ", line):
            found.append(match[0])
        elif line.startswith("|"):
            found.append("|" * line.replace("\\|", "").count("|"))
    return found


def names(document: str) -> Counter[str]:
    """How often each piece of code is named."""
    return Counter(_OF_A_LANGUAGE.sub(r"\1", name) for name in _CODE.findall(prose(document)))


def test_these_are_all() -> None:
    """There is no Polish guide without a row here."""
    polish = {name for name in guides.list_documents() if name.endswith(".pl.md")}
    assert set(GUIDES) == polish


@pytest.mark.parametrize("polish", GUIDES)
def test_the_same_parts(polish: str) -> None:
    """Headings, tables and points follow each other as in the English guide, and each leads to the other."""
    english = english_of(polish)
    assert 6 < len(outline(english))
    assert outline(english) == outline(polish)
    assert f"]({polish.removeprefix('docs/')})" in guides.read(english)
    assert f"]({english.removeprefix('docs/')})" in guides.read(polish)


@pytest.mark.parametrize("polish", GUIDES)
def test_the_same_names(polish: str) -> None:
    """Every file, column, setting and code of the one is in the other, as often."""
    assert names(english_of(polish)) == names(polish)


@pytest.mark.parametrize("polish", GUIDES)
def test_the_same_blocks(polish: str) -> None:
    """The same commands and the same code; tables of examples differ in words only, comments may."""
    expected, found = guides.blocks(english_of(polish)), guides.blocks(polish)
    assert [block.language for block in expected] == [block.language for block in found]
    for first, second in zip(expected, found, strict=True):
        if first.language in ("sh", "console"):
            commands = [
                [line.partition(" #")[0].rstrip() for line in each.commands] for each in (first, second)
            ]
            assert commands[0] == commands[1]
        elif first.language == "csv":
            assert first.text.splitlines()[0] == second.text.splitlines()[0]
        else:
            assert first.text == second.text
