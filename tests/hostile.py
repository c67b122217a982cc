"""Requests that strangers might send to the SPARQL service to have it fetch, write, stall, fall or lie.

A table: what is sent, and which answers are right. Sending it, and what must hold besides, is the test's.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

MOST_BYTES = 65_536
DIRECT, FORM = "application/sparql-query", "application/x-www-form-urlencoded"

TRIPLES = "?a ?b ?c . ?d ?e ?f"
ENDLESS = f"SELECT (COUNT(*) AS ?n) {{ {TRIPLES} . ?g ?h ?i . ?j ?k ?l }}"


@dataclass(frozen=True)
class Expected:
    """Right answers: status and last part of the problem's type, empty for a result; perhaps without a row."""

    answers: frozenset[tuple[int, str]]
    empty: bool = False


@dataclass(frozen=True)
class Attack:
    """One request and the answers that are right. CANARY in it stands for the address of the canary."""

    name: str
    expected: Expected
    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    def __str__(self) -> str:
        return self.name


def _answers(*answers: tuple[int, str], empty: bool = False) -> Expected:
    return Expected(frozenset(answers), empty)


_TIME, _MEMORY = (503, "query-timeout"), (503, "query-resources")
_NO_QUERY, _NO_REQUEST = (400, "malformed-query"), (400, "malformed-request")

ANSWERED = _answers((200, ""))
NOTHING = _answers((200, ""), empty=True)
NO_SERVICE = _answers((403, "service-disabled"))
NO_UPDATE = _answers((403, "query-not-allowed"))
STOPPED = _answers(_TIME)
STARVED = _answers(_MEMORY, _TIME)  # a slow machine comes to the end of its time first
TOO_LARGE = _answers((422, "result-too-large"))
TOO_DEEP = _answers(_MEMORY, _NO_QUERY)
BOUNDED = _answers((200, ""), _MEMORY, _TIME, _NO_QUERY)  # any of them is right; what counts is when
MALFORMED = _answers(_NO_QUERY)
NO_REQUEST = _answers(_NO_REQUEST)
BODY_TOO_LARGE = _answers((413, "request-too-large"))
ADDRESS_TOO_LONG = _answers((414, "address-too-long"))
NO_SUCH_TYPE = _answers((415, "unsupported-media-type"))
NO_SUCH_METHOD = _answers((405, "method-not-allowed"))
NOT_ACCEPTABLE = _answers((406, "not-acceptable"))

Row = tuple[str, Expected, str]

