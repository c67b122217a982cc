"""Taking an IRI apart gives what it was made of."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from twin_graph import iris
from twin_graph.iris import Minted
from twin_graph.kinds import KINDS

KINDS_OF_THING = st.sampled_from([kind.name for kind in KINDS])
KEYS = st.from_regex(iris.KEY, fullmatch=True)
FRAGMENTS = st.from_regex(iris.FRAGMENT, fullmatch=True)
BASES = st.sampled_from(["http://localhost:8000/", "https://data.example.org/twins/", "http://x/id/"])


@given(base=BASES, kind=KINDS_OF_THING, key=KEYS)
def test_thing(base: str, kind: str, key: str) -> None:
    """A thing's IRI tells its kind and key."""
    assert Minted("id", kind, key) == iris.unmint(base, iris.thing(base, kind, key))


@given(base=BASES, kind=KINDS_OF_THING, key=KEYS, fragment=st.one_of(st.just(""), FRAGMENTS))
def test_document(base: str, kind: str, key: str, fragment: str) -> None:
    """A document's IRI tells the thing that it is about, and the node in it."""
    assert Minted("doc", kind, key, fragment) == iris.unmint(base, iris.document(base, kind, key, fragment))


@given(base=BASES, name=KEYS)
def test_graph(base: str, name: str) -> None:
    """A graph's IRI tells its name."""
    assert Minted("graph", "", name) == iris.unmint(base, iris.graph(base, name))


@given(base=BASES, text=st.text(alphabet="abcdio/#-?.:ł", max_size=30))
def test_anything_else(base: str, text: str) -> None:
    """Whatever stands behind the base, it is taken apart into what gives the same IRI, or not at all."""
    minted = iris.unmint(base, base + text)
    if minted is not None:
        path = [minted.space, minted.kind, minted.key] if minted.kind else [minted.space, minted.key]
        assert base + text.rstrip("#") == base + "/".join(path) + (
            f"#{minted.fragment}" if minted.fragment else ""
        )


@given(aliases=st.lists(st.integers(min_value=1, max_value=10**9), min_size=2, max_size=3, unique=True))
def test_name_of_a_pair_does_not_depend_on_its_order(aliases: list[int]) -> None:
    """The items of the parties make one key, the smaller number first."""
    names = [f"q{number}" for number in aliases]
    assert iris.pair_key(names) == iris.pair_key(names[::-1])
    assert [f"q{number}" for number in sorted(aliases)] == iris.pair_key(names).split("-")
