"""What Wikidata is asked about how many ids at once, what that costs, and under which key its answer is filed.

How a query file is filled with ids is `questions`; sending is `client`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from twin_graph import queries
from twin_graph.wikidata import questions

ACCEPT = "application/sparql-results+json"


@dataclass(frozen=True)
class Question:
    """One query file about Wikidata.

    Attributes:
        name: of the file, without .rq.
        code: how the design calls it; archives of others may name it so.
        slot: what of the text is replaced by the ids, or "".
        batch: how many ids one request asks about; every batch of more than one can be halved.
        seconds: what one id costs the service, about.
    """

    name: str
    code: str
    slot: str
    batch: int
    seconds: float


FRESHNESS = Question("wikidata_freshness", "Q0", "", 1, 0.1)
FACTS = Question("wikidata_facts", "S3", "%ITEMS%", 50, 0.02)
STATEMENTS = Question("wikidata_statements", "S1", "%ITEMS%", 50, 0.02)
INCOMING = Question("wikidata_incoming", "S2", "%ITEMS%", 200, 0.01)
LABELS = Question("wikidata_labels", "S4", "%ITEMS%", 20, 0.02)
DISCOVERY = Question("wikidata_discovery", "D1", "%COUNTRY%", 1, 5.0)
MEMBERS = Question("wikidata_members", "D2", "%NETWORKS%", 10, 0.5)
CONSTRAINTS = Question("wikidata_constraints", "K1", "%PROPERTY%", 1, 0.2)
QUESTIONS = (FRESHNESS, FACTS, STATEMENTS, INCOMING, LABELS, DISCOVERY, MEMBERS, CONSTRAINTS)
# What is asked about every item; freshness first, because it is written beside the answers that follow.
ABOUT_ITEMS = tuple(question.name for question in (FRESHNESS, FACTS, STATEMENTS, INCOMING, LABELS))

_BY_NAME = {name: question for question in QUESTIONS for name in (question.name, question.code)}
_ID = re.compile(r"[QP][1-9][0-9]{0,11}")
_SELECTED = re.compile(r"\bSELECT\s+(?:DISTINCT\s+)?((?:\?\w+\s+)+)WHERE\b")
_SINGLE = ("%COUNTRY%", "%PROPERTY%")


def find_question(name: str) -> Question:
    """The question of a name or code.

    >>> find_question("S1").name
    'wikidata_statements'

    Raises:
        ValueError: there is none.
    """
    if name not in _BY_NAME:
        raise ValueError(f"“{name}” is no question; they are {', '.join(q.name for q in QUESTIONS)}")
    return _BY_NAME[name]


def number(item: str) -> tuple[str, int]:
    """By what ids are sorted: letter and number.

    >>> sorted(["Q10", "Q9"], key=number)
    ['Q9', 'Q10']
    """
    return item[0], int(item[1:])


def is_item(text: str) -> bool:
    """Whether this is the id of an item.

    >>> is_item("Q270"), is_item("P190")
    (True, False)
    """
    return text.startswith("Q") and _ID.fullmatch(text) is not None


def check_items(items: Iterable[str]) -> tuple[str, ...]:
    """Ids in ascending order, each once.

    Raises:
        ValueError: something is no id such as Q270.
    """
    found = set(items)
    wrong = sorted(repr(item) for item in found if not _ID.fullmatch(item))
    if wrong:
        raise ValueError(f"{wrong[0]} is no id of Wikidata such as Q270")
    return tuple(sorted(found, key=number))


def batches(question: Question, items: Sequence[str], size: int = 0) -> list[tuple[str, ...]]:
    """The items in the portions in which they are asked about; one empty portion for a question without ids."""
    if not question.slot:
        return [()]
    found = iter(items)
    return list(iter(lambda: tuple(islice(found, size or question.batch)), ()))


def text_of(question: Question, items: Sequence[str]) -> str:
    """The text that is sent to ask a question about these ids.

    Raises:
        ValueError: an id is none, or the question is not asked about so many.
    """
    if bool(items) != bool(question.slot) or (question.slot in _SINGLE and len(items) != 1):
        raise ValueError(f"{question.name} cannot be asked about {len(items)} ids")
    if question.slot == "%COUNTRY%":
        return questions.fill(question.name, country=items[0])
    if question.slot == "%PROPERTY%":
        return questions.fill(question.name, prop=items[0])
    return questions.fill(question.name, items)


def canonical(text: str) -> str:
    """A query without its lines of comment and without layout at the ends of lines.

    >>> canonical("# one\\nSELECT *  \\n\\n  { }\\n")
    'SELECT *\\n{ }'
    """
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("#"))


def key(endpoint: str, text: str) -> str:
    """Under what an answer is found again: endpoint, method, query and format; our version is no part of it."""
    parts = (endpoint, "POST", canonical(text), ACCEPT)
    return sha256("\n".join(parts).encode()).hexdigest()


def variables(question: Question) -> tuple[str, ...]:
    """The variables that an answer has.

    >>> variables(STATEMENTS)
    ('s', 'p', 'o')
    """
    selected = _SELECTED.search(canonical(queries.load(question.name).text))
    if selected is None:
        raise ValueError(f"{question.name} does not say what it selects")
    return tuple(name.removeprefix("?") for name in selected[1].split())