FETCHING: list[Row] = [
    ("SERVICE", NO_SERVICE, "SELECT * { SERVICE <CANARY> { ?s ?p ?o } }"),
    ("SERVICE in small letters", NO_SERVICE, "SELECT * { sErViCe <CANARY> { ?s ?p ?o } }"),
    ("SERVICE SILENT", NO_SERVICE, "SELECT * { SERVICE SILENT <CANARY> { ?s ?p ?o } }"),
    ("SERVICE without spaces", NO_SERVICE, "SELECT*{SERVICE<CANARY>{?s ?p ?o}}"),
    ("SERVICE in unusual spaces", NO_SERVICE, "SELECT * {\tSERVICE\r\n\t<CANARY>\r{ ?s ?p ?o } }"),
    ("SERVICE after a comment", NO_SERVICE, "SELECT * { # }\n SERVICE # {\n <CANARY> # \n { ?s ?p ?o } }"),
    ("SERVICE after a comment that ends with CR", NO_SERVICE, "# x\rSELECT * { SERVICE <CANARY> { ?s ?p ?o } }"),
    ("SERVICE before a name", NO_SERVICE, "PREFIX p: <CANARY> SELECT * { SERVICE p:x { ?s ?p ?o } }"),
    ("SERVICE grown together", NO_SERVICE, "PREFIX : <CANARY> SELECT * { SERVICE:x{ ?s ?p ?o } }"),
    ("SERVICE SILENT grown together", NO_SERVICE, "PREFIX p: <CANARY> SELECT * { SERVICESILENTp:{ ?s ?p ?o } }"),
    ("SERVICE with a base", NO_SERVICE, "BASE <CANARY> SELECT * { SERVICE <> { ?s ?p ?o } }"),
    ("SERVICE of a variable", NO_SERVICE, "SELECT * { VALUES ?e { <CANARY> } SERVICE ?e { ?s ?p ?o } }"),
    ("SERVICE in EXISTS", NO_SERVICE, "ASK { ?s ?p ?o FILTER EXISTS { SERVICE <CANARY> { ?s ?p ?o } } }"),
    ("SERVICE in MINUS", NO_SERVICE, "ASK { ?s ?p ?o MINUS { SERVICE <CANARY> { ?s ?p ?o } } }"),
    ("SERVICE in a subquery", NO_SERVICE, "SELECT * { { SELECT * { SERVICE <CANARY> { ?s ?p ?o } } } }"),
    ("SERVICE in escapes", NO_SERVICE, "SELECT * { \\u0053ERV\\U00000049CE <CANARY> { ?s ?p ?o } }"),
    ("SERVICE after a string with an escaped quote", NO_SERVICE,
     "ASK { <a> <b> '\\u0027 . SERVICE <CANARY> { ?s ?p ?o } # '\n}"),
    ("SERVICE after a number", NO_SERVICE, "ASK { ?s ?p 1.0e0SERVICE <CANARY> { ?s ?p ?o } }"),
    ("SERVICE between comparisons", NO_SERVICE, "ASK { FILTER(?a<?b)SERVICE<CANARY>{ ?s ?p ?o } FILTER(?c>?d) }"),
    ("SERVICE after a comparison that looks like an IRI", _answers((403, "service-disabled"), _NO_QUERY),
     "ASK { BIND(1 AS ?a) FILTER(?a<?b&&'>')SERVICE<CANARY>{ ?s ?p ?o }#'\n}"),
    ("FROM", NOTHING, "SELECT * FROM <CANARY> { ?s ?p ?o }"),
    ("FROM a file", NOTHING, "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }"),
    ("FROM data", NOTHING, "SELECT * FROM <data:text/turtle,%3Ca%3E%3Cb%3E1> { ?s ?p ?o }"),
    ("FROM NAMED", NOTHING, "SELECT * FROM NAMED <CANARY> { GRAPH ?g { ?s ?p ?o } }"),
    ("GRAPH", NOTHING, "SELECT * { GRAPH <CANARY> { ?s ?p ?o } }"),
    ("GRAPH of a file", NOTHING, "SELECT * { GRAPH <file:///proc/self/environ> { ?s ?p ?o } }"),
    ("DESCRIBE", ANSWERED, "DESCRIBE <CANARY>"),
    ("LOAD", NO_UPDATE, "LOAD <CANARY>"),
    ("LOAD SILENT INTO GRAPH", NO_UPDATE, "LOAD SILENT <CANARY> INTO GRAPH <http://x/>"),
    ("LOAD a file", NO_UPDATE, "LOAD <file:///etc/passwd>"),
    ("LOAD in escapes", NO_UPDATE, "\\u004cOAD <CANARY>"),
    ("LOAD grown together", NO_UPDATE, "PREFIX : <CANARY> LOAD:x"),
    ("INSERT with SERVICE", _answers((403, "query-not-allowed"), (403, "service-disabled")),
     "INSERT { ?s ?p ?o } WHERE { SERVICE <CANARY> { ?s ?p ?o } }"),
    ("INSERT DATA", NO_UPDATE, "INSERT DATA { <a> <b> <c> }"),
    ("DROP ALL", NO_UPDATE, "DROP ALL"),
    ("a query, then an update", _answers((403, "query-not-allowed"), _NO_QUERY), "ASK {} ; DROP ALL"),
]  # fmt: skip


