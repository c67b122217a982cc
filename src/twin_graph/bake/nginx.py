"""Write the configuration of nginx that serves a mirror as the server would: what `nginx.conf` here leaves open.

All that it says of headers, formats and redirects was said by the application when it was asked, and is in the
records; how a format is chosen is `choice`. Files are found by name, so that no request needs a program.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from twin_graph import describe
from twin_graph.bake.asked import choose_file, read_address
from twin_graph.bake.choice import choose_format, choose_language, quote, write_map
from twin_graph.bake.items import NEGOTIATED
from twin_graph.bake.outcomes import write_dated, write_outcomes
from twin_graph.bake.records import Journal
from twin_graph.bake.tables import KEY, KINDS, Tables, class_rows, usual_groups
from twin_graph.errors import EntityGone, EntityNotFound
from twin_graph.web.site import Site
from twin_graph.workspace import LANGUAGES

TEMPLATE = Path(__file__).with_name("nginx.conf")
_LONGEST = 2_000  # of a text in one piece; nginx reads 4,096 bytes at most
_HEADERS = (
    "referrer-policy",
    "content-security-policy",
    "access-control-expose-headers",
    "cache-control",
    "content-disposition",
    "content-language",
    "content-location",
    "link",
    "vary",
    "content-type",
    "allow",
    "body",
)
# What also stands in answers that nobody asked the application for.
_CONSTANT = ("referrer-policy", "content-security-policy", "access-control-expose-headers")
_LANGUAGES = "|".join(LANGUAGES)


@dataclass(frozen=True)
class Serving:
    """How the mirror is served.

    Attributes:
        listen: port, or address and port.
        server: origin of a server that answers what files cannot; empty for none.
        whole: whether the configuration is a whole one, to be given to nginx, or to be included in another.
    """

    listen: str = "8080"
    server: str = ""
    whole: bool = True


def write_configuration(
    version: Path, final: Path, here: Site, journal: Journal, serving: Serving
) -> tuple[int, int]:
    """Write `nginx.conf` and the table that it includes into the folder of a version.

    Args:
        final: where the folder will be when it is whole.

    Returns:
        How many files the version has, and how many bytes they have.
    """
    tables, files, size = Tables(), 0, 0
    for record in journal.read():
        tables.add(record)
        files, size = files + len(record.files), size + sum(record.files.values())
    used = {
        *tables.literal.values(),
        *(name for _, _, name in tables.extras),
        *(name for shapes in tables.groups.values() for name in shapes.values()),
    }
    tables.classes = {name: headers for name, headers in sorted(journal.classes().items()) if name in used}
    start = urlsplit(here.base_iri).path.rstrip("/")
    maps = [
        *read_address(start, final),
        *_tables(tables, start),
        *choose_language(here.manifest.default_language),
        *write_outcomes(tables, here, start),
        *write_dated(serving.server),
    ]
    (version / "things.map").write_text("".join(_things(tables, here)), encoding="utf-8")
    content_types = sorted(
        {each["content-type"] for each in tables.classes.values() if "content-type" in each}
    )
    text = TEMPLATE.read_text(encoding="utf-8")
    maps.append(
        write_map(
            "$tg_h_content_type",
            "$tg_type",
            [(quote(each), str(number)) for number, each in enumerate(content_types)],
        )
    )
    values = {
        "maps": "\n".join(maps),
        "types": "\n".join(_types(content_types, final)),
        "listen": serving.listen,
        "server_name": "_" if serving.whole else urlsplit(here.base_iri).hostname or "_",
        "root": str(final.resolve() / "site"),
        "server_status": "=" if serving.server else "=503",
        "server": _server(serving, here),
        "outside_begin": _WHOLE if serving.whole else "",
        "outside_end": "}" if serving.whole else "",
    }
    for name, value in values.items():
        text = text.replace(f"@@{name}@@", value)
    (version / "nginx.conf").write_text(text, encoding="utf-8")
    return files, size


_WHOLE = """worker_processes auto;
pid nginx.pid;
error_log error.log;
events { worker_connections 1024; }
http {
access_log off;
client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp; uwsgi_temp_path temp; scgi_temp_path temp;
sendfile on;
"""


def _tables(tables: Tables, start: str) -> Iterator[str]:
    """Headers and offers by file, group and address."""
    usual = usual_groups(tables)
    yield write_map(
        "$tg_thing",
        "$tg_unusual",
        [(thing, group) for thing, group in sorted(tables.group_of.items()) if group not in usual.values()],
    )
    yield write_map(
        "$tg_unusual:$tg_thing",
        "$tg_group",
        [("~^(?<tg_u>[^:]+):", "$tg_u"), *((f"~^:{kind}/", group) for kind, group in sorted(usual.items()))],
    )
    yield write_map("$tg_canonical", "$tg_gone", [(thing, "1") for thing in sorted(tables.gone)])
    offers = sorted({*tables.offers_of.values(), *tables.group_offers.values()})
    names = {name for row in offers for name in row}
    formats = [fmt for fmt in NEGOTIATED if fmt.name in names]
    yield write_map(
        "$tg_group",
        "$tg_offers_t",
        [(group, str(offers.index(row))) for group, row in sorted(tables.group_offers.items())],
    )
    yield write_map(
        "$tg_stem",
        "$tg_offers_l",
        [(address, str(offers.index(row))) for address, row in sorted(tables.offers_of.items())],
    )
    yield write_map(
        "$tg_space:$tg_canonical:$tg_offers_t:$tg_offers_l",
        "$tg_offers",
        [("~^(?:id|doc):[^:]+:(?<tg_o>[0-9]+):", "$tg_o"), ("~^[^:]*::[^:]*:(?<tg_o2>[0-9]+)$", "$tg_o2")],
    )
    yield from choose_format(offers, formats)
    yield from choose_file(start)
    yield from _headers(tables, start)


def _headers(tables: Tables, start: str) -> Iterator[str]:
    """The class of an answer, and each header by class."""
    things = rf"(?:{KINDS})"
    yield write_map(
        "$tg_file",
        "$tg_starred",
        [(rf"~^(?<tg_h>(?:/gone)?/.*/{things}/){KEY}(?<tg_r>(?:[^a-z0-9-].*)?)$", "$tg_h*$tg_r")],
        "$tg_file",
    )
    yield write_map(
        "$tg_starred",
        "$tg_shape_f",
        [("~^(?<tg_sa>.*)~page=[0-9]+(?<tg_sb>.*)$", "$tg_sa~page$tg_sb")],
        "$tg_starred",
    )
    yield write_map(
        "$tg_canonical:$tg_stem",
        "$tg_stem_shape",
        [(rf"~^(?<tg_sk>{things})/", "/doc/$tg_sk/*"), ("~^:(?<tg_ss>.*)$", "$tg_ss")],
    )
    yield write_map(
        "$tg_space:$tg_canonical:$tg_chosen",
        "$tg_lead_shape",
        [("~^id:[^:]+:html", "to id html"), ("~^id:[^:]+:", "to id data"), ("~^doc:[^:]+:", "to doc html")],
        "$tg_lead_name",
    )
    yield write_map(
        "$tg_outcome:$tg_wants_page",
        "$tg_shape",
        [
            ("~^file", "$tg_shape_f"),
            ("~^lead", "$tg_lead_shape"),
            ("~^moved", f"to {start}/security.txt"),
            ("~^406:1", "/refusals/406$tg_stem~lang=$tg_told.html"),
            ("~^406", "406 $tg_stem_shape $tg_reader_en"),
            ("~^(?<tg_or>400|404|405|503):1", "/refusals/$tg_or~lang=$tg_told.html"),
            ("~^404", "404$tg_lacks $tg_told_en"),
            ("~^(?<tg_oc>[0-9]+):", "$tg_oc $tg_told_en"),
        ],
    )
    default, special = class_rows(tables)
    yield write_map("$tg_shape", "$tg_class_s", sorted(default.items()))
    groups = [
        (f"{group} {shape}", name)
        for group, shapes in sorted(tables.groups.items())
        for shape, name in sorted(shapes.items())
        if default.get(shape) != name
    ]
    yield write_map("$tg_group $tg_shape", "$tg_class_g", groups, "$tg_class_s")
    yield write_map("$tg_file", "$tg_class_x", sorted(special.items()), "$tg_class_g")
    yield write_map("$tg_outcome", "$tg_class", [("file", "$tg_class_x")], "$tg_class_g")
    used = sorted(tables.classes)
    for header in _HEADERS:
        yield from _header(header, {name: tables.classes[name].get(header, "") for name in used})
    turns = [(f"{file}", quote(", " + text)) for file, text in sorted(tables.turns.items())]
    yield write_map("$tg_file", "$tg_turns", turns)


def _header(name: str, values: Mapping[str, str]) -> Iterator[str]:
    """A map from class to the value of a header, in as many pieces as it needs."""
    variable = f"$tg_h_{name.replace('-', '_')}"
    pieces = max(1, max((-(-len(text) // _LONGEST) for text in values.values()), default=1))
    targets = [variable if pieces == 1 else f"{variable}_{piece}" for piece in range(pieces)]
    for piece, target in enumerate(targets):
        common = Counter(values.values()).most_common(1)[0][0] if name in _CONSTANT else ""
        rows = [
            (key, quote(part))
            for key, text in values.items()
            if (part := _piece(text, piece)) != common and (part or common)
        ]
        yield write_map("$tg_class", target, rows, quote(common))
    if pieces > 1:
        yield write_map("$tg_class", variable, [], "".join(targets))


def _piece(text: str, number: int) -> str:
    """A piece of a text; none is cut within the name of a variable."""
    pieces, rest = [], text
    while len(rest) > _LONGEST:
        cut = rest.rfind(" ", 0, _LONGEST) + 1 or _LONGEST
        pieces.append(rest[:cut])
        rest = rest[cut:]
    return [*pieces, rest][number] if number <= len(pieces) else ""


def _things(tables: Tables, here: Site) -> Iterator[str]:
    """The rows that lead from kind and key, and from other keys, to what is published; capitals do not count."""
    for thing in sorted(tables.group_of):
        yield f"{thing} {thing};\n"
    known = {*tables.group_of}
    for kind, aliases in sorted(here.snapshot.keys.get("aliases", {}).items()):
        for alias in sorted(aliases):
            target = f"{kind}/{_published(here, kind, alias)}"
            if target in known and f"{kind}/{alias}" not in known:
                known.add(f"{kind}/{alias}")
                yield f"{kind}/{alias} {target};\n"
    for kind, retired in sorted(here.snapshot.keys.get("retired", {}).items()):
        for key in sorted(retired):
            target = f"{kind}/{_published(here, kind, key)}"
            if target in tables.group_of and f"{kind}/{key}" not in known:
                yield f"{kind}/{key} {target};\n"


def _published(here: Site, kind: str, key: str) -> str:
    """The key under which a thing is published; empty for none."""
    with suppress(EntityNotFound, EntityGone):
        return describe.resolve(here.store, here.base_iri, here.snapshot.keys, kind, key)
    return ""


def _types(content_types: Sequence[str], version: Path) -> Iterator[str]:
    """A location for each media type; what a file is named says too little."""
    for number, content_type in enumerate(content_types):
        yield f"""    location = /.type/{number} {{
        internal;
        types {{}}
        default_type "{quote(content_type)}";
        alias {version.resolve()}/site$tg_file;
    }}"""


def _server(serving: Serving, here: Site) -> str:
    if serving.server:
        return (
            f"        proxy_pass {serving.server};\n        proxy_set_header Host "
            f"{urlsplit(here.base_iri).netloc};\n        proxy_http_version 1.1;"
        )
    return """        set $tg_outcome 503;
        default_type application/problem+json;
        if ($tg_wants_page) { rewrite ^ /.refusal/503~lang=$tg_told.html last; }
        return 503 $tg_body;"""
