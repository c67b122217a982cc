"""Run another program, such as a command of a guide, with the Python of this run; what it prints is the test's.

Servers are started elsewhere (`live_server.py`, `front_nginx.py`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from workspaces import REPOSITORY


def run_program(words: list[str], folder: Path = REPOSITORY, **environment: str) -> str:
    """What a program prints; `python` and what is installed beside it are those of this run."""
    if words[0].rpartition("/")[2] == "python":
        words = [sys.executable, *words[1:]]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        words, cwd=folder, env={**os.environ, "PATH": path, **environment}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert 0 == result.returncode, (words, result.stdout, result.stderr)
    return result.stdout