def _many(text: str, count: int, between: str = " ") -> str:
    """A text many times over; %n in it stands for its number from 0, %m for the next one."""
    return between.join(text.replace("%n", str(n)).replace("%m", str(n + 1)) for n in range(count))


def _numbers(count: int) -> str:
    return _many("%n", count)


TIME: list[Row] = [
    ("cross product of four patterns", STOPPED, ENDLESS),
    ("cross product of lists", STOPPED,
     "SELECT (COUNT(*) AS ?n) { " + _many(f"VALUES ?v%n {{ {_numbers(50)} }}", 8) + " }"),
    ("cross product for an empty page", STOPPED, f"SELECT * {{ {TRIPLES} . ?g ?h ?i }} OFFSET 9223372036854775807"),
    ("cross product that is never described", STARVED,
     f"DESCRIBE * {{ {TRIPLES} . ?g ?h ?i FILTER(CONCAT(STR(?a), STR(?d), STR(?g)) = '') }}"),
    ("everything joined with everything by an expression", STOPPED,
     f"SELECT (COUNT(*) AS ?n) {{ {TRIPLES} FILTER(CONCAT(STR(?c), STR(?f)) = ?f) }}"),
    ("chain of 300 patterns", STARVED,
     "SELECT (COUNT(*) AS ?n) { " + _many("?a%n ?p%n ?a%m .", 300) + " }"),
    ("path of everything", STARVED, "SELECT (COUNT(*) AS ?n) { ?a (<p>|!<p>)* ?b . ?c (<p>|!<p>)* ?d }"),
    ("path of stars in stars", STARVED,
     "ASK { ?a ((((<p>|!<p>)*)+)*)+ ?b . ?b ((!<p>)+/(!<p>)*)* ?c FILTER(?a = 'x') }"),
    ("path there and back", STARVED,
     "SELECT (COUNT(*) AS ?n) { ?a (^!<p>|!<p>)* ?b . ?b (^!<p>|!<p>)* ?c . ?c !<p>* ?d }"),
    ("path of a thousand steps", BOUNDED, "ASK { ?a " + _many("(!<p>)*", 1_000, "/") + " ?b }"),
    ("OPTIONAL eight times", STOPPED,
     "SELECT (COUNT(*) AS ?n) { " + _many("OPTIONAL { ?a%n ?b%n ?c%n }", 8) + " }"),
    ("NOT EXISTS of a cross product", STOPPED,
     f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o FILTER NOT EXISTS {{ {TRIPLES} FILTER(?a = ?s && ?f = ?a) }} }}"),
    ("LATERAL", BOUNDED, f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o LATERAL {{ {TRIPLES} . ?o ?f ?s }} }}"),
    ("pattern with 8,000 predicates", BOUNDED, "ASK { ?s " + "?p ?o;" * 8_000 + " }"),
    ("expression evaluated for every pair", STOPPED,
     f"SELECT (MAX(SHA512(CONCAT(STR(?c), STR(?f)))) AS ?x) {{ {TRIPLES} . ?g ?h ?i }}"),
    ("regular expression for every pair", STOPPED,
     f"SELECT (COUNT(*) AS ?n) {{ {TRIPLES} . ?g ?h ?i FILTER REGEX(CONCAT(STR(?c), STR(?f)), '(.*a.*){{9}}') }}"),
    ("regular expression that backtracks", BOUNDED, "ASK { FILTER REGEX('" + "a" * 30_000 + "!', '^(a+)+$') }"),
    ("regular expression with counts of counts", BOUNDED,
     "ASK { FILTER REGEX('x', '((((((x{1,99}){1,99}){1,99}){1,99}){1,99}){1,99}){1,99}') }"),
    ("regular expression with 9,000 branches", BOUNDED,
     "ASK { FILTER REGEX('x', '" + _many("a%n", 9_000, "|") + "') }"),
    ("regular expression that is none", BOUNDED, "ASK { FILTER REGEX('x', '((((') }"),
    ("LANGMATCHES with a pattern of 40,000 signs", BOUNDED,
     "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER LANGMATCHES(LANG(?o), '" + "*-" * 20_000 + "*') }"),
]  # fmt: skip

