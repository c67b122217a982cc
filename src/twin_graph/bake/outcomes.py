"""Which answer a request gets from nginx: a file, a redirect, a refusal, or that only the server has it.

What the headers of files are is `nginx`; these depend on what came of the request.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from twin_graph import describe
from twin_graph.bake.choice import quote, write_map
from twin_graph.bake.tables import KEY, KINDS, Tables
from twin_graph.formats import GEO_JSON
from twin_graph.web.responses import PREFLIGHT
from twin_graph.web.site import Site
from twin_graph.workspace import LANGUAGES

_LANGUAGES = "|".join(LANGUAGES)
# What is answered by the program for each question.
_DYNAMIC = (
    r"sparql|graphs|reconcile|suggest|timemap|changes/|changes\.rdfp|livez|readyz|"
    rf"(?:{_LANGUAGES})/(?:search|compare|chain)(?:\.|$)"
)
# What may be there on a server: tables, pictures and feeds of things that no register has, and their like.
_ELSEWHERE = (
    rf"(?:embed/|picture/[^/]+/)?(?:{KINDS})/{KEY}[/.]|embed/(?:{KINDS})/|"
    r".*\.(?:csv|json|xlsx|ttl|atom|ics|svg|png)$|[^/]+/[^/]+/query$"
)
_PAGE_TYPES = r"(?:text/html|application/xhtml\+xml)(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))"
_JSON, _LATER_PAGE = r"application/(?:problem\+)?json\s*(?:,|$)", r"text/html\s*;\s*q=0"
_WORD = "(?:page=[1-9][0-9]*|_profile=[^&]*|_mediatype=[^&]*)"


def write_outcomes(tables: Tables, here: Site, start: str) -> Iterator[str]:
    """Which answer a request gets, and what depends on that."""
    default = here.manifest.default_language
    yield write_map("$tg_asked", "$tg_reader", [("", default)], "$tg_asked")
    yield write_map("$tg_asked", "$tg_reader_en", [("", "en")], "$tg_asked")
    yield write_map("$tg_language", "$tg_told", [("", "$tg_reader")], "$tg_language")
    yield write_map("$tg_language", "$tg_told_en", [("", "$tg_reader_en")], "$tg_language")
    yield write_map(
        "$uri", "$tg_lang_words", [(path, "~lang=$tg_reader.html") for path in sorted(tables.translated)]
    )
    yield write_map("$tg_typed", "$tg_kind", [(f"~^(?<tg_kd>{KINDS})/[a-z0-9-]+$", " $tg_kd")])
    yield write_map(
        "$tg_canonical:$tg_ending",
        "$tg_lacks",
        [(f"~.:{GEO_JSON.extension}$", f" {GEO_JSON.extension}")],
        "$tg_kind",
    )
    yield write_map(
        "$request_method", "$tg_is_refused_method", [("GET", ""), ("HEAD", ""), ("OPTIONS", "")], "1"
    )
    yield write_map("$request_method", "$tg_is_options", [("OPTIONS", "1")])
    yield write_map("$request_method", "$tg_max_age", [("OPTIONS", PREFLIGHT["Access-Control-Max-Age"])])
    yield write_map(
        "$request_method", "$tg_allow_headers", [("OPTIONS", PREFLIGHT["Access-Control-Allow-Headers"])]
    )
    yield write_map("$request_method", "$tg_allow_methods", [("OPTIONS", "GET, HEAD, OPTIONS")])
    yield write_map("$tg_outcome:$tg_is_options", "$tg_allow", [("~^405|:1$", "GET, HEAD, OPTIONS")])
    yield write_map(
        "$uri",
        "$tg_is_dynamic",
        [(f"~^{start}/reconcile/(?:help|logo.svg)$", ""), (f"~^{start}/(?:{_DYNAMIC})", "1")],
    )
    yield write_map(
        "$tg_space:$args",
        "$tg_has_words",
        [("~^page:(?!page=[0-9]+$).", "1"), (r"~(?:[:&])(?:snapshot)=", "1")],
    )
    yield write_map("$tg_is_dynamic$tg_has_words$tg_is_dated", "$tg_needs_server", [("~1", "1")])
    yield write_map(
        "$uri",
        "$tg_is_elsewhere",
        [
            (
                f"~^{start}/(?:{_LANGUAGES})/(?:{_ELSEWHERE})",
                "1",
            ),
            (f"~^{start}/dumps/[0-9a-f]{{12}}/", "1"),
        ],
    )
    yield write_map("$http_accept$http_accept_language", "$tg_has_long_header", [("~.{4097}", "1")])
    yield write_map(
        "$tg_has_long_header:$arg_page", "$tg_is_malformed", [("~^1", "1"), ("~^:(?:[0-9]{1,6})?$", "")], "1"
    )
    yield from _leads(tables, here, start)
    yield write_map(
        "$tg_gone:$tg_space:$tg_offers:$tg_chosen", "$tg_is_unacceptable", [("~^:[a-z]*:[0-9]+:$", "1")]
    )
    yield write_map(
        "$tg_ending:$http_accept",
        "$tg_wants_page",
        [
            ("~^html:", "1"),
            (
                f"~*{_JSON}.*{_LATER_PAGE}|{_LATER_PAGE}.*{_JSON}",
                "",
            ),
            (f"~*{_PAGE_TYPES}", "1"),
        ],
    )
    yield from _answers(here)


def write_dated(server: str) -> Iterator[str]:
    """Whether a date is asked for: a server has what was published then; a mirror has one publication."""
    yield write_map("$http_accept_datetime", "$tg_is_dated", [("~.", "1")] if server else [])


def _leads(tables: Tables, here: Site, start: str) -> Iterator[str]:
    """Where addresses lead that have no file: as they were recorded, and for things by their kind and key."""
    yield write_map(
        "$tg_typed:$tg_canonical:$uri",
        "$tg_right",
        [
            (
                f"~^[^:]+:(?<tg_mc>[^:]+):(?<tg_mh>{start}/(?:id|doc|{_LANGUAGES})/)[^/]+/[^/.]+(?<tg_mt>[.][a-z]+)?/?$",
                "$tg_mh$tg_mc$tg_mt",
            ),
            (
                rf"~^::(?<tg_ms>{start}/(?:doc/(?:{KINDS})|(?:{_LANGUAGES})/(?:{KINDS})|graph/[^/.]+))/$",
                "$tg_ms",
            ),
            (f"~^::(?<tg_ml>{start}/(?:{_LANGUAGES}))$", "$tg_ml/"),
        ],
        "$uri",
    )
    yield write_map("$tg_right:$uri", "$tg_moved", [(r"~^(?<tg_same>.*):\k<tg_same>$", "")], "1")
    rows = sorted(tables.leads.items())
    texts = {name: f"{status} {_relative(target, here, start)}" for name, (status, target) in rows}
    yield write_map(
        "$uri", "$tg_lead_1", [(name, quote(text)) for name, text in texts.items() if " " not in name]
    )
    for number, words in ((2, "$tg_reader"), (3, "$tg_chosen"), (4, "$tg_chosen $tg_reader")):
        source = f"$uri {words}"
        yield write_map(
            source,
            f"$tg_lead_{number}",
            [(name, quote(text)) for name, text in texts.items() if " " in name],
            f"$tg_lead_{number - 1}",
        )
        yield write_map(
            source,
            f"$tg_lead_name_{number}",
            [(name, f"to {name}") for name in texts if " " in name],
            f"$tg_lead_name_{number - 1}" if number > 2 else "to $uri",
        )
    yield write_map("$uri", "$tg_lead_name", [], "$tg_lead_name_4")
    yield write_map(
        "$tg_gone:$tg_space:$tg_canonical:$tg_chosen",
        "$tg_lead",
        [
            ("~^1", ""),
            ("~^(?::id|:doc):[^:]+:html$", f"303 {start}/$tg_reader/$tg_canonical"),
            ("~^:id:[^:]+:.", "303 $tg_plain$tg_url_tail"),
        ],
        "$tg_lead_4",
    )
    yield write_map("$tg_lead", "$tg_lead_status", [("~^(?<tg_ls>[0-9]+) ", "$tg_ls")])
    yield write_map("$tg_lead", "$tg_lead_target_a", [("~^[0-9]+ (?<tg_lt>.*)$", "$tg_lt")])
    yield write_map(
        "$tg_space:$tg_canonical:$tg_chosen:$tg_page",
        "$tg_lead_target",
        [("~^doc::html:(?<tg_lp>.+)$", f"$tg_lead_target_a?size={describe.PAGE_SIZE}&page=$tg_lp")],
        "$tg_lead_target_a",
    )


def _answers(here: Site) -> Iterator[str]:
    """Headers that depend on the outcome."""
    host = urlsplit(here.base_iri)
    yield write_map("$http_host", "$tg_origin", [(host.netloc, f"{host.scheme}://{host.netloc}")])
    yield write_map("$is_args$args", "$tg_query", [("~.", "$is_args$args")])
    yield write_map(
        "$tg_outcome",
        "$tg_location",
        [("moved", "$tg_origin$tg_right$tg_query"), ("lead", "$tg_origin$tg_lead_target")],
    )
    # An address that is negotiated varies with what was asked; one with an ending does not.
    # An identifier has no state of its own, so that no date is asked of it.
    yield write_map(
        "$tg_outcome:$tg_offers:$tg_ending:$tg_h_vary",
        "$tg_vary_a",
        [
            ("~^file:[0-9]+::(?<tg_va>(?!Accept,).+)$", "Accept, $tg_va"),
            ("~^file:[0-9]+::$", "Accept"),
            ("~^lead:[^:]*:html:Accept, (?<tg_vh>.*)$", "$tg_vh"),
        ],
        "$tg_h_vary",
    )
    yield write_map(
        "$tg_space:$tg_outcome:$tg_vary_a",
        "$tg_vary",
        [
            ("~^id:[^:]*:(?<tg_vi>.*), Accept-Datetime$", "$tg_vi"),
            ("~^(?:doc|page):moved:", "Accept-Datetime"),
            ("~^(?:doc|page):404:Accept, Accept-Language$", "Accept, Accept-Language, Accept-Datetime"),
        ],
        "$tg_vary_a",
    )
    yield write_map(
        "$tg_outcome:$tg_h_content_location", "$tg_content_location", [], "$tg_h_content_location"
    )
    yield write_map(
        "$args",
        "$tg_is_plain",
        [
            ("", "1"),
            (
                f"~^{_WORD}(?:&{_WORD})*$",
                "1",
            ),
        ],
    )
    yield write_map(
        "$tg_outcome:$tg_is_plain:$tg_h_cache_control",
        "$tg_cache",
        [("~^file::public, max-age=300", "private, max-age=300"), ("~^moved", "public, max-age=3600")],
        "$tg_h_cache_control",
    )
    yield write_map(
        "$tg_outcome:$tg_turns",
        "$tg_link",
        [("~^file:.", "$tg_h_link$tg_turns"), ("~^moved", "")],
        "$tg_h_link",
    )
    yield write_map("$tg_h_body", "$tg_body", [], "$tg_h_body")


def _relative(target: str, here: Site, start: str) -> str:
    """A target as a path, before which the origin is set."""
    return f"{start}/{target.removeprefix(here.base_iri)}" if target.startswith(here.base_iri) else target
