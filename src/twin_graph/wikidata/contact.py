"""How we introduce ourselves: the User-Agent that the policy of Wikimedia asks for, with a way to reach who asks.

And what of that is taken out of texts that are kept.

Policy: https://foundation.wikimedia.org/wiki/Policy:Wikimedia_Foundation_User-Agent_Policy
"""

from __future__ import annotations

import re
from importlib.metadata import version

from twin_graph import __version__
from twin_graph.errors import SettingInvalid

_MAIL = re.compile(r"(?:mailto:)?([\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)", re.ASCII)
_SITE = re.compile(r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+[\w.~:/?#\[\]@!$&*+,=%-]*", re.ASCII)
_ADDRESSES = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*|\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F:]*"
)


def user_agent(contact: str, *, public: bool = False) -> str:
    """The User-Agent of a contact: a web address, an e-mail address, or both.

    Args:
        public: without e-mail addresses, as archives name it.

    >>> user_agent("https://example.org me@example.org").split(" SPARQLWrapper/")[0]
    'twin_graph/0.1.0 (https://example.org; mailto:me@example.org)'

    Raises:
        SettingInvalid: there is no contact, or it is none.
    """
    words = re.split(r"[\s;,]+", contact.strip()) if contact.strip() else []
    sites = [word for word in words if _SITE.fullmatch(word)]
    mails = [match[1] for word in words if (match := _MAIL.fullmatch(word))]
    if not words or len(sites) + len(mails) != len(words):
        raise SettingInvalid(
            "Wikidata is only asked with a contact: set TWIN_GRAPH_WIKIDATA_CONTACT (or --contact) to a web address "
            "or an e-mail address where who runs this can be reached"
            + (f"; “{contact[:80]}” is none" if words else "")
        )
    told = [*sites, *([] if public else [f"mailto:{mail}" for mail in mails])]
    comment = f" ({'; '.join(told)})" if told else ""
    return f"twin_graph/{__version__}{comment} SPARQLWrapper/{version('sparqlwrapper')}"


def scrub(text: str, contact: str = "") -> str:
    """A text without e-mail addresses, without addresses of machines and without our contact.

    >>> scrub("Request from 192.0.2.7 by bot (mailto:me@example.org)")
    'Request from … by bot (mailto:…)'
    """
    for secret in (contact, contact.removeprefix("mailto:")):
        text = text.replace(secret, "…") if "@" in secret else text
    return _ADDRESSES.sub("…", text)
