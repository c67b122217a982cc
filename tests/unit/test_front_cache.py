"""Answers that are kept: which, for whom, how many, how long."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from front_client import make_head
from twin_graph.front.answer import Answer
from twin_graph.front.cache import VARIANTS, ResponseCache
from twin_graph.front.representation import Representation
from twin_graph.front.request import Request, read_head

PUBLIC = "public, max-age=300"


def request(target: str = "/a", method: str = "GET", **headers: str) -> Request:
    """A request; an underscore in the name of a header stands for a hyphen."""
    return read_head(
        make_head(method, target, {name.replace("_", "-"): value for name, value in headers.items()})
    )


def answer(
    content: bytes = b"x", status: int = 200, vary: str = "", other: Mapping[str, str] | None = None
) -> Representation:
    """An answer that may be kept, but for what is said otherwise."""
    headers = {
        "etag": '"t"',
        "cache-control": PUBLIC,
        "content-type": "text/plain",
        "vary": vary,
        **(other or {}),
    }
    pairs = tuple((name, value) for name, value in headers.items() if value)
    return Representation(Answer(status, pairs, content))


class TestWhatIsKept:
    """Only what is the same for everybody until the next snapshot."""

    def test_a_public_answer(self) -> None:
        """It is found again, by HEAD too."""
        cache, kept = ResponseCache(100_000), answer()
        cache.keep(request(), kept)
        assert (kept, kept) == (cache.find(request()), cache.find(request(method="HEAD")))

    @pytest.mark.parametrize(
        "other",
        [
            request("/b"),
            request("/a?x"),
            request(host="other.example"),
        ],
        ids=["path", "query", "host"],
    )
    def test_another_address(self, other: Request) -> None:
        """Path, query and host are the address."""
        cache = ResponseCache(100_000)
        cache.keep(request(), answer())
        assert cache.find(other) is None

    @pytest.mark.parametrize(
        "headers",
        [
            {"etag": ""},
            {"cache-control": ""},
            {"cache-control": "max-age=300"},
            {"cache-control": "no-store"},
            {"cache-control": "public, no-store"},
            {"cache-control": "private"},
            {"vary": "*"},
            {"set-cookie": "a=1"},
        ],
        ids=str,
    )
    def test_headers_that_forbid_it(self, headers: dict[str, str]) -> None:
        """An answer without a tag, or one that is not for everybody, is not kept."""
        cache = ResponseCache(100_000)
        cache.keep(request(), answer(other=headers))
        assert 0 == len(cache)

    def test_another_state(self) -> None:
        """What was kept is forgotten; what was asked for before is not kept after."""
        cache = ResponseCache(100_000)
        assert cache.find(request(), "old") is None
        cache.keep(request(), answer(), "old")
        assert cache.find(request(), "old") is not None
        assert cache.find(request(), "new") is None
        cache.keep(request(), answer(), "old")
        assert (0, 0) == (len(cache), cache.size)
        cache.keep(request(), new := answer(), "new")
        assert new is cache.find(request(), "new")

    @pytest.mark.parametrize("status", [203, 206, 301, 303, 304, 404, 410, 500])
    def test_other_statuses(self, status: int) -> None:
        """Only 200 is kept."""
        cache = ResponseCache(100_000)
        cache.keep(request(), answer(status=status))
        assert 0 == len(cache)

    @pytest.mark.parametrize("method", ["POST", "QUERY", "OPTIONS", "PUT"])
    def test_other_methods(self, method: str) -> None:
        """Only GET and HEAD are kept."""
        cache = ResponseCache(100_000)
        cache.keep(request(method=method), answer())
        assert 0 == len(cache)

    def test_parts_are_neither_kept_nor_found(self) -> None:
        """Whoever asks for a part is answered by the application, which knows about parts."""
        cache = ResponseCache(1_000_000)
        cache.keep(request(range="bytes=0-1"), answer())
        assert 0 == len(cache)
        assert not request(range="bytes=0-1").is_repeatable
        assert not request(if_match='"x"').is_repeatable
        assert not request(if_unmodified_since="Sat, 01 Jan 2000 00:00:00 GMT").is_repeatable

    def test_a_request_with_a_body(self) -> None:
        """A GET with a body is nobody else's."""
        cache = ResponseCache(100_000)
        cache.keep(request(content_length="3"), answer())
        assert 0 == len(cache)

    def test_large_answers(self) -> None:
        """No answer takes more than an eighth of the whole."""
        cache = ResponseCache(80_000)
        cache.keep(request("/a"), answer(b"x" * 10_001))
        cache.keep(request("/b"), answer(b"x" * 10_000))
        assert [False, True] == [cache.find(request(path)) is not None for path in ("/a", "/b")]

    def test_nothing(self) -> None:
        """A limit of 0 keeps nothing."""
        cache = ResponseCache(0)
        cache.keep(request(), answer())
        assert (0, 0) == (len(cache), cache.size)