MEMORY: list[Row] = [
    ("ORDER BY of a cross product", STARVED, f"SELECT * {{ {TRIPLES} }} ORDER BY ?a ?f"),
    ("ORDER BY of a larger one, for one row", STARVED,
     f"SELECT * {{ {TRIPLES} . ?g ?h ?i }} ORDER BY DESC(?i) LIMIT 1"),
    ("ORDER BY 2,000 expressions", BOUNDED,
     "SELECT * { ?s ?p ?o } ORDER BY " + _many("(STR(?o) + %n)", 2_000)),
    ("GROUP_CONCAT of a cross product", STARVED, f"SELECT (GROUP_CONCAT(?c) AS ?x) {{ {TRIPLES} }}"),
    ("a hundred GROUP_CONCAT", STARVED,
     "SELECT " + _many("(GROUP_CONCAT(?c) AS ?x%n)", 100) + f" {{ {TRIPLES} }}"),
    ("COUNT DISTINCT of a cross product", STARVED, f"SELECT (COUNT(DISTINCT *) AS ?n) {{ {TRIPLES} }}"),
    ("DISTINCT below an aggregate", STARVED,
     f"SELECT (COUNT(*) AS ?n) {{ {{ SELECT DISTINCT * {{ {TRIPLES} }} }} }}"),
    ("GROUP BY of a cross product", STARVED,
     f"SELECT ?a (COUNT(*) AS ?n) {{ {TRIPLES} }} GROUP BY ?a ?b ?c ?d ?e ?f"),
    ("string doubled 40 times", STARVED,
     "SELECT (STRLEN(?x40) AS ?n) { BIND('x' AS ?x0) " + _many("BIND(CONCAT(?x%n, ?x%n) AS ?x%m)", 40) + " }"),
    ("string doubled 30 times, to be sent", _answers(_MEMORY, _TIME, (422, "result-too-large")),
     "SELECT ?x30 { BIND('x' AS ?x0) " + _many("BIND(CONCAT(?x%n, ?x%n) AS ?x%m)", 30) + " }"),
    ("string replaced by longer ones", STARVED,
     "SELECT (STRLEN(?x9) AS ?n) { BIND('x' AS ?x0) "
     + _many(f"BIND(REPLACE(?x%n, 'x', '{'x' * 30}') AS ?x%m)", 9) + " }"),
    ("REPLACE in REPLACE in REPLACE", STARVED,
     "SELECT (STRLEN(" + "REPLACE(" * 4 + f"'{'a' * 50}'" + f", 'a', '{'a' * 500}')" * 4 + ") AS ?n) {}"),
    ("REPLACE by 10,000 groups", _answers(_MEMORY, _TIME, (422, "result-too-large")),
     f"SELECT (REPLACE('{'a' * 1_000}', '(a*)*', '{'$1' * 10_000}') AS ?x) {{}}"),
    ("3,000 variables", BOUNDED, "SELECT * { " + _many("BIND(%n AS ?v%n)", 3_000) + " }"),
    ("triple of triples of triples", BOUNDED,
     "SELECT ?x25 { BIND(<a> AS ?x0) " + _many("BIND(TRIPLE(<a>, <p>, TRIPLE(<a>, <p>, ?x%n)) AS ?x%m)", 25) + " }"),
]  # fmt: skip

