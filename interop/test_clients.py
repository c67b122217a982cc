"""Every client gets every answer whole, in each way in which it sends queries and each format that it asks for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import questions
from answers import Answer
from clients import GRAPH_CLIENTS, TABLE_CLIENTS, Client, Reported

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own, in JSON-LD
CLIENT = ""  # of each parameter
Expected = Callable[..., Answer]
tables = pytest.mark.parametrize("client", TABLE_CLIENTS, ids=str)
graphs = pytest.mark.parametrize("client", GRAPH_CLIENTS, ids=str)


def test_clients_are_not_lost() -> None:
    """There are as many ways of asking as this file was written for."""
    assert (42, 42) == (len(TABLE_CLIENTS), len(GRAPH_CLIENTS))
    assert {"SPARQLWrapper", "rdflib", "Comunica", "roqet", "curl"} == {
        client.name for client in TABLE_CLIENTS
    }


@pytest.mark.parametrize("query", questions.TABLES.values(), ids=questions.TABLES)
@tables
def test_select(client: Client, query: str, endpoint: str, expected: Expected) -> None:
    """A table has the rows that the snapshot gives, in every script and with every type, and none too few."""
    assert expected(query, plain=client.plain) == client.ask(endpoint, query)


@pytest.mark.parametrize("client", [each for each in TABLE_CLIENTS if each.long], ids=str)
def test_long_query(client: Client, endpoint: str, expected: Expected) -> None:
    """A query longer than an address may be is answered when it comes in a body."""
    assert len(questions.LONG.encode()) > 8_192
    assert expected(questions.LONG, plain=client.plain) == client.ask(endpoint, questions.LONG)


@pytest.mark.parametrize("client", [each for each in TABLE_CLIENTS if not each.long], ids=str)
def test_too_long_address(client: Client, endpoint: str) -> None:
    """A query longer than an address may be is an error in a client that puts it there."""
    with pytest.raises(Reported):
        client.ask(endpoint, questions.LONG)


@pytest.mark.parametrize("query", [questions.TRUE, questions.FALSE], ids=["true", "false"])
@pytest.mark.parametrize("client", [each for each in TABLE_CLIENTS if each.booleans], ids=str)
def test_ask(client: Client, query: str, endpoint: str, expected: Expected) -> None:
    """A truth value is what the snapshot gives."""
    assert expected(query) == client.ask(endpoint, query)


@pytest.mark.parametrize("query", questions.GRAPHS.values(), ids=questions.GRAPHS)
@graphs
def test_graph(client: Client, query: str, endpoint: str, expected: Expected) -> None:
    """A graph has the triples that the snapshot gives."""
    assert expected(query) == client.ask(endpoint, query)


@tables
@pytest.mark.parametrize("reason", questions.REFUSED)
def test_refusal(client: Client, reason: str, endpoint: str) -> None:
    """What the service does not answer is an error in the client, never an empty or a cut table."""
    if client.name == "Comunica" and reason == "SERVICE":
        return  # it asks the other service itself
    query, status = questions.REFUSED[reason]
    with pytest.raises(Reported) as reported:
        client.ask(endpoint, query)
    if client.name == "Comunica" and reason == "malformed":
        assert "Parse error" in str(reported.value)  # it reads a query before it sends it
    elif client.tells:
        assert str(status) in str(reported.value)
