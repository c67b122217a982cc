"""Choosing a format by Accept and a language by Accept-Language in the words of nginx, which has only maps.

The rules are those of `web/negotiation.py`. Each range that we know has a map that reads its quality from the header
as four digits. Each way in which a format may be meant is a candidate: a number of eight digits, quality first, then
what decides between equal ones, and the place of the format. A chain of maps keeps the greater of two. What is left
out: of a range that is repeated the first counts, and a range with an unknown parameter as one without.

https://nginx.org/en/docs/http/ngx_http_map_module.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from twin_graph.formats import JSON_LD, Carries, Format
from twin_graph.workspace import LANGUAGES

# No parameter q, and no charset but ours.
_NO_CHARSET = r"(?!charset\s*=\s*\"?+(?!utf-?8\"?\s*(?:[;,]|$)))"
_PARAMETERS = rf"(?:\s*;\s*(?!q\s*=){_NO_CHARSET}[^,;\"=]+(?:=(?:\"[^\"]*\"|[^,;\"]*))?)*"
# After a quality anything may follow; else every parameter has been read.
_END, _PLAIN_END = r"\s*(?:;[^,]*)?(?:,|$)", r"\s*;?\s*(?:,|$)"
# Regular expressions for what a quality says, and what its four digits are; the named groups are variables.
_QUALITIES = (
    (r"\s*;\s*q=0\.(?<tg_q3>[0-9]{3})", "0$tg_q3"),
    (r"\s*;\s*q=0\.(?<tg_q2>[0-9]{2})", "0${tg_q2}0"),
    (r"\s*;\s*q=0\.(?<tg_q1>[0-9])", "0${tg_q1}00"),
    (r"(?:\s*;\s*q=1(?:\.0{0,3})?)?", "1000"),
)
_DIGITS = "|".join(f"{digit}[0-9]*:\\g1[0-{digit - 1}]" for digit in range(9, 0, -1))
# Of two numbers of the same length between which a colon stands, the first is greater.
_GREATER = rf"^(?=([0-9]*)(?:{_DIGITS}))".replace(r"\g1", r"\g{1}")


def write_map(source: str, target: str, rows: Iterable[tuple[str, str]], default: str = "") -> str:
    """A map of nginx.

    >>> print(write_map("$a", "$b", [("x", "1")]))
    map "$a" $b {
        default "";
        "x" "1";
    }
    """
    lines = [f'    "{found}" "{value}";' for found, value in rows]
    return "\n".join([f'map "{source}" {target} {{', f'    default "{default}";', *lines, "}"])


def quote(text: str) -> str:
    """A text between quotation marks in a configuration.

    Raises:
        ValueError: it has a dollar sign, which nginx has no way to write.
    """
    if "$" in text.replace("$thing", "").replace("$page", "").replace("$key", "").replace("$self", ""):
        raise ValueError(f"a dollar sign: {text[:80]}")
    return (
        text.replace("\\", "\\\\")
        .replace('"', '\\"')
        .replace("\n", "\\n")
        .replace("\r", "\\r")
        .replace("\t", "\\t")
    )


def choose_format(offers: Sequence[tuple[str, ...]], formats: Sequence[Format]) -> Iterator[str]:
    """The maps from `$tg_accept` and `$tg_offers`, the number of a row of `offers`, to `$tg_best`, a format's name.

    Args:
        offers: names of formats, in the order of preference.
        formats: all that are offered anywhere.
    """
    yield from _read_ranges(formats)
    yield from _known(offers, formats)
    yield from _name_forms(formats)
    names = []
    for fmt in formats:
        for name, maps in _candidates(fmt):
            names.append(name)
            yield maps
    yield from _tournament(names)
    last = names[-1]
    rows = [
        (f"~^{number}:.*{99 - place:02d}$", name)
        for number, row in enumerate(offers)
        for place, name in enumerate(row)
    ]
    yield write_map(f"$tg_offers:$tg_best_{last}", "$tg_ranked", rows)
    pages = {fmt.name for fmt in formats if Carries.PAGE in fmt.carries}
    firsts = [
        (str(number), next((name for name in row if name not in pages), ""))
        for number, row in enumerate(offers)
    ]
    yield write_map("$tg_offers", "$tg_first", firsts)
    yield write_map(
        "$tg_accept",
        "$tg_has_ranges",
        [(r"~(?:^|,)\s*(?:(?!\*/)[\w!#$&'*+.^`|~-]+/[\w!#$&'*+.^`|~-]+|\*/\*)", "1")],
    )
    yield write_map("$tg_has_ranges", "$tg_best", [("1", "$tg_ranked")], "$tg_first")


def choose_language(default: str) -> Iterator[str]:
    """The maps from `$http_accept_language` to `$tg_asked`, one of our languages; empty where none is named."""
    order = [default, *(code for code in LANGUAGES if code != default)]
    names = []
    for code in (*LANGUAGES, "any"):
        tag = r"\*" if code == "any" else rf"{code}(?:-[a-z0-9]+)*"
        # The best of several for one language comes first here.
        tails = (_QUALITIES[3], *(_digits_down()), (r"\s*;", "0000"))
        rows = [
            (rf"~*(?:^|,)\s*{tag}{tail}\s*(?:,|$)" if value != "0000" else rf"~*(?:^|,)\s*{tag}{tail}", value)
            for tail, value in tails
        ]
        yield write_map("$http_accept_language", f"$tg_l_{code}", rows)
    ours = rf"(?<![a-z0-9-])(?:{'|'.join(LANGUAGES)})(?![a-z0-9])"
    rows = [(rf"~*^(?:(?!{ours}).)*(?<![a-z0-9-]){code}(?![a-z0-9])", code) for code in LANGUAGES]
    yield write_map("$http_accept_language", "$tg_l_first", rows)
    rows = [(rf"~*(?<![a-z0-9-]){code}(?![a-z0-9])(?!.*{ours})", code) for code in LANGUAGES]
    yield write_map("$http_accept_language", "$tg_l_last", rows)
    for place, code in enumerate(order):
        end = f"{9 - place}{LANGUAGES.index(code)}"
        yield write_map(
            f"$tg_l_{code}:$tg_l_any:$tg_l_first:$tg_l_last",
            f"$tg_c_l{code}",
            [
                ("~^0000:", ""),
                (f"~^(?<tg_v>[0-9]+):[^:]*:{code}:", f"${{tg_v}}19{end}"),
                (f"~^(?<tg_v>[0-9]+):[^:]*:[^:]*:{code}$", f"${{tg_v}}11{end}"),
                ("~^(?<tg_v>[0-9]+):", f"${{tg_v}}15{end}"),
                ("~^:(?:0000)?:", ""),
                ("~^:(?<tg_v>[0-9]+):", f"${{tg_v}}00{end}"),
            ],
        )
        names.append(f"l{code}")
    yield from _tournament(names)
    rows = [(f"~{number}$", code) for number, code in enumerate(LANGUAGES)]
    yield write_map(f"$tg_best_{names[-1]}", "$tg_asked", rows)


def _digits_down() -> Iterator[tuple[str, str]]:
    """Qualities below one, greater tenths first."""
    for tenth in range(9, -1, -1):
        yield rf"\s*;\s*q=0\.{tenth}(?<tg_r2>[0-9]{{2}})", f"0{tenth}$tg_r2"
        yield rf"\s*;\s*q=0\.{tenth}(?<tg_r1>[0-9])", f"0{tenth}${{tg_r1}}0"
        yield rf"\s*;\s*q=0\.{tenth}", f"0{tenth}00"


def _read_ranges(formats: Sequence[Format]) -> Iterator[str]:
    """A map for each range: what it is called, then what its quality is."""
    types = {name for fmt in formats for name in (fmt.media_type, *fmt.aliases)}
    types |= {f"{name.partition('/')[0]}/*" for name in types} | {"*/*"}
    for name in sorted(types - {JSON_LD.media_type}):
        yield _quality(name, re.escape(name).replace(r"\-", "-").replace("/", "/"), _PARAMETERS)
    profiles = {fmt.name: fmt.profile for fmt in formats if fmt.media_type == JSON_LD.media_type}
    known = "|".join(re.escape(profile) for profile in profiles.values())
    essence = re.escape(JSON_LD.media_type).replace(r"\-", "-")
    for form, profile in profiles.items():
        said = rf"(?:[^,\"]|\"[^\"]*\")*?;\s*profile\s*=\s*\"?(?:[^\",;]*\s)?{re.escape(profile)}(?:\s[^\",;]*)?\"?"
        yield _quality(f"form {form}", essence, f"{said}{_PARAMETERS}")
    yield _quality(
        "form bare",
        essence,
        rf"(?!(?:[^,\"]|\"[^\"]*\")*?profile\s*=\s*\"?(?:[^\",;]*\s)?(?:{known})(?![^\",;\s])){_PARAMETERS}",
    )


def _quality(name: str, essence: str, parameters: str) -> str:
    start = rf"~*(?:^|,)\s*{essence}(?![\w.+-]){parameters}"
    rows = [(f"{start}{tail}{_END}", value) for tail, value in _QUALITIES[:-1]]
    rows += [(rf"{start}\s*;\s*q=1(?:\.0{{0,3}})?{_END}", "1000"), (f"{start}{_PLAIN_END}", "1000")]
    # Named, but with a quality that is none.
    rows.append((rf"{start}\s*;\s*q=", "0000"))
    return write_map("$tg_accept", _variable("q", name), rows)


def _known(offers: Sequence[tuple[str, ...]], formats: Sequence[Format]) -> Iterator[str]:
    """Whether a format is offered; whether data were named; whether a wildcard may mean it."""
    for fmt in formats:
        rows = [(str(number), "1") for number, row in enumerate(offers) if fmt.name in row]
        yield write_map("$tg_offers", _variable("has", fmt.name), rows)
        rows = [
            (str(number), f"{99 - row.index(fmt.name):02d}")
            for number, row in enumerate(offers)
            if fmt.name in row
        ]
        yield write_map("$tg_offers", _variable("place", fmt.name), rows)
    graphs = {fmt.name for fmt in formats if Carries.GRAPH in fmt.carries}
    rows = [(str(number), "1") for number, row in enumerate(offers) if graphs & set(row)]
    yield write_map("$tg_offers", "$tg_has_graph", rows)
    data = [fmt for fmt in formats if Carries.PAGE not in fmt.carries]
    named = {fmt.media_type: fmt for fmt in data if fmt.media_type != JSON_LD.media_type}
    parts = [f"{_variable('has', fmt.name)}/{_variable('q', name)}" for name, fmt in named.items()]
    forms = [fmt.name for fmt in data if fmt.media_type == JSON_LD.media_type]
    parts += [
        f"{_variable('has', JSON_LD.name)}/{_variable('q', f'form {form}')}" for form in (*forms, "bare")
    ]
    source = ",".join(parts)
    yield write_map(source, "$tg_page_first", [("~1/[0-9]*[1-9]", "0")], "1")


def _name_forms(formats: Sequence[Format]) -> Iterator[str]:
    """The quality of each form of JSON-LD: of its profile, else of none, else, for the first, of one not offered."""
    forms = [fmt for fmt in formats if fmt.media_type == JSON_LD.media_type]
    for fmt in forms:
        sources = [_variable("q", f"form {fmt.name}"), "$tg_q_form_bare"]
        rows = [("~^(?<tg_v>[0-9]{4}):", "$tg_v"), ("~^:(?<tg_v>[0-9]{4})", "$tg_v")]
        if fmt is JSON_LD:
            others = [other for other in forms if other is not fmt]
            sources += [
                f"{_variable('has', other.name)}/{_variable('q', f'form {other.name}')}" for other in others
            ]
            rows.append(("~:/(?<tg_v>[0-9]{4})", "$tg_v"))
        yield write_map(":".join(sources), _variable("named", fmt.name), rows)


def _candidates(fmt: Format) -> Iterator[tuple[str, str]]:
    """The ways in which a format is meant: by its name, an alias, a wildcard."""
    has, end = _variable("has", fmt.name), "${" + _variable("place", fmt.name)[1:] + "}"
    # Among equals a page comes first where no data were named.
    first = "${tg_page_first}" if Carries.PAGE in fmt.carries else "0"
    named = _variable("q", fmt.media_type)
    if fmt.media_type == JSON_LD.media_type:
        named = _variable("named", fmt.name)
    rows = [("~^1:(?<tg_v>(?!0000)[0-9]+)", f"${{tg_v}}{first}2{end}")]
    yield _candidate(fmt, "exact", f"{has}:{named}", rows)
    for number, alias in enumerate(fmt.aliases):
        rows = [("~^1:0000:", ""), ("~^1:[0-9]*:(?<tg_v>(?!0000)[0-9]+)$", f"${{tg_v}}{first}1{end}")]
        yield _candidate(fmt, f"alias{number}", f"{has}:{named}:{_variable('q', alias)}", rows)
    if Carries.PAGE not in fmt.carries:
        half = _variable("q", f"{fmt.media_type.partition('/')[0]}/*")
        meant = "" if Carries.GRAPH in fmt.carries else "$tg_has_graph"
        rows = [
            ("~^1:1:", ""),
            ("~^1::[0-9]", ""),
            ("~^1:::0000:", ""),
            ("~^1:::(?<tg_v>[0-9]{4}):", f"${{tg_v}}{first}0{end}"),
            ("~^1::::(?<tg_v>(?!0000)[0-9]{4})$", f"${{tg_v}}{first}0{end}"),
        ]
        yield _candidate(fmt, "wildcard", f"{has}:{meant}:{named}:{half}:{_variable('q', '*/*')}", rows)


def _candidate(fmt: Format, way: str, source: str, rows: Sequence[tuple[str, str]]) -> tuple[str, str]:
    name = re.sub(r"\W", "_", f"{fmt.name}_{way}")
    return name, write_map(source, f"$tg_c_{name}", rows)


def _tournament(names: Sequence[str]) -> Iterator[str]:
    """Maps that keep the greater of two, one candidate after the other."""
    before = ""
    for name in names:
        rows = [("~^[0-9]+:$", before), (f"~{_GREATER}", before)] if before else []
        yield write_map(
            f"{before}:$tg_c_{name}" if before else f"$tg_c_{name}", f"$tg_best_{name}", rows, f"$tg_c_{name}"
        )
        before = f"$tg_best_{name}"


def _variable(sort: str, name: str) -> str:
    return "$tg_" + re.sub(r"\W", "_", f"{sort}_{name}".replace("*", "any"))
