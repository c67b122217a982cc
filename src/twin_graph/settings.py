"""Every setting once: name, default, help. Everything else (environment, CLI help, README) is derived.

Reads nothing at import: `read_settings` takes the environment as an argument. What belongs to the
published data (base IRI, titles, order of registers) is not here but in `data/publication.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from twin_graph.errors import SettingInvalid

PREFIX = "TWIN_GRAPH_"


@dataclass(frozen=True)
class Setting:
    """One setting: its name, the value it has when nobody sets it, what it does, and which values it may have."""

    name: str
    default: str | int
    help: str
    choices: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = 1_000_000_000

    @property
    def variable(self) -> str:
        """Name of the environment variable.

        >>> Setting("port", 8000, "").variable
        'TWIN_GRAPH_PORT'
        """
        return PREFIX + self.name.upper()


SETTINGS = (
    Setting("workspace", ".", "folder that holds data/, ontology/ and shapes/"),
    Setting("base_iri", "", "base of all IRIs of a build; empty: the one in data/publication.toml"),
    Setting("host", "127.0.0.1", "address on which `serve` listens"),
    Setting("port", 8000, "port on which `serve` listens", minimum=1, maximum=65_535),
    Setting("web_processes", 2, "number of web processes", minimum=1, maximum=1_000),
    Setting("query_workers", 4, "number of query processes, and so of queries that run at once",
            minimum=1, maximum=1_000),
    Setting("query_queue", 16, "queries that may wait for a worker; one more is answered 503"),
    Setting("query_seconds", 10, "wall-clock limit of one query, in seconds", minimum=1, maximum=86_400),
    Setting("query_memory_mb", 512, "memory that one query may take above the store, in MB", minimum=1),
    Setting("query_rows", 100_000, "rows or triples that one result may have", minimum=1),
    Setting("query_megabytes", 64, "size that one serialised result may have, in MB", minimum=1),
    Setting("client_seconds", 120, "seconds of query time that one client may use at once; one comes back each "
            "second; 0: no limit"),
    Setting("client_errors", 500, "failed queries that one client may send at once; one comes back each second; "
            "0: no limit"),
    Setting("cache_megabytes", 64, "size of the answers that the query pool keeps, and of the responses that each "
            "web process keeps, in MB"),
    Setting("proxies", 0, "number of own proxies in front of the server whose X-Forwarded-For names the client",
            maximum=10),
    Setting("metrics_port", 0, "port of 127.0.0.1 on which `serve` tells Prometheus what it counts, at `/metrics`; "
            "0: nothing is counted", maximum=65_535),
    Setting("log_requests", "off", "whether each request is one line of JSON on the standard error output, with no "
            "address, path or query of anybody", ("on", "off")),
    Setting("log_queries", "off", "whether these lines have the text of SPARQL queries, too", ("on", "off")),
    Setting("query_socket", "", "path of the query pool's Unix socket; empty: chosen by `serve`"),
    Setting("store", "auto", "where the engine keeps the graph: `auto` takes memory up to store_memory_triples",
            ("auto", "memory", "disk")),
    Setting("store_memory_triples", 300_000, "up to how many triples `auto` keeps the graph in memory"),
    Setting("reconcile_jsonp", "on", "whether reconciliation answers scripts of other origins by JSONP, which old "
            "clients need", ("on", "off")),
    Setting("reconcile_draft", "on", "whether reconciliation speaks the draft of version 1.0, too", ("on", "off")),
    Setting("wikidata_contact", "", "web address or e-mail address that the Wikidata query service is told, so that "
            "its operators can reach who asks; nothing is asked without one"),
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """The values in force; the fields are those of `SETTINGS`, in the same order."""

    workspace: str
    base_iri: str
    host: str
    port: int
    web_processes: int
    query_workers: int
    query_queue: int
    query_seconds: int
    query_memory_mb: int
    query_rows: int
    query_megabytes: int
    client_seconds: int
    client_errors: int
    cache_megabytes: int
    proxies: int
    metrics_port: int
    log_requests: str
    log_queries: str
    query_socket: str
    store: str
    store_memory_triples: int
    reconcile_jsonp: str
    reconcile_draft: str
    wikidata_contact: str


def read_settings(environment: Mapping[str, str], **overrides: str | int | None) -> Settings:
    """Settings from defaults, then the environment, then `overrides` that are not None.

    Raises:
        SettingInvalid: a number is none or out of bounds, a choice is unknown, a TWIN_GRAPH_ variable is misspelt.
    """
    known = {setting.variable for setting in SETTINGS}
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    unknown = [name for name in unknown if name not in FOR_TESTS]
    if unknown:
        raise SettingInvalid(f"{unknown[0]} is not a setting; the settings are {', '.join(sorted(known))}")
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        override = overrides.get(setting.name)
        raw = environment.get(setting.variable, setting.default) if override is None else override
        values[setting.name] = _convert(setting, raw)
    return Settings(**values)


# Variables that the tests read themselves and that are no settings of the program.
FOR_TESTS = ("TWIN_GRAPH_SUITES",)


def _convert(setting: Setting, raw: str | int) -> str | int:
    if setting.choices and raw not in setting.choices:
        raise SettingInvalid(
            f"{setting.variable}: must be one of {', '.join(setting.choices)} (found “{raw}”)"
        )
    if isinstance(setting.default, str):
        return str(raw)
    try:
        number = int(raw)
    except ValueError as problem:
        raise SettingInvalid(f"{setting.variable}: must be a whole number (found “{raw}”)") from problem
    if not setting.minimum <= number <= setting.maximum:
        raise SettingInvalid(
            f"{setting.variable}: must be between {setting.minimum} and {setting.maximum} (found {number})"
        )
    return number


def names() -> tuple[str, ...]:
    """Names of the fields of `Settings`, to compare with `SETTINGS`."""
    return tuple(field.name for field in fields(Settings))
