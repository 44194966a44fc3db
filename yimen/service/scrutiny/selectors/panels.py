"""What may be asked of joint reviews and observers: the lists, one of each, what stands on a case, the small figures (R072)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotFound
from yimen.service.scrutiny import policies
from yimen.service.scrutiny.models import Observer, Panel, Seat

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.service.cases.models import Case


@dataclass(frozen=True, slots=True)
class PanelFigures:
    """Joint reviews by state, and seats by whether somebody was there; each is the length of a list."""

    convened: int
    concluded: int
    cancelled: int
    attended: int
    absent: int

    @property
    def attendance(self) -> float | None:
        """Of the seats of meetings that were held, how many were taken, in per cent."""
        seats = self.attended + self.absent
        return round(100 * self.attended / seats, 1) if seats else None


def seats_of_mine(actor: Actor) -> set[int]:
    """The departments for which the actor replies and speaks."""
    return {held.scope_id or actor.department_id or 0 for held in actor.held(policies.ATTEND)} - {0}


def panels_seen(actor: Actor) -> QuerySet[Panel]:
    """The joint reviews an actor may see: the centre's, those one's department is invited to, those over cases of its own."""
    rows = Panel.objects.select_related("matter__department")
    seen, convened = policies.placed(actor, policies.VIEW), policies.placed(actor, policies.CONVENE)
    if (actor.holds(policies.VIEW) and not seen) or (actor.holds(policies.CONVENE) and not convened):
        return rows
    invited = Q(pk__in=Seat.objects.filter(department__in=seats_of_mine(actor)).values("panel"))
    over = Panel.cases.through.objects.filter(_case_placed(actor)).values("panel_id")
    return rows.filter(seen | convened | invited | Q(pk__in=over))


def _case_placed(actor: Actor) -> Q:
    """The joining rows of cases in the actor's scope."""
    return policies.placed(actor, policies.VIEW, "case__matter__")


def access_panel(actor: Actor, code: str) -> Panel:
    """The joint review with this number; to a stranger there is none (`NotFound`)."""
    found = panels_seen(actor).filter(matter__code=str(code)[:60]).first()
    if found is None:
        raise NotFound("没有找到这次会审。", next_step="请核对编号，或从“中心会审”清单进入。")
    return found


def panels_of(case: Case) -> QuerySet[Panel]:
    """The joint reviews of a case, first to last."""
    return Panel.objects.filter(cases=case.pk).select_related("matter").order_by("pk")


def seat_of(panel: Panel, pk: int) -> Seat:
    """A seat of it; raises `NotFound`."""
    found = panel.seats.select_related("department", "panel__matter").filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这个参加部门。", next_step="请从会审页面进入。")
    return found


def paper_of_panel(panel: Panel, uid: UUID) -> StoredFile:
    """A paper of it; raises `NotFound`."""
    found = panel.papers.filter(uid=uid).first()
    if found is None:
        raise NotFound("没有找到这份材料。", next_step="请从会审页面打开。")
    return found


def panel_figures(found: QuerySet[Panel]) -> PanelFigures:
    """The numbers above a list, of exactly the joint reviews in it."""
    states = dict(found.order_by().values_list("matter__state").annotate(Count("pk")))
    seats = Seat.objects.filter(panel__in=found.order_by().values("pk"), attended__isnull=False)
    there = dict(seats.order_by().values_list("attended").annotate(Count("pk")))
    return PanelFigures(
        states.get("convened", 0),
        states.get("concluded", 0),
        states.get("cancelled", 0),
        there.get(True, 0),
        there.get(False, 0),
    )


# --- Observers


def observed_by(actor: Actor) -> QuerySet[Observer]:
    """The cases one takes part in, or, for whoever attaches observers, all of the centre."""
    rows = Observer.objects.select_related("case__matter__department")
    if actor.holds(policies.OBSERVE):
        where = policies.placed(actor, policies.OBSERVE, "case__matter__")
        return rows.filter(where | Q(account=actor.account_id or 0)) if where else rows
    return rows.filter(account=actor.account_id or 0)


def access_observer(actor: Actor, uid: UUID) -> Observer:
    """One of them; to a stranger there is none (`NotFound`)."""
    found = observed_by(actor).filter(uid=uid).first()
    if found is None:
        raise NotFound("没有找到这项全程参与。", next_step="请从“全程参与”清单进入。")
    return found


def observers_of(case: Case) -> list[Observer]:
    """Who takes or took part in a case, with their remarks."""
    return list(Observer.objects.filter(case=case.pk).prefetch_related("remarks").order_by("pk"))
