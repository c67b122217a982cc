"""What can go wrong between a query service and its client: each fault by name, and how a run that meets it may end.

A fault takes the connection and the reply that would have been sent; it sends something itself, or gives back
another reply. `once` are the states in which a run may end that met it once, `always` those where it stays.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from fakes.wdqs import HTML, RESULTS, Fault, Handler, Reply, ban, http_date, page, rows_of, throttled
from twin_graph.wikidata.portions import find_question, text_of

FINE, PARTIAL = frozenset({"complete"}), frozenset({"partial", "unavailable"})
PIECE, PAUSE = 64, 0.05


@dataclass(frozen=True)
class Case:
    """A fault and what may come of it."""

    fault: Fault
    once: frozenset[str] = FINE
    always: frozenset[str] = PARTIAL


def reply(status: int, body: bytes = b"", kind: str = HTML, **headers: str) -> Fault:
    """Another reply in place of the right one."""
    more = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return lambda _handler, _right: Reply(status, body, {"Content-Type": kind, **more})


def changed(change: Callable[[bytes], bytes]) -> Fault:
    """The right reply with another body."""
    return lambda _handler, right: Reply(right.status, change(right.body), right.headers)


def exactly(head: bytes, body: Callable[[bytes], bytes] = lambda right: right) -> Fault:
    """These bytes and then the connection ends."""

    def send(handler: Handler, right: Reply) -> None:
        handler.wfile.write(head + body(right.body))
        handler.wfile.flush()

    return send


def too_many(value: str | None) -> Fault:
    """429 with a Retry-After."""
    return lambda _handler, _right: throttled(value)


def too_many_until(seconds: float) -> Fault:
    """429 with a date in Retry-After."""

    def send(handler: Handler, _right: Reply) -> Reply:
        return throttled(http_date(handler.service.clock.now() + timedelta(seconds=seconds)))

    return send


def banned(handler: Handler, _right: Reply) -> Reply:
    """The ban as the service words it."""
    return ban(handler.service.clock.now() + timedelta(hours=24))


def cut_at(share: float) -> Fault:
    """The beginning of the right body, sent as if it were all of it."""
    return changed(lambda body: body[: int(len(body.rstrip()) * share)])


def longer(handler: Handler, right: Reply) -> None:
    """A Content-Length that promises more than comes."""
    handler.raw(200, {"Content-Type": RESULTS, "Content-Length": str(len(right.body) + 100)}, right.body)


def shorter(handler: Handler, right: Reply) -> None:
    """A Content-Length that stops before the end."""
    handler.raw(200, {"Content-Type": RESULTS, "Content-Length": str(len(right.body) - 9)}, right.body)


def chunks(handler: Handler, right: Reply, end: bytes, *, share: float = 1.0) -> None:
    """A chunked body with an end of its own."""
    handler.raw(200, {"Content-Type": RESULTS, "Transfer-Encoding": "chunked"})
    body = right.body[: int(len(right.body) * share)]
    for start in range(0, len(body), PIECE):
        piece = body[start : start + PIECE]
        handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    handler.wfile.write(end)
    handler.wfile.flush()


def drip(handler: Handler, right: Reply) -> None:
    """One byte and again one byte, each in time."""
    handler.raw(200, {"Content-Type": RESULTS, "Content-Length": str(len(right.body))})
    for place in range(len(right.body)):
        handler.wfile.write(right.body[place : place + 1])
        handler.wfile.flush()
        if handler.service.release.wait(PAUSE):
            return


def drip_headers(handler: Handler, _right: Reply) -> None:
    """Headers without an end, slowly."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(1000):
        handler.wfile.write(f"X-{number}: y\r\n".encode())
        handler.wfile.flush()
        if handler.service.release.wait(PAUSE):
            return


def stall(handler: Handler, right: Reply, head: bytes) -> None:
    """Something and then nothing, with the connection open."""
    handler.wfile.write(head)
    handler.wfile.flush()
    deadline = time.monotonic() + 5
    handler.connection.settimeout(0.05)
    while time.monotonic() < deadline and not handler.service.release.is_set():
        try:
            if not handler.connection.recv(1):
                return
        except TimeoutError:
            continue
        except OSError:
            return


