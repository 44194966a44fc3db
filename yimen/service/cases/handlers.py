"""And afterwards? What follows a fact about a case: the applicant is told, and the reports count it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from yimen.ground.identity.events import MemberLeft
from yimen.ground.identity.selectors import account_name, acts_still
from yimen.ground.kit.moments import day_of, now, say_date, say_moment
from yimen.ground.kit.outbox import handles
from yimen.ground.matters.events import EffectCame, EffectNear
from yimen.ground.matters.selectors import behalf_of, effect, takers
from yimen.ground.matters.services import pass_on
from yimen.ground.notices.rules import Template, register_template
from yimen.ground.notices.services import notify_account, notify_party
from yimen.ground.organisations.selectors import Place, escalation, holders
from yimen.service.cases import counting, events, rules
from yimen.service.cases.lifecycle_asides import GIVE, HOLD_HEARING
from yimen.service.cases.models import Case, Hearing, OpinionRequest, Reminder
from yimen.service.cases.services import promising
from yimen.service.cases.services.hearings import call_off_with_case
from yimen.service.cases.services.opinions import lapse_opinions
from yimen.service.catalogue.rules.powers import power_by

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter


def _template(name: str, subject: str, sms: str, kind: str = "law") -> str:
    """Register the words of one short message; what the law orders to be told (行政许可法第三十二、三十八、四十二条) is `law`."""
    template = Template(f"cases.{name}", subject, "{item}（{number}）", kind=kind, sms=sms, gaps_of={"number": "code"})
    register_template(template)
    return template.code


SUBMITTED = _template(
    "submitted", "申请已提交", "您申请的{item}已提交，编号{number}，5个工作日内告知是否受理。", "progress"
)
ACCEPTED = _template("accepted", "申请已受理", "您申请的{item}（{number}）已受理，最晚办结日期见办件页。")
CORRECTION = _template(
    "correction", "请补齐材料", "您申请的{item}（{number}）有材料要补正，内容已一次列明，请登录办件页查看。"
)
NOT_ACCEPTED = _template(
    "not_accepted", "申请结果", "您申请的{item}（{number}）未予受理，理由和去处见告知书，请登录办件页查看。"
)
SUSPENDED = _template("suspended", "进入特别程序", "您申请的{item}（{number}）进入听证、检验等程序，所需时间见告知书。")
EXTENDED = _template("extended", "办理期限延长", "您申请的{item}（{number}）办理期限延长，理由见告知书。")
DECIDED = _template("decided", "办理结果", "您申请的{item}（{number}）已作出决定，请登录办件页查看结果。")
UNDONE = _template("acceptance_undone", "受理更正", "您申请的{item}（{number}）的受理已更正，理由见办件页。")
DECISION_UNDONE = _template(
    "decision_undone", "办理结果更正", "您申请的{item}（{number}）此前的结果已更正，理由见办件页。"
)
ABANDONED = _template("abandoned", "申请视为放弃", "您申请的{item}（{number}）逾期没有补齐材料，视为放弃，可重新申请。")
HEARING_TOLD = _template(
    "hearing_told", "可以要求听证", "您申请的{item}（{number}）可以要求听证，请在5个工作日内登录办件页提出。"
)
HEARING_NOTICED = _template(
    "hearing_noticed", "听证的时间地点", "您申请的{item}（{number}）的听证时间、地点已定，见听证通知书。"
)
DELIVERED = _template("delivered", "结果已送达", "您申请的{item}（{number}）结果已送达，办件结束。", "progress")


def _tell(code: str, key: str, subject: str, body: str, template: str) -> None:
    case = Case.objects.select_related("matter").get(matter__code=code)
    if case.matter.applicant_id is None:
        return
    power = power_by(case.matter.procedure)
    facts = {"item": case.matter.title, "number": rules.short_code(code)}
    subject, body = power.say(subject), power.say(body).format(**facts)
    notify_party(
        key=key, party_id=case.matter.applicant_id, subject=subject, body=body, link=f"/my/matters/{code}/",
        template=template, facts=facts,
    )  # fmt: skip
    behalf = behalf_of(case.matter_id)
    if behalf is not None and acts_still(behalf.account_id, case.matter.applicant_id, behalf.number, day_of(now())):
        whose = f"（代{case.matter.applicant_name[:30]}）"
        notify_account(
            key=f"{key}:agent", account_id=behalf.account_id, subject=subject + whose,
            body=body.replace("您申请的", f"您代{case.matter.applicant_name}申请的"), link="/my/acting/",
        )  # fmt: skip


@handles(events.CaseSubmitted)
def tell_submitted(event: events.CaseSubmitted) -> None:
    """The number, and what happens next."""
    _tell(
        event.code, f"case-submitted:{event.code}", "申请已提交",
        "您申请的“{item}”已提交，编号 {number}。5 个工作日内会告知是否受理；材料有缺的，会一次告知。",
        SUBMITTED,
    )  # fmt: skip


@handles(events.CaseAccepted)
def tell_accepted(event: events.CaseAccepted) -> None:
    """Accepted, under which slip."""
    _tell(
        event.code, f"case-accepted:{event.code}", "申请已受理",
        f"您申请的“{{item}}”（{{number}}）已受理，受理通知书文号 {event.slip_number}。最晚办结日期见办件页面。",
        ACCEPTED,
    )  # fmt: skip


@handles(events.AcceptanceUndone)
def tell_undone(event: events.AcceptanceUndone) -> None:
    """The slip is void, and why; whether it is accepted is told within the receipt's limit, which begins anew."""
    _tell(
        event.code, f"case-undone:{event.code}:{event.at:%Y%m%d%H%M%S}", "受理更正",
        "您申请的“{item}”（{number}）此前视为受理的记录已更正，原受理通知书作废，理由写在办件页面。5 个工作日内会告知是否受理。",
        UNDONE,
    )  # fmt: skip


