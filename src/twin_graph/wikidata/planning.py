"""What a run has to ask: which questions about which ids, what an archive answers already, and what the rest costs.

Pure: reads no files and sends nothing. The plan is part of the head of an archive, so that what has no answer in it
is known as such.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from twin_graph.queries import load
from twin_graph.wikidata.archive import Head, Line
from twin_graph.wikidata.model import Answer
from twin_graph.wikidata.portions import (
    FACTS,
    QUESTIONS,
    Question,
    batches,
    check_items,
    find_question,
    is_item,
    key,
    text_of,
)

Plan = Mapping[str, tuple[str, ...]]  # by name of the question, what it is asked about
Portion = tuple[Question, tuple[str, ...]]


Pair = tuple[str, str]  # name of a question, and an id; "" where the question has none


@dataclass
class Progress:
    """What is answered of a plan.

    Attributes:
        answered: what need not be asked again.
        doubtful: what one answer was silent on, and no other was asked about.
        silent: what two answers were silent on, so that it is believed.
        redirects: items into which others were merged.
    """

    answered: set[Pair] = field(default_factory=set)
    doubtful: set[Pair] = field(default_factory=set)
    silent: set[Pair] = field(default_factory=set)
    redirects: set[str] = field(default_factory=set)

    def add(self, line: Line) -> None:
        """Take note of a complete answer."""
        asked = {(line.query, item) for item in line.items or ("",)}
        silent = {(line.query, item) for item in line.silent}
        believed = silent & (self.doubtful | self.silent)
        self.silent = (self.silent - asked) | believed
        self.doubtful = (self.doubtful - asked) | (silent - believed)
        self.answered |= asked - (silent - believed)
        self.redirects |= set(line.redirects)

    @property
    def missing(self) -> tuple[str, ...]:
        """The items that the service does not know."""
        return check_items(item for name, item in self.silent if name == FACTS.name)

    def rest(self, name: str, items: Sequence[str]) -> tuple[str, ...]:
        """Those of these ids that are still to be asked about."""
        return tuple(item for item in items if (name, item) not in self.answered)


def plan_of(items: Iterable[str], names: Iterable[str]) -> Plan:
    """The plan of some questions about some ids, in the order of the table of questions.

    Raises:
        ValueError: an id or a name is none.
    """
    ids = check_items(items)
    wanted = {find_question(name).name for name in names}
    return {question.name: ids if question.slot else () for question in QUESTIONS if question.name in wanted}


def merge(first: Plan, second: Plan) -> Plan:
    """A plan of all that is in one of two."""
    return {
        question.name: check_items({*first.get(question.name, ()), *second.get(question.name, ())})
        for question in QUESTIONS
        if question.name in first or question.name in second
    }


def written(plan: Plan) -> list[dict[str, list[str]]]:
    """A plan as the head of an archive has it: questions about the same ids together."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, items in plan.items():
        groups.setdefault(items, []).append(name)
    return [{"items": list(items), "queries": names} for items, names in groups.items()]


def read_plan(groups: object) -> Plan:
    """A plan from the head of an archive; without one, the empty plan."""
    if not isinstance(groups, list):
        return {}
    plan: Plan = {}
    for group in groups:
        asked = {str(name): tuple(map(str, group["items"])) for name in group["queries"]}
        plan = merge(plan, asked)
    return plan


def progress_of(lines: Iterable[Line], endpoint: str) -> Progress:
    """What the lines of an archive answer, as the questions are put today."""
    progress = Progress()
    for line in lines:
        if line.is_answer and is_current(line, endpoint):
            progress.add(line)
    return progress


def is_current(line: Line, endpoint: str) -> bool:
    """Whether this is the answer to what would be sent today."""
    try:
        return line.key == key(endpoint, text_of(find_question(line.query), line.items))
    except ValueError:
        return False


def to_ask(
    plan: Plan, progress: Progress, sizes: Mapping[str, int], asked: Collection[Pair] = ()
) -> list[Portion]:
    """The portions to ask, without what was asked in this run.

    They are cut before what is answered is left out, so that a resumed run asks the same.
    """
    portions: list[Portion] = []
    for name, items in plan.items():
        question = find_question(name)
        for batch in batches(question, items, sizes.get(name, 0)):
            rest = [item for item in progress.rest(name, batch or ("",)) if (name, item) not in asked]
            if rest:
                portions.append((question, tuple(item for item in rest if item)))
    return portions


def to_confirm(
    plan: Plan, progress: Progress, sizes: Mapping[str, int], confirmed: Collection[Pair]
) -> list[Portion]:
    """The portions about which an answer was silent and another is asked for, once."""
    portions: list[Portion] = []
    for name, items in plan.items():
        question = find_question(name)
        doubtful = [
            item
            for item in items or ("",)
            if (name, item) in progress.doubtful and (name, item) not in confirmed
        ]
        if doubtful:
            ids = [item for item in doubtful if item]
            portions += [(question, batch) for batch in batches(question, ids, sizes.get(name, 0))]
    return portions


def pairs(portions: Iterable[Portion]) -> set[Pair]:
    """What some portions ask, one by one."""
    return {(question.name, item) for question, items in portions for item in items or ("",)}


def unanswered(plan: Plan, progress: Progress) -> dict[str, tuple[str, ...]]:
    """By question, the ids that got no answer; a question without ids has an empty tuple."""
    found = {}
    for name, items in plan.items():
        if rest := progress.rest(name, items or ("",)):
            found[name] = tuple(item for item in rest if item)
    return found


def unread(head: Head, answers: Iterable[Answer]) -> set[str]:
    """The items that an archive does not know completely: a question about them was given up, or never reached.

    A run that is killed writes no list of what it did not reach; its plan and its answers tell.
    """
    answered = {(answer.query, item) for answer in answers for item in answer.items}
    planned = {
        (name, item)
        for name, items in read_plan(head.content.get("plan")).items()
        for item in items
        if find_question(name).slot == FACTS.slot
    }
    given_up = {item for items in head.failed.values() for item in items if is_item(item)}
    return given_up | {item for _, item in planned - answered}


def with_redirects(plan: Plan, progress: Progress) -> Plan:
    """The plan with the items into which others were merged, where identity is asked at all."""
    if FACTS.name not in plan or not progress.redirects:
        return plan
    return {
        name: check_items({*items, *progress.redirects}) if find_question(name).slot == FACTS.slot else items
        for name, items in plan.items()
    }


def seconds_of(portions: Iterable[Portion]) -> float:
    """What the service works for these, about, in seconds."""
    return sum(question.seconds * max(1, len(items)) for question, items in portions)


def configuration(plan: Plan, sizes: Mapping[str, int]) -> str:
    """A hash of how the questions of a plan are put and cut."""
    parts = [f"{name} {sizes.get(name) or find_question(name).batch}\n{load(name).text}" for name in plan]
    return sha256("\n".join(parts).encode()).hexdigest()