def reset(handler: Handler, _right: Reply, head: bytes = b"") -> None:
    """RST, at once or after some bytes."""
    handler.wfile.write(head)
    handler.wfile.flush()
    handler.reset()


def coded(handler: Handler, right: Reply, spoil: Callable[[bytes], bytes], coding: str = "gzip") -> None:
    """A body in a content coding that is not right."""
    body = spoil(gzip.compress(right.body))
    headers = {"Content-Type": RESULTS, "Content-Encoding": coding, "Content-Length": str(len(body))}
    handler.raw(200, headers, body)


def bomb(handler: Handler, _right: Reply) -> None:
    """A small body that becomes a large one."""
    body = gzip.compress(b" " * 4_000_000)
    handler.raw(
        200, {"Content-Type": RESULTS, "Content-Encoding": "gzip", "Content-Length": str(len(body))}, body
    )


def rows(change: Callable[[dict[str, object], list[object]], object]) -> Fault:
    """The right document, changed."""

    def send(_handler: Handler, right: Reply) -> Reply:
        content = rows_of(right)
        change(content["head"], content["results"]["bindings"])
        return Reply(200, json.dumps(content).encode(), right.headers)

    return send


def redirected(status: int, where: str = "") -> Fault:
    """To another address; without one, to the same again."""

    def send(handler: Handler, _right: Reply) -> Reply:
        return Reply(status, b"", {"Location": where or handler.service.address + "?again"})

    return send


def losing(handler: Handler, right: Reply) -> Reply:
    """The rows without those of one of the items, as if it did not exist."""
    content = rows_of(right)
    found = content["results"]["bindings"]
    items = sorted({value for row in found for name in ("item", "s") if (value := _value(row, name))})
    lost = items[-1] if items else None
    kept = [row for row in found if lost is None or not _speaks_of(row, lost)]
    content["results"]["bindings"] = kept if len(kept) < len(found) else []
    return Reply(200, json.dumps(content).encode(), right.headers)


def _value(row: dict[str, dict[str, str]], name: str) -> str:
    value = row.get(name, {}).get("value", "")
    return value if value.rpartition("/")[0].endswith("/entity") else ""


def _speaks_of(row: dict[str, dict[str, str]], item: str) -> bool:
    return item in (_value(row, "item"), _value(row, "s"))


def mixed_up(handler: Handler, _right: Reply) -> Reply:
    """The answer to the same question about other items, as a cache gives it that looks at the address only."""
    asked = handler.service.asked[-1]
    question = find_question(asked.question)
    if question.slot != "%ITEMS%":
        return Reply(200, b"", {"Content-Type": RESULTS})
    return handler.service.run(text_of(question, ("Q1" if "Q1" not in asked.items else "Q4",)))


TRACE = (
    b"\nSPARQL-QUERY: queryStr=SELECT * {}\njava.util.concurrent.TimeoutException\n"
    b"\tat java.base/java.util.concurrent.FutureTask.get(FutureTask.java:205)\n"
    b"\tat com.bigdata.rdf.sail.webapp.BigdataServlet.submitApiTask(BigdataServlet.java:292)\n"
)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n"
HALF = b'{\n  "head" : {\n    "vars" : [ '
STOP = {"refused": frozenset({"refused"}), "moved": frozenset({"moved"}), "rejected": frozenset({"rejected"})}
BANNED = frozenset({"banned"})
THROTTLED = frozenset({"throttled"})


def stops(fault: Fault, state: str) -> Case:
    """A fault after which nothing more is sent."""
    return Case(fault, STOP[state], STOP[state])


