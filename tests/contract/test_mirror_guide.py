"""The guide to the mirror: its commands, on the tiny workspace."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import guides
from nginx_server import AS_THIS_USER, free_port, require_nginx
from workspaces import copy_tiny, run

GUIDE = "docs/deploy-a-mirror.md"


def test_commands(tmp_path: Path) -> None:
    """They end well in this order, and nginx takes what was made."""
    workspace, mirror = copy_tiny(tmp_path / "site"), tmp_path / "mirror"
    (block,) = guides.blocks(GUIDE, "console")
    commands = [
        line.removeprefix("$ ").replace("/srv/mirror", str(mirror)) for line in block.text.splitlines()
    ]
    assert ["twin-graph", "twin-graph", "nginx", "nginx"] == [line.split()[0] for line in commands]
    assert 0 == run(workspace, "build").exit_code
    for line in commands[:2]:
        words = shlex.split(line)[1:]
        more = ["--listen", f"127.0.0.1:{free_port()}"] if words[0] == "bake" else []
        assert 0 == run(workspace, *words, *more).exit_code
    for line in (commands[2], commands[3], f"{commands[3]} -s quit"):
        words = [require_nginx(), *shlex.split(line)[1:], "-g", AS_THIS_USER]
        subprocess.run(words, check=True, capture_output=True, timeout=30)
