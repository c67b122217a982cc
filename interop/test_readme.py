"""The commands that the README shows do what it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import clients
from twin_graph.snapshot import Snapshot

CLIENT = "curl"
_README = Path(__file__).parents[1] / "README.md"
_COMMANDS = re.findall(r"^(curl .+)$", _README.read_text(encoding="utf-8"), re.MULTILINE)


def test_commands_are_found() -> None:
    """The README shows how to get a document and how to ask a query."""
    assert any("/id/city/" in command for command in _COMMANDS)
    assert any("/sparql" in command for command in _COMMANDS)


@pytest.mark.parametrize("command", _COMMANDS)
def test_command(command: str, base: str, snapshot: Snapshot) -> None:
    """A command ends well and prints something, here with the address and the city of this snapshot."""
    program, *arguments = shlex.split(command)
    city = f"/id/city/{snapshot.manifest.start_city}"
    here = [
        argument.replace("http://localhost:8000/", base).replace("/id/city/lublin", city)
        for argument in arguments
    ]
    assert clients.run(program, "--fail-with-body", "-sS", *here)