RESULTS: list[Row] = [
    ("cross product as rows", TOO_LARGE, f"SELECT * {{ {TRIPLES} }}"),
    ("DISTINCT cross product as rows", TOO_LARGE, f"SELECT DISTINCT * {{ {TRIPLES} }}"),
    ("cross product as triples", TOO_LARGE, f"CONSTRUCT {{ ?a ?b ?c . ?d ?e ?f . _:x ?b ?e }} {{ {TRIPLES} }}"),
    ("blank nodes without end", TOO_LARGE, f"CONSTRUCT {{ [] ?b [] }} {{ {TRIPLES} }}"),
    ("giant literal in every row", TOO_LARGE, f"SELECT ('{'x' * 60_000}' AS ?x) {{ ?s ?p ?o }}"),
    ("largest LIMIT", TOO_LARGE, f"SELECT * {{ {TRIPLES} }} LIMIT 18446744073709551615"),
]  # fmt: skip

LENGTHS: list[Row] = [
    ("literal of 60 KiB", ANSWERED, f"ASK {{ ?s ?p '{'x' * 61_440}' }}"),
    ("literal of 60 KiB, sent back", ANSWERED, f"SELECT ('{'x' * 61_440}' AS ?x) {{}}"),
    ("IRI of 60 KiB", NOTHING, f"SELECT * {{ <http://x/{'a' * 61_440}> ?p ?o }}"),
    ("graph name of 60 KiB", NOTHING, f"SELECT * FROM <http://x/{'a' * 61_000}> {{ ?s ?p ?o }}"),
    ("VALUES with 9,000 rows", ANSWERED, f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {_numbers(9_000)} }} }}"),
    ("VALUES times VALUES", _answers((200, ""), _TIME),
     "SELECT (COUNT(*) AS ?n) { " + _many(f"VALUES ?x%n {{ {_numbers(4_000)} }}", 2) + " }"),
    ("2,000 prefixes", ANSWERED, _many("PREFIX p%n: <http://x/%n>", 2_000) + " ASK {}"),
    ("list of 9,000 numbers", BOUNDED, f"ASK {{ ?s ?p ({'1 ' * 9_000}) }}"),
    ("15,000 objects", BOUNDED, "ASK { ?s ?p " + _many("?o", 15_000, ",") + " }"),
    ("1,000 aggregates", BOUNDED, "SELECT " + _many("(COUNT(DISTINCT ?o) AS ?n%n)", 1_000) + " { ?s ?p ?o }"),
    ("conjunction of 9,000", BOUNDED, "ASK { FILTER(" + _many("true", 9_000, "&&") + ") }"),
    ("sum of 30,000", BOUNDED, "ASK { FILTER(" + _many("1", 30_000, "+") + ") }"),
    ("UNION of 6,000", BOUNDED, "ASK { {}" + " UNION {}" * 6_000 + " }"),
    ("numbers of 5,000 digits", ANSWERED, f"SELECT (({'9' * 5_000} * {'9' * 5_000}) AS ?n) {{}}"),
    ("numbers at their ends", ANSWERED,
     "SELECT ((-9223372036854775808) / (-1) AS ?a) (ABS(-9223372036854775808) AS ?b) "
     "(1e308 * 1e308 AS ?c) (1.0 / 0 AS ?d) {}"),
    ("substrings at the ends of numbers", ANSWERED,
     "SELECT (SUBSTR('abc', -9223372036854775808, 9223372036854775807) AS ?a) (SUBSTR('äöü', 2, 1e300) AS ?b) {}"),
    ("dates before and after everything", ANSWERED,
     "SELECT (YEAR('999999999999999999-01-01T00:00:00Z'^^xsd:dateTime) AS ?x) "
     "('-99999999999-01-01T00:00:00Z'^^xsd:dateTime - '9999-01-01T00:00:00Z'^^xsd:dateTime AS ?y) {}"),
    ("REPLACE of nothing", ANSWERED, "SELECT (REPLACE('abc', '', '$0$9$99\\\\\\\\') AS ?x) {}"),
    ("LIMIT beyond numbers", MALFORMED, "SELECT * { ?s ?p ?o } LIMIT 99999999999999999999"),
    ("OFFSET below zero", MALFORMED, "SELECT * { ?s ?p ?o } OFFSET -1"),
    ("aggregates in aggregates", _answers((200, ""), _NO_QUERY), "SELECT (SUM(COUNT(MAX(?o))) AS ?n) { ?s ?p ?o }"),
    ("base that is no IRI", MALFORMED, "BASE <http://[::1> ASK { <x> ?p ?o }"),
]  # fmt: skip


