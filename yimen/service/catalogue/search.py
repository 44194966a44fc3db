"""The search rows of items, and finding items by what people type.

Titles are searched in an index of this process (character pairs weighted by rarity, pinyin initials), which is read anew
when the catalogue's version moves; descriptions in the database, by an array of character pairs under GIN.
"""

from __future__ import annotations

import heapq
import math
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import QuerySet

from yimen.service.catalogue.importing.bulk import copy_in
from yimen.service.catalogue.models import CatalogueVersion, ItemCode, ItemEdition, ItemSearch, ServiceItem, Synonym
from yimen.service.catalogue.rules import words

MOST_TEXT = 600


def search_row(item: ServiceItem, edition: ItemEdition, department: str, *, public: bool = False) -> ItemSearch:
    """The unsaved search row of an item as this edition describes it."""
    title = edition.name if edition.sub_item_name in edition.name else f"{edition.name}（{edition.sub_item_name}）"
    rest = (edition.short_name, edition.daily_name, edition.main_item_name, department, *edition.themes)
    about = "\n".join(part for part in (*rest, edition.content, edition.conditions[:200]) if part)
    text = f"{title}\n{about}"[:MOST_TEXT]
    return ItemSearch(
        item_id=item.pk,
        title=title,
        text=words.normal(text),
        grams=words.pairs(text),
        initials=words.initials(title),
        public=public,
    )


def search_rows_of(item_ids: Iterable[int]) -> list[ItemSearch]:
    """Unsaved search rows of items: by the current edition where there is one (public), else by the newest draft."""
    rows: list[ItemSearch] = []
    items = ServiceItem.objects.filter(pk__in=list(item_ids)).select_related(
        "current", "department", "source_department"
    )
    drafts = _newest([item.pk for item in items if item.current_id is None])
    for item in items:
        edition = item.current or drafts.get(item.pk)
        if edition is None:
            continue
        public = item.current_id is not None and item.status != ServiceItem.Status.CANCELLED
        rows.append(search_row(item, edition, department_name(item), public=public))
    return rows


def department_name(item: ServiceItem) -> str:
    """The name of the item's department, as ours or as its source says it."""
    if item.department is not None:
        return item.department.name
    return item.source_department.name if item.source_department is not None else ""


def _newest(item_ids: Sequence[int]) -> dict[int, ItemEdition]:
    found = ItemEdition.objects.filter(item__in=item_ids).order_by("item", "-number").distinct("item")
    return {edition.item_id: edition for edition in found}


# Finding


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for. Empty parts do not narrow; `everything` also finds what is not published (staff)."""

    text: str = ""
    department: int | None = None
    theme: str = ""
    object: str = ""
    kind: str = ""
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of items, in order, with where the next one starts ("" at the end)."""

    items: list[ServiceItem]
    next: str = ""
    meant: tuple[str, ...] = ()


PAGE = 20
SHORTEST_CODE = 6
MOST_HITS = 400
LISTED = (
    "code", "name", "kind", "status", "national", "code31", "use_level", "changed_at", "department__name",
    "department__short_name", "source_department__name", "current__number", "current__name", "current__kind",
    "current__legal_limit", "current__legal_unit", "current__legal_source", "current__legal_limit_basis", "current__promise_limit",
    "current__promise_unit", "current__visits", "current__fee", "current__channels", "current__case_kind",
)  # fmt: skip
"""What a list shows; the long texts of editions stay in the database."""


def find(query: Query, *, after: str = "", size: int = PAGE) -> Page:
    """Published items that fit, best first. `after` is the `next` of the page before; a wrong one means the first page.

    Titles are searched in memory (every title that holds the words, its synonyms included; pinyin initials; a code's
    beginning), descriptions in the database by character pairs. Where nothing holds the words, the nearest titles come.
    """
    if not words.tidy_query(query.text):
        return _browse(query, after, size)
    start = int(after) if after.isascii() and after.isdigit() and len(after) <= 6 else 0
    ranked, meant = _ranked(query, start + size)
    following = str(start + size) if len(ranked) > start + size else ""
    return Page(_loaded(ranked[start : start + size]), following, meant)


def best(query: Query, most: int = MOST_HITS) -> list[int]:
    """The ids of what `find` gives, at most so many, best first; the items themselves stay in the database."""
    return _ranked(query, most)[0][:most]


