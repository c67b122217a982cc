"""Pictures on pages, as files of their own, and as previews.

    data.py      what a picture shows, from the graph
    figures.py   a picture with its words, legend and notes
    __init__.py  what templates call, and the addresses of the files

Drawing is `twin_graph.pictures`. The macros that show a figure are in `templates/pictures.html`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, url_for
from markupsafe import Markup

from twin_graph import describe, pictures
from twin_graph.errors import EntityNotFound
from twin_graph.formats import PNG, SVG
from twin_graph.pictures import Drawing, Legend
from twin_graph.pictures.alone import sample
from twin_graph.pictures.reading import Href
from twin_graph.web import lists
from twin_graph.web.languages import catalogue, page_language
from twin_graph.web.pictures import figures, world
from twin_graph.web.pictures.data import on_page
from twin_graph.web.pictures.figures import Figure, Panel
from twin_graph.web.responses import absolute, is_here, redirect, represent
from twin_graph.web.site import Site, site
from twin_graph.workspace import LANGUAGES

bp = Blueprint("pictures", __name__)
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"
_MAPS = {
    "city": figures.city_map,
    "network": figures.network_map,
    "country": figures.country_map,
    "partnership": figures.partnership_map,
}
# The only document of ours with a style element, which is known by its hash.
POLICY = (
    f"default-src 'none'; style-src '{pictures.STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


@bp.get(f"/{_LANG}/picture/<name>/<kind>/<key>.svg")
def picture(lang: str, name: str, kind: str, key: str) -> Response:
    """A picture as a file of its own; of a map, `map` is its first panel and `map-world` another."""
    here = site()
    canonical = describe.resolve(here.store, here.base_iri, here.snapshot.keys, kind, key)
    path = url_for("pictures.picture", lang=lang, name=name, kind=kind, key=canonical)
    if not is_here(path):
        return redirect(here, path, 301)
    return send_alone(here, lang, lambda: _alone(here, lang, name, kind, canonical))


def send_alone(here: Site, lang: str, make: Callable[[], str], parameters: tuple[str, ...] = ()) -> Response:
    """A picture as a file, which may use its own style and nothing else.

    Args:
        parameters: names of the query parameters that it depends on.
    """
    response = represent(here, SVG, make, language=lang, parameters=parameters)
    response.headers["Content-Security-Policy"] = POLICY
    return response


def write_alone(here: Site, lang: str, figure: Figure, panel: Panel, title: str = "") -> str:
    """The text of the file of a panel; the title of the thing that it shows stands first."""
    _ = catalogue(lang).gettext
    base_map = _("Base map: Natural Earth") if panel.is_map else ""
    credit = " · ".join(filter(None, (lists.title_of_site(here, lang), here.base_iri, base_map)))
    said = "; ".join(f"{label}: {value}" for label, value in figure.summary)
    words = " – ".join(filter(None, (title, figure.title, panel.title)))
    return pictures.draw_alone(panel.wide, title=words, description=said or words, language=lang, credit=credit,
                               legend=figure.legend, is_map=panel.is_map)  # fmt: skip


def page_figure(here: Site, lang: str, page: str, values: Mapping[str, Any]) -> Figure | None:
    """The picture of the map, the timeline or the chain for a file; None where there is nothing to draw.

    Args:
        values: what the template of the page gets.
    """
    href = absolute_page(here, lang)
    if page == "map":
        return world.world_map(here, values["narrowing"], values["city"].key, lang, pictures.inlined, href)
    if page == "timeline" and values["city"].key:
        return figures.timeline(here, values["city"].key, lang, href)
    if page == "timeline":
        return figures.beginnings(
            values["decades"], lang, lambda decade: absolute(here, _timeline(decade, lang))
        )
    found = values["found"]
    return figures.chain_map(here, found.cities, lang, pictures.inlined, href) if found else None


def absolute_page(here: Site, lang: str) -> Href:
    """Where marks lead that may be clicked far from here."""
    return lambda kind, key: absolute(here, url_for("pages.thing", lang=lang, kind=kind, key=key))


@bp.get(f"/{_LANG}/city/<key>/preview.png")
def preview(lang: str, key: str) -> Response:
    """The picture that social media show beside a link to a city."""
    here = site()
    canonical = describe.resolve(here.store, here.base_iri, here.snapshot.keys, "city", key)
    if not is_here(path := url_for("pictures.preview", lang=lang, key=canonical)):
        return redirect(here, path, 301)
    folder = here.snapshot.side("previews")
    file = folder / f"{canonical}.{lang}.png" if folder else None
    if file is None or not file.is_file():
        abort(404)
    return represent(here, PNG, file.read_bytes, language=lang)


@bp.app_template_global("preview_of")
def preview_of(key: str) -> str:
    """Public address of the preview of a city; empty where it has none."""
    here, lang = site(), page_language()
    folder = here.snapshot.side("previews")
    if folder is None or not (folder / f"{key}.{lang}.png").is_file():
        return ""
    return absolute(here, url_for("pictures.preview", lang=lang, key=key))


@bp.app_template_global("figure_of")
def figure_of(name: str, kind: str, key: str) -> Figure | None:
    """The figure of a thing for its page; None where there is nothing to draw."""
    return _figure(site(), page_language(), name, kind, key, pictures.referred(_asset), on_page)


@bp.app_template_global("chain_figure")
def chain_figure(keys: Sequence[str], path: str) -> Figure | None:
    """The map of a chain of cities; `path` is that of its file."""
    return _filed(figures.chain_map(site(), keys, page_language(), pictures.referred(_asset)), path)


@bp.app_template_global("world_figure")
def world_figure(narrowing: world.Fits, city: str, path: str) -> Figure | None:
    """The map of the world: cities by their number of partnerships, or the partners of one; `path` of its file."""
    return _filed(world.world_map(site(), narrowing, city, page_language(), pictures.referred(_asset)), path)


@bp.app_template_global("beginnings_figure")
def beginnings_figure(decades: Sequence[tuple[str, int]], path: str) -> Figure | None:
    """How many partnerships began in each decade; `path` is that of its file."""
    lang = page_language()
    return _filed(figures.beginnings(decades, lang, lambda decade: _timeline(decade, lang)), path)


def _timeline(decade: str, lang: str) -> str:
    return url_for("explore.timeline", lang=lang, decade=decade)


def _filed(figure: Figure | None, path: str) -> Figure | None:
    return replace(figure, path=path) if figure else None


@bp.app_template_global("drawing")
def drawing(made: Drawing, kind: str = "pic") -> Markup:
    """A drawing as an element of a page. Everything in it was escaped when it was drawn."""
    size = f'viewBox="0 0 {made.width} {made.height}"' if made.width else f'height="{made.height}"'
    # Words of a drawing are escaped by `pictures.svg`.
    return Markup(f'<svg class="{kind}" {size} aria-hidden="true" focusable="false">{made.svg}</svg>')  # noqa: S704


@bp.app_template_global("legend_sample")
def legend_sample(entry: Legend) -> Markup:
    """The shape or line of an entry of a legend."""
    inside = sample(entry)
    return Markup(f'<svg class="pic key" width="28" height="20" aria-hidden="true">{inside}</svg>')  # noqa: S704


@bp.app_template_global("picture_files")
def picture_files(figure: Figure) -> list[tuple[str, str]]:
    """Words and path of each file of a figure."""
    _ = catalogue(page_language()).gettext
    if not figure.kind:
        return [(_("Picture alone (SVG)"), figure.path)] if figure.path else []
    several = len(figure.panels) > 1
    return [
        (
            f"SVG: {panel.title}" if several and panel.title else _("Picture alone (SVG)"),
            url_for(
                "pictures.picture",
                lang=page_language(),
                name=file_name(figure, panel),
                kind=figure.kind,
                key=figure.key,
            ),
        )
        for panel in figure.panels
    ]


def file_name(figure: Figure, panel: Panel) -> str:
    """The name of a panel's file: that of its figure for the first one."""
    return figure.name if panel is figure.panels[0] else f"{figure.name}-{panel.name}"


