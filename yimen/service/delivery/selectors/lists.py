"""The register of results, the parcels, what happened to one."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.periods import Period
from yimen.service.delivery import policies, rules
from yimen.service.delivery.models import CourierNotice, Course, Parcel, Result
from yimen.service.delivery.services.registering import index_of

BOXES = {
    "waiting": "待出件", "shelved": "待领取", "post": "待邮寄", "mailing": "邮寄中", "overdue": "久未领取", "trouble": "要处理",
    "handed": "已交付", "all": "全部",
}  # fmt: skip
"""The tabs of the register."""

PARCEL_BOXES = {"asked": "待下单", "moving": "路上", "trouble": "要处理", "ended": "已结束", "all": "全部"}


def results(
    actor: Actor, *, box: str, today: date, text: str = "", by: str = "", span: Period | None = None,
    unit: int | None = None, item: str = "",
) -> QuerySet[Result]:  # fmt: skip
    """The results one reaches, by tab and words: case number, applicant, item, pick-up code, shelf."""
    found = Result.objects.filter(policies.results(actor)).select_related(
        "matter__applicant", "department", "cabinet", "centre"
    )
    match box:
        case "waiting" | "shelved" | "mailing" | "handed":
            found = found.filter(state=box)
        case "post":
            found = found.filter(state__in=("waiting", "shelved"), way="post")
        case "overdue":
            found = found.filter(state="shelved", remind_on__lte=today)
        case "trouble":
            found = found.exclude(trouble="")
        case _:
            pass
    if by:
        found = found.filter(by=by)
    if span is not None:
        found = found.filter(handed_at__gte=span.moments[0], handed_at__lt=span.moments[1])
    if unit is not None:
        found = found.filter(department=unit)
    if item:
        found = found.filter(matter__subject=item)
    if text:
        fits = Q(matter__code=text) | Q(matter__title__icontains=text) | Q(matter__applicant__name__icontains=text)
        fits |= Q(shelf__iexact=text)
        if code := rules.read_code(text):
            fits |= Q(code_index=index_of(code))
        found = found.filter(fits)
    return found


def parcels(
    actor: Actor, *, box: str, text: str = "", direction: str = "", span: Period | None = None, company: str = ""
) -> QuerySet[Parcel]:
    """The parcels one reaches, by tab and words: our number, the courier's, the case's, the name."""
    found = Parcel.objects.filter(policies.parcels(actor)).select_related("matter", "centre")
    match box:
        case "asked":
            found = found.filter(state="asked")
        case "moving":
            found = found.filter(state__in=("ordered", "accepted", "transit", "refused"))
        case "trouble":
            found = found.filter(
                ~Q(trouble="") | Q(state__in=("returned", "lost"), replaced_by=None, result__state="waiting")
            )
        case "ended":
            found = found.filter(state__in=rules.ENDED)
        case _:
            pass
    if direction:
        found = found.filter(direction=direction)
    if span is not None:
        found = found.filter(ordered_at__gte=span.moments[0], ordered_at__lt=span.moments[1])
    if company:
        found = found.filter(courier=company)
    if text:
        found = found.filter(
            Q(code=text.upper()) | Q(tracking__iexact=text) | Q(matter__code=text) | Q(name__icontains=text)
        )
    return found


def notices_held() -> QuerySet[CourierNotice]:
    """What couriers said that fits no parcel, or contradicts one, and nobody has looked at."""
    return CourierNotice.objects.filter(outcome__in=rules.HELD_OUTCOMES, closed_at=None).select_related(
        "parcel__matter"
    )


def result_of_case(case_id: int) -> Result | None:
    """The result of a case, None before its decision."""
    return Result.objects.filter(matter=case_id).select_related("centre", "cabinet", "matter").first()


def course_of(*, result: Result | None = None, parcel: Parcel | None = None) -> list[Course]:
    """What happened to a result (its parcels' lines with it) or to a parcel, the newest first."""
    fits = Q(parcel=parcel) if parcel is not None else Q(result=result) | Q(parcel__result=result)
    return list(Course.objects.filter(fits).select_related("parcel").order_by("-at", "-pk")[:100])
