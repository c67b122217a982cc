"""The threat model speaks of tests and modules that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conftest import REPOSITORY, TESTS

_TEXT = (REPOSITORY / "THREAT_MODEL.md").read_text(encoding="utf-8")
_TEST = r"`((?:unit|contract|conformance|property)/\w+\.py)(?:::(\w+))?`"
TESTS_NAMED = sorted(set(re.findall(_TEST, _TEXT)))
PLACES_NAMED = sorted(set(re.findall(r"`(\w+/(?:\w+/)?(?:\w+\.py)?|\w+\.py)`", _TEXT)))
ROWS = re.findall(rf"^\| [^|]+ \| [^|]+ \| ({_TEST}(?:, {_TEST})*) \|$", _TEXT, re.MULTILINE)


def test_every_threat_names_a_test() -> None:
    """The tables of threats have as many rows as they had, and each ends with tests."""
    assert 38 == len(ROWS)
    assert 65 == len(TESTS_NAMED)


@pytest.mark.parametrize(("path", "name"), TESTS_NAMED)
def test_test_exists(path: str, name: str) -> None:
    """A test that proves a control is there under its name."""
    text = (TESTS / path).read_text(encoding="utf-8")
    assert f"def {name or 'test_'}" in text


@pytest.mark.parametrize("place", PLACES_NAMED)
def test_place_exists(place: str) -> None:
    """A module or folder that handles a surface is there."""
    folders = (REPOSITORY / "src" / "twin_graph", TESTS, REPOSITORY)
    assert any(Path(folder, place).exists() for folder in folders)
