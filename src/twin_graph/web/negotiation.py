"""Choose a format by an Accept header and a language by an Accept-Language header (RFC 9110, section 12).

Pure functions of texts and offers: no request, no response. Which formats there are is `formats.py`.

Decisions where the RFC leaves a choice:

* The most specific range that matches a format decides its quality; a quality of 0 excludes it.
* Equal qualities are decided by how closely the format was named (its media type, an alias such as
  `application/json`, a wildcard), then by the server's order. When HTML was named and no RDF media type was,
  HTML comes first: that is a browser.
* A page is only sent to who names `text/html` or `application/xhtml+xml`; a wildcard never means HTML. Nor does
  it mean a table or a map where the same is offered as a graph.
* A malformed range is ignored; a malformed quality counts as 0. An unknown parameter is ignored, but a range that
  has one neither excludes a format nor counts beside a range for the same without one.
* The parameter `profile` selects among the forms of JSON-LD; a profile that is not offered means the form that
  is sent without one. A profile in the address comes before the Accept header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from twin_graph.errors import EntityNotFound, MalformedRequest, NotAcceptable
from twin_graph.formats import DOCUMENT_FORMATS, Carries, Format
from twin_graph.workspace import LANGUAGES

MAX_HEADER = 4096
_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # noqa: S105 - a token of RFC 9110, section 5.6.2
_RANGE = re.compile(rf"({_TOKEN})/({_TOKEN})")
_PARAMETER = re.compile(rf'\s*;\s*(?:({_TOKEN})=({_TOKEN}|"(?:[^"\\]|\\.)*"))?')
_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_LANGUAGE = re.compile(r"\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
# One member of a comma-separated list; a comma inside quotation marks belongs to it.
_MEMBER = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*"|")+')

_PARAMETERS = ("charset", "profile")
_EXACT, _ALIAS, _WILDCARD = 2, 1, 0


@dataclass(frozen=True)
class MediaRange:
    """One member of an Accept header: `type/subtype;parameters;q=quality`."""

    type: str
    subtype: str
    quality: float = 1.0
    parameters: tuple[tuple[str, str], ...] = field(default=())

    @property
    def media_type(self) -> str:
        """The range without its parameters."""
        return f"{self.type}/{self.subtype}"

    @property
    def is_known(self) -> bool:
        """Whether we know all its parameters."""
        return all(name in _PARAMETERS for name, _ in self.parameters)


def parse_accept(header: str | None) -> list[MediaRange]:
    """The well-formed ranges of an Accept header, in its order.

    >>> [(r.media_type, r.quality) for r in parse_accept('text/turtle;charset=utf-8, */*;q=0.1, oops')]
    [('text/turtle', 1.0), ('*/*', 0.1)]

    Raises:
        MalformedRequest: the header is longer than 4 KiB.
    """
    return [parsed for member in _members(header, "Accept") if (parsed := _parse_range(member))]


def acceptable(accept: str | None, offers: Sequence[Format]) -> list[Format]:
    """The offers that an Accept header allows, best first; `offers` is the server's order of preference."""
    ranges = parse_accept(accept)
    if not ranges:
        return [fmt for fmt in offers if Carries.PAGE not in fmt.carries]
    ranked = []
    for order, fmt in enumerate(offers):
        usable = _counted([item for item in ranges if _fits(item, fmt, offers)])
        quality, closeness = _rate(fmt, usable, by_wildcard=_means(fmt, offers))
        if quality > 0:
            first = _is_page(fmt) and not _names_data(ranges, offers)
            ranked.append((-quality, not first, -closeness, order, fmt))
    return [entry[-1] for entry in sorted(ranked, key=lambda entry: entry[:-1])]


def negotiate(accept: str | None, offers: Sequence[Format]) -> Format | None:
    """The best of the offers for an Accept header, None where none is acceptable.

    >>> from twin_graph.formats import DOCUMENT_FORMATS
    >>> negotiate("*/*", DOCUMENT_FORMATS).name, negotiate("text/html,*/*;q=0.8", DOCUMENT_FORMATS).name
    ('turtle', 'html')
    >>> negotiate("image/png", DOCUMENT_FORMATS)

    Raises:
        MalformedRequest: the header is longer than 4 KiB.
    """
    return next(iter(acceptable(accept, offers)), None)


def choose_format(
    accept: str | None,
    extension: str = "",
    offers: Sequence[Format] = DOCUMENT_FORMATS,
    profile: str = "",
) -> Format:
    """The format of a document: the one that its address ends with, else the best for an Accept header.

    Args:
        profile: IRI, or its last word, of the form that is wanted whatever the Accept header says; one that
            nothing has is ignored.

    >>> choose_format("text/html", "nt").name, choose_format("application/json").name
    ('n-triples', 'json-ld')
    >>> from twin_graph.formats import THING_FORMATS
    >>> choose_format(None, "jsonld", THING_FORMATS, "expanded").name
    'json-ld-expanded'

    Raises:
        EntityNotFound: no format has this extension.
        NotAcceptable: none is acceptable.
        MalformedRequest: the header is longer than 4 KiB.
    """
    named = next((fmt for fmt in offers if fmt.extension == extension), None)
    if extension and named is None:
        raise EntityNotFound(f"there is no format “{extension}” here")
    among = [fmt for fmt in offers if named is None or fmt.media_type == named.media_type]
    formed = next((fmt for fmt in among if fmt.profile and profile in (fmt.profile, fmt.token)), None)
    fmt = formed or named or negotiate(accept, offers)
    if fmt is None:
        media_types = dict.fromkeys(offer.media_type for offer in offers)
        raise NotAcceptable("the formats of this address are listed", tuple(media_types))
    return fmt