# What stands before, opens a level, is innermost, closes a level, stands after.
_NESTS = {
    "parentheses": ("ASK { FILTER ", "(", "1", ")", " }"),
    "negations": ("ASK { FILTER(", "!", "true", "", ") }"),
    "groups": ("ASK ", "{", "", "}", ""),
    "UNION": ("ASK { ", "{ {} UNION ", "{}", "}", " }"),
    "subqueries": ("SELECT * {", "{SELECT*{", "", "}}", "}"),
    "OPTIONAL": ("SELECT * { ", "OPTIONAL{", "", "}", " }"),
    "EXISTS": ("ASK { ", "FILTER EXISTS{", "", "}", " }"),
    "NOT EXISTS with data": ("ASK { ", "?s ?p ?o FILTER NOT EXISTS{", "?s ?p ?o", "}", " }"),
    "MINUS with data": ("ASK { ", "?s ?p ?o MINUS{", "?s ?p ?o", "}", " }"),
    "IF": ("SELECT (", "IF(true,", "1", ",1)", " AS ?x) {}"),
    "lists": ("ASK { ?s ?p ", "(", "1", ")", " }"),
    "property lists": ("ASK { ?s ?p ", "[?p ", "1", "]", " }"),
    "triples": ("SELECT (", "<<( <a> <b> ", "<c>", " )>>", " AS ?x) {}"),
    "paths": ("ASK { ?s ", "(", "<p>", ")*", " ?o }"),
}


