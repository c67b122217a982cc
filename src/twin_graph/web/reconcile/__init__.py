"""`/reconcile`: the reconciliation services over HTTP, for OpenRefine and other clients.

    /reconcile[/wikidata|/network|/partnership][/{language}]   version 0.2: everything by one address, and
        …/suggest/{entity,property,type}  …/preview?id=  …/extend/propose?type=
    the same with /v1 at the end                               the draft of 1.0, with /match and /extend

    protocol.py   requests and responses
    turns.py      how much of a process it may take
    page.py       the page that explains it, with a form to try it

What is asked and answered is `twin_graph.reconcile`; docs/reconcile-with-openrefine.md has the rules, R1 to R22.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, render_template, request, url_for
from flask.blueprints import BlueprintSetupState

from twin_graph import __version__, reconcile
from twin_graph.errors import MalformedRequest, OperatorError, TooMuchAtOnce, TwinGraphError
from twin_graph.formats import HTML
from twin_graph.reconcile import SERVICES, V02, V10, Answering, Facts, Prefix, Service, Suggesting
from twin_graph.web.errors import find_problem
from twin_graph.web.exchange import find_client, find_departure
from twin_graph.web.languages import N_, catalogue, reader_language
from twin_graph.web.lists import title_of_site
from twin_graph.web.reconcile import page, preview
from twin_graph.web.reconcile.protocol import number, read_fields, read_json, send
from twin_graph.web.reconcile.turns import Turn, Turns
from twin_graph.web.responses import absolute, redirect, represent
from twin_graph.web.site import EXTENSION, Site, site
from twin_graph.workspace import LANGUAGES

bp = Blueprint("reconcile", __name__)
TURNS = "twin_graph.reconcile_turns"
_log = logging.getLogger(__name__)
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"
_WORDS = f"<any({', '.join(filter(None, SERVICES))}):word>"
_MEANT_FOR = {
    "": N_("cities and municipalities"),
    "wikidata": N_("cities as Wikidata items"),
    "network": N_("networks of cities"),
    "partnership": N_("partnerships of cities"),
}
_HEADERS = {
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Cache-Control, Content-Type, If-None-Match, "
    "X-Requested-With",
    "Access-Control-Expose-Headers": "Allow, ETag, Retry-After, X-Request-Id, X-Twin-Graph-Snapshot",
}


@bp.record
def connect(state: BlueprintSetupState) -> None:
    """Give an application its turns."""
    settings = state.app.extensions[EXTENSION].settings
    state.app.extensions[TURNS] = Turns(settings.client_seconds)


@bp.after_request
def add_headers(response: Response) -> Response:
    """Say from which data and model an answer is (R20), and let scripts of every origin ask (R1)."""
    response.headers.update(_HEADERS)
    response.headers["X-Twin-Graph-Snapshot"] = site().manifest.id
    return response


def root(version: str, word: str = "", lang: str = "") -> Response:
    """The manifest, and in version 0.2 the answers to queries and requests for data."""
    service = _service(word, lang, version)
    fields = {} if service.is_draft else read_fields()
    if "queries" in fields:
        batch = reconcile.load_json(fields["queries"])
        return send(lambda: _answer_batch(service, batch), ("queries",))
    if "extend" in fields:
        wanted = reconcile.load_json(fields["extend"])
        return send(lambda: _extend(service, wanted), ("extend",))
    if "query" in fields:
        return send(lambda: _answer_legacy(service, fields), ("query", "type", "limit"))
    if request.method == "POST":
        raise MalformedRequest("the form must have queries or extend")
    return send(lambda: _manifest(service))


def match(version: str, word: str = "", lang: str = "") -> Response:
    """Answer a batch of the draft."""
    service, raw = _service(word, lang, version), reconcile.load_json(read_json())
    _require_size(raw.get("queries") if isinstance(raw, dict) else None)
    asked = reconcile.read_draft(raw, service)
    with _turn() as turn:
        answer = _answering(service).answer
        return send(lambda: {"results": [_safely(service, turn, partial(answer, each)) for each in asked]})


def extend(version: str, word: str = "", lang: str = "") -> Response:
    """Answer a request for data of the draft."""
    service, raw = _service(word, lang, version), reconcile.load_json(read_json())
    return send(lambda: _extend(service, raw))


def propose(version: str, word: str = "", lang: str = "") -> Response:
    """The properties that can be fetched."""
    service = _service(word, lang, version)
    wanted, limit = request.args.get("type", "")[:100], number("limit", 0, 100)
    return send(lambda: reconcile.propose(service, wanted, limit), ("type", "limit"))


def suggest(version: str, what: str, word: str = "", lang: str = "") -> Response:
    """What begins with the letters that somebody has typed."""
    here, service = site(), _service(word, lang, version)
    prefix = Prefix(
        request.args.get("prefix", ""),
        request.args.get("type", "")[:100],
        number("limit", reconcile.MAX_SUGGESTIONS, reconcile.MAX_SUGGESTIONS, 1),
        number("offset" if service.is_draft else "cursor", 0, 1_000),
    )
    suggesting = Suggesting(service, _facts(here), here.index)
    make = {"entity": suggesting.entities, "property": suggesting.properties, "type": suggesting.types}[what]
    return send(lambda: make(prefix), ("prefix", "type", "limit", "cursor", "offset"))


def show_preview(version: str, word: str = "", lang: str = "") -> Response:
    """A thing in a small frame (R17)."""
    here, service = site(), _service(word, lang, version)
    return preview.answer(here, service, _facts(here), request.args.get("id", ""))


@bp.get("/reconcile/logo.svg")
def logo() -> Response:
    """The picture of the services, at an address that stays."""
    return redirect(site(), url_for("pages.static", digest=site().assets, name="icon.svg"), 302)


@bp.get("/reconcile/help")
def help_() -> Response:
    """The page that explains the services, in the reader's language."""
    here = site()
    language = reader_language(here.manifest.default_language)
    return redirect(here, url_for("reconcile.help_page", lang=language), 302, vary=("Accept-Language",))