@handles(events.DecisionUndone)
def tell_decision_undone(event: events.DecisionUndone) -> None:
    """The letter is void, and why; the review goes on with a limit of its own."""
    _tell(
        event.code, f"case-decision-undone:{event.code}:{event.at:%Y%m%d%H%M%S}", "办理结果更正",
        "您申请的“{item}”（{number}）此前视为准予延续的记录已更正，原决定书作废，理由写在办件页面。我们接着审查，期限见办件页面。",
        DECISION_UNDONE,
    )  # fmt: skip


@handles(events.CaseAbandoned)
def tell_abandoned(event: events.CaseAbandoned) -> None:
    """The materials did not come within the days; a new application is welcome."""
    _tell(
        event.code, f"case-abandoned:{event.code}:{event.at:%Y%m%d%H%M%S}", "申请视为放弃",
        "您申请的“{item}”（{number}）没有在规定的时间内补齐材料，已视为放弃申请。已经寄出材料的，请尽快告诉窗口；仍要办的，可以重新申请。",
        ABANDONED,
    )  # fmt: skip


@handles(events.CorrectionRequested)
def tell_correction(event: events.CorrectionRequested) -> None:
    """What to do now; the time until then is not counted."""
    _tell(
        event.code, f"case-correction:{event.code}:{event.at:%Y%m%d%H%M%S}", "请补齐材料",
        "您申请的“{item}”（{number}）有材料要补正，内容已一次列明。请打开办件页面上传；补齐之前不计入办理期限。",
        CORRECTION,
    )  # fmt: skip


@handles(events.CaseNotAccepted)
def tell_not_accepted(event: events.CaseNotAccepted) -> None:
    """Not accepted or not needed; the letter says why."""
    what = "不需要办理许可" if event.outcome == "not_required" else "不予受理"
    _tell(
        event.code, f"case-ended:{event.code}", f"申请结果：{what}",
        f"您申请的“{{item}}”（{{number}}）{what}，理由和去处写在告知书里，请打开办件页面查看。",
        NOT_ACCEPTED,
    )  # fmt: skip


