"""What every template may use: addresses, words of kinds, numbers and dates, the languages of this page.

Values of one page are passed by its view.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request, url_for
from jinja2 import pass_context
from jinja2.runtime import Context

from twin_graph import iris
from twin_graph.kinds import DOCUMENTED
from twin_graph.namespaces import CONCEPTS_IRI
from twin_graph.web import addresses, archive, cells, languages, lists, words
from twin_graph.web.dates import format_edtf, format_number, language_name
from twin_graph.web.languages import OWN_NAMES, gettext, page_language
from twin_graph.web.names import Title
from twin_graph.web.responses import absolute
from twin_graph.web.schema_org import structured_data
from twin_graph.web.site import Site, site
from twin_graph.web.tables import links as table_links
from twin_graph.web.understood import with_words
from twin_graph.workspace import LANGUAGES


def install(app: Flask) -> None:
    """Give the templates of an application their functions."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=lambda name: url_for("pages.static", digest=site().assets, name=name),
        external=addresses.external,
        mail=addresses.mail,
        kind_title=kind_title,
        kind_noun=kind_noun,
        language_name=lambda tag: language_name(tag, page_language()),
        ngettext=_with_separators(app.jinja_env.globals["ngettext"]),
        page_of=lambda iri: addresses.page(site().base_iri, iri, page_language()),
        title_of=title_of,
        concept_title=lambda scheme, name: site().names.title(
            f"{CONCEPTS_IRI}{scheme}#{name}", page_language()
        ),
        structured_data=structured_data,
        table_links=lambda panel: table_links.of(panel, page_language()),
        row_id=table_links.anchor,
        cell_of=cells.cell,
        brief_name=cells.brief,
        licence_name=words.licence_name,
    )
    app.jinja_env.filters.update(
        number=lambda value: format_number(str(value), page_language()),
        date=lambda text: format_edtf(str(text), page_language(), gettext),
    )
    app.context_processor(_values)


def kind_title(kind: str) -> str:
    """Heading of the list of a kind."""
    if kind in words.KIND_WORDS:
        return gettext(words.KIND_WORDS[kind].many)
    class_name = next(item.class_name for item in DOCUMENTED if item.name == kind)
    label = site().names.label(f"https://w3id.org/twin-graph/ontology#{class_name}", page_language())
    return label.text if label else kind


def kind_noun(kind: str, number: int) -> str:
    """The noun of a kind in the form that a number asks for."""
    if kind not in words.KIND_WORDS:
        return kind_title(kind)
    row = words.KIND_WORDS[kind]
    return languages.ngettext(row.singular, row.plural, number)


def _with_separators(translate: Any) -> Any:
    """The function of templates for texts with a number, which is written as numbers are in the page's language."""

    @pass_context
    def ngettext(context: Context, singular: str, plural: str, number: int, /, **variables: Any) -> str:
        shown = {"num": format_number(str(number), page_language()), **variables}
        return str(translate(context, singular, plural, number, **shown))

    return ngettext


def title_of(kind: str, key: str) -> Title:
    """Title of a thing."""
    here = site()
    return here.names.title(iris.thing(here.base_iri, kind, key), page_language())


def _values() -> dict[str, Any]:
    here, language = site(), page_language()
    return {
        "lang": language,
        "languages": [(code, OWN_NAMES[code], _path_in(code)) for code in LANGUAGES],
        "alternates": _alternates(here),
        "site_title": lists.title_of_site(here, language),
        "manifest": here.manifest,
        "archived": archive.publication(),
        "publisher": here.imprint.publisher,
        "contact": here.imprint.contact,
        "licences": lists.licences(here, language),
        "sparql_path": url_for("sparql.endpoint"),
    }


def _path_in(language: str) -> str:
    """Path of this page in another language; the home page where it has none there."""
    arguments = request.view_args or {}
    if "lang" in arguments and request.endpoint:
        path = url_for(request.endpoint, **{**arguments, "lang": language})
        return with_words(path, g.get("words", ()))
    return url_for("sparql.endpoint" if request.blueprint == "sparql" else "pages.home", lang=language)


def _alternates(here: Site) -> list[tuple[str, str]]:
    if "lang" not in (request.view_args or {}):
        return []
    return [(code, absolute(here, _path_in(code))) for code in LANGUAGES]
