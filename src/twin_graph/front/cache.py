"""Answers that are kept: exact in one state of the site, bounded in bytes, least recently used first.

A cache belongs to one application on one snapshot and ends with it. What else answers tell of may change meanwhile:
with another state all that was kept is forgotten. What the state is knows the caller.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict

from twin_graph.front.answer import Answer
from twin_graph.front.representation import Representation
from twin_graph.front.request import Request

_Address = tuple[str, str, str]
_Variant = tuple[tuple[str, str | None], ...]  # request headers that Vary names, with their values
_Key = tuple[_Address, _Variant]
# Answers kept for one address: who sends ever new values of a header drives out nobody else's address.
VARIANTS = 16
# One answer may take this part of the whole.
PART = 8
# What an answer costs beside its content: objects, names of headers.
_OVERHEAD = 2_048
_IS_PUBLIC = re.compile(r"(?:^|,)\s*public\s*(?:,|$)", re.IGNORECASE)
_FORBIDDING = re.compile(r"no-store|private|no-cache", re.IGNORECASE)


class ResponseCache:
    """The answers of one application, by address and by the request headers that Vary names.

    Args:
        limit: bytes of all answers together; 0 keeps none.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, Representation] = OrderedDict()
        self._sizes: dict[_Key, int] = {}
        self._variants: dict[_Address, list[_Variant]] = {}
        self._size = 0
        self._state = ""

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """Bytes that the answers take."""
        return self._size

    def find(self, request: Request, state: str = "") -> Representation | None:
        """The answer to a request, None where it is not kept; with another state than before nothing is."""
        address = _address_of(request)
        with self._lock:
            if state != self._state:
                self._forget()
                self._state = state
            for variant in self._variants.get(address, ()):
                if all(request.headers.get(name) == value for name, value in variant):
                    key = (address, variant)
                    self._kept.move_to_end(key)
                    return self._kept[key]
        return None

    def keep(self, request: Request, representation: Representation, state: str = "") -> None:
        """Keep an answer that may be kept, or count it again after one of its codings was made.

        Args:
            state: in which it was asked for; where it is over, the answer may be too old.
        """
        if not self._may_keep(request, representation.plain):
            return
        address = _address_of(request)
        variant = _variant_of(request, representation.plain)
        size = _OVERHEAD + representation.size() + _length(address, variant, representation.plain)
        with self._lock:
            if state != self._state:
                return
            key = (address, variant)
            self._drop(key)
            self._kept[key], self._sizes[key] = representation, size
            self._size += size
            variants = self._variants.setdefault(address, [])
            variants.append(variant)
            if len(variants) > VARIANTS:
                self._drop((address, variants[0]))
            while self._size > self._limit:
                self._drop(next(iter(self._kept)))

    def _may_keep(self, request: Request, answer: Answer) -> bool:
        cache_control = answer.header("cache-control")
        return (
            request.is_repeatable
            and answer.status == 200
            and not answer.left_out
            and bool(answer.header("etag"))
            and _IS_PUBLIC.search(cache_control) is not None
            and _FORBIDDING.search(cache_control) is None
            and "*" not in answer.header("vary")
            and not answer.header("set-cookie")
            and len(answer.content) <= self._limit // PART
        )

    def _forget(self) -> None:
        self._kept.clear()
        self._sizes.clear()
        self._variants.clear()
        self._size = 0

    def _drop(self, key: _Key) -> None:
        if key not in self._kept:
            return
        del self._kept[key]
        self._size -= self._sizes.pop(key)
        address, variant = key
        self._variants[address].remove(variant)
        if not self._variants[address]:
            del self._variants[address]


def _address_of(request: Request) -> _Address:
    return request.host, request.path, request.query


def _variant_of(request: Request, answer: Answer) -> _Variant:
    """Accept-Encoding is left out: `Representation` holds every coding."""
    names = {name.strip().lower() for name in answer.header("vary").split(",")} - {"", "accept-encoding"}
    return tuple((name, request.headers.get(name)) for name in sorted(names))


def _length(address: _Address, variant: _Variant, answer: Answer) -> int:
    texts = (*address, *(value or "" for _, value in variant), *(value for _, value in answer.headers))
    return sum(map(len, texts))