class TestVary:
    """The headers that Vary names belong to the key, and no others."""

    def test_named_headers(self) -> None:
        """Two languages are two answers; an absent header is not an empty one."""
        cache, en, pl = (
            ResponseCache(100_000),
            answer(b"en", vary="Accept-Language"),
            answer(b"pl", vary="Accept-Language"),
        )
        cache.keep(request(accept_language="en"), en)
        cache.keep(request(accept_language="pl"), pl)
        assert (en, pl) == tuple(cache.find(request(accept_language=name)) for name in ("en", "pl"))
        assert (None, None) == (cache.find(request()), cache.find(request(accept_language="")))

    def test_other_headers(self) -> None:
        """Headers that Vary does not name change nothing, nor does Accept-Encoding."""
        cache, kept = ResponseCache(100_000), answer(vary="Accept, Accept-Encoding")
        cache.keep(request(accept="a", user_agent="x", accept_encoding="gzip"), kept)
        assert kept is cache.find(request(accept="a", user_agent="y"))

    def test_ever_new_values(self) -> None:
        """An address has a bounded number of variants, and who sends new ones drives out only its own."""
        cache, other = ResponseCache(10_000_000), answer()
        cache.keep(request("/other"), other)
        for number in range(1_000):
            cache.keep(request(accept=f"text/{number}"), answer(vary="Accept"))
        assert (VARIANTS + 1, other) == (len(cache), cache.find(request("/other")))


class TestBound:
    """The limit is in bytes, and holds."""

    def test_least_recently_used_first(self) -> None:
        """What was asked for stays, what was not goes."""
        cache = ResponseCache(100_000)
        for number in range(100):
            cache.keep(request(f"/{number}"), answer(b"x" * 10_000))
            cache.find(request("/0"))
            assert cache.size <= 100_000
        kept = [number for number in range(100) if cache.find(request(f"/{number}"))]
        assert ([0, 99], 8) == ([kept[0], kept[-1]], len(kept))

    def test_codings_count(self) -> None:
        """A coding that is made later counts too."""
        cache, kept = ResponseCache(1_000_000), answer(bytes(range(256)) * 100)
        cache.keep(request(), kept)
        before = cache.size
        wanted = request(accept_encoding="gzip")
        content = kept.make(wanted).content
        cache.keep(wanted, kept)
        assert (before + len(content), 1) == (cache.size, len(cache))

    def test_long_addresses_count(self) -> None:
        """A key costs what it is long."""
        cache = ResponseCache(100_000)
        for number in range(100):
            cache.keep(request(f"/{number}{'x' * 50_000}"), answer())
        assert 1 == len(cache)

    def test_many_threads(self) -> None:
        """Threads that keep and find at once leave the books right."""
        cache = ResponseCache(60_000)

        def work(seed: int) -> None:
            for number in range(500):
                asked = request(f"/{(number * seed) % 40}", accept=str(number % 3))
                if cache.find(asked) is None:
                    cache.keep(asked, answer(b"x" * (number % 7_000), vary="Accept"))

        threads = [threading.Thread(target=work, args=(seed,)) for seed in (3, 5, 7, 11)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 0 < cache.size <= 60_000
        assert cache.size == sum(cache._sizes.values())
        assert set(cache._kept) == {
            (address, one) for address, all_ in cache._variants.items() for one in all_
        }
