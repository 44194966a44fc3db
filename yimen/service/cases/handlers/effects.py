"""What the law does when a limit runs out: warned of before, told when it came, to the workers and the chain above them."""

from __future__ import annotations

from yimen.ground.kit.moments import day_of, say_date, say_moment
from yimen.ground.kit.outbox import handles
from yimen.ground.matters.events import EffectCame, EffectNear
from yimen.ground.matters.selectors import effect
from yimen.service.cases import rules
from yimen.service.cases.handlers.hearers import chain, desk_page, holders_of, tell_each, workers
from yimen.service.cases.lifecycle_asides import GIVE
from yimen.service.cases.models import Case, OpinionRequest


@handles(EffectNear)
def warn_of_effect(event: EffectNear) -> None:
    """Whoever works on it, or could, hears what the law does unless they act."""
    case = Case.objects.select_related("matter").filter(pk=event.matter_id, matter__closed_at__isnull=True).first()
    if case is None:
        _warn_of_silence(event)
        return
    coming = effect(event.effect)
    tell_each(
        workers(case.matter, event.at), _key_of_warning(event), f"{say_date(day_of(event.last), year=False)}后将{coming.label}",
        f"“{case.matter.title}”（{rules.short_code(event.code)}）若到 {say_moment(event.last)} 还没有办理，"
        f"依照{coming.law}将{coming.label}，由系统自动记入。",
        desk_page(event.code),
    )  # fmt: skip


def _warn_of_silence(event: EffectNear) -> None:
    """What comes to an opinion asked for: whoever could answer hears it. The applicant's five days are told in the letter."""
    request = OpinionRequest.objects.select_related("matter").filter(pk=event.matter_id, matter__state="asked").first()
    if request is None:
        return
    tell_each(
        holders_of(request.matter, GIVE, event.at), _key_of_warning(event),
        f"{say_date(day_of(event.last), year=False)}后视为同意",
        f"{request.matter.title}，若到 {say_moment(event.last)} 还没有答复，按{effect(event.effect).law}视为同意，逾期记在本部门名下。",
        f"/desk/opinions/{event.code}/",
    )  # fmt: skip


@handles(EffectCame)
def tell_effect(event: EffectCame) -> None:
    """The workers and the chain above them hear that the limit ran out and what the law made of it; it is on record as a fault."""
    case = Case.objects.select_related("matter__department").filter(pk=event.matter_id).first()
    came = effect(event.effect)
    if case is None or not came.at_fault:
        return
    tell_each(
        [*workers(case.matter, event.at), *chain(case.matter, "deputy", event.at)], _key_of_coming(event),
        f"逾期未办，已{came.label}",
        f"“{case.matter.title}”（{rules.short_code(event.code)}）期限到 {say_moment(event.last)}，没有按时办理，"
        f"依照{came.law}已{came.label}。逾期已记在办理部门名下。",
        desk_page(event.code),
    )  # fmt: skip


@handles(EffectCame)
def tell_opinion_default(event: EffectCame) -> None:
    """The silent department and the chain above it hear that it is deemed to have agreed."""
    request = OpinionRequest.objects.select_related("matter__department").filter(pk=event.matter_id).first()
    if request is None:
        return
    tell_each(
        [*holders_of(request.matter, GIVE, event.at), *chain(request.matter, "deputy", event.at)], _key_of_coming(event),
        "逾期未答复，已视为同意",
        f"{request.matter.title}，期限到 {say_moment(event.last)}，没有答复，已视为同意。逾期已记在本部门名下。",
        f"/desk/opinions/{event.code}/",
    )  # fmt: skip


def _key_of_warning(event: EffectNear) -> str:
    return f"effect-near:{event.code}:{event.effect}:{event.last:%Y%m%d}:{event.workdays}"


def _key_of_coming(event: EffectCame) -> str:
    return f"effect-came:{event.code}:{event.effect}:{event.last:%Y%m%d}"
