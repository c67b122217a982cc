"""Make the files of one item: of a thing all its documents and pages, else of one address whatever stands there.

The application is asked and its bodies are written as they come; which items there are is `baking`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twin_graph.bake.addresses import Addresses, file_of
from twin_graph.bake.asking import Answer, Asker
from twin_graph.bake.records import Record
from twin_graph.environ import FAULT_OF_MIRRORS
from twin_graph.formats import (
    ATOM,
    CSV,
    DOCUMENT_FORMATS,
    GEO_JSON,
    HTML,
    PLAIN_JSON,
    RDF_PATCH,
    THING_FORMATS,
    TURTLE,
    Format,
)
from twin_graph.kinds import DOCUMENTED
from twin_graph.workspace import LANGUAGES

GONE = "gone:"
REFUSALS = "refusals:"
_NO_KEY = "no-such-key"
# What an address may be negotiated among, besides the forms of JSON-LD, which go by one media type.
NEGOTIATED = tuple(
    dict.fromkeys((*THING_FORMATS, *DOCUMENT_FORMATS, CSV, GEO_JSON, PLAIN_JSON, ATOM, RDF_PATCH, HTML))
)
_NOTHING = "image/png"  # what no document is
_NAMED = re.compile(
    rf"/(?:id|doc|{'|'.join(LANGUAGES)})/({'|'.join(kind.name for kind in DOCUMENTED)})/([a-z0-9][a-z0-9-]{{0,63}})"
)
_LAST = re.compile(r'[?&]page=([0-9]+)>; rel="last"')
_NEXT = re.compile(r'<([^<>]*)>; rel="next"')
_TEXTS = ("text/html", "application/xml", "application/atom+xml")


@dataclass
class Maker:
    """What makes the files of items below a folder.

    Attributes:
        dump: where a file of the whole is, by the path of its address; None for what is none.
        keep: whether what is of one thing besides its document is made for it.
    """

    ask: Asker
    addresses: Addresses
    folder: Path
    dump: Callable[[str], Path | None]
    keep: Callable[[str], bool]
    start: str = ""
    _told: set[str] = field(default_factory=set)
    _led: dict[str, Answer] = field(default_factory=dict)
    _lacked: dict[str, Answer] = field(default_factory=dict)
    _led_item: str = ""
    _refused: dict[tuple[str, ...], dict[str, Answer]] = field(default_factory=dict)

    def make(self, item: str) -> Record:
        """The files of an item, written, and what is to be known of them."""
        record = self._make(item)
        record.classes = {name: each for name, each in record.classes.items() if name not in self._told}
        self._told |= set(record.classes)
        return record

    def _make(self, item: str) -> Record:
        if item.startswith(GONE):
            return self._gone(item)
        if item == REFUSALS:
            return self._refusals()
        return self._address(item) if item.startswith("/") else self._thing(item)

    def _thing(self, item: str) -> Record:
        record, names, links = Record(item), set[str](), list[str]()
        made = []
        for fmt in THING_FORMATS:
            if fmt is HTML:
                continue
            address = self._document(item, fmt)
            if self._save_document(record, item, address, names):
                made.append(fmt.name)
        self._refuse(record, item, tuple(made))
        if GEO_JSON.name not in made:
            self._lack(record, item)
        self._lead_to(record, item)
        record.offers[f"/doc/{item.partition('/')[0]}/*"] = [*made, HTML.name]
        for language in LANGUAGES:
            address = f"{self.start}/{language}/{item}"
            answer = self._save(record, address, item, names)
            links += self.addresses.links(answer.body.decode())
        self._follow(record, item, links, names)
        record.names = sorted(names - {item})
        return record

    def _save_document(self, record: Record, item: str, address: str, names: set[str]) -> bool:
        """Whether the document has this form; then all its pages are written."""
        answer = self._save(record, address, item, names, needed=False)
        if answer.status != 200:
            return False
        last = _LAST.search(answer.headers.get("link", ""))
        for page in range(2, int(last[1]) + 1 if last else 2):
            mark = "&" if "?" in address else "?"
            self._save(record, f"{address}{mark}page={page}", item, names)
        return True

    def _document(self, item: str, fmt: Format) -> str:
        """The address of a form: one that shares its ending with another is told by its profile."""
        first = next(other for other in THING_FORMATS if other.extension == fmt.extension)
        words = "" if fmt is first else f"?_profile={fmt.token}"
        return f"{self.start}/doc/{item}.{fmt.extension}{words}"

    def _follow(self, record: Record, item: str, links: Iterable[str], names: set[str]) -> None:
        """Make what the pages of a thing link to and is of this thing, and note what is not."""
        waiting, seen, others = list(dict.fromkeys(links)), set[str](), dict[str, None]()
        while waiting:
            address = waiting.pop()
            sort = self.addresses.sort(address)
            if sort is None or not sort.is_file or address in seen:
                continue
            seen.add(address)
            if sort.thing != item or not self.addresses.is_extra(sort):
                if not sort.thing:
                    others[address] = None
            elif self.keep(item):
                answer = self._save(record, address, item, names, needed=False, extra=True)
                waiting += self._links(answer)
        record.links = sorted(others)

    def _links(self, answer: Answer) -> list[str]:
        turned = [self.addresses.local(each) for each in _NEXT.findall(answer.headers.get("link", ""))]
        is_text = answer.status == 200 and answer.content_type.startswith(_TEXTS)
        return turned + (self.addresses.links(answer.body.decode()) if is_text else [])

    def _save(self, record: Record, address: str, thing: str, names: set[str], *, needed: bool = True,
              extra: bool = False) -> Answer:  # fmt: skip
        """The answer at an address, written where it is one.

        Raises:
            RuntimeError: the application should have had it.
        """
        answer = self.ask(address, accept=HTML.media_type if needed or "." not in address else "")
        if answer.status != 200:
            if needed or answer.status >= 500:
                raise RuntimeError(f"{address} answered {answer.status}")
            return answer
        file = file_of(address, is_page=answer.content_type == HTML.content_type)
        self._write(file, answer.body)
        record.files[file] = len(answer.body)
        record.note(shape_of(file, thing), answer, thing=thing, file=file, extra=extra,
                    own=address)  # fmt: skip
        names |= {f"{kind}/{key}" for kind, key in _NAMED.findall(answer.body.decode("utf-8", "replace"))}
        return answer

    def _refuse(self, record: Record, item: str, made: tuple[str, ...]) -> None:
        """What is said to who asks for what the document is not; it depends on the formats that there are."""
        kind = item.partition("/")[0]
        wanted = (kind, *made)
        if wanted not in self._refused:
            answers = {}
            for language in LANGUAGES:
                found = self.ask(f"{self.start}/doc/{item}", accept=_NOTHING, language=language)
                body = found.body.decode().replace(f"/{item}", "/\0").encode()
                headers = {name: value.replace(f"/{item}", "/\0") for name, value in found.headers.items()}
                answers[language] = Answer(found.status, headers, body)
            self._refused[wanted] = answers
        for language, known in self._refused[wanted].items():
            body = known.body.decode().replace("\0", item).encode()
            headers = {name: value.replace("\0", item) for name, value in known.headers.items()}
            record.note(
                f"406 /doc/{kind}/* {language}", Answer(406, headers, body), thing=item, with_body=True
            )

    def _lack(self, record: Record, item: str) -> None:
        """What is said of a form that this thing has not."""
        for language in LANGUAGES:
            shape = f"404 {GEO_JSON.extension} {language}"
            if shape not in self._lacked:
                self._lacked[shape] = self.ask(self._document(item, GEO_JSON), language=language)
            record.note(shape, self._lacked[shape], with_body=True)

    def _lead_to(self, record: Record, item: str) -> None:
        """How identifier and document lead to what is chosen, which is the same for all things."""
        if not self._led:
            asked = (("id", TURTLE), ("id", HTML), ("doc", HTML))
            for space, fmt in asked:
                name = "html" if fmt is HTML else "data"
                self._led[f"to {space} {name}"] = self.ask(
                    f"{self.start}/{space}/{item}", accept=fmt.media_type
                )
            self._led_item = item
        for shape, answer in self._led.items():
            record.note(shape, answer, thing=self._led_item, without="location")

    def _gone(self, item: str) -> Record:
        """What a withdrawn thing has left: documents for programs, pages for people, else a refusal."""
        record, thing = Record(item), item.removeprefix(GONE)
        kind = thing.partition("/")[0]
        for fmt in THING_FORMATS:
            answer = self.ask(self._document(thing, fmt))
            if fmt is not HTML and answer.status == 410 and answer.content_type == fmt.content_type:
                self._leave(record, thing, file_of(self._document(thing, fmt), is_page=False), answer)
                record.offers.setdefault(f"/gone/doc/{kind}/*", []).append(fmt.name)
        for language in LANGUAGES if record.files else ():
            for address in (f"{self.start}/doc/{thing}", f"{self.start}/{language}/{thing}"):
                words = f"~lang={language}" if "/doc/" in address else ""
                page = self.ask(address, accept=HTML.media_type, language=language)
                self._leave(record, thing, f"{address}{words}.html", page)
                refused = self.ask(address, accept=_NOTHING, language=language)
                self._leave(record, thing, f"{address}{words}.json", refused)
            record.offers[f"/gone/doc/{kind}/*"] += [HTML.name] if language == LANGUAGES[0] else []
        return record

    def _leave(self, record: Record, thing: str, file: str, answer: Answer) -> None:
        file = f"/gone{file}"
        self._write(file, answer.body)
        record.files[file] = len(answer.body)
        record.note(shape_of(file, thing), answer, thing=thing, file=file)

    def _refusals(self) -> Record:
        """What is said to who asks for nothing that there is, or in a way that is not understood."""
        record = Record(REFUSALS)
        asked: dict[str, dict[str, Any]] = {
            "404": {"address": "/no/such/address"},
            "405": {"address": "/robots.txt", "method": "DELETE"},
            "400": {"address": "/doc/city?page=x"},
            "503": {"address": "/sparql", "fault": FAULT_OF_MIRRORS},
            **{f"404 {kind.name}": {"address": f"/doc/{kind.name}/{_NO_KEY}.ttl"} for kind in DOCUMENTED},
        }
        for name, words in asked.items():
            for language in LANGUAGES:
                words = {**words, "address": self.start + words["address"].removeprefix(self.start)}
                answer = self.ask(**{"accept": "", **words, "language": language})
                record.note(f"{name} {language}", self._unnamed(answer), thing="", with_body=True)
                if " " in name:
                    continue
                page = self.ask(**{**words, "accept": HTML.media_type, "language": language})
                self._keep_page(record, f"/refusals/{name}~lang={language}.html", page)
        return record

    def _keep_page(self, record: Record, file: str, page: Answer) -> None:
        self._write(file, page.body)
        record.files[file] = len(page.body)
        record.note(file, page)

    @staticmethod
    def _unnamed(answer: Answer) -> Answer:
        return Answer(answer.status, answer.headers, answer.body.replace(_NO_KEY.encode(), b"$key"))

    def _address(self, item: str) -> Record:
        record, names = Record(item), set[str]()
        sort = self.addresses.sort(item)
        if sort is None:
            return record
        dump = self.dump(item)
        if dump is not None:
            return self._link(record, item, dump)
        answer = self.ask(item, accept=HTML.media_type if sort.language else "")
        if 300 <= answer.status < 400 and "accept" not in answer.headers.get("vary", "").lower().split(", "):
            self._lead(record, item, answer)
        elif _is_negotiated(item, answer):
            self._negotiate(record, item)
        elif answer.status == 200 and "accept-language" in answer.headers.get("vary", "").lower():
            self._translate(record, item)
        elif answer.status == 200:
            found = self._save(record, item, "", names, needed=False)
            record.links = [each for each in self._links(found) if self._is_wanted(each)]
        record.names = sorted(names)
        return record

    def _is_wanted(self, address: str) -> bool:
        sort = self.addresses.sort(address)
        return sort is not None and sort.is_file and not sort.thing

    def _lead(self, record: Record, item: str, answer: Answer) -> None:
        """An address that leads elsewhere, perhaps by the reader's language."""
        if "accept-language" not in answer.headers.get("vary", "").lower():
            record.note(f"to {item}", answer, with_body=True)
            record.leads[item] = [answer.status, answer.headers["location"]]
            target = self.addresses.local(answer.headers["location"])
            record.links = [target] if self._is_wanted(target) else []
            return
        for language in LANGUAGES:
            found = self.ask(item, language=language)
            record.note(f"to {item} {language}", found, with_body=True)
            record.leads[f"{item} {language}"] = [found.status, found.headers["location"]]
            target = self.addresses.local(found.headers["location"])
            record.links += [target] if self._is_wanted(target) else []

    def _translate(self, record: Record, item: str) -> None:
        """An address that has the reader's language."""
        for language in LANGUAGES:
            self._keep_page(record, f"{item}~lang={language}.html", self.ask(item, language=language))

    def _negotiate(self, record: Record, item: str) -> None:
        """An address that has the format that is asked for."""
        offers, links = list[str](), dict[str, None]()
        for fmt in NEGOTIATED:
            for language in LANGUAGES if fmt is HTML else ("",):
                answer = self.ask(item, accept=fmt.described_type, language=language)
                location = answer.headers.get("location" if answer.status == 303 else "content-location", "")
                place = self.addresses.local(location)
                if not _is_of(fmt, answer, place):
                    continue
                offers += [] if fmt.name in offers else [fmt.name]
                if answer.status == 303:
                    name = f"{item} {fmt.name}" + (f" {language}" if language else "")
                    record.note(f"to {name}", answer, with_body=True)
                    record.leads[name] = [303, location]
                links[place] = None
        for language in LANGUAGES:
            refused = self.ask(item, accept=_NOTHING, language=language)
            record.note(f"406 {item} {language}", refused, with_body=True)
            record.offers[item] = _in_order(offers, refused)
            if HTML.name not in offers:
                page = self.ask(item, accept=HTML.media_type, language=language)
                self._keep_page(record, f"/refusals/406{item}~lang={language}.html", page)
        first = self.ask(item)
        for relation in re.finditer(r"<([^<>]*)>; rel=\"(?:next|alternate)\"", first.headers.get("link", "")):
            links[self.addresses.local(relation[1])] = None
        record.links = [each for each in links if each and self._is_wanted(each)]

    def _link(self, record: Record, item: str, dump: Path) -> Record:
        """A file that is there already gets a second name."""
        answer = self.ask(item, method="HEAD")
        place = self.folder / item.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        try:
            place.hardlink_to(dump)
        except OSError:
            place.write_bytes(dump.read_bytes())
        record.files[item] = dump.stat().st_size
        record.note(item, answer)
        return record

    def _write(self, file: str, body: bytes) -> None:
        """A file is there whole or not at all."""
        place = self.folder / file.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(place.name + "~part")
        part.write_bytes(body)
        part.replace(place)


