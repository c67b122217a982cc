"""The front with its cache answers as without it, whatever is asked in whatever order."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from front_client import Reply, application, send
from twin_graph.front import Gateway
from twin_graph.front.gateway import Limits

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment

_KINDS = ("text/turtle", "application/json", "image/png")


def _site() -> WSGIApplication:
    """A site whose answers depend on what a site's may: address, host, Accept and Accept-Language."""

    def answer(environ: WSGIEnvironment) -> tuple[str, list[tuple[str, str]], bytes]:
        path = environ["PATH_INFO"]
        accept, language = environ.get("HTTP_ACCEPT", "-"), environ.get("HTTP_ACCEPT_LANGUAGE", "-")
        kind = next((one for one in _KINDS if one in accept), _KINDS[0])
        headers = [("Content-Type", kind), ("Cache-Control", "public, max-age=60")]
        parts = [environ["REQUEST_METHOD"], path, environ["QUERY_STRING"], environ["HTTP_HOST"], kind]
        parts.append(environ["wsgi.input"].read().decode())
        if path.startswith("/page"):
            headers.append(("Vary", "Accept, Accept-Language"))
            parts.append(language)
        else:
            headers.append(("Vary", "Accept"))
        if path.endswith("private"):
            headers[1] = ("Cache-Control", "no-store")
        if path.endswith("missing"):
            return "404 Not Found", [*headers, ("ETag", '"none"')], b"nothing"
        text = "\n".join(parts)
        tag = hashlib.sha256(text.encode()).hexdigest()[:4]
        headers.append(("ETag", f'"{tag}"' if path != "/weak" else f'W/"{tag}"'))
        known = environ.get("HTTP_IF_NONE_MATCH", "")
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") and (f'"{tag}"' in known or known == "*"):
            return "304 Not Modified", headers[1:], b""
        return "200 OK", headers, (text * (100 if "long" in environ["QUERY_STRING"] else 1)).encode()

    return application(answer)


_HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Host": st.sampled_from(["ex.org", "other.example"]),
        "Accept": st.sampled_from(["application/json", "image/png"]),
        "Accept-Language": st.sampled_from(["en", "pl"]),
        "Accept-Encoding": st.sampled_from(
            ["gzip", "zstd", "gzip;q=0.5, zstd;q=0.1", "identity;q=0, *", "br"]
        ),
        "User-Agent": st.sampled_from(["a", "b"]),
        "Range": st.just("bytes=0-9"),
    },
)
_REQUESTS = st.tuples(
    st.sampled_from(["GET", "GET", "GET", "HEAD", "QUERY"]),
    st.sampled_from(["/page", "/page?long", "/weak?long", "/page/private", "/missing"]),
    _HEADERS,
    # Which tags the client sends: none, all that it has seen, or any.
    st.sampled_from(["", "", "seen", "*", '"none"']),
    st.sampled_from([b"", b"", b"", b"body"]),
)


@given(st.lists(_REQUESTS, min_size=1, max_size=40), st.sampled_from([1_000_000, 60_000, 20_000]))
def test_cache_is_invisible(
    requests: list[tuple[str, str, dict[str, str], str, bytes]], cache_bytes: int
) -> None:
    """Status, headers and bytes are those of a front without a cache, but for the two that say so."""

    async def run() -> None:
        kept, bare = (
            Gateway(_site(), Limits(threads=1, cache_bytes=cache_bytes)),
            Gateway(_site(), Limits(threads=1, cache_bytes=0)),
        )
        seen: dict[str, None] = {}
        for method, target, headers, known, body in requests:
            tags = ", ".join(seen) if known == "seen" else known
            wanted = {**headers, **({"If-None-Match": tags} if tags else {})}
            first = await send(kept, method, target, wanted, body)
            second = await send(bare, method, target, wanted, body)
            assert _comparable(second) == _comparable(first)
            assert kept._stage.cache.size <= cache_bytes
            seen |= {first.headers["etag"]: None} if "etag" in first.headers else {}

    asyncio.run(run())


def _comparable(reply: Reply) -> tuple[int, dict[str, str], bytes]:
    changing = ("x-request-id", "server-timing")
    return (
        reply.status,
        {name: text for name, text in reply.headers.items() if name not in changing},
        reply.body,
    )