@handles(events.CaseSuspended)
def tell_suspended(event: events.CaseSuspended) -> None:
    """Art. 45: the needed time is told in writing."""
    _tell(
        event.code, f"case-suspended:{event.code}:{event.at:%Y%m%d%H%M%S}", "进入特别程序",
        "您申请的“{item}”（{number}）进入听证、检验等程序，所需时间写在告知书里，期间不计入办理期限。",
        SUSPENDED,
    )  # fmt: skip


@handles(events.LimitExtended)
def tell_extended(event: events.LimitExtended) -> None:
    """Art. 42: the reason of an extension is told."""
    _tell(
        event.code, f"case-extended:{event.code}", "办理期限延长",
        f"您申请的“{{item}}”（{{number}}）办理期限延长 {event.days} 个工作日，理由写在告知书里。",
        EXTENDED,
    )  # fmt: skip


@handles(events.CaseDecided)
def tell_decided(event: events.CaseDecided) -> None:
    """The decision, and how to get the result."""
    said = "已准予，请按您选择的方式领取结果" if event.decision == "granted" else "未获准予，理由和救济途径写在决定书里"
    _tell(event.code, f"case-decided:{event.code}", "办理结果", f"您申请的“{{item}}”（{{number}}）{said}。", DECIDED)


@handles(events.CaseDelivered)
def tell_delivered(event: events.CaseDelivered) -> None:
    """Handed over; the case is closed."""
    _tell(
        event.code,
        f"case-delivered:{event.code}",
        "结果已送达",
        "您申请的“{item}”（{number}）结果已送达，办件结束。",
        DELIVERED,
    )


@handles(events.CaseSubmitted)
def count_submitted(event: events.CaseSubmitted) -> None:
    """One more application for the reports."""
    counting.note(event.matter_id)


@handles(events.CaseAccepted)
def count_accepted(event: events.CaseAccepted) -> None:
    """One more acceptance."""
    counting.note(event.matter_id)


@handles(events.CaseNotAccepted)
def count_not_accepted(event: events.CaseNotAccepted) -> None:
    """One more that ended at receipt."""
    counting.note(event.matter_id)


@handles(events.CaseDecided)
def count_decided(event: events.CaseDecided) -> None:
    """One more decision, with its days."""
    counting.note(event.matter_id)


@handles(events.CaseWithdrawn)
def count_withdrawn(event: events.CaseWithdrawn) -> None:
    """One more withdrawal."""
    counting.note(event.matter_id)


@handles(events.CaseDelivered)
def count_delivered(event: events.CaseDelivered) -> None:
    """One more result handed over."""
    counting.note(event.matter_id)


@handles(events.CorrectionRequested)
def count_corrected(event: events.CorrectionRequested) -> None:
    """One more that was told what lacks."""
    counting.note(event.matter_id)


def _tell_workers(code: str, key: str, subject: str, body: str, at: datetime, *, above: str = "") -> None:
    """The workers of a case that is still open, and the chain above them up to a rung where one is named."""
    matter = Case.objects.select_related("matter__department").get(matter__code=code).matter
    if matter.closed_at is not None:
        return
    chain = escalation(matter.department, above, day_of(at)).told if above else ()
    higher = [each.account_id for each in chain if each.account_id]
    for account in dict.fromkeys([*_workers(matter, at), *higher]):
        notify_account(
            key=f"{key}:{account}", account_id=account, subject=subject[:200],
            body=body.format(item=matter.title, number=rules.short_code(code)), link=f"/desk/cases/{code}/",
        )  # fmt: skip


@handles(events.CaseExpedited)
def tell_expedited(event: events.CaseExpedited) -> None:
    """Whoever works on it hears that it goes first."""
    what = "定为特办件" if event.mark == "special" else "进入绿色通道"
    _tell_workers(
        event.code, f"case-expedited:{event.code}:{event.at:%Y%m%d%H%M%S}", f"优先办理：{what}",
        f"“{{item}}”（{{number}}）已{what}，请优先办理。", event.at,
    )  # fmt: skip


