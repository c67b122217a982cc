"""Which variant of a document a request asks for: by the ending of its address, its parameters, its headers.

The rules are `negotiation`, which variants there are is `variants`. Who gets none is told the addresses of all.
"""

from __future__ import annotations

import re

from flask import g, request

from twin_graph.errors import NotAcceptable
from twin_graph.formats import HTML, Format
from twin_graph.web.languages import reader_language
from twin_graph.web.negotiation import choose_format
from twin_graph.web.site import Site
from twin_graph.web.variants import Variants

# The word for a form of JSON-LD, and the media type, where an address says them instead of the Accept header.
PARAMETERS = ("_profile", "_mediatype")
_NAME = r"[\w!#$&^.+-]+"
# A plus sign that was typed into an address means a space.
_TYPED = re.compile(rf"((?:^|,)\s*{_NAME}/{_NAME}) (?={_NAME})")


def choose(here: Site, found: Variants, extension: str = "") -> Format:
    """The format that the address or the client asks for.

    Raises:
        EntityNotFound: no format has this ending.
        NotAcceptable: none is acceptable.
        MalformedRequest: a header is too long.
    """
    try:
        return choose_format(_accept(), extension, found.formats, request.args.get("_profile", ""))
    except NotAcceptable:
        g.variants = found.links(here, with_page=True)
        raise


def vary(fmt: Format, extension: str = "") -> tuple[str, ...]:
    """What the choice depends on: an address with an ending has one format."""
    accept = () if extension else ("Accept",)
    return (*accept, "Accept-Language") if fmt is HTML else accept


def language(here: Site) -> str:
    """The language of the page that the client is sent to."""
    g.language = reader_language(here.manifest.default_language)
    return str(g.language)


def repair(media_types: str) -> str:
    """Media types with their plus signs, where an address was decoded as a form.

    >>> repair("application/rdf xml, text/turtle; q=0.5"), repair('text/x;a="b/c d"')
    ('application/rdf+xml, text/turtle; q=0.5', 'text/x;a="b/c d"')
    """
    return _TYPED.sub(r"\1+", media_types)


def _accept() -> str | None:
    return repair(request.args.get("_mediatype", "")) or request.headers.get("Accept")
