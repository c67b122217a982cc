"""Settings come from defaults, the environment and options, in this order."""

from __future__ import annotations

import pytest

from twin_graph.errors import SettingInvalid
from twin_graph.settings import SETTINGS, read_settings


def test_defaults() -> None:
    """Without any environment every setting has its default."""
    settings = read_settings({"PATH": "/bin", "HOME": "/"})
    assert {setting.name: setting.default for setting in SETTINGS} == vars(settings)


def test_precedence() -> None:
    """The environment wins over the default, an option over the environment, None is no option."""
    environment = {"TWIN_GRAPH_PORT": "9000", "TWIN_GRAPH_HOST": "0.0.0.0"}
    settings = read_settings(environment, port=9001, host=None)
    assert (9001, "0.0.0.0") == (settings.port, settings.host)


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("TWIN_GRAPH_PORT", "many", "must be a whole number"),
        ("TWIN_GRAPH_PORT", "", "must be a whole number"),
        ("TWIN_GRAPH_PORT", "-1", "must be between 1 and 65535 \\(found -1\\)"),
        ("TWIN_GRAPH_PORT", "99999", "must be between 1 and 65535 \\(found 99999\\)"),
        ("TWIN_GRAPH_WEB_PROCESSES", "0", "must be between 1 and 1000"),
        ("TWIN_GRAPH_QUERY_WORKERS", "0", "must be between 1 and 1000"),
        ("TWIN_GRAPH_QUERY_SECONDS", "0", "must be between 1 and 86400"),
        ("TWIN_GRAPH_QUERY_QUEUE", "-1", "must be between 0 and"),
        ("TWIN_GRAPH_STORE", "cloud", "must be one of auto, memory, disk"),
        ("TWIN_GRAPH_PROT", "8000", "TWIN_GRAPH_PROT is not a setting"),
    ],
)
def test_what_cannot_be_read(variable: str, value: str, message: str) -> None:
    """A wrong value names its variable."""
    with pytest.raises(SettingInvalid, match=message) as caught:
        read_settings({variable: value})
    assert variable in str(caught.value)


def test_options_have_bounds_too() -> None:
    """What an option says is judged as what a variable says."""
    with pytest.raises(SettingInvalid, match="TWIN_GRAPH_PORT: must be between"):
        read_settings({}, port=99_999)


def test_defaults_are_within_bounds() -> None:
    """No default would be refused, and every bound leaves a choice."""
    numbers = [setting for setting in SETTINGS if isinstance(setting.default, int)]
    assert 14 == len(numbers)
    assert [] == [s.name for s in numbers if not s.minimum <= int(s.default) <= s.maximum]


def test_other_variables_are_left_alone() -> None:
    """Only variables that begin as ours are judged."""
    assert 8000 == read_settings({"TWIN_GRAPHS": "x", "PORT": "x"}).port
