"""Pages by key: page 10 000 costs what page 1 costs, nothing is counted, and no row is shown twice or skipped.

page = page_by_key(matters.filter(...), order=("due_at", "id"), asked=request.GET, size=30)
{% paging page %}
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

from yimen.ground.kit.refusals import Invalid

LARGEST_PAGE = 200
T = TypeVar("T")


class StaleCursor(Invalid):
    """The cursor was cut, changed, or belongs to a list sorted in another way."""

    code = "stale_cursor"
    status = 400


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows of one page; `before` and `after` are cursors, "" where there is nothing more."""

    rows: list[T]
    before: str
    after: str

    @property
    def shown(self) -> int:
        """How many rows are on this page."""
        return len(self.rows)

    def __iter__(self) -> Iterator[T]:
        return iter(self.rows)


@dataclass(frozen=True, slots=True)
class _Key:
    path: str
    down: bool
    nullable: bool

    def ordering(self, *, backwards: bool) -> OrderBy:
        down = self.down != backwards
        # Empty values stand last in the list, so first when it is walked backwards. Where a column cannot be empty
        # nothing is said about it, so that a plain index serves both directions.
        places: dict[str, Any] = {"nulls_first" if backwards else "nulls_last": True} if self.nullable else {}
        return F(self.path).desc(**places) if down else F(self.path).asc(**places)

    def beyond(self, value: Any, *, backwards: bool) -> Q | None:
        """Rows whose value comes strictly after (backwards: before) `value`; None when there can be none."""
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if backwards else None
        strictly = Q(**{f"{self.path}__{'lt' if self.down != backwards else 'gt'}": value})
        if self.nullable and not backwards:
            return strictly | Q(**{f"{self.path}__isnull": True})
        return strictly

    def level(self, value: Any) -> Q:
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})

    def bound(self, value: Any, *, backwards: bool) -> Q | None:
        """A range that every wanted row is in, so that an index on this column is entered at the right place."""
        if value is None or self.nullable:
            return None
        return Q(**{f"{self.path}__{'lte' if self.down != backwards else 'gte'}": value})


def page_by_key(
    rows: QuerySet[Any, T],
    *,
    order: Sequence[str],
    asked: Mapping[str, str] | None = None,
    size: int = 30,
    load: Callable[[list[Any]], Iterable[T]] | None = None,
) -> Page[T]:
    """One page of `rows` in the given order, where the query's `after` or `before` points.

    `order` names columns (`-` for descending, `matter__due_at` through relations: select_related them); the last one
    must be unique. Empty values come last. `asked` is `request.GET` or any mapping. Raises `StaleCursor`.

    Where no index gives the order, rows with long texts are slow to sort: with `load` only keys are sorted, and `load` is
    given the primary keys of the page and returns its rows in that order.
    """
    if load is not None:
        return _loaded(rows, order, asked or {}, size, load)
    keys = [_key(rows.model, name) for name in order]
    salt = f"paging:{rows.model._meta.label_lower}:{','.join(order)}"
    size = max(1, min(size, LARGEST_PAGE))
    asked = asked or {}
    after, before = asked.get("after") or "", asked.get("before") or ""
    if before and not after:
        found = list(_beyond(rows, keys, _open(before, salt, len(keys)), backwards=True)[: size + 1])
        if found:
            shown = found[:size][::-1]
            return Page(
                shown,
                before=_close(shown[0], keys, salt) if len(found) > size else "",
                after=_close(shown[-1], keys, salt),
            )
        after = ""
    values = _open(after, salt, len(keys)) if after else None
    found = list(_beyond(rows, keys, values, backwards=False)[: size + 1])
    shown = found[:size]
    return Page(
        shown,
        before=_close(shown[0], keys, salt) if values is not None and shown else "",
        after=_close(shown[-1], keys, salt) if len(found) > size else "",
    )


