"""The data of `../shared/data`, which tests read where they lie and never copy.

Without the folder a test is skipped, or fails where the suites are required (`tests/suites.py`).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[1] / "../shared/data"


def require_shared(name: str) -> Path:
    """A file or folder of the shared data."""
    path = SHARED / name
    if path.exists():
        return path.resolve()
    if os.environ.get("TWIN_GRAPH_SUITES") == "required":
        pytest.fail("the shared data are required and are not there")
    pytest.skip("the folder ../shared/data is absent")
