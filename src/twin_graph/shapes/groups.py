"""The groups of a SPARQL text, as far as pre-binding needs them (SHACL, section 5.3.1 and appendix A).

Finds where a variable must be bound anew because a group does not see it, and what a constraint may not say.
Understands no more of SPARQL; parsing is the engine's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

_TOKEN = re.compile(
    r"\#[^\r\n]*"
    r'|"""(?:"{0,2}(?:[^"\\]|\\.))*"""|' + r"'''(?:'{0,2}(?:[^'\\]|\\.))*'''"
    r'|"(?:[^"\\\r\n]|\\.)*"|' + r"'(?:[^'\\\r\n]|\\.)*'"
    r'|<[^<>"{}|^`\\\x00-\x20]*>'
    r"|(?P<variable>[?$]\w+)|(?P<sign>[{}()])|(?P<word>[A-Za-z_][\w.\-]*:?[\w.\-]*|:[\w.\-]+)",
    re.DOTALL,
)
_AGGREGATES = frozenset(("count", "sum", "min", "max", "avg", "sample", "group_concat"))
_FORBIDDEN = ("minus", "values", "service")


@dataclass(frozen=True)
class Token:
    """A variable (without its sign), a sign, or a word in small letters."""

    kind: str
    text: str
    begin: int
    end: int


@dataclass
class Group:
    """What stands between two braces, without the groups inside it.

    Attributes:
        begin: position after the opening brace.
        before: the words and signs that lead to it, last first.
    """

    begin: int
    before: tuple[str, ...] = ()
    tokens: list[Token] = field(default_factory=list)


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text that matter here.

    >>> [token.text for token in tokens("ASK { $this ex:p '?no' } # {")]
    ['ask', '{', 'this', 'ex:p', '}']
    """
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "variable":
            yield Token(kind, match.group()[1:], match.start(), match.end())
        elif kind is not None:
            yield Token(kind, match.group().lower() if kind == "word" else match.group(), *match.span())


def problem(text: str, bound: Collection[str]) -> str:
    """Why a text cannot be a constraint in which these variables are bound beforehand; empty where it can."""
    found = list(tokens(text))
    words = {token.text for token in found if token.kind == "word"}
    for word in _FORBIDDEN:
        if word in words:
            return f"a constraint must not say {word.upper()}"
    for position, token in enumerate(found[1:], 1):
        before = found[position - 1]
        if token.kind == "variable" and token.text in bound and (before.kind, before.text) == ("word", "as"):
            return f"a constraint must not bind ?{token.text} itself (AS)"
    return _nested_problem(text, found, bound)


def _nested_problem(text: str, found: list[Token], bound: Collection[str]) -> str:
    selects = [
        position for position, token in enumerate(found) if (token.kind, token.text) == ("word", "select")
    ]
    for begin in selects[1:]:
        end = next((i for i in range(begin, len(found)) if found[i].text in ("where", "{")), len(found) - 1)
        listed = {token.text for token in found[begin:end] if token.kind == "variable"}
        if "*" in text[found[begin].end : found[end].begin] or not set(bound) <= listed:
            return f"a nested SELECT must select {', '.join(f'?{name}' for name in sorted(bound))}"
    return ""


def groups(text: str) -> list[Group]:
    """The groups of a text, the outermost first."""
    found: list[Group] = []
    stack: list[Group] = []
    recent: list[str] = []
    for token in tokens(text):
        if token.text == "{" and token.kind == "sign":
            group = Group(token.end, tuple(reversed(recent[-4:])))
            found.append(group)
            stack.append(group)
        elif token.text == "}" and token.kind == "sign" and stack:
            stack.pop()
        elif stack:
            stack[-1].tokens.append(token)
        recent.append(token.text)
    return found


def blind_groups(text: str, names: Collection[str]) -> list[Group]:
    """The inner groups that use a variable in an expression without a pattern of their own that binds it."""
    return [group for group in groups(text)[1:] if any(_is_blind(group, name) for name in names)]


def _is_blind(group: Group, name: str) -> bool:
    depth, keyword = 0, ""
    for position, token in enumerate(group.tokens):
        before = group.tokens[position - 1].text if position else ""
        if token.kind == "sign" and token.text == "(":
            keyword = before if depth == 0 else keyword
            depth += 1
        elif token.kind == "sign" and token.text == ")":
            depth -= 1
        elif (
            token.kind == "variable" and token.text == name and depth == 0 and before not in ("filter", "as")
        ):
            return False  # a pattern binds it before any expression needs it
        elif token.kind == "variable" and token.text == name and depth > 0:
            later = any(_in_pattern(group, after, name) for after in range(position, len(group.tokens)))
            if keyword == "bind":
                return True
            return not later and group.before[:1] != ("optional",)
    return False


def _in_pattern(group: Group, position: int, name: str) -> bool:
    if group.tokens[position].kind != "variable" or group.tokens[position].text != name:
        return False
    signs = [token.text for token in group.tokens[:position] if token.kind == "sign"]
    return signs.count("(") == signs.count(")")


def counts(text: str, name: str) -> bool:
    """Whether rows of several focus nodes would mix: the text counts, limits or orders over all of them."""
    found = list(tokens(text))
    words = [token.text for token in found if token.kind == "word"]
    if {"limit", "offset"} & set(words):
        return True
    aggregated = any(
        token.kind == "word" and token.text in _AGGREGATES and following.text == "("
        for token, following in pairwise(found)
    )
    grouped = [
        position for position, token in enumerate(found) if (token.kind, token.text) == ("word", "group")
    ]
    by_focus = any(
        name in [token.text for token in found[at : at + 8] if token.kind == "variable"] for at in grouped
    )
    return (aggregated or bool(grouped)) and not (len(grouped) == 1 and by_focus)


def groups_by(text: str) -> bool:
    """Whether the text says GROUP BY."""
    return any((token.kind, token.text) == ("word", "group") for token in tokens(text))