@handles(events.InnerLimitPassed)
def tell_inner_limit(event: events.InnerLimitPassed) -> None:
    """The workers and their team leaders hear that the centre's own limit of a 特办件 has passed."""
    _tell_workers(
        event.code, f"case-inner:{event.code}:{event.at:%Y%m%d}", "特办件过了内部时限",
        "“{item}”（{number}）是特办件，内部时限已过，还没有决定。", event.at, above="deputy",
    )  # fmt: skip


@handles(events.SuperiorSlow)
def tell_superior_slow(event: events.SuperiorSlow) -> None:
    """The workers hear that it is time to ask the superior."""
    _tell_workers(
        event.code, f"superior-slow:{event.report_id}:{event.at:%Y%m%d}", "请催办上级",
        "“{item}”（{number}）报上级后一直没有结果，请联系上级机关并记入催办。", event.at, above="team",
    )  # fmt: skip


@handles(events.CaseTolerated)
def tell_tolerated(event: events.CaseTolerated) -> None:
    """Accepted, and which day the promised materials are due."""
    _tell(
        event.code, f"case-tolerated:{event.code}", "已容缺受理",
        "您申请的“{item}”（{number}）已容缺受理，承诺后补的材料和期限写在告知承诺书里，请按期补齐。", ACCEPTED,
    )  # fmt: skip


@handles(events.ToleranceNear)
def tell_tolerance_near(event: events.ToleranceNear) -> None:
    """The applicant and the workers: the promised day is near."""
    key = f"tolerance-near:{event.code}"
    _tell(
        event.code,
        key,
        "请补齐容缺材料",
        "您申请的“{item}”（{number}）承诺后补的材料快到期了，请打开办件页补交。",
        CORRECTION,
    )
    _tell_workers(event.code, key, "容缺材料快到期", "“{item}”（{number}）的容缺材料快到期，还没有补齐。", event.at)