def _deep() -> Iterator[Row]:
    for depth, expected in ((10, ANSWERED), (300, BOUNDED), (20_000, TOO_DEEP)):
        for name, (before, opening, inside, closing, after) in _NESTS.items():
            room = MOST_BYTES - len(before + inside + after)
            levels = min(depth, room // len(opening + closing))
            text = f"{before}{opening * levels}{inside}{closing * levels}{after}"
            # Of these too few fit into a query to be too deep.
            right = BOUNDED if name == "triples" and expected is TOO_DEEP else expected
            yield f"{name}, {depth:,} deep", right, text


def _noise(alphabet: str, length: int) -> str:
    """The same noise in every run."""
    return "".join(random.Random(length).choices(alphabet, k=length))


_PRINTABLE = "".join(map(chr, range(33, 127)))
_UNICODE = "".join(map(chr, [*range(0xA0, 0xD7FF, 37), *range(0x1F300, 0x1F600, 5), 0x202E, 0x301, 0xFEFF]))

_WORDS = [
    "SELECT",
    "WHERE",
    "{",
    "}",
    "(",
    ")",
    "FILTER",
    ".",
    ";",
    "?x",
    "'a'",
    "<b>",
    "a:",
    "UNION",
    "AS",
    "*",
]

NONSENSE: list[Row] = [
    ("nothing but spaces", NO_REQUEST, " \t\r\n" * 16_000),
    ("nothing but comments", MALFORMED, "# ASK {}\n" * 7_000),
    ("nothing but null bytes", MALFORMED, "\0" * MOST_BYTES),
    ("a null byte in a query", _answers((200, ""), _NO_QUERY), "ASK { ?s ?p '\0' }"),
    ("printable noise", MALFORMED, _noise(_PRINTABLE, MOST_BYTES)),
    ("Unicode noise", MALFORMED, _noise(_UNICODE, 16_000)),
    ("words of the language", MALFORMED, " ".join(random.Random(1).choices(_WORDS, k=14_000))),
    ("string that is never closed", MALFORMED, f"ASK {{ ?s ?p '{'x' * 65_000}"),
    ("long string that is never closed", MALFORMED, f"ASK {{ ?s ?p '''{'x' * 65_000}"),
    ("IRI that is never closed", MALFORMED, f"ASK {{ <http://x/{'x' * 65_000}"),
    ("comment that is never ended", MALFORMED, f"ASK {{ #{'x' * 65_000}"),
    ("brackets that are never closed", TOO_DEEP, f"ASK {{ FILTER {'(' * 65_000}"),
    ("quotes only", MALFORMED, "'" * MOST_BYTES),
    ("double quotes by threes", MALFORMED, '"""' * 21_000),
    ("backslashes only", MALFORMED, "\\" * MOST_BYTES),
    ("escapes only", MALFORMED, "\\u0041" * 10_000),
    ("escapes of halves of signs", MALFORMED, "ASK { ?s ?p '" + "\\uD800\\uDFFF" * 5_000 + "' }"),
    ("less-than signs", TOO_DEEP, "ASK { " + "<" * 65_000),
    ("less-than signs and letters", MALFORMED, "ASK { FILTER(1" + "<a" * 32_000),
    ("colons only", MALFORMED, "ASK { " + ":" * 65_000),
    ("dots in a name", MALFORMED, "ASK { a:" + "a." * 32_000),
    ("dashes after a language", MALFORMED, "ASK { ?s ?p ''" + "@a-" * 20_000),
    ("percent signs in names", MALFORMED, "ASK { " + "a:%" * 20_000),
    ("byte order mark", _answers((200, ""), _NO_QUERY), "\ufeffASK {}"),
]  # fmt: skip


def _sent(name: str, expected: Expected, body: str | bytes, kind: str = DIRECT, **headers: str) -> Attack:
    """A request with a body of some media type; underscores in the names of headers are hyphens."""
    content = body.encode() if isinstance(body, str) else body
    return Attack(name, expected, "POST", "/sparql", {"Content-Type": kind, **_headers(headers)}, content)


def _asked(
    name: str, expected: Expected, *parameters: tuple[str, str], query: str = "ASK {}", **headers: str
) -> Attack:
    """A request by its address alone."""
    address = "/sparql?" + urlencode([("query", query), *parameters])
    return Attack(name, expected, "GET", address, _headers(headers))


def _headers(values: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in values.items()}


_ALL = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"

REQUESTS: list[Attack] = [
    *(_asked(f"{name}={address}", NOTHING, (name, address), query=_ALL)
      for name in ("default-graph-uri", "named-graph-uri")
      for address in ("CANARY", "file:///etc/passwd", "http://169.254.169.254/latest/meta-data/")),
    _asked("graph of a name that is no IRI", NO_REQUEST, ("default-graph-uri", "http://[::1")),
    _asked("graph of a relative name", _answers((200, ""), _NO_REQUEST), ("default-graph-uri", "../etc/passwd")),
    _sent("150 graphs", ANSWERED, "query=ASK{}&" + _many("named-graph-uri=http://x/%n", 150, "&"), FORM),
    _sent("3,000 graphs", NO_REQUEST, "query=ASK{}&" + _many("named-graph-uri=x:", 3_000, "&"), FORM),
    _sent("20,000 parameters", NO_REQUEST, "query=ASK{}" + "&a=" * 20_000, FORM),
    _sent("30,000 ampersands", _answers((200, ""), _NO_REQUEST), "query=ASK{}" + "&" * 30_000, FORM),
    _sent("two queries", NO_REQUEST, "query=ASK{}&query=ASK{}", FORM),
    _sent("query and update", NO_REQUEST, "query=ASK{}&update=DROP+ALL", FORM),
    _sent("update as a form", NO_UPDATE, "update=LOAD+<CANARY>", FORM),
    _sent("update as it is", NO_UPDATE, "LOAD <CANARY>", "application/sparql-update"),
    Attack("update by GET", NO_REQUEST, "GET", "/sparql?update=LOAD+%3CCANARY%3E"),
    Attack("PUT", NO_SUCH_METHOD, "PUT", "/sparql", {"Content-Type": DIRECT}, b"ASK {}"),
    Attack("a method of nobody", NO_SUCH_METHOD, "BREW", "/sparql"),
    Attack("TRACE", NO_SUCH_METHOD, "TRACE", "/sparql"),
    _asked("address of 9 KiB", ADDRESS_TOO_LONG, query="ASK { ?s ?p '" + "x" * 9_216 + "' }"),
    _sent("body of one byte too many", BODY_TOO_LARGE, "ASK {}".ljust(MOST_BYTES + 1)),
    _sent("body without a type", NO_SUCH_TYPE, "ASK {}", ""),
    _sent("body of parts", NO_SUCH_TYPE, "--x--", "multipart/form-data; boundary=x"),
    _sent("body in UTF-16", NO_SUCH_TYPE, "ASK {}".encode("utf-16"), f"{DIRECT}; charset=utf-16"),
    _sent("body in UTF-7", NO_SUCH_TYPE, "ASK {}", f"{DIRECT}; charset=utf-7"),
    _sent("bytes that are no text", NO_REQUEST, random.Random(2).randbytes(MOST_BYTES)),
    _sent("lone surrogates", NO_REQUEST, b"ASK { ?s ?p '\xed\xa0\x80' }"),
    _sent("overlong encoding", NO_REQUEST, b"ASK { ?s ?p '\xc0\xa7' }"),
    Attack("percent-encoding that is none", MALFORMED, "GET", "/sparql?query=ASK%20%7B%zz%7D%2"),
    Attack("percent-encoding that is no UTF-8", NO_REQUEST, "GET", "/sparql?query=ASK%20%7B%7D%ff%fe"),
    Attack("percent-encoded percent-encoding", MALFORMED, "GET", "/sparql?query=ASK%2520%257B%257D"),
    Attack("null bytes in the address", _answers(_NO_QUERY, _NO_REQUEST), "GET", "/sparql?query=%00%00&%00=%00"),
    _asked("no time", NO_REQUEST, ("timeout", "0")),
    _asked("endless time", NO_REQUEST, ("timeout", "inf")),
    _asked("time that is no number", NO_REQUEST, ("timeout", "nan")),
    _asked("time beyond numbers", NO_REQUEST, ("timeout", "1e300")),
    _asked("more time", STOPPED, ("timeout", "86400"), query=ENDLESS),
    _asked("format of nobody", NOT_ACCEPTABLE, ("format", "../../../etc/passwd" * 100)),
    _asked("a page of an endless query", _answers((503, "page")), query=ENDLESS, Accept="text/html"),
    _sent("a page of noise", _answers((400, "page")), _noise(_PRINTABLE, 60_000), Accept="text/html"),
    _sent("a page of markup", ANSWERED, f"SELECT ('{'<b>&' * 15_000}' AS ?x) {{}}", Accept="text/html"),
    _asked("Accept of 3 KiB", ANSWERED, Accept="a/b;q=0.1," * 300 + "*/*"),
    _asked("Accept of 20 KiB", NO_REQUEST, Accept="a/b;q=0.1," * 2_000),
    _asked("Accept-Language of 20 KiB", _answers((200, ""), _NO_REQUEST), Accept_Language="a-b;q=0.1," * 2_000),
    _asked("validators of 20 KiB", _answers((200, ""), _NO_REQUEST), If_None_Match='"x",' * 5_000),
    _asked("host of somebody else", ANSWERED, Host="evil.example"),
    _asked("forwarded for somebody else", ANSWERED, X_Forwarded_For="1.2.3.4, " * 500, Forwarded="for=evil"),
]  # fmt: skip


def _queries() -> Iterator[Attack]:
    for rows in (FETCHING, TIME, MEMORY, RESULTS, LENGTHS, list(_deep()), NONSENSE):
        for name, expected, text in rows:
            yield _sent(name, expected, text)


ATTACKS: list[Attack] = [*_queries(), *REQUESTS]