def _asset(name: str) -> str:
    return url_for("pages.static", digest=site().assets, name=f"base/{name}")


def _figure(here: Site, lang: str, name: str, kind: str, key: str, base: pictures.Base,
            href: Href) -> Figure | None:  # fmt: skip
    if name == "map" and kind in _MAPS:
        return _MAPS[kind](here, key, lang, base, href)
    plain: dict[tuple[str, str], Callable[[Site, str, str, Href], Figure | None]] = {
        ("ring", "city"): figures.ring,
        ("timeline", "city"): figures.timeline,
        ("degrees", "country"): figures.degrees,
    }
    make = plain.get((name, kind))
    return make(here, key, lang, href) if make else None


def _alone(here: Site, lang: str, name: str, kind: str, key: str) -> str:
    """The text of a file.

    Raises:
        EntityNotFound: there is no such picture, or nothing to draw.
    """
    href = absolute_page(here, lang)
    figure = _figure(here, lang, name.partition("-")[0], kind, key, pictures.inlined, href)
    panel = (
        next((panel for panel in figure.panels if file_name(figure, panel) == name), None) if figure else None
    )
    if figure is None or panel is None:
        raise EntityNotFound(f"there is no picture “{name[:64]}” of this {kind}")
    return write_alone(
        here, lang, figure, panel, str(here.names.title(f"{here.base_iri}id/{kind}/{key}", lang))
    )