CASES: dict[str, Case] = {
    # Asked too much.
    **{f"429, Retry-After {value}": Case(too_many(value), always=THROTTLED)
       for value in ("0", "1", "9", "abc", "-5", "1.5", "99999999999999999999", "Wed, 99 Foo 2026 25:00:00 GMT", "")},
    "429 without Retry-After": Case(too_many(None), always=THROTTLED),
    "429, a date to come": Case(too_many_until(7), always=THROTTLED),
    "429, a date that has passed": Case(too_many_until(-7), always=THROTTLED),
    "429, a date next year": Case(too_many_until(3e7), always=THROTTLED),
    "429, cut": Case(exactly(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\nContent-Length: 99\r\n\r\n<html>",
                             lambda _: b""), always=THROTTLED),
    # Not wanted.
    "403, banned": Case(banned, BANNED, BANNED),
    "403, banned in words that we cannot read": Case(reply(403, b"You have been banned until tomorrow, please"),
                                                    BANNED, BANNED),
    "403, page": stops(reply(403, page("403", "Forbidden")), "refused"),
    "401": stops(reply(401, page("401", "Unauthorized")), "refused"),
    # Our mistake, or another service.
    "400": stops(reply(400, b"MalformedQueryException", "text/plain"), "rejected"),
    "422": stops(reply(422, b"?", "text/plain"), "rejected"),
    "404": stops(reply(404, page("404", "Not Found")), "moved"),
    "410": stops(reply(410, page("410", "Gone")), "moved"),
    "301": stops(redirected(301), "moved"),
    "302": stops(redirected(302), "moved"),
    "303": stops(redirected(303), "moved"),
    "307 to another host": stops(redirected(307, "http://other.invalid/sparql"), "moved"),
    "308 to a broken address": stops(redirected(308, "http://[::1/sparql"), "moved"),
    "307 to the same host": Case(redirected(307), always=frozenset({"moved"})),
    "308 to the same host": Case(redirected(308), always=frozenset({"moved"})),
    # Too much for the service.
    "500, TimeoutException": Case(reply(500, b"SPARQL-QUERY: queryStr=x\n" + TRACE, "text/plain")),
    **{f"{status}": Case(reply(status, page(str(status), "Something is wrong")))
       for status in (408, 413, 414, 425, 500, 501, 502, 503, 504, 520, 599)},
    "503 with Retry-After": Case(reply(503, b"", retry_after="5")),
    # Not what was asked for, with status 200.
    "200, page": Case(reply(200, page("200", "Wikimedia Error"))),
    "200, page that says it is results": Case(reply(200, page("200", "Wikimedia Error"), RESULTS)),
    "200, empty": Case(reply(200, b"", RESULTS)),
    "200, blank": Case(reply(200, b"\n \n", RESULTS)),
    "200, null": Case(reply(200, b"null", RESULTS)),
    "200, list": Case(reply(200, b"[]", RESULTS)),
    "200, ASK": Case(reply(200, b'{"head":{},"boolean":true}', RESULTS)),
    "200, no rows member": Case(changed(lambda body: json.dumps({"head": json.loads(body)["head"]}).encode())),
    "200, error in JSON": Case(reply(200, b'{"error":{"code":"maxlag"}}', RESULTS)),
    "200, JSON of another media type": Case(lambda _h, right: Reply(200, right.body, {"Content-Type": "text/plain"})),
    "200, no media type": Case(lambda _h, right: Reply(200, right.body, {})),
    "200, nested too deeply": Case(reply(200, b"[" * 100_000, RESULTS)),
    "204": Case(exactly(b"HTTP/1.1 204 No Content\r\n\r\n", lambda _: b"")),
    "206": Case(lambda _h, right: Reply(206, right.body, right.headers)),
    "103 and no more": Case(exactly(b"HTTP/1.1 103 Early Hints\r\n\r\n", lambda _: b"")),
    # Cut.
    **{f"200, cut at {share:.0%}": Case(cut_at(share)) for share in [n / 25 for n in range(1, 25)]},
    "200, cut before the last bracket": Case(changed(lambda body: body.rstrip()[:-1])),
    "200, stack trace after a part": Case(changed(lambda body: body[: len(body) // 2] + TRACE)),
    "200, stack trace after all": Case(changed(lambda body: body + TRACE)),
    "200, twice": Case(changed(lambda body: body + body)),
    "200, no bytes of the promised": Case(exactly(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\nContent-Length: 99\r\n\r\n",
        lambda _: b"")),
    "Content-Length too long": Case(longer),
    "Content-Length too short": Case(shorter),
    "Content-Length is none": Case(exactly(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\nContent-Length: many\r\n\r\n",
        lambda body: body[:70])),
    "chunked, cut": Case(partial(chunks, end=b"", share=0.5)),
    "chunked, cut in a chunk": Case(partial(chunks, end=b"40\r\nabc", share=0.5)),
    "chunked, no last chunk": Case(partial(chunks, end=b"")),
    "chunked, no number": Case(partial(chunks, end=b"zz\r\nabc\r\n0\r\n\r\n", share=0.5)),
    "until the end of the connection, cut": Case(exactly(
        b"HTTP/1.0 200 OK\r\nContent-Type: application/sparql-results+json\r\n\r\n", lambda body: body[:-50])),
    "gzip, corrupt": Case(partial(coded, spoil=lambda body: body[:40] + b"\0\0\0\0" + body[44:])),
    "gzip, cut": Case(partial(coded, spoil=lambda body: body[:-20])),
    "gzip, wrong sum": Case(partial(coded, spoil=lambda body: body[:-8] + b"\1\2\3\4" + body[-4:])),
    "gzip, more after it": Case(partial(coded, spoil=lambda body: body + b"more")),
    "gzip, not at all": Case(partial(coded, spoil=lambda body: gzip.decompress(body))),
    "gzip, empty": Case(partial(coded, spoil=lambda _: b"")),
    "another coding": Case(partial(coded, spoil=lambda body: body, coding="br")),
    "two codings": Case(partial(coded, spoil=lambda body: body, coding="gzip, gzip")),
    "gzip, a bomb": Case(bomb),
    "larger than we take": Case(reply(200, b" " * 1_000_000, RESULTS)),
    # Not even HTTP.
    "no answer": Case(exactly(b"", lambda _: b"")),
    "garbage": Case(exactly(b"\x16\x03\x01 this is no HTTP\r\n\r\n", lambda _: b"")),
    "half a status line": Case(exactly(b"HTTP/1.", lambda _: b"")),
    "status without a number": Case(exactly(b"HTTP/1.1 OK\r\n\r\n", lambda _: b"")),
    "half the headers": Case(exactly(b"HTTP/1.1 200 OK\r\nContent-Ty", lambda _: b"")),
    "a header too long": Case(exactly(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", lambda _: b"")),
    "headers too many": Case(exactly(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n", lambda _: b"")),
    "reset": Case(reset),
    "reset in the body": Case(partial(reset, head=OK + b"Content-Length: 500\r\n\r\n" + HALF)),
    # The right rows, or nearly.
    "BOM": Case(changed(lambda body: b"\xef\xbb\xbf" + body), always=FINE),
    "not UTF-8": Case(changed(lambda body: body.replace(b"http", b"\xff\xfe", 1))),
    "UTF-16": Case(changed(lambda body: body.decode().encode("utf-16"))),
    "other variables": Case(rows(lambda head, _: head.update(vars=["x", "y"]))),
    "no variables": Case(rows(lambda head, _: head.update(vars=[]))),
    "one variable more": Case(rows(lambda head, _: head["vars"].append("more"))),  # type: ignore[attr-defined]
    "variables in another order": Case(rows(lambda head, _: head["vars"].reverse()), always=FINE),  # type: ignore[attr-defined]
    "a row with another variable": Case(rows(lambda _, found: found.append({"zz": {"type": "uri", "value": "a"}}))),
    "a row that is none": Case(rows(lambda _, found: found.append("row"))),
    "a term that is none": Case(rows(lambda head, found: found.append({head["vars"][0]: "term"}))),  # type: ignore[index]
    "a term of another type": Case(rows(lambda head, found: found.append(
        {head["vars"][0]: {"type": "x", "value": "y"}}))),  # type: ignore[index]
    "rows of other items": Case(mixed_up),
    "rows twice": Case(rows(lambda _, found: found.extend(list(found))), always=FINE),
    "rows in another order": Case(rows(lambda _, found: found.reverse()), always=FINE),
}  # fmt: skip
# Rows that are lost from a whole document: a second answer shows it, and no third one is asked for.
LOST: dict[str, Fault] = {
    "an item is lost": losing,
    "everything is lost": rows(lambda _, found: found.clear()),
}
# These take real time, a limit of the client each.
SLOW: dict[str, Case] = {
    "drip": Case(drip),
    "headers drip": Case(drip_headers),
    "silence": Case(partial(stall, head=b"")),
    "silence in the headers": Case(partial(stall, head=b"HTTP/1.1 200 OK\r\nContent-")),
    "silence in the body": Case(partial(stall, head=OK + b"Content-Length: 500\r\n\r\n" + HALF)),
}  # fmt: skip
