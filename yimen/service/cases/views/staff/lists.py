"""Work lists of the desk: the inbox in its boxes, what is finished, the query over all that one may see.

Every list is filtered, sorted, paged by key and exported. Nothing here counts a big table: counts stop at 99+.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity.policies import staff
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.matters import selectors as matters
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases import selectors as cases
from yimen.service.cases.forms_staff import ListFilter, QueryFilter
from yimen.service.cases.lifecycle import LICENCE
from yimen.service.cases.selectors_paths import first_of
from yimen.service.cases.views.staff import figures
from yimen.service.cases.views.staff.asking import actor_of
from yimen.service.cases.views.staff.boxes import open_boxes
from yimen.service.cases.views.staff.export import workbook
from yimen.service.cases.views.staff.rows import rows_of

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter

PAGE = 20
EXPORT_MOST = 5000
SEARCH_DAYS = 365
"""How far back words are looked for where no day is given: they are found by reading, so the reading has an end."""

BOXES: dict[matters.Box, str] = {"window": "本窗口", "mine": "我的", "department": "本部门", "centre": "本中心"}

STOPPED = tuple(state.code for state in LICENCE.states if state.phase == "stopped")
PRESETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("收件箱", ()),
    "correcting": ("待补正", ("correction_requested", "correcting")),
    "stopped": ("停表中", ("suspended",)),
    "deciding": ("待决定", ("deciding",)),
    "delivering": ("待送达", ("granted", "refused")),
}
"""Parts of the inbox with an entry of their own in the side menu."""


# --- The inbox


@staff
def inbox(request: HttpRequest, preset: str = "") -> HttpResponseBase:
    """What waits for this window, this person, this department, most urgent first."""
    actor, at = actor_of(request), moments.now()
    boxes = open_boxes(actor)
    if not boxes:
        return render(request, "cases/staff/no_post.html", {})
    which = next((box for box in boxes if box == request.GET.get("box")), boxes[0])
    title, states = PRESETS[preset]
    form = _filter(request, actor, states)
    found = _narrowed(cases.box(actor, which), form, at, states)
    descending = request.GET.get("sort") == "-due"
    order = ("-sort_at", "-id") if descending else ("sort_at", "id")
    if request.GET.get("as") == "xlsx":
        return _export(found.order_by(*order), actor, at, title)
    first = first_of(found) if not (request.GET.get("after") or request.GET.get("before")) else []
    if first:
        found = found.exclude(pk__in=[matter.pk for matter in first])
    page = page_by_key(found.select_related("department"), order=order, asked=request.GET, size=PAGE)
    context = {
        "title": title,
        "preset": preset,
        "which": which,
        "tabs": [_tab(request, actor, box, which, states) for box in boxes],
        "form": form,
        "narrowed": any(form.chosen(name) for name in ("state", "department", "soon")),
        "page": page,
        "rows": rows_of([*first, *page], actor, at),
        "here": request.get_full_path(),
        "export_url": _with(request, {"as": "xlsx"}),
        "today": figures.today(request),
        "may_intake": actor.window_id is not None and actor.holds("cases.intake"),
    }
    return render(request, "cases/staff/inbox.html", context)


@dataclass(frozen=True, slots=True)
class Tab:
    """A box with its bounded count."""

    label: str
    url: str
    count: str
    here: bool


def _tab(request: HttpRequest, actor: Actor, box: matters.Box, which: matters.Box, states: Sequence[str]) -> Tab:
    found = cases.box(actor, box)
    if states:
        found = found.filter(state__in=states)
    return Tab(BOXES[box], f"{request.path}?{urlencode({'box': box})}", figures.bounded(found), box == which)


def _filter(request: HttpRequest, actor: Actor, states: Sequence[str]) -> ListFilter:
    shown = [(state.code, state.label) for state in LICENCE.states if state.phase != "closed"]
    if states:
        shown = [pair for pair in shown if pair[0] in states]
    return ListFilter(request.GET, states=shown, departments=departments(actor))


def departments(actor: Actor) -> list[tuple[int, str]]:
    """The departments whose work can be in this actor's lists."""
    return [(unit.pk, unit.short_name or unit.name) for unit in organisations.departments().order_by("order", "name")]


def _narrowed(found: QuerySet[Matter], form: ListFilter, at: datetime, states: Sequence[str]) -> QuerySet[Matter]:
    if state := form.chosen("state"):
        found = found.filter(state=state)
    elif states:
        found = found.filter(state__in=states)
    if department := form.chosen("department"):
        found = found.filter(department=department)
    if form.chosen("soon"):
        found = found.filter(warn_at__lte=at)
    return found


# --- Finished, and everything


@staff
def done(request: HttpRequest) -> HttpResponseBase:
    """What is finished, latest application first."""
    actor, at = actor_of(request), moments.now()
    # The form of the query page, with closed states only.
    form = QueryFilter(_within_a_year(request, at), states=_states("closed"), departments=departments(actor))
    found = _asked(cases.visible(actor).filter(closed_at__isnull=False), form)
    return _list(request, actor, at, found, form, "已办结", "cases/staff/query.html")