def _loaded(
    rows: QuerySet[Any, T],
    order: Sequence[str],
    asked: Mapping[str, str],
    size: int,
    load: Callable[[list[Any]], Iterable[T]],
) -> Page[T]:
    """The page by its keys alone, then its rows. The cursors are those of the plain page."""
    columns = dict.fromkeys(("pk", *(name.removeprefix("-") for name in order)))
    narrow = rows.select_related(None).prefetch_related(None).values(*columns)
    page = page_by_key(narrow, order=order, asked=asked, size=size)
    return Page(list(load([row["pk"] for row in page.rows])), page.before, page.after)


def page_of_keys(
    keys: Sequence[tuple[Any, ...]],
    *,
    load: Callable[[Sequence[tuple[Any, ...]]], Iterable[T]],
    name: str,
    asked: Mapping[str, str] | None = None,
    size: int = 30,
) -> Page[T]:
    """The same over keys that are in memory already, sorted and each different: `load` is given those of the page and returns
    its rows in that order. `name` tells this list's cursors from those of others. Raises `StaleCursor`.
    """
    salt, size, asked = f"paging:{name}", max(1, min(size, LARGEST_PAGE)), asked or {}
    length = len(keys[0]) if keys else 1
    after, before = asked.get("after") or "", asked.get("before") or ""
    start = 0
    if before and not after:
        start = max(0, bisect_left(keys, tuple(_open(before, salt, length))) - size) if keys else 0
    elif after:
        start = bisect_right(keys, tuple(_open(after, salt, length))) if keys else 0
    shown = keys[start : start + size]
    return Page(
        list(load(shown)),
        before=signing.dumps(list(shown[0]), salt=salt) if start and shown else "",
        after=signing.dumps(list(shown[-1]), salt=salt) if start + size < len(keys) else "",
    )


def _beyond(
    rows: QuerySet[Any, T], keys: Sequence[_Key], values: Sequence[Any] | None, *, backwards: bool
) -> QuerySet[Any, T]:
    if values is not None:
        wanted, level = Q(pk__in=[]), Q()
        for key, value in zip(keys, values, strict=True):
            strictly = key.beyond(value, backwards=backwards)
            if strictly is not None:
                wanted |= level & strictly
            level &= key.level(value)
        bound = keys[0].bound(values[0], backwards=backwards)
        rows = rows.filter(bound & wanted if bound is not None else wanted)
    return rows.order_by(*(key.ordering(backwards=backwards) for key in keys))


def _key(model: type[Model], name: str) -> _Key:
    path = name.removeprefix("-")
    return _Key(path, name.startswith("-"), _nullable(model, path))


def _nullable(model: type[Model], path: str) -> bool:
    """Whether the column at the end of the path may be empty; an annotation is taken to be never empty."""
    nullable = False
    for part in path.split("__"):
        try:
            field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        except FieldDoesNotExist:
            return nullable
        nullable = nullable or bool(getattr(field, "null", False))
        related = getattr(field, "related_model", None)
        if isinstance(related, type):
            model = related
    return nullable


def _close(row: Any, keys: Sequence[_Key], salt: str) -> str:
    return signing.dumps([_plain(_value(row, key.path)) for key in keys], salt=salt)


def _value(row: Any, path: str) -> Any:
    if isinstance(row, Mapping):
        return row[path]
    for part in path.split("__"):
        row = getattr(row, part) if row is not None else None
    return row


def _plain(value: Any) -> Any:
    for tag, kind in (("datetime", datetime), ("date", date), ("uuid", UUID), ("decimal", Decimal)):
        if isinstance(value, kind):
            return [tag, value.isoformat() if isinstance(value, date) else str(value)]
    return value


def _open(cursor: str, salt: str, length: int) -> list[Any]:
    revive: dict[str, Callable[[str], Any]] = {
        "datetime": datetime.fromisoformat,
        "date": date.fromisoformat,
        "uuid": UUID,
        "decimal": Decimal,
    }
    try:
        values = signing.loads(cursor, salt=salt)
        if not isinstance(values, list) or len(values) != length:
            raise ValueError
        return [revive[value[0]](value[1]) if isinstance(value, list) else value for value in values]
    except (signing.BadSignature, ValueError, KeyError, TypeError):
        raise StaleCursor("翻页的位置已失效：列表的排序或条件已改变。", next_step="请从第一页重新查看。") from None