@handles(events.ToleranceLapsed)
def tell_tolerance_lapsed(event: events.ToleranceLapsed) -> None:
    """The applicant and the workers: the promised day has passed, the result is not handed over."""
    key = f"tolerance-lapsed:{event.code}"
    _tell(
        event.code, key, "容缺材料没有按期补齐",
        "您申请的“{item}”（{number}）承诺后补的材料没有按期补齐，结果暂不送达，请尽快补交；不补的可能终止办理。", CORRECTION,
    )  # fmt: skip
    _tell_workers(
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
    _tell(
        event.code, f"tolerance-ended:{event.code}", "已终止办理",
        "您申请的“{item}”（{number}）因承诺后补的材料没有补齐，已终止办理，理由和救济途径写在告知书里。", NOT_ACCEPTED,
    )  # fmt: skip


@handles(events.CaseDecided)
def count_days_to_check(event: events.CaseDecided) -> None:
    """From now on the days until a signed promise is checked are counted."""
    promising.note_decided(event.matter_id, event.at)


@handles(events.PromiseCheckDue)
def tell_check_due(event: events.PromiseCheckDue) -> None:
    """Whoever reviewed hears that the promise has to be checked."""
    case = Case.objects.select_related("matter__department").get(matter__code=event.code)
    chain = escalation(case.matter.department, "team", day_of(event.at)).told
    known = [case.matter.person_id, *(each.account_id for each in chain)]
    for account in dict.fromkeys(each for each in known if each):
        notify_account(
            key=f"promise-check:{event.code}:{account}", account_id=account, subject="该核查承诺了",
            body=f"“{case.matter.title}”（{rules.short_code(event.code)}）是凭承诺办结的，核查期限快到了。",
            link=f"/desk/cases/{event.code}/",
        )  # fmt: skip


@handles(events.PromiseChecked)
def tell_promise_broken(event: events.PromiseChecked) -> None:
    """A broken promise is told to those who can revoke what rests on it."""
    if event.outcome != "broken":
        return
    case = Case.objects.select_related("matter__department").get(matter__code=event.code)
    for each in escalation(case.matter.department, "deputy", day_of(event.at)).told:
        if each.account_id:
            notify_account(
                key=f"promise-broken:{event.code}:{each.account_id}", account_id=each.account_id, subject="承诺不属实",
                body=f"“{case.matter.title}”（{rules.short_code(event.code)}）核查发现承诺不属实，处理建议写在办件页，请决定是否撤销。",
                link=f"/desk/cases/{event.code}/",
            )  # fmt: skip


@handles(events.ExternalFailed)
def tell_external_failed(event: events.ExternalFailed) -> None:
    """The workers hear that the other system does not have the case, or has another one under its number."""
    _tell_workers(
        event.code, f"external-failed:{event.handling_id}:{event.at:%Y%m%d%H%M}", "推送外部系统没有成功",
        "“{item}”（{number}）没有推送成功或编号重复，请在办件页“外部系统”里查看原因。", event.at,
    )  # fmt: skip


@handles(MemberLeft)
def pass_on_cases(event: MemberLeft) -> None:
    """What somebody handled for an enterprise goes on in the hands of the successor, who is told how much it is."""
    name = account_name(event.successor_id)
    passed = pass_on(
        applicant_id=event.enterprise_id, account_id=event.account_id, to_account=event.successor_id, to_name=name,
        at=event.at,
    )  # fmt: skip
    if passed:
        notify_account(
            key=f"cases-passed-on:{event.membership}", account_id=event.successor_id, subject="接手单位的办件",
            body=f"同事离开单位，{passed} 件在办的事由您接着办。请切换到单位名下，在“我的办件”查看。", link="/my/",
        )  # fmt: skip


@handles(events.CaseReminded)
def tell_reminded(event: events.CaseReminded) -> None:
    """The worker, and when late the chain above (R011): what it is, how late, who else hears it."""
    reminder = Reminder.objects.select_related("matter__department").prefetch_related("told").get(pk=event.reminder)
    matter = reminder.matter
    due = f"期限 {say_date(reminder.due_on)}，" if reminder.due_on else ""
    urged = f"{reminder.by_name}催办：{reminder.reason}" if reminder.kind == Reminder.Kind.URGED else ""
    late = (
        f"已超期 {reminder.late_workdays} 个工作日。"
        if reminder.late_workdays
        else ("已经超期。" if reminder.level else "")
    )
    subject = "催办" if urged else ("办件超期" if reminder.level else "办件快到期")
    who = matter.person_name or "还没有人认领"
    for each in reminder.told.all():
        if each.account_id is not None:
            notify_account(
                key=f"case-reminded:{reminder.pk}:{each.account_id}", account_id=each.account_id,
                subject=f"{subject}：{matter.title}"[:200],
                body=f"{rules.short_code(matter.code)}，{due}{late or '请按时办理。'}由{matter.department.name}办理，经办：{who}。{urged}",
                link=f"/desk/cases/{matter.code}/",
            )  # fmt: skip


@handles(EffectNear)
def warn_of_effect(event: EffectNear) -> None:
    """Whoever works on it, or could, hears what the law does unless they act."""
    case = Case.objects.select_related("matter").filter(pk=event.matter_id, matter__closed_at__isnull=True).first()
    if case is None:
        _warn_beside(event)
        return
    coming = effect(event.effect)
    for account in _workers(case.matter, event.at):
        notify_account(
            key=f"effect-near:{event.code}:{event.effect}:{event.last:%Y%m%d}:{event.workdays}:{account}", account_id=account,
            subject=f"{say_date(day_of(event.last), year=False)}后将{coming.label}",
            body=f"“{case.matter.title}”（{rules.short_code(event.code)}）若到 {say_moment(event.last)} 还没有办理，"
            f"依照{coming.law}将{coming.label}，由系统自动记入。",
            link=f"/desk/cases/{event.code}/",
        )  # fmt: skip


@handles(EffectCame)
def tell_effect(event: EffectCame) -> None:
    """The workers and the chain above them hear that the limit ran out and what the law made of it; it is on record as a fault."""
    case = Case.objects.select_related("matter__department").filter(pk=event.matter_id).first()
    if case is None or not effect(event.effect).at_fault:
        return
    came, matter, on = effect(event.effect), case.matter, day_of(event.at)
    above = [each.account_id for each in escalation(matter.department, "deputy", on).told if each.account_id]
    for account in dict.fromkeys([*_workers(matter, event.at), *above]):
        notify_account(
            key=f"effect-came:{event.code}:{event.effect}:{event.last:%Y%m%d}:{account}", account_id=account,
            subject=f"逾期未办，已{came.label}",
            body=f"“{matter.title}”（{rules.short_code(event.code)}）期限到 {say_moment(event.last)}，没有按时办理，"
            f"依照{came.law}已{came.label}。逾期已记在办理部门名下。",
            link=f"/desk/cases/{event.code}/",
        )  # fmt: skip


def _workers(matter: Matter, at: datetime) -> list[int]:
    if matter.person_id is not None:
        return [matter.person_id]
    return [each.account_id for each in takers(matter, day_of(at))]


# --- Opinions and hearings


def _holders_of(matter: Matter, permission: str, at: datetime) -> list[int]:
    place = Place(matter.department_id, None, matter.centre_id, matter.division_id)
    return list(dict.fromkeys(each.account_id for each in holders([permission], place, day_of(at))))


@handles(events.OpinionAsked)
def tell_asked(event: events.OpinionAsked) -> None:
    """The department hears what it is asked, until when, and what its silence says."""
    request = OpinionRequest.objects.select_related("matter", "asked_by").get(matter__code=event.code)
    due = f"请在 {say_date(request.matter.due_on)} 前答复，" if request.matter.due_on else "请"
    for account in _holders_of(request.matter, GIVE, event.at):
        notify_account(
            key=f"opinion-asked:{event.code}:{event.at:%Y%m%d%H%M%S}:{account}", account_id=account,
            subject=f"{request.asked_by.name}征求意见"[:200],
            body=f"{request.matter.title}。{due}逾期未答复的视为同意。征求的内容：{request.question[:200]}",
            link=f"/desk/opinions/{event.code}/",
        )  # fmt: skip


@handles(events.OpinionUrged)
def tell_opinion_urged(event: events.OpinionUrged) -> None:
    """The department is urged once more."""
    request = OpinionRequest.objects.select_related("matter", "asked_by").get(pk=event.matter_id)
    for account in _holders_of(request.matter, GIVE, event.at):
        notify_account(
            key=f"opinion-urged:{event.code}:{event.at:%Y%m%d%H%M%S}:{account}", account_id=account,
            subject=f"催办：{request.asked_by.name}征求意见"[:200], body=f"{request.matter.title}，请尽快答复。",
            link=f"/desk/opinions/{event.code}/",
        )  # fmt: skip


@handles(events.OpinionAnswered)
def tell_answered(event: events.OpinionAnswered) -> None:
    """Whoever asked hears the answer, or that silence has answered."""
    request = OpinionRequest.objects.select_related("matter__department", "case__matter").get(pk=event.matter_id)
    if request.asker_id is None or not request.answer:
        return
    notify_account(
        key=f"opinion-answered:{event.code}:{event.at:%Y%m%d%H%M%S}", account_id=request.asker_id,
        subject=f"{request.matter.department.name}：{request.get_answer_display()}"[:200],
        body=f"{request.matter.title}。{request.text[:200]}", link=f"/desk/cases/{request.case.matter.code}/",
    )  # fmt: skip


def _warn_beside(event: EffectNear) -> None:
    """What comes to an opinion asked for: whoever could answer hears it. The applicant's five days are told in the letter."""
    request = OpinionRequest.objects.select_related("matter").filter(pk=event.matter_id, matter__state="asked").first()
    if request is None:
        return
    coming = effect(event.effect)
    for account in _holders_of(request.matter, GIVE, event.at):
        notify_account(
            key=f"effect-near:{event.code}:{event.effect}:{event.last:%Y%m%d}:{event.workdays}:{account}", account_id=account,
            subject=f"{say_date(day_of(event.last), year=False)}后视为同意",
            body=f"{request.matter.title}，若到 {say_moment(event.last)} 还没有答复，按{coming.law}视为同意，逾期记在本部门名下。",
            link=f"/desk/opinions/{event.code}/",
        )  # fmt: skip


@handles(EffectCame)
def tell_opinion_default(event: EffectCame) -> None:
    """The silent department and the chain above it hear that it is deemed to have agreed."""
    request = OpinionRequest.objects.select_related("matter__department").filter(pk=event.matter_id).first()
    if request is None:
        return
    above = [each.account_id for each in escalation(request.matter.department, "deputy", day_of(event.at)).told]
    people = [*_holders_of(request.matter, GIVE, event.at), *(each for each in above if each)]
    for account in dict.fromkeys(people):
        notify_account(
            key=f"effect-came:{event.code}:{event.effect}:{event.last:%Y%m%d}:{account}", account_id=account,
            subject="逾期未答复，已视为同意", link=f"/desk/opinions/{event.code}/",
            body=f"{request.matter.title}，期限到 {say_moment(event.last)}，没有答复，已视为同意。逾期已记在本部门名下。",
        )  # fmt: skip


@handles(events.HearingMoved)
def tell_hearing(event: events.HearingMoved) -> None:
    """The applicant hears of the right, of time and place, of a change; the department that somebody asked or objects."""
    hearing = Hearing.objects.select_related("matter", "case__matter").get(matter__code=event.code)
    code, stamp = hearing.case.matter.code, f"{event.code}:{event.at:%Y%m%d%H%M%S}"
    if event.state == "told":
        body = "您申请的“{item}”（{number}）涉及重大利益关系，您可以要求听证：5 个工作日内在办件页提出。逾期没有提出的，接着办理。"
        _tell(code, f"hearing-told:{stamp}", "可以要求听证", body, HEARING_TOLD)
    elif event.state == "noticed" and hearing.planned_at is not None:
        body = f"您申请的“{{item}}”（{{number}}）定于 {say_moment(hearing.planned_at)} 在{hearing.place}听证，主持人{hearing.host_name}。"
        _tell(code, f"hearing-noticed:{stamp}", "听证的时间地点", body, HEARING_NOTICED)
    elif event.state in ("requested", "challenged", "waived"):
        said = {"requested": "申请人要求听证", "challenged": "申请人申请主持人回避", "waived": "申请人没有要求听证"}[
            event.state
        ]
        for account in _holders_of(hearing.matter, HOLD_HEARING, event.at):
            notify_account(
                key=f"hearing-{event.state}:{stamp}:{account}", account_id=account, subject=said,
                body=f"{hearing.matter.title}：{said}。", link=f"/desk/hearings/{event.code}/",
            )  # fmt: skip


def _end_beside(case_id: int, at: datetime) -> None:
    lapse_opinions(case_id, at)
    call_off_with_case(case_id, at)


@handles(events.CaseDecided)
def end_asides_decided(event: events.CaseDecided) -> None:
    """What was still asked beside a case that the law granted is over with it."""
    _end_beside(event.matter_id, max(event.at, now()))


@handles(events.CaseWithdrawn)
def end_asides_withdrawn(event: events.CaseWithdrawn) -> None:
    """What was asked beside a case that was withdrawn is over with it."""
    _end_beside(event.matter_id, max(event.at, now()))