def _ranked(query: Query, wanted: int) -> tuple[list[int], tuple[str, ...]]:
    """Items that fit a text, best first, at least `wanted` of them if there are so many; and what else the text means."""
    text, index = words.tidy_query(query.text), current_index()
    meant = words.expand(text, index.synonyms)
    scores = {index.titles[place].item_id: score for place, score in _exact(index, text, meant, query).items()}
    for pk in _by_other_code(query):
        scores[pk] = 8.0
    narrowed = query.department or query.theme or query.object or query.kind
    if narrowed or len(scores) <= wanted:
        for place, phrase in enumerate(meant):
            for pk, score in _in_texts(phrase, query, MOST_HITS if narrowed else wanted + 1):
                scores.setdefault(pk, score if place == 0 else score * 0.8)
    if not scores:
        scores = {index.titles[place].item_id: score for place, score in _nearest(index, meant, query).items()}
    kept = _kept(list(scores), query)
    ranked = sorted((pk for pk in scores if pk in kept), key=lambda pk: (-scores[pk], pk))
    return ranked, tuple(meant[1:])


def _by_other_code(query: Query) -> list[int]:
    """Items one of whose codes, of whatever system, begins as the text does."""
    text = query.text.strip().upper()
    if not (SHORTEST_CODE <= len(text) <= 120 and text.isascii() and text.isprintable()):
        return []
    found = ItemCode.objects.filter(code__startswith=text)
    if not query.everything:
        found = found.filter(item__current__isnull=False).exclude(item__status=ServiceItem.Status.CANCELLED)
    return list(found.values_list("item", flat=True)[:MOST_HITS])


def suggest(text: str, *, everything: bool = False, most: int = 8) -> list[Suggestion]:
    """Titles for what has been typed so far, best first, from memory alone."""
    text = words.tidy_query(text)
    if not text:
        return []
    index, query = current_index(), Query(everything=everything)
    meant = words.expand(text, index.synonyms)
    scores = _exact(index, text, meant, query) or _nearest(index, meant, query)
    best = heapq.nlargest(most, scores.items(), key=lambda pair: (pair[1], -pair[0]))
    return [Suggestion(index.titles[p].item_id, index.titles[p].code, index.titles[p].title) for p, _ in best]


def _kept(ids: list[int], query: Query) -> set[int]:
    """Those of the items that also fit the filters."""
    if not (query.department or query.theme or query.object or query.kind):
        return set(ids)
    return set(_narrowed(ServiceItem.objects.filter(pk__in=ids), query).values_list("pk", flat=True))


def _in_texts(phrase: str, query: Query, most: int) -> list[tuple[int, float]]:
    """(item id, score) of descriptions that hold every run of a phrase, by the stored character pairs.

    Where the pairs are the whole of what was asked they are proof enough; longer runs are checked again as text.
    """
    grams, runs = words.query_pairs(phrase), words.runs(phrase)
    if not grams:
        return []
    rows = ItemSearch.objects.filter(grams__contains=grams)
    if not query.everything:
        rows = rows.filter(public=True)
    if all(len(run) <= 2 for run in runs):
        return [(pk, 0.5) for pk in rows.values_list("item_id", flat=True)[:most]]
    found = rows.values_list("item_id", "text")[:MOST_HITS]
    return [(pk, 0.5) for pk, text in found if all(run in text for run in runs)]


def _narrowed(items: QuerySet[ServiceItem], query: Query) -> QuerySet[ServiceItem]:
    if query.department:
        items = items.filter(department=query.department)
    if query.kind:
        items = items.filter(kind=query.kind[:20])
    if query.theme:
        items = items.filter(current__themes__contains=[query.theme[:60]])
    if query.object:
        items = items.filter(current__service_objects__contains=[query.object[:20]])
    return items


def _browse(query: Query, after: str, size: int) -> Page:
    """All items that fit the filters, by id, keyset paging."""
    items = ServiceItem.objects.order_by("id")
    if not query.everything:
        items = items.filter(current__isnull=False).exclude(status=ServiceItem.Status.CANCELLED)
    items = _narrowed(items, query)
    if after.isascii() and after.isdigit() and len(after) <= 18:
        items = items.filter(pk__gt=int(after))
    ids = list(items.values_list("pk", flat=True)[: size + 1])
    return Page(_loaded(ids[:size]), str(ids[size - 1]) if len(ids) > size else "")


def _loaded(ids: Sequence[int]) -> list[ServiceItem]:
    held = (
        ServiceItem.objects.select_related("department", "source_department", "current")
        .only(*LISTED)
        .in_bulk(list(ids))
    )
    return [held[pk] for pk in ids if pk in held]


