"""Which papers are in force, who has not read them, what is lacking or old (R079)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotFound
from yimen.ground.organisations import selectors as organisations
from yimen.service.windows import policies, rules
from yimen.service.windows.models import Activation, Paper, Reading
from yimen.service.windows.selectors.common import setting
from yimen.service.windows.selectors.kinds import in_order

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit, Window


def in_force(kind: str, window: Window, day: date) -> Paper | None:
    """The version that holds at a window on a day: the window's own, else that of the only department it serves."""
    rows = Paper.objects.filter(kind=kind, state=Paper.State.APPROVED, in_force_from__lte=day)
    own = rows.filter(window=window).order_by("-in_force_from", "-version").first()
    if own is not None:
        return own
    served = list(window.departments.values_list("pk", flat=True))
    if len(served) != 1:
        return None
    return rows.filter(department=served[0]).order_by("-in_force_from", "-version").first()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a window stands with one kind of paper: the version in force, whether it is old, how many have not read it."""

    window: Window
    kind: str
    paper: Paper | None
    old: bool
    unread: int

    @property
    def label(self) -> str:
        """The kind's name."""
        return rules.PAPERS[self.kind]

    @property
    def word(self) -> str:
        """How it stands, in one word."""
        return "缺" if self.paper is None else "该复核" if self.old else "有"

    @property
    def status(self) -> str:
        """The colour that goes with the word."""
        return "red" if self.paper is None else "warning" if self.old else "normal"


def standings(centre: Unit, day: date) -> list[Standing]:
    """Every open window of a centre with both kinds; a constant number of queries."""
    windows = in_order(list(organisations.open_windows(centre).prefetch_related("departments")))
    rows = Paper.objects.filter(state=Paper.State.APPROVED, in_force_from__lte=day)
    rows = rows.filter(Q(window__in=windows) | Q(department__isnull=False)).order_by("in_force_from", "version")
    held: dict[tuple[str, str, int], Paper] = {}
    for each in rows:
        key = ("window", each.window_id) if each.window_id else ("department", each.department_id or 0)
        held[each.kind, key[0], key[1]] = each
    months = setting("paper_months", centre.pk)
    staff = _staff_by_window(windows, day)
    read: dict[int, set[int]] = {}
    for paper_id, account in Reading.objects.filter(paper__in=list(held.values())).values_list("paper", "account"):
        read.setdefault(paper_id, set()).add(account)
    found = []
    for window in windows:
        served = [each.pk for each in window.departments.all()]
        for kind in rules.PAPERS:
            paper = held.get((kind, "window", window.pk))
            if paper is None and len(served) == 1:
                paper = held.get((kind, "department", served[0]))
            old = paper is not None and rules.is_old(paper.in_force_from or day, day, months)
            unread = len(staff.get(window.pk, set()) - read.get(paper.pk, set())) if paper is not None else 0
            found.append(Standing(window, kind, paper, old, unread))
    return found


def _staff_by_window(windows: list[Window], day: date) -> dict[int, set[int]]:
    from yimen.ground.identity.selectors import accounts

    rows = accounts(active=True).filter(_on(day), posts__window__in=windows).values_list("posts__window", "pk")
    found: dict[int, set[int]] = {}
    for window, account in rows.distinct():
        found.setdefault(window, set()).add(account)
    return found


def _on(day: date) -> Q:
    return Q(posts__held_from__lte=day) & (Q(posts__held_to__isnull=True) | Q(posts__held_to__gte=day))


def staff_to_read(paper: Paper, day: date) -> list[tuple[int, str]]:
    """Who works where the paper holds: at the window, or at the department's windows; id and name, by name."""
    from yimen.ground.identity.selectors import accounts

    if paper.window_id is not None:
        at = Q(posts__window=paper.window_id)
    else:
        at = Q(posts__window__departments=paper.department_id) | Q(posts__unit=paper.department_id)
    rows = accounts(active=True).filter(at & _on(day)).distinct().order_by("name", "pk")
    return list(rows.values_list("pk", "name"))


def readings(paper: Paper, day: date) -> tuple[list[Reading], list[str]]:
    """Who has read it, and the names of those who have not."""
    read = list(paper.readings.order_by("read_at", "pk"))
    known = {each.account_id for each in read}
    return read, [name for pk, name in staff_to_read(paper, day) if pk not in known]


def visible(actor: Actor) -> QuerySet[Paper]:
    """Every version one may read, newest first; drafts only for who writes or approves."""
    allowed = Paper.objects.filter(policies.papers(actor)).values("pk")
    found = Paper.objects.filter(pk__in=allowed).exclude(state=Paper.State.DISCARDED)
    if not (actor.holds(policies.DRAFT) or actor.holds(policies.APPROVE)):
        found = found.filter(state=Paper.State.APPROVED)
    return found.select_related("window__centre", "department", "centre")


def unread_of(actor: Actor, day: date) -> QuerySet[Paper]:
    """The versions in force that the actor's window uses and the actor has not read."""
    if actor.window_id is None or actor.account_id is None:
        return Paper.objects.none()
    mine = Q(window=actor.window_id) | Q(department__served_at=actor.window_id)
    rows = Paper.objects.filter(mine, state=Paper.State.APPROVED, in_force_from__lte=day)
    newer = Paper.objects.filter(state=Paper.State.APPROVED, in_force_from__lte=day)
    keep = [
        each.pk
        for each in rows.distinct()
        if not newer.filter(
            kind=each.kind, window=each.window_id, department=each.department_id, version__gt=each.version
        ).exists()
    ]
    return Paper.objects.filter(pk__in=keep).exclude(readings__account=actor.account_id)


def versions_of(paper: Paper) -> QuerySet[Paper]:
    """Every version of the same paper, newest first."""
    rows = Paper.objects.filter(kind=paper.kind, window=paper.window_id, department=paper.department_id)
    return rows.exclude(state=Paper.State.DISCARDED).order_by("-version")


def activations(actor: Actor) -> QuerySet[Activation]:
    """Where plans were started, newest first, at windows whose papers the actor may read."""
    allowed = Paper.objects.filter(policies.papers(actor)).values("pk")
    found = Activation.objects.filter(Q(paper__in=allowed) | Q(window=actor.window_id or 0))
    return found.select_related("window__centre", "paper").order_by("-started_at", "-pk")


def activation(actor: Actor, uid: UUID) -> Activation:
    """One of them; raises `NotFound`."""
    found = activations(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound("没有这次预案启动。", next_step="请从清单进入。")
    return found
