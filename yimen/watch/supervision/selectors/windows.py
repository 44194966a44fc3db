"""Performance of single windows, and of the people at them, from supervision data and the facts of reports (R217)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from yimen.ground.identity import selectors as people
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import CHINA
from yimen.ground.matters import selectors as matters
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases import selectors as cases
from yimen.watch.supervision import policies
from yimen.watch.supervision.lifecycle import STANDING
from yimen.watch.supervision.models import Alert, LightChange, Terms

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter

WORK = {
    "taken": "收件", "accepted": "受理", "in_time": "按时受理", "deemed": "逾期视为受理", "slips": "受理单",
    "corrected": "告知补正", "decided": "办结", "late": "超期办结",
}  # fmt: skip
LIGHTS = {"lit_yellow": ("亮黄灯", "yellow"), "lit_red": ("亮红灯", "red")}
MARKS = {
    "yellow": ("黄牌", Q(matter__state__in=STANDING, card__level="yellow")),
    "red": ("红牌", Q(matter__state__in=STANDING, card__level="red")),
    "noted": ("提醒", Q(matter__state="noted")),
}
LABELS = WORK | {key: label for key, (label, _) in LIGHTS.items()} | {key: label for key, (label, _) in MARKS.items()}
"""Every number with its heading, in the order of the table."""
COST = {"red": "red_points", "yellow": "yellow_points", "noted": "notice_points", "late": "late_points",
        "deemed": "deemed_points", "lit_red": "light_points"}  # fmt: skip
"""What each number costs, by the name of its setting."""


@dataclass(slots=True)
class WindowScore:
    """One window, or one person (`key` the uid): 100 points less what is counted times what it costs, never below 0."""

    key: str
    name: str
    place: str = ""
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LABELS, 0))
    points: int = 100


def window_scores(actor: Actor, first: date, last: date, terms: Terms) -> list[WindowScore]:
    """Windows within the actor's scope at which anything was done or found in these days, the best first; five questions."""
    found = _counted(actor, policies.WATCH, first, last, "window")
    known = {each.pk: each for each in organisations.windows_by_id([key for key in found if isinstance(key, int)])}
    made = [
        WindowScore(
            str(pk), f"{window.number} 号 {window.name}", window.centre.short_name or window.centre.name, counts
        )
        for pk, counts in found.items()
        if (window := known.get(pk)) is not None
    ]
    return _scored(made, terms)


def person_scores(actor: Actor, first: date, last: date, terms: Terms) -> list[WindowScore]:
    """The same of the people who hold a post at a window, for whoever may see that (`supervision.people`)."""
    found = _counted(actor, policies.PEOPLE, first, last, "person")
    posts = {each.account.uid: each for each in organisations.window_posts(last) if each.account is not None}
    made = [
        WindowScore(str(uid), post.account.name, f"{post.unit.short_name or post.unit.name} {post.window}", counts)
        for uid, counts in found.items()
        if (post := posts.get(uid)) is not None and post.account is not None
    ]
    return _scored(made, terms)


def _scored(made: list[WindowScore], terms: Terms) -> list[WindowScore]:
    for each in made:
        lost = sum(each.counts[name] * getattr(terms, cost) for name, cost in COST.items())
        each.points = max(0, 100 - lost)
    return sorted(made, key=lambda each: (-each.points, -each.counts["decided"], each.place, each.name))


def _counted(actor: Actor, permission: str, first: date, last: date, by: str) -> dict[Any, dict[str, int]]:
    found: dict[Any, dict[str, int]] = {}

    def of(key: Any) -> dict[str, int]:
        return found.setdefault(key, dict.fromkeys(LABELS, 0))

    for key, counts in cases.work(actor, permission, first, last, "window" if by == "window" else "person").items():
        of(key).update(counts)
    column = "matter__window" if by == "window" else "matter__person__uid"
    lit = _lit(actor, permission, first, last).filter(**{f"{column.removesuffix('__uid')}__isnull": False}).order_by()
    for key, after, count in lit.values_list(column, "after").annotate(n=Count("matter", distinct=True)):
        of(key)[f"lit_{after}"] = count
    column = "window" if by == "window" else "person__uid"
    marks = (
        _marked(actor, permission, first, last).filter(**{f"{column.removesuffix('__uid')}__isnull": False}).order_by()
    )
    for row in marks.values_list(column).annotate(
        **{f"n_{name}": Count("pk", filter=q) for name, (_, q) in MARKS.items()}
    ):
        for name, count in zip(MARKS, row[1:], strict=True):
            if count:
                of(row[0])[name] = count
    return found


def _lit(actor: Actor, permission: str, first: date, last: date) -> QuerySet[LightChange]:
    shone = LightChange.objects.filter(
        after__in=("yellow", "red"), at__gte=begins(first), at__lt=begins(last + timedelta(days=1))
    )
    within = matters.within(actor, permission)
    return shone if within is None else shone.filter(matter__in=within)


def _marked(actor: Actor, permission: str, first: date, last: date) -> QuerySet[Alert]:
    return Alert.objects.filter(
        policies.matters_scope(actor, permission),
        found_at__gte=begins(first),
        found_at__lt=begins(last + timedelta(days=1)),
    )


def begins(day: date) -> datetime:
    """The first moment of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)


# --- The lists behind


def window_behind(actor: Actor, which: str, first: date, last: date, at: Mapping[str, Any]) -> QuerySet[Matter]:
    """The matters that a number of work or lights counts, newest first, with department, centre and window.

    `at` has a `window` (id) or a `person` (uid). Raises KeyError for what is not counted so.
    """
    permission = policies.WATCH if "window" in at else policies.PEOPLE
    if which in WORK:
        found = cases.work_behind(actor, permission, which, first, last, at)
    else:
        shone = _lit(actor, permission, first, last).filter(after=LIGHTS[which][1])
        found = matters.visible(actor, permission).filter(pk__in=shone.order_by().values("matter"))
        found = found.filter(window=at["window"]) if "window" in at else found.filter(person__uid=at["person"])
    return found.select_related("department", "centre", "window")


def mark_behind(actor: Actor, which: str, first: date, last: date, at: Mapping[str, Any]) -> QuerySet[Alert]:
    """The alerts that a number of cards or reminders counts, newest first."""
    permission = policies.WATCH if "window" in at else policies.PEOPLE
    found = _marked(actor, permission, first, last).filter(MARKS[which][1])
    found = found.filter(window=at["window"]) if "window" in at else found.filter(person__uid=at["person"])
    return found.select_related(
        "matter", "department", "violation", "version__rule", "window", "about", "card"
    ).order_by("-found_at", "-pk")


def name_of(at: Mapping[str, Any]) -> str:
    """What a window, or a person, is called; "" where there is none."""
    if "window" in at:
        return next((f"{each.number} 号 {each.name}" for each in organisations.windows_by_id([at["window"]])), "")
    account = people.accounts().filter(uid=at["person"]).first()
    return account.name if account is not None else ""


def key_of(by: str, text: str) -> dict[str, Any] | None:
    """A window's id or a person's uid out of an address; None for nonsense."""
    if by == "window":
        return {"window": int(text)} if text.isascii() and text.isdigit() and len(text) < 10 else None
    try:
        return {"person": UUID(text)}
    except ValueError:
        return None
