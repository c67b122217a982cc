"""What others can rely on: how long addresses last, what programs may expect to stay, and how to cite the data.

A page whose promises are ours: what is said of codes and addresses is tested where they are made.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, url_for

from twin_graph.formats import HTML
from twin_graph.web.datasets import citation
from twin_graph.web.lists import title_of_site
from twin_graph.web.responses import is_here, redirect, represent
from twin_graph.web.site import site
from twin_graph.workspace import LANGUAGES

bp = Blueprint("policy", __name__)
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"


@bp.get(f"/{_LANG}/policy")
def policy(lang: str) -> Response:
    """The promises, in a language."""
    here = site()
    if not is_here(path := url_for("policy.policy", lang=lang)):
        return redirect(here, path, 301)

    def make() -> str:
        year = here.manifest.valid_on[:4]
        return render_template("policy.html", citation=citation(here, title_of_site(here, lang)), year=year,
                               key=here.manifest.start_city or "lublin")  # fmt: skip

    return represent(here, HTML, make, language=lang)