@staff
def query(request: HttpRequest) -> HttpResponseBase:
    """Every case one may see, narrowed by text, state, department and days."""
    actor, at = actor_of(request), moments.now()
    form = QueryFilter(
        _within_a_year(request, at), states=_states("open", "stopped", "closed"), departments=departments(actor)
    )
    return _list(request, actor, at, _asked(cases.visible(actor), form), form, "办件查询", "cases/staff/query.html")


@staff
def find(request: HttpRequest) -> HttpResponseBase:
    """The search box: a number opens its case, anything else lists what it is found in, a year back."""
    actor, at = actor_of(request), moments.now()
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    if not text:
        return redirect("cases:desk_query")
    by_number = list(numbered(cases.visible(actor), text)[:2])
    if len(by_number) == 1:
        return redirect("cases:desk_case", code=by_number[0].code)
    form = QueryFilter(
        _within_a_year(request, at), states=_states("open", "stopped", "closed"), departments=departments(actor)
    )
    found = _asked(cases.visible(actor), form)
    return _list(request, actor, at, found, form, f"查找“{text}”", "cases/staff/query.html", searched=text)


def _within_a_year(request: HttpRequest, at: datetime) -> QueryDict:
    """What was asked; where words are looked for and no first day is given, from a year ago, which the form then shows."""
    asked = request.GET.copy()
    text = asked.get("q", "").strip()
    if text and not looks_like_number(text) and not asked.get("first"):
        asked["first"] = (moments.day_of(at) - timedelta(days=SEARCH_DAYS)).isoformat()
    return asked


def _states(*phases: str) -> list[tuple[str, str]]:
    return [(state.code, state.label) for state in LICENCE.states if state.phase in phases]


def _list(
    request: HttpRequest, actor: Actor, at: datetime, found: QuerySet[Matter], form: QueryFilter, title: str,
    template: str, searched: str = "",
) -> HttpResponseBase:  # fmt: skip
    order = ("opened_at", "id") if request.GET.get("sort") == "opened" else ("-opened_at", "-id")
    if request.GET.get("as") == "xlsx":
        return _export(found.order_by(*order), actor, at, title)
    page = page_by_key(found.select_related("department"), order=order, asked=request.GET, size=PAGE)
    context = {
        "title": title,
        "searched": searched,
        "form": form,
        "page": page,
        "rows": rows_of(page, actor, at),
        "here": request.get_full_path(),
        "export_url": _with(request, {"as": "xlsx"}),
        "query_url": reverse("cases:desk_query"),
    }
    return render(request, template, context)


def _asked(found: QuerySet[Matter], form: QueryFilter) -> QuerySet[Matter]:
    """What the form asks for; an unusable field narrows nothing and says so itself."""
    if state := form.chosen("state"):
        found = found.filter(state=state)
    if department := form.chosen("department"):
        found = found.filter(department=department)
    first, last = form.chosen("first"), form.chosen("last")
    if first:
        found = found.filter(opened_at__gte=midnight(first))
    if last and last < date.max:
        found = found.filter(opened_at__lt=midnight(last + timedelta(days=1)))
    if text := form.chosen("q"):
        found = numbered(found, text) if looks_like_number(text) else found.filter(
            Q(applicant_name__icontains=text) | Q(title__icontains=text)
        )  # fmt: skip
    return found


def looks_like_number(text: str) -> bool:
    """A case number, whole, its tail with or without the hyphen; not a name and not a title."""
    plain = text.replace("-", "").replace(" ", "").upper()
    return plain.isascii() and plain.isalnum() and len(plain) >= 8 and sum(c.isdigit() for c in plain) >= 8


def numbered(found: QuerySet[Matter], text: str) -> QuerySet[Matter]:
    """Matters by number: all 43 characters, or the day and serial that people say (`20260916-0027`)."""
    plain = text.replace("-", "").replace(" ", "").upper()
    if not looks_like_number(text):
        return found.none()
    if len(plain) >= 40:
        return found.filter(code=plain)
    try:
        day = date(int(plain[-12:-8]), int(plain[-8:-6]), int(plain[-6:-4]))
    except ValueError:
        return found.none()
    if not 1990 <= day.year <= 2199:
        return found.none()
    # The day in the number is the day of submission: an index finds it, the tail only sifts.
    return found.filter(
        opened_at__gte=midnight(day), opened_at__lt=midnight(day + timedelta(days=1)), code__endswith=plain
    )


def midnight(day: date) -> datetime:
    """The first moment of a day in China."""
    return datetime.combine(day, time(), tzinfo=moments.CHINA)


# --- Taking a list along


def _with(request: HttpRequest, more: dict[str, Any]) -> str:
    asked = request.GET.copy()
    for gone in ("after", "before"):
        asked.pop(gone, None)
    asked.update(more)
    return "?" + asked.urlencode()


def _export(found: QuerySet[Matter], actor: Actor, at: datetime, title: str) -> HttpResponseBase:
    """The list as it stands, its first 5 000 rows."""
    return workbook(title, rows_of(found.select_related("department")[:EXPORT_MOST], actor, at), at=at)