@bp.get(f"/{_LANG}/reconcile")
def help_page(lang: str) -> Response:
    """What the services are for, how OpenRefine uses them, and a form to try them."""
    here = site()
    tried = page.read_trial()
    service = Service("wikidata" if tried.wikidata else "", V02, lang, True, here.base_iri)

    def make() -> str:
        with _turn() as turn:
            result = page.run(tried, service, partial(_answer_one, service, turn)) if tried.name else None
        return render_template("reconcile.html", page=page.show(here, lang, tried, result))

    return represent(here, HTML, make, language=lang, parameters=page.PARAMETERS)


def _add_routes() -> None:
    """The same addresses for each service, in a language of the address or of the reader, in both versions."""
    gets: dict[str, Callable[..., Response]] = {
        "/extend/propose": propose,
        "/suggest/<any(entity, property, type):what>": suggest,
        "/preview": show_preview,
    }
    for word, lang, version in product(("", f"/{_WORDS}"), ("", f"/{_LANG}"), (V02, V10)):
        base = f"/reconcile{word}{lang}{'/v1' if version == V10 else ''}"
        methods = ["GET", "POST"] if version == V02 else ["GET"]
        bp.add_url_rule(base, "root", root, methods=methods, defaults={"version": version})
        for tail, view in gets.items():
            bp.add_url_rule(base + tail, view.__name__, view, defaults={"version": version})
        if version == V10:
            for tail, view in {"/match": match, "/extend": extend}.items():
                bp.add_url_rule(
                    base + tail, view.__name__, view, methods=["POST"], defaults={"version": version}
                )


_add_routes()


def _service(word: str, lang: str, version: str) -> Service:
    if version == V10 and site().settings.reconcile_draft != "on":
        abort(404)
    g.language = lang or reader_language("en")
    return Service(word, version, g.language, bool(lang), site().base_iri)


def _facts(here: Site) -> Facts:
    return Facts(here.store, here.base_iri, lambda iri, language: str(here.names.title(iri, language)))


def _answering(service: Service) -> Answering:
    here = site()
    return Answering(service, _facts(here), here.matchers[service.word], reconcile.word, here.places)


def _turn() -> Any:
    turns: Turns = current_app.extensions[TURNS]
    return turns.take(find_client(site().settings.proxies), find_departure())


def _manifest(service: Service) -> dict[str, Any]:
    here, language = site(), service.language
    name = f"{title_of_site(here, language)}: {catalogue(language).gettext(_MEANT_FOR[service.word])}"
    return reconcile.manifest(
        service,
        name,
        f"{__version__}+{here.manifest.id}.{here.model_version}",
        absolute(here, url_for("reconcile.help_page", lang=language)),
        absolute(here, url_for("reconcile.logo")),
    )


def _answer_batch(service: Service, batch: Any) -> dict[str, Any]:
    """The answers to a batch of version 0.2, by the keys of the queries, each of which is there (R4)."""
    if not isinstance(batch, dict):
        raise MalformedRequest("queries: must be an object with a query for each key")
    _require_size(batch)
    with _turn() as turn:
        return {key: _answer_one(service, turn, raw, key) for key, raw in batch.items()}


def _answer_legacy(service: Service, fields: dict[str, str]) -> dict[str, Any]:
    """The answer to a single query, as clients of the first versions send it."""
    text = fields["query"]
    raw = reconcile.load_json(text) if text.lstrip().startswith("{") else {"query": text}
    if isinstance(raw, dict):
        raw |= {name: fields[name] for name in ("type", "limit") if name in fields and name not in raw}
    with _turn() as turn:
        return _answer_one(service, turn, raw, "query")


def _answer_one(service: Service, turn: Turn, raw: Any, key: str) -> dict[str, Any]:
    path = key[:50]
    return _safely(
        service, turn, lambda: _answering(service).answer(reconcile.read_query(raw, path, service))
    )


def _safely(service: Service, turn: Turn, answer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """An answer, or what stands for it where there is none: one query spoils no other (R14)."""
    if not turn.look():
        return reconcile.failure(
            service, "Service busy", 503, "there was no time for this query; send it again"
        )
    try:
        return answer()
    except OperatorError:
        raise
    except TwinGraphError as error:
        problem = find_problem(error)
        return reconcile.failure(service, problem.title, problem.status, str(error))
    except Exception as error:  # whatever it is, the other queries have answers
        # Neither the query nor a text made of it is written down (R20).
        _log.error("a query could not be answered: %s", type(error).__name__)
        return reconcile.failure(service, "Something went wrong", 500, "the mistake is ours")


def _extend(service: Service, raw: Any) -> dict[str, Any]:
    given = raw if isinstance(raw, dict) else {}
    for name, most in (("ids", reconcile.MAX_IDS), ("properties", reconcile.MAX_PROPERTIES)):
        if isinstance(given.get(name), list) and len(given[name]) > most:
            raise TooMuchAtOnce(f"at most {most} {name} at once")
    ids, wanted = reconcile.read_extension(raw, service)
    with _turn() as turn:
        return reconcile.extend(service, _facts(site()), ids, wanted, turn.require, site().places)


def _require_size(batch: Any) -> None:
    if isinstance(batch, dict | list) and len(batch) > reconcile.MOST:
        raise TooMuchAtOnce(f"at most {reconcile.MOST} queries at once")
