"""What the server in front tells an application besides what PEP 3333 says, by the names of the environ; and back.

An application does without where another server runs it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

# Who asks, as `clients.name_client` names it: text.
CLIENT = "twin_graph.client"
# Tells when the client has gone: a `worker.Departure`.
DEPARTURE = "twin_graph.departure"
# The status that a request deserves with which something is wrong: a number.
FAULT = "twin_graph.fault"
# The one of a request to a static copy that only the program answers.
FAULT_OF_MIRRORS = 501
# Only headers are wanted, so an application that says no Content-Length may leave the content out: there or not.
HEAD = "twin_graph.head"
# What the application writes down about a request for whoever counts and logs: a `Note`.
NOTE = "twin_graph.note"


@dataclass
class Note:
    """What only the application knows of a request. Everything but the digest and the text has few values.

    Attributes:
        keeps_text: whether the text of a query is wanted, too.
        route: the name of the endpoint that answers; empty where there is none.
        problem: the last part of the address of the problem that was answered; empty: there was none.
        form: of the query that was asked, `other` where its words do not tell; empty: none was asked.
        kept: whether the answer to the query was known already.
        seconds: what the query took, waiting included; None: it was not run.
        digest: SHA-256 of the query, in hexadecimal digits.
    """

    keeps_text: bool = False
    route: str = ""
    problem: str = ""
    form: str = ""
    kept: bool = False
    seconds: float | None = None
    digest: str = ""
    text: str = ""

    def ask(self, query: str, form: str) -> None:
        """Write down which query was asked."""
        self.form = form or "other"
        self.digest = hashlib.sha256(query.encode(errors="replace")).hexdigest()
        self.text = query if self.keeps_text else ""

    @property
    def outcome(self) -> str:
        """How a query ended: `answered`, `kept` or the name of its problem; empty where none was asked."""
        return (self.problem or ("kept" if self.kept else "answered")) if self.form else ""

    def again(self) -> Note:
        """What is to be said of a request that gets the same answer without the application."""
        return replace(self, kept=True, seconds=None)
