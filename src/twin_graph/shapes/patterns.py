"""The triple patterns of a SPARQL text: which statements its rows can depend on.

Errs on the side of not knowing: a text with more than plain patterns, paths, filters and bindings has none that
are known, and is then evaluated anew as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import RDF

_TOKEN = re.compile(
    r"\#[^\r\n]*|\s+"
    r'|(?P<text>(?:"""(?:"{0,2}(?:[^"\\]|\\.))*"""|'
    r"'''(?:'{0,2}(?:[^'\\]|\\.))*'''"
    r'|"(?:[^"\\\r\n]|\\.)*"|'
    r"'(?:[^'\\\r\n]|\\.)*')(?:@[A-Za-z-]+|\^\^(?:<[^<>\s]*>|[\w.\-]*:[\w.\-]*))?)"
    r'|(?P<iri><[^<>"{}|^`\\\x00-\x20]*>)'
    r"|(?P<variable>[?$]\w+)|(?=[A-Za-z_:])(?P<name>[A-Za-z_][\w\-]*(?:\.[\w\-]+)*)?(?P<local>:[\w\-]*(?:[.\w\-]*[\w\-])?)?"
    r"|(?P<number>[+-]?[0-9][\w.]*)|(?P<sign>[^\s\w])",
    re.DOTALL,
)
_OPERATORS = frozenset("/|^*+?!()")
_CLAUSES = frozenset(("optional", "union", "where", "filter", "exists", "not"))


@dataclass(frozen=True)
class Pattern:
    """A triple pattern: variables begin with a question mark; a constant end is empty.

    Attributes:
        is_path: whether nodes may lie between its ends.
    """

    subject: str
    predicates: frozenset[str]
    value: str
    is_path: bool = False


class _Unknown(Exception):
    """The text is more than plain patterns."""


def read_patterns(header: str, body: str) -> list[Pattern] | None:
    """The triple patterns of a query whose prefixes are declared in its header; None where they are not known.

    >>> read_patterns("PREFIX x: <http://x/>", "SELECT ?this { ?this x:p|^x:q ?o . FILTER(?o > 1) }")[0].value
    '?o'
    >>> read_patterns("", "SELECT ?this { ?this ?p ?o }") is None
    True
    """
    prefixes = dict(re.findall(r"PREFIX\s+([\w.\-]*:)\s*<([^>]*)>", header, re.IGNORECASE))
    try:
        return list(_Reader(_tokens(body), prefixes).patterns())
    except (_Unknown, IndexError):
        return None


def _tokens(body: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    position = 0
    while position < len(body):
        match = _TOKEN.match(body, position)
        if match is None:
            raise _Unknown
        position = match.end()
        if match.group("local") is not None:
            found.append(("name", (match.group("name") or "") + match.group("local")))
        elif match.group("name"):
            found.append(("word", match.group("name").lower()))
        elif match.lastgroup is not None:
            found.append((match.lastgroup, match.group()))
    return found


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]], prefixes: dict[str, str]) -> None:
        self._tokens = tokens
        self._prefixes = prefixes
        self._at = 0

    def patterns(self) -> Iterator[Pattern]:
        """All patterns; raises where there is more than that."""
        while self._tokens[self._at] != ("sign", "{"):  # the head
            self._at += 1
        while self._at < len(self._tokens):
            kind, text = self._tokens[self._at]
            if kind == "word" and text in ("bind", "having"):
                self._at += 1
                self._skip_parentheses()
            elif kind == "word" and text == "filter":
                self._at += 1
                if self._peek()[1] not in ("exists", "not"):
                    self._skip_expression()
            elif kind == "word" and text in ("group", "order"):
                return  # what follows the outermost group names no data
            elif (kind == "word" and text in _CLAUSES) or (kind == "sign" and text in "{}."):
                self._at += 1
            else:
                yield from self._triples()

    def _triples(self) -> Iterator[Pattern]:
        subject = self._term()
        while True:
            begin = self._at
            predicates = self._path()
            is_path = self._at - begin > 1
            while True:
                yield Pattern(subject, predicates, self._term(), is_path)
                if self._peek() != ("sign", ","):
                    break
                self._at += 1
            while self._peek() == ("sign", ";"):
                self._at += 1
                ends = self._peek() in (("sign", ";"), ("sign", "."), ("sign", "}"))
                if not ends:
                    break
            else:
                return
            if ends:
                return

    def _term(self) -> str:
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind == "variable":
            return f"?{text[1:]}"
        if kind in ("iri", "name", "text", "number") or (kind == "word" and text in ("true", "false")):
            return ""
        raise _Unknown

    def _path(self) -> frozenset[str]:
        found, open_ended = set(), True
        while True:
            kind, text = self._tokens[self._at]
            if kind == "sign" and text in _OPERATORS:
                if text == "!":
                    raise _Unknown
                open_ended = text in "/|^("
            elif open_ended and (kind in ("iri", "name") or (kind, text) == ("word", "a")):
                found.add(self._iri(kind, text))
                open_ended = False
            elif not found:
                raise _Unknown
            else:
                return frozenset(found)
            self._at += 1

    def _iri(self, kind: str, text: str) -> str:
        if kind == "word":
            return str(RDF.type)
        if kind == "iri":
            return text[1:-1]
        prefix, _, local = text.partition(":")
        if f"{prefix}:" not in self._prefixes:
            raise _Unknown
        return self._prefixes[f"{prefix}:"] + local

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _skip_expression(self) -> None:
        while self._peek()[0] in ("word", "name", "iri") or self._peek() == ("sign", "!"):
            self._at += 1
        self._skip_parentheses()

    def _skip_parentheses(self) -> None:
        depth = 0
        while True:
            text = self._tokens[self._at]
            if text == ("sign", "{"):
                raise _Unknown  # EXISTS inside an expression
            depth += {"(": 1, ")": -1}.get(text[1], 0) if text[0] == "sign" else 0
            self._at += 1
            if depth <= 0:
                return


def connected(patterns: list[Pattern], variable: str) -> set[int]:
    """The positions of the patterns that share variables, by way of others, with one variable."""
    names, found = {variable}, set[int]()
    while True:
        fresh = {
            position
            for position, pattern in enumerate(patterns)
            if position not in found and names & {pattern.subject, pattern.value}
        }
        if not fresh:
            return found
        found |= fresh
        names |= {
            end for position in fresh for end in (patterns[position].subject, patterns[position].value) if end
        }