def negotiate_language(accept_language: str | None, default: str = "en") -> str:
    """The best of our languages for an Accept-Language header.

    >>> negotiate_language("uk-UA,uk;q=0.9,en;q=0.5"), negotiate_language("de", "pl")
    ('uk', 'pl')

    Raises:
        MalformedRequest: the header is longer than 4 KiB.
    """
    wanted: dict[str, float] = {}
    rest = 0.0
    for member in _members(accept_language, "Accept-Language"):
        tag, _, parameter = member.partition(";")
        if not _LANGUAGE.fullmatch(tag.strip()):
            continue
        quality = _parse_quality(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
        primary = tag.strip().lower().partition("-")[0]
        if primary == "*":
            rest = quality
        else:
            wanted[primary] = max(quality, wanted.get(primary, 0.0))
    order = [default, *(language for language in LANGUAGES if language != default)]
    named = [language for language in wanted if language in order]
    candidates = [*named, *(language for language in order if language not in wanted)]
    best = max(candidates, key=lambda language: wanted.get(language, rest), default=default)
    return best if wanted.get(best, rest) > 0 else default


def _members(header: str | None, name: str) -> Iterator[str]:
    text = header or ""
    if len(text) > MAX_HEADER:
        raise MalformedRequest(f"the header {name} is longer than {MAX_HEADER} bytes")
    return (match.group().strip() for match in _MEMBER.finditer(text))


def _parse_range(text: str) -> MediaRange | None:
    match = _RANGE.match(text)
    if match is None:
        return None
    media_type, subtype = match.group(1).lower(), match.group(2).lower()
    if media_type == "*" and subtype != "*":
        return None
    parameters: list[tuple[str, str]] = []
    position = match.end()
    while position < len(text):
        parameter = _PARAMETER.match(text, position)
        if parameter is None or parameter.end() == position:
            # Text that is no parameter: of a range we say it is malformed, of a quality that it is 0.
            tail = text[position:].lstrip("; \t").lower()
            return MediaRange(media_type, subtype, 0.0, tuple(parameters)) if tail.startswith("q=") else None
        name, value = (parameter.group(1) or "").lower(), (parameter.group(2) or "").strip('"')
        if name == "q":
            return MediaRange(media_type, subtype, _parse_quality(value), tuple(parameters))
        if name:
            parameters.append((name, value))
        position = parameter.end()
        if not text[position:].strip():
            break
    return MediaRange(media_type, subtype, 1.0, tuple(parameters))


def _parse_quality(text: str) -> float:
    return float(text) if _QUALITY.fullmatch(text) else 0.0


def _counted(ranges: list[MediaRange]) -> list[MediaRange]:
    """The ranges that count: those with a parameter that we do not know only where nothing better names the same."""
    plain = {item.media_type for item in ranges if item.is_known}
    return [item for item in ranges if item.is_known or (item.quality > 0 and item.media_type not in plain)]


def _rate(fmt: Format, ranges: list[MediaRange], *, by_wildcard: bool) -> tuple[float, int]:
    """Quality and closeness with which the ranges allow a format."""
    named = _most_specific([item for item in ranges if item.media_type == fmt.media_type])
    if named == 0.0:
        return 0.0, _EXACT
    aliases = [item.quality for item in ranges if item.media_type in fmt.aliases]
    rated = [(quality, _ALIAS) for quality in aliases]
    if named is not None:
        rated.append((named, _EXACT))
    elif by_wildcard:
        main = fmt.media_type.partition("/")[0]
        half = _most_specific([item for item in ranges if (item.type, item.subtype) == (main, "*")])
        every = _most_specific([item for item in ranges if item.type == "*"])
        rated.append((half if half is not None else every or 0.0, _WILDCARD))
    return max(rated, default=(0.0, _WILDCARD))


def _most_specific(ranges: list[MediaRange]) -> float | None:
    """The quality that the range with most parameters gives; the lowest where a range is repeated."""
    if not ranges:
        return None
    most = max(len(item.parameters) for item in ranges)
    return min(item.quality for item in ranges if len(item.parameters) == most)


def _fits(item: MediaRange, fmt: Format, offers: Sequence[Format]) -> bool:
    """Whether the parameters of a range let it mean this format, as far as its media type does."""
    if not all(text.lower() in ("utf-8", "utf8") for name, text in item.parameters if name == "charset"):
        return False
    wanted = {profile for name, text in item.parameters if name == "profile" for profile in text.split()}
    if item.media_type != fmt.media_type or not wanted:
        return True
    forms = [offer for offer in offers if offer.media_type == fmt.media_type]
    return fmt.profile in wanted if any(form.profile in wanted for form in forms) else fmt == forms[0]


def _means(fmt: Format, offers: Sequence[Format]) -> bool:
    """Whether a wildcard may mean a format."""
    as_graph = any(Carries.GRAPH in offer.carries for offer in offers)
    return Carries.GRAPH in fmt.carries or not (as_graph or _is_page(fmt))


def _is_page(fmt: Format) -> bool:
    return Carries.PAGE in fmt.carries


def _names_data(ranges: list[MediaRange], offers: Sequence[Format]) -> bool:
    named = {item.media_type for item in ranges if item.quality > 0}
    return any(fmt.media_type in named for fmt in offers if not _is_page(fmt))
