"""The code of `docs/validate-with-shacl.md` is run, and what it prints compared."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from workspaces import REPOSITORY

GUIDE = REPOSITORY / "docs" / "validate-with-shacl.md"
_TURTLE = re.compile(r"`(\w+\.ttl)`[^`]*```turtle\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file of the guide is written, each block of code is run, one after the other, and prints what it shows."""
    text = GUIDE.read_text(encoding="utf-8")
    files, blocks = _TURTLE.findall(text), _PYTHON.findall(text)
    assert ["shapes.ttl", "towns.ttl"] == [name for name, _ in files]
    assert 8 == len(blocks)
    for name, content in files:
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    example = doctest.DocTestParser().get_doctest("".join(blocks), {}, "guide", str(GUIDE), 0)
    assert 25 <= len(example.examples)
    assert 0 == doctest.DocTestRunner().run(example).failed
