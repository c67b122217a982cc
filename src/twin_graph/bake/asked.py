"""What a request asks for, read from its address in maps of nginx: which thing, which format, and so which file.

Choosing by headers is `choice`; what becomes of the request is `outcomes`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote as percent

from twin_graph.bake.choice import write_map
from twin_graph.bake.items import NEGOTIATED
from twin_graph.bake.tables import KEY, KINDS
from twin_graph.formats import FORMATS, HTML, JSON_LD, THING_FORMATS
from twin_graph.workspace import LANGUAGES

_LANGUAGES = "|".join(LANGUAGES)


def read_address(start: str, version: Path) -> Iterator[str]:
    """What the path and the query of an address say."""
    things = rf"(?:{KINDS})/[^/.]+"
    endings = "|".join(dict.fromkeys(fmt.extension for fmt in THING_FORMATS))
    yield write_map(
        "$uri",
        "$tg_space",
        [(f"~^{start}/(?<tg_s>id|doc)/", "$tg_s"), (f"~^{start}/(?:{_LANGUAGES})(?:/|$)", "page")],
    )
    yield write_map("$uri", "$tg_language", [(f"~^{start}/(?<tg_g>{_LANGUAGES})(?:/|$)", "$tg_g")])
    yield write_map(
        "$uri",
        "$tg_typed",
        [
            (f"~^{start}/id/(?<tg_t>{things})/?$", "$tg_t"),
            (rf"~^{start}/doc/(?<tg_t2>{things})(?:\.(?:{endings}))?/?$", "$tg_t2"),
            (f"~^{start}/(?:{_LANGUAGES})/(?<tg_t3>{things})/?$", "$tg_t3"),
        ],
    )
    yield write_map(
        "$uri",
        "$tg_within",
        [
            (
                f"~^{start}/(?:{_LANGUAGES})/(?:embed/|picture/[^/]+/)?(?<tg_w>(?:{KINDS})/{KEY})(?:[/.]|$)",
                "$tg_w",
            )
        ],
    )
    yield f'map $tg_typed $tg_canonical {{\n    default "";\n    include {version.resolve()}/things.map;\n}}'
    yield write_map(
        "$tg_canonical:$tg_within",
        "$tg_thing",
        [("~^(?<tg_th>[^:]+):", "$tg_th"), ("~^:(?<tg_th2>.+)$", "$tg_th2")],
    )
    yield write_map(
        "$tg_thing:$tg_typed",
        "$key",
        [("~^[^:/]+/(?<tg_k>[^:]+):", "$tg_k"), ("~^:[^/]+/(?<tg_k2>.+)$", "$tg_k2")],
    )
    yield write_map("$tg_thing", "$thing", [], "$tg_thing")
    yield write_map("$uri", "$tg_ending", [(r"~/[^/]*\.(?<tg_e>[a-z0-9]+)/?$", "$tg_e")])
    yield write_map("$uri", "$tg_stem", [(r"~^(?<tg_st>.*/[^/.]+)\.[a-z0-9]+$", "$tg_st")], "$uri")
    yield write_map("$arg_page", "$tg_page", [("~^0*1$", ""), ("~^0*(?<tg_p>[1-9][0-9]*)$", "$tg_p")])
    yield write_map(
        "$args", "$tg_own_words", [("~^(?:(?:page|_profile|_mediatype)=[^&]*(?:&|$))+$", "?$args")]
    )
    yield write_map("$tg_page", "$page", [], "$tg_page")
    yield write_map("$tg_page", "$tg_words", [("~.", "~page=$tg_page")])
    forms = [fmt for fmt in THING_FORMATS if fmt.media_type == JSON_LD.media_type]
    rows = [
        (word, fmt.name)
        for fmt in forms
        for word in dict.fromkeys((fmt.token, fmt.profile, percent(fmt.profile, safe="")))
    ]
    yield write_map("$arg__profile", "$tg_form", rows)
    types = dict.fromkeys(each for fmt in FORMATS for each in (fmt.media_type, *fmt.aliases))
    rows = [
        (word, each)
        for each in types
        for word in dict.fromkeys((each, percent(each, safe=""), each.replace("/", "%2F")))
    ]
    yield write_map("$arg__mediatype", "$tg_accept", rows, "$http_accept")


def choose_file(start: str) -> Iterator[str]:
    """The format that is sent, and the file that holds it."""
    yield write_map(
        "$tg_form:$tg_has_json_ld_framed:$tg_has_json_ld_schema",
        "$tg_formed",
        [
            ("~^(?<tg_f>json-ld-schema):[^:]*:1", "$tg_f"),
            ("~^json-ld-schema:", ""),
            ("~^(?<tg_f2>json-ld.*):1:", "$tg_f2"),
        ],
    )
    yield write_map(
        "$tg_offers:$tg_ending:$tg_formed:$tg_best",
        "$tg_chosen",
        [
            ("~^:", "="),
            ("~^[^:]+:html:", HTML.name),
            ("~^[^:]+:(?:|jsonld|json):(?<tg_ch>[^:]+):", "$tg_ch"),
            ("~^[^:]+:(?<tg_ch2>[a-z]+):", "=$tg_ch2"),
            ("~:(?<tg_ch3>[^:]*)$", "$tg_ch3"),
        ],
    )
    first: dict[str, str] = {}
    marks, urls = [], []
    for fmt in NEGOTIATED:
        is_first = first.setdefault(fmt.extension, fmt.name) == fmt.name or not fmt.profile
        mark = "" if is_first else f"~_profile={fmt.token}"
        marks.append((fmt.name, mark))
        urls.append((fmt.name, f".{fmt.extension}" + ("" if is_first else f"?_profile={fmt.token}")))
    yield write_map("$tg_chosen", "$tg_mark", marks)
    yield write_map(
        "$tg_chosen",
        "$tg_extension",
        [("~^=(?<tg_x>.+)$", ".$tg_x"), *((fmt.name, f".{fmt.extension}") for fmt in NEGOTIATED)],
    )
    yield write_map("$tg_chosen", "$tg_url_tail", [("~^=(?<tg_x2>.+)$", ".$tg_x2"), *urls])
    yield write_map(
        "$tg_space:$tg_canonical",
        "$tg_plain",
        [("~^(?:id|doc):(?<tg_pl>.+)$", f"{start}/doc/$tg_pl")],
        "$tg_stem",
    )
    yield write_map(
        "$tg_gone:$tg_space:$tg_wants_page:$tg_chosen",
        "$tg_gone_file",
        [
            ("~^1:page:1:", "/gone$uri.html"),
            ("~^1:page:", "/gone$uri.json"),
            ("~^1:[a-z]+:[^:]*:html$", f"/gone{start}/doc/$tg_canonical~lang=$tg_reader.html"),
            ("~^1:[a-z]+:1:$", f"/gone{start}/doc/$tg_canonical~lang=$tg_reader.html"),
            ("~^1:[a-z]+:[^:]*:$", f"/gone{start}/doc/$tg_canonical~lang=$tg_reader_en.json"),
            ("~^1:", "/gone$tg_plain$tg_mark$tg_extension"),
        ],
    )
    yield write_map(
        "$tg_offers:$tg_space:$tg_ending:$uri",
        "$tg_live_file",
        [
            ("~^[0-9]+:", "$tg_plain$tg_mark$tg_words$tg_extension"),
            ("~^:page:.*/$", "${uri}index$tg_words.html"),
            ("~^:page::", "$uri$tg_words.html"),
            ("~^:[a-z]*:(?:jsonld|json):", "$tg_stem$tg_mark_l$tg_words.$tg_ending"),
        ],
        "$uri$tg_lang_words",
    )
    yield write_map("$tg_form", "$tg_mark_l", [])
    yield write_map("$tg_gone_file", "$tg_file", [("", "$tg_live_file")], "$tg_gone_file")
