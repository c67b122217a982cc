"""Fetch: ask a query service politely and record what it answers, so that a fault costs time and never a fact.

One request at a time, each paced, judged and recorded. What is too heavy is asked in halves; what cannot be answered
is listed as failed; a service that says stop is obeyed, and the same call goes on later where this one ended.
The meaning of the answers is `statements`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from twin_graph import __version__
from twin_graph.errors import (
    OperatorError,
    UpstreamBanned,
    UpstreamBusy,
    UpstreamError,
    UpstreamInvalid,
    UpstreamRefused,
    UpstreamUnavailable,
)
from twin_graph.wikidata import archive, planning
from twin_graph.wikidata.archive import KEPT_HEADERS, OPEN, SAMPLE, Line, Recorder
from twin_graph.wikidata.contact import scrub, user_agent
from twin_graph.wikidata.endpoints import Endpoint, find_endpoint
from twin_graph.wikidata.judging import AGAIN, HALVE, LONGEST, NO_HEADER, Verdict, judge
from twin_graph.wikidata.pacing import ERRORS, SECONDS, Bucket, Clock, SystemClock, backoff
from twin_graph.wikidata.portions import (
    FACTS,
    FRESHNESS,
    Question,
    key,
    text_of,
)
from twin_graph.wikidata.refreshing import Previous, Revision, revisions
from twin_graph.wikidata.results import clean
from twin_graph.wikidata.runs import Manners, Run, State, Telling, state_of
from twin_graph.wikidata.subjects import redirects_in, silent_on
from twin_graph.wikidata.transport import Exchange, ask
from twin_graph.wikidata.waiting import Pause, read_pause, write_pause

THROTTLES = 5  # in a row, then the run ends
OFFLINE = 3
FRUITLESS = 30  # tries in a row without an answer, then the service is taken to be down


def fetch(
    items: Iterable[str],
    queries: Iterable[str],
    archive: Path,
    endpoint: str | Endpoint = "wikidata",
    clock: Clock | None = None,
    *,
    manners: Manners,
    telling: Telling | None = None,
    previous: Previous | None = None,
    pauses: Path | None = None,
) -> Run:
    """Ask questions about items and record the answers; go on with an archive that is there already.

    Args:
        items: ids; for `wikidata_discovery` of a country, for `wikidata_members` of networks, for
            `wikidata_constraints` of a property.
        queries: names of query files.
        archive: folder of the archive; what it has answers to is not asked again.
        endpoint: name of a query service; an archive is of one service only.
        previous: an older archive whose answers are taken over where they still hold.
        pauses: folder beside that of the archive in which it is kept until when an endpoint is left alone.

    Returns:
        How it ended. Faults of the service and of the disk are no exceptions.

    Raises:
        SettingInvalid: there is no contact.
        OperatorError: the archive is of another endpoint, or damaged.
        ValueError: an id or a query is none.
    """
    service = find_endpoint(endpoint) if isinstance(endpoint, str) else endpoint
    session = _Session(archive, service, clock or SystemClock(), manners, telling or Telling())
    if pauses is not None:
        session.pauses.append(pauses)
    return session.run(planning.plan_of(items, queries), previous)


class _Session:
    """One run: its archive, its budgets and what it has seen so far."""

    def __init__(
        self, folder: Path, endpoint: Endpoint, clock: Clock, manners: Manners, telling: Telling
    ) -> None:
        self._folder, self._endpoint, self._clock = folder, endpoint, clock
        self.pauses = [folder.parent]
        self._manners, self._telling = manners, telling
        self._agent = user_agent(manners.contact)
        self._time, self._errors = Bucket(clock, SECONDS), Bucket(clock, ERRORS)
        self._requests, self._waited, self._paced = 0, 0.0, 0.0
        self._throttles = self._offline = self._fruitless = 0
        self._modified = ""
        self._plan: planning.Plan = {}
        self._progress = planning.Progress()
        self._previous: Previous | None = None
        self._revisions: dict[str, Revision] | None = None

    def run(self, plan: planning.Plan, previous: Previous | None = None) -> Run:
        """Do what the plan says and the archive does not have."""
        if previous is not None:
            previous.check(self._endpoint)
        self._previous = previous
        is_done = self._open(plan)
        recorder: Recorder | None = None
        state, message = self._state_of_work(), ""
        try:
            if not is_done:
                self._respect_pause()
                recorder = self._record()
                self._work(recorder)
                state = self._state_of_work()
        except UpstreamError as problem:
            state, message = state_of(problem), str(problem)
        except OSError as problem:
            state, message = "disk", f"the archive cannot be written: {problem}"
        except BaseException:
            if recorder is not None:
                recorder.close()  # as it is; the next run goes on with it
            raise
        if recorder is not None:
            state, message = self._finish(recorder, state, message)
        failed = planning.unanswered(self._plan, self._progress)
        return Run(self._folder.name, state, failed, self._progress.missing, self._requests,
                   round(self._waited, 3), round(self._paced, 3), message)  # fmt: skip

    def _state_of_work(self) -> State:
        return "partial" if planning.unanswered(self._plan, self._progress) else "complete"

    def _open(self, plan: planning.Plan) -> bool:
        """Look at what the archive has; whether it has everything.

        Raises:
            OperatorError: it is of another endpoint, or damaged.
        """
        ended = OPEN
        if (self._folder / archive.HEAD).is_file():
            head = archive.read_head(self._folder)
            ended = head.state
            if head.content.get("endpoint") != self._endpoint.name:
                other = head.content.get("endpoint")
                raise OperatorError(f"{self._folder} holds answers of “{other}”; two services never mix")
            plan = planning.merge(planning.read_plan(head.content.get("plan")), plan)
        lines = archive.read_lines(self._folder)
        self._progress = planning.progress_of(lines, self._endpoint.name)
        self._plan = planning.with_redirects(plan, self._progress)
        self._modified = next((line.modified for line in reversed(lines) if line.modified), "")
        return ended == self._state_of_work() == "complete"

    def _record(self) -> Recorder:
        started = self._stamp()
        if (self._folder / archive.HEAD).is_file():
            started = archive.read_head(self._folder).content.get("started", started)
        return Recorder(self._folder, {
            "format": archive.FORMAT, "id": self._folder.name, "tool": f"twin_graph/{__version__}",
            "config": planning.configuration(self._plan, self._manners.sizes),
            "endpoint": self._endpoint.name, "address": self._endpoint.address, "state": OPEN,
            "user_agent": scrub(user_agent(self._manners.contact, public=True)),
            "started": started, "plan": planning.written(self._plan),
        })  # fmt: skip

    def _finish(self, recorder: Recorder, state: State, message: str) -> tuple[State, str]:
        answers = [line for line in recorder.lines if line.is_answer]
        try:
            recorder.finish(
                ended=self._stamp(), state=state, plan=planning.written(self._plan),
                failed={name: list(ids) for name, ids in planning.unanswered(self._plan, self._progress).items()},
                missing=list(self._progress.missing),
                freshness=sorted({line.modified for line in answers if line.modified}),
                counts={"exchanges": len(recorder.lines), "answers": len(answers),
                        "rows": sum(line.rows for line in answers)},
            )  # fmt: skip
        except OSError as problem:
            return "disk", f"the archive cannot be written: {problem}"
        return state, message

    def _work(self, recorder: Recorder) -> None:
        """Ask until everything is answered or given up; items found by a redirect are asked about, too."""
        asked: set[planning.Pair] = set()
        confirmed: set[planning.Pair] = set()
        while True:
            sizes = self._manners.sizes
            if portions := planning.to_ask(self._plan, self._progress, sizes, asked):
                asked |= planning.pairs(portions)
            elif portions := planning.to_confirm(self._plan, self._progress, sizes, confirmed):
                confirmed |= planning.pairs(portions)
            else:
                return
            queue = deque(portions)
            while queue:
                question, items = queue.popleft()
                taken = self._take_over(recorder, question, items)
                items = tuple(item for item in items if item not in taken)
                if taken and not items:
                    continue
                with self._telling.step(_words(question, items)):
                    queue.extendleft(reversed(self._ask(recorder, question, items)))
            self._plan = planning.with_redirects(self._plan, self._progress)

    def _take_over(self, recorder: Recorder, question: Question, items: tuple[str, ...]) -> set[str]:
        """The items of a portion about which an older archive has the answer, which then is in this one."""
        if self._previous is None:
            return set()
        if self._revisions is None and question not in (FRESHNESS, FACTS):
            self._revisions = revisions(self._folder, recorder.lines)
        found = self._previous.find(question, items, self._clock.now(), self._revisions or {})
        for line, body in found:
            recorder.add(line, body)
            self._progress.add(line)
        return {item for line, _ in found for item in line.items}

    def _ask(self, recorder: Recorder, question: Question, items: tuple[str, ...]) -> list[planning.Portion]:
        """Ask about a portion until it is answered, given up or to be halved; what is to be asked next instead."""
        attempt = 0
        while True:
            attempt += 1
            verdict = self._try(recorder, question, items, attempt)
            if verdict.kind == "ok":
                return []
            _stop(verdict, question, self._endpoint)
            if verdict.kind in ("throttled", "offline"):
                attempt -= 1  # neither says anything about this portion
                self._wait_outside(verdict)
                continue
            if len(items) > 1 and (verdict.kind in HALVE or attempt > 1):
                if verdict.kind in AGAIN:
                    self._wait(self._delay(attempt, verdict))
                half = (len(items) + 1) // 2
                return [(question, items[:half]), (question, items[half:])]
            if attempt >= self._manners.attempts:
                self._telling.note(f"{_words(question, items)}: given up ({verdict.kind}: {verdict.detail})")
                return []
            self._wait(self._delay(attempt, verdict))

    def _try(self, recorder: Recorder, question: Question, items: tuple[str, ...], attempt: int) -> Verdict:
        """One request, its verdict and its line in the archive."""
        if self._fruitless >= FRUITLESS:
            raise UpstreamUnavailable(f"{FRUITLESS} requests in a row without an answer; try again later")
        self._pace(question.seconds * max(1, len(items)))
        text = text_of(question, items)
        before = self._clock.now()
        exchange = ask(self._endpoint.address, text, self._agent, self._manners.limits)
        seconds = max(0.0, (self._clock.now() - before).total_seconds())
        self._requests += 1
        self._time.take(seconds)
        verdict = judge(exchange, question, items, self._clock.now)
        self._count(verdict)
        line = self._line(question, items, attempt, exchange, verdict)
        line = replace(line, key=key(self._endpoint.name, text), duration_ms=round(seconds * 1000))
        recorder.add(line, clean(exchange.body) if line.is_answer else None)
        if line.is_answer:
            self._progress.add(line)
        else:
            self._telling.note(f"{_words(question, items)}: {verdict.kind} ({verdict.detail})")
        return verdict

    def _count(self, verdict: Verdict) -> None:
        is_ok = verdict.kind == "ok"
        if not is_ok:
            self._errors.take(1)
        self._fruitless = 0 if is_ok else self._fruitless + 1
        self._throttles = self._throttles + 1 if verdict.kind == "throttled" else (
            self._throttles if verdict.kind == "offline" else 0
        )  # fmt: skip
        self._offline = self._offline + 1 if verdict.kind == "offline" else 0
        if verdict.kind == "banned" and verdict.until is not None:
            write_pause(self.pauses, self._endpoint, Pause(verdict.until, "banned"))

    def _line(
        self, question: Question, items: tuple[str, ...], attempt: int, exchange: Exchange, verdict: Verdict
    ) -> Line:
        contact = self._manners.contact
        headers = {
            name: scrub(exchange.headers[name], contact) for name in KEPT_HEADERS if name in exchange.headers
        }
        line = Line(
            "", question.name, items, verdict.kind, self._stamp(), attempt, exchange.status, 0, headers
        )
        if verdict.kind != "ok":
            sample = scrub(exchange.body[:SAMPLE].decode("utf-8", "replace"), contact)
            return replace(
                line, bytes=len(exchange.body), detail=scrub(verdict.detail, contact), sample=sample
            )
        body = clean(exchange.body)
        if question is FRESHNESS:
            self._modified = max((str(row["d"]["value"]) for row in verdict.rows if "d" in row), default="")
        return replace(
            line,
            bytes=len(body),
            body=sha256(body).hexdigest(),
            rows=len(verdict.rows),
            modified=self._modified,
            silent=silent_on(question, items, verdict.rows),
            redirects=redirects_in(question, verdict.rows),
        )

    def _stamp(self) -> str:
        return self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def _pace(self, seconds: float) -> None:
        """Wait until the budget has room for a request that takes the service about so long."""
        if (delay := max(self._time.delay(seconds), self._errors.delay(1))) > 0:
            self._paced += delay
            self._clock.sleep(delay)

    def _delay(self, attempt: int, verdict: Verdict) -> float:
        return max(backoff(attempt, self._manners.jitter), min(verdict.wait or 0.0, LONGEST))

    def _wait(self, seconds: float) -> None:
        """Wait because of a fault.

        Raises:
            UpstreamUnavailable: the patience of this run is used up.
        """
        if self._waited + seconds > self._manners.patience:
            raise UpstreamUnavailable(
                f"{self._manners.patience:g} seconds were spent waiting; the rest is asked by the same command later"
            )
        self._waited += seconds
        self._clock.sleep(seconds)

    def _wait_outside(self, verdict: Verdict) -> None:
        """Wait for what concerns every request: too much asked, or nobody there.

        Raises:
            UpstreamBusy, UpstreamUnavailable: it has lasted too long.
        """
        if verdict.kind == "offline":
            if self._offline >= OFFLINE:
                raise UpstreamUnavailable(f"offline – use --replay ({verdict.detail})")
            self._wait(backoff(self._offline, self._manners.jitter))
            return
        told = NO_HEADER if verdict.wait is None else verdict.wait
        seconds = min(max(told, 1.0) + self._manners.jitter(), LONGEST)
        if self._throttles >= THROTTLES or self._waited + seconds > self._manners.patience:
            until = self._clock.now() + timedelta(seconds=seconds)
            write_pause(self.pauses, self._endpoint, Pause(until, "throttled"))
            raise UpstreamBusy("told again and again to ask less; the same command goes on later")
        self._wait(seconds)

    def _respect_pause(self) -> None:
        """Send nothing before the moment that an earlier run was told.

        Raises:
            UpstreamBanned: that is a ban.
        """
        pause = read_pause(self.pauses, self._endpoint, self._clock.now())
        if pause is None or self._state_of_work() == "complete":
            return
        if pause.why == "banned":
            raise UpstreamBanned(f"banned until {pause.until:%Y-%m-%dT%H:%M:%SZ}; nothing was sent")
        self._wait(min(LONGEST, (pause.until - self._clock.now()).total_seconds()))


def _stop(verdict: Verdict, question: Question, endpoint: Endpoint) -> None:
    """End the run where asking again would be wrong.

    Raises:
        UpstreamError: it would.
    """
    what = f"{endpoint.name}, {question.name}: {verdict.detail}"
    if verdict.kind == "banned":
        raise UpstreamBanned(f"{what}; nothing more is sent")
    if verdict.kind == "refused":
        raise UpstreamRefused(
            f"{what}: the service refuses this client; look at the User-Agent and the contact"
        )
    if verdict.kind == "rejected":
        raise UpstreamInvalid(
            f"{what}: the service does not take the query; that is a mistake of ours", ours=True
        )
    if verdict.kind in ("moved", "certificate"):
        raise UpstreamInvalid(f"{what}: {endpoint.address} is not the service that is expected there")


def _words(question: Question, items: tuple[str, ...]) -> str:
    name = question.name.removeprefix("wikidata_")
    if len(items) < 2:
        return f"{name} {items[0] if items else ''}".strip()
    return f"{name} {items[0]} … {items[-1]} ({len(items)})"
