"""The paths of kinds: what goes first, what lies with a superior, 容缺, 告知承诺, other systems."""

from __future__ import annotations

from yimen.ground.kit.outbox import handles
from yimen.service.cases import events, rules
from yimen.service.cases.handlers import words
from yimen.service.cases.handlers.hearers import chain, desk_page, tell_applicant, tell_each, tell_workers
from yimen.service.cases.models import Case
from yimen.service.cases.services import promising


@handles(events.CaseExpedited)
def tell_expedited(event: events.CaseExpedited) -> None:
    """Whoever works on it hears that it goes first."""
    what = "定为特办件" if event.mark == "special" else "进入绿色通道"
    tell_workers(
        event.code, f"case-expedited:{event.code}:{event.at:%Y%m%d%H%M%S}", f"优先办理：{what}",
        f"“{{item}}”（{{number}}）已{what}，请优先办理。", event.at,
    )  # fmt: skip


@handles(events.InnerLimitPassed)
def tell_inner_limit(event: events.InnerLimitPassed) -> None:
    """The workers and their team leaders hear that the centre's own limit of a 特办件 has passed."""
    tell_workers(
        event.code, f"case-inner:{event.code}:{event.at:%Y%m%d}", "特办件过了内部时限",
        "“{item}”（{number}）是特办件，内部时限已过，还没有决定。", event.at, above="deputy",
    )  # fmt: skip


@handles(events.SuperiorSlow)
def tell_superior_slow(event: events.SuperiorSlow) -> None:
    """The workers hear that it is time to ask the superior."""
    tell_workers(
        event.code, f"superior-slow:{event.report_id}:{event.at:%Y%m%d}", "请催办上级",
        "“{item}”（{number}）报上级后一直没有结果，请联系上级机关并记入催办。", event.at, above="team",
    )  # fmt: skip


@handles(events.CaseTolerated)
def tell_tolerated(event: events.CaseTolerated) -> None:
    """Accepted, and which day the promised materials are due."""
    tell_applicant(
        event.code, f"case-tolerated:{event.code}", "已容缺受理",
        "您申请的“{item}”（{number}）已容缺受理，承诺后补的材料和期限写在告知承诺书里，请按期补齐。", words.ACCEPTED,
    )  # fmt: skip


@handles(events.ToleranceNear)
def tell_tolerance_near(event: events.ToleranceNear) -> None:
    """The applicant and the workers: the promised day is near."""
    key = f"tolerance-near:{event.code}"
    tell_applicant(
        event.code,
        key,
        "请补齐容缺材料",
        "您申请的“{item}”（{number}）承诺后补的材料快到期了，请打开办件页补交。",
        words.CORRECTION,
    )
    tell_workers(event.code, key, "容缺材料快到期", "“{item}”（{number}）的容缺材料快到期，还没有补齐。", event.at)


@handles(events.ToleranceLapsed)
def tell_tolerance_lapsed(event: events.ToleranceLapsed) -> None:
    """The applicant and the workers: the promised day has passed, the result is not handed over."""
    key = f"tolerance-lapsed:{event.code}"
    tell_applicant(
        event.code, key, "容缺材料没有按期补齐",
        "您申请的“{item}”（{number}）承诺后补的材料没有按期补齐，结果暂不送达，请尽快补交；不补的可能终止办理。", words.CORRECTION,
    )  # fmt: skip
    tell_workers(
        event.code,
        key,
        "容缺期满未补",
        "“{item}”（{number}）容缺期满，材料没有补齐，可以终止办理。",
        event.at,
        above="team",
    )


@handles(events.ToleranceEnded)
def tell_tolerance_ended(event: events.ToleranceEnded) -> None:
    """Ended, and why."""
    tell_applicant(
        event.code, f"tolerance-ended:{event.code}", "已终止办理",
        "您申请的“{item}”（{number}）因承诺后补的材料没有补齐，已终止办理，理由和救济途径写在告知书里。", words.NOT_ACCEPTED,
    )  # fmt: skip


@handles(events.CaseDecided)
def count_days_to_check(event: events.CaseDecided) -> None:
    """From now on the days until a signed promise is checked are counted."""
    promising.note_decided(event.matter_id, event.at)


@handles(events.PromiseCheckDue)
def tell_check_due(event: events.PromiseCheckDue) -> None:
    """Whoever reviewed hears that the promise has to be checked."""
    matter = Case.objects.select_related("matter__department").get(matter__code=event.code).matter
    tell_each(
        [matter.person_id, *chain(matter, "team", event.at)], f"promise-check:{event.code}", "该核查承诺了",
        f"“{matter.title}”（{rules.short_code(event.code)}）是凭承诺办结的，核查期限快到了。", desk_page(event.code),
    )  # fmt: skip


@handles(events.PromiseChecked)
def tell_promise_broken(event: events.PromiseChecked) -> None:
    """A broken promise is told to those who can revoke what rests on it."""
    if event.outcome != "broken":
        return
    matter = Case.objects.select_related("matter__department").get(matter__code=event.code).matter
    tell_each(
        chain(matter, "deputy", event.at), f"promise-broken:{event.code}", "承诺不属实",
        f"“{matter.title}”（{rules.short_code(event.code)}）核查发现承诺不属实，处理建议写在办件页，请决定是否撤销。",
        desk_page(event.code),
    )  # fmt: skip


@handles(events.ExternalFailed)
def tell_external_failed(event: events.ExternalFailed) -> None:
    """The workers hear that the other system does not have the case, or has another one under its number."""
    tell_workers(
        event.code, f"external-failed:{event.handling_id}:{event.at:%Y%m%d%H%M}", "推送外部系统没有成功",
        "“{item}”（{number}）没有推送成功或编号重复，请在办件页“外部系统”里查看原因。", event.at,
    )  # fmt: skip