# The index in this process


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title to choose while typing."""

    item_id: int
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Title:
    """One title of the index; `plain` is its normal form, `letters` its pinyin initials."""

    item_id: int
    code: str
    title: str
    plain: str
    letters: str
    public: bool


@dataclass(slots=True)
class Index:
    """Titles by character pair, weighted by rarity."""

    version: int
    titles: list[Title] = field(default_factory=list)
    by_gram: dict[str, list[int]] = field(default_factory=dict)
    weight: dict[str, float] = field(default_factory=dict)
    synonyms: dict[str, list[str]] = field(default_factory=dict)


_index = Index(version=-1)
_building = threading.Lock()


def _exact(index: Index, text: str, meant: Sequence[str], query: Query) -> dict[int, float]:
    """Place → score of the titles that hold every run of the query or of a synonym; of initials and codes that begin so."""
    scores: dict[int, float] = {}
    for order, phrase in enumerate(meant):
        worth = 2.0 if order == 0 else 1.6
        for place, fit in _holding(index, phrase):
            score = worth + fit
            if score > scores.get(place, 0.0):
                scores[place] = score
    if words.is_initials(text):
        letters = words.normal(text)
        for place, title in enumerate(index.titles):
            if letters in title.letters:
                begins = 0.3 if title.letters.startswith(letters) else 0.0
                scores.setdefault(place, 1.2 + begins + 1 / (10 + len(title.plain)))
    if len(text) > 3 and text.isascii() and text.isalnum():
        code = text.upper()
        for place, title in enumerate(index.titles):
            if title.code.startswith(code):
                scores[place] = 9.0
    return scores if query.everything else {p: score for p, score in scores.items() if index.titles[p].public}


def _holding(index: Index, phrase: str) -> Iterator[tuple[int, float]]:
    """(place, fit) of titles that hold each run of a phrase. Only those under its rarest pair are looked at."""
    runs = words.runs(phrase)
    grams = words.query_pairs(phrase)
    if not grams:
        return
    rarest = min(grams, key=lambda gram: len(index.by_gram.get(gram, ())))
    asked = sum(len(run) for run in runs)
    first, titles = runs[0], index.titles
    for place in index.by_gram.get(rarest, ()):
        plain = titles[place].plain
        if all(run in plain for run in runs):
            share = asked / len(plain)
            yield place, (share + 0.2 if plain.startswith(first) else share)


def _nearest(index: Index, meant: Sequence[str], query: Query) -> dict[int, float]:
    """Place → score below 1 of titles that share at least a third of the query's weight in pairs."""
    scores: dict[int, float] = {}
    for phrase in meant:
        grams = sorted(
            (gram for gram in words.query_pairs(words.without_asking(phrase)) if gram in index.by_gram),
            key=lambda gram: len(index.by_gram[gram]),
        )
        whole = sum(index.weight[gram] for gram in grams)
        part: dict[int, float] = {}
        for gram in grams:
            weight = index.weight[gram]
            # The rarest pairs decide who is a candidate; common ones only add to candidates already found.
            known_only = len(part) > MOST_HITS
            for place in index.by_gram[gram]:
                if place in part:
                    part[place] += weight
                elif not known_only:
                    part[place] = weight
        for place, score in part.items():
            share = score / whole
            if share * 3 >= 1 and share > scores.get(place, 0.0):
                scores[place] = share
    return scores if query.everything else {p: score for p, score in scores.items() if index.titles[p].public}


def current_index() -> Index:
    """The index of this process, read anew when the catalogue's version has moved (one small query a call)."""
    global _index
    now = version()
    if _index.version == now:
        return _index
    with _building:
        if _index.version != now:
            _index = _build(now)
    return _index


def version() -> int:
    """The number of the catalogue's present state."""
    return CatalogueVersion.objects.filter(pk=1).values_list("version", flat=True).first() or 0


def _build(number: int) -> Index:
    index = Index(number)
    rows = ItemSearch.objects.order_by("item_id").values_list("item_id", "item__code", "title", "initials", "public")
    for place, (item_id, code, title, letters, public) in enumerate(rows.iterator(chunk_size=5000)):
        index.titles.append(Title(item_id, code, title, words.normal(title), letters, public))
        for gram in words.pairs(title):
            index.by_gram.setdefault(gram, []).append(place)
    count = len(index.titles)
    index.weight = {gram: math.log(1 + count / len(places)) for gram, places in index.by_gram.items()}
    index.synonyms = dict(Synonym.objects.values_list("word", "expansions"))
    return index


def synonyms() -> dict[str, list[str]]:
    """What people say → what the catalogue says, from this process's index."""
    return current_index().synonyms


def bump_version() -> None:
    """Tell every process that what can be found has changed; call it in the transaction of the change.

    The number grows with the clock, so that it never comes twice, not even after a rollback or a restored backup.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            update catalogue_catalogueversion
            set version = greatest(version + 1, (extract(epoch from clock_timestamp()) * 1000000)::bigint) where id = 1
            """
        )


def rewrite(item_ids: Sequence[int]) -> None:
    """Write the search rows of items anew in the open transaction."""
    ItemSearch.objects.filter(item__in=list(item_ids)).delete()
    copy_in(ItemSearch, search_rows_of(item_ids))