def shape_of(file: str, thing: str) -> str:
    """A file with a star for the key of the thing and without the number of its page.

    >>> shape_of("/doc/country/de~page=2.ttl", "country/de")
    '/doc/country/*~page.ttl'
    """
    if not thing:
        return star_page(file)
    kind, _, key = thing.partition("/")
    return star_page(re.sub(rf"(?<=/{kind}/){re.escape(key)}(?![a-z0-9-])", "*", file))


def star_page(file: str) -> str:
    """A file without the number of its page."""
    return re.sub(r"~page=[0-9]+", "~page", file)


def _is_negotiated(item: str, answer: Answer) -> bool:
    vary = answer.headers.get("vary", "").lower().split(", ")
    return answer.status in (200, 303) and "accept" in vary and "." not in item.rpartition("/")[2]


def _in_order(offers: Iterable[str], refused: Answer) -> list[str]:
    """Names of formats in the order in which a refusal lists them."""
    listed = refused.headers.get("link", "")
    types = {fmt.name: fmt.described_type.replace('"', '\\"') for fmt in NEGOTIATED}
    return sorted(offers, key=lambda name: listed.find(f'type="{types[name]}"'))


def _is_of(fmt: Format, answer: Answer, place: str) -> bool:
    """Whether an answer is in this format, or leads to what is; an alias of another leads to that."""
    if answer.status == 200:
        return answer.content_type == fmt.content_type and bool(place)
    ending = place.partition("?")[0].rpartition("/")[2].partition(".")[2]
    return answer.status == 303 and (ending == fmt.extension or (fmt is HTML and not ending))
