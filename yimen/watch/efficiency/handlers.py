"""And afterwards? Who is told. Each may run twice: a notice has its key. Nobody is told who complained."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from yimen.ground.identity.selectors import accounts as known_accounts
from yimen.ground.kit import keyring
from yimen.ground.kit.moments import day_of, say_date
from yimen.ground.kit.outbox import handles
from yimen.ground.matters.selectors import by_code
from yimen.ground.notices.services import notify_account, notify_party
from yimen.ground.organisations import selectors as organisations
from yimen.watch.efficiency import events, policies
from yimen.watch.efficiency.models import Complaint, Correction, EntryCheck, Fault
from yimen.watch.efficiency.rules import RUNGS
from yimen.watch.efficiency.selectors.repeated import repeats
from yimen.watch.supervision import services as supervision
from yimen.watch.supervision.events import CardChanged
from yimen.watch.supervision.selectors import every_card


def _tell(accounts: Iterable[int], key: str, subject: str, body: str, link: str) -> None:
    for account in sorted(set(accounts)):
        notify_account(
            key=f"efficiency:{key}:{account}", account_id=account, subject=subject, body=body[:500], link=link
        )


def _holders(code: str, unit_id: int, on: date, centre_id: int | None = None) -> list[int]:
    unit = organisations.unit(unit_id)
    place = organisations.Place(unit_id, None, centre_id, unit.division_id)
    return [each.account_id for each in organisations.holders({code}, place, on)]


def _at(at: datetime) -> str:
    return f"{at:%Y%m%d%H%M%S%f}"


# --- Corrections and inspections


@handles(events.CorrectionIssued)
def tell_issued(event: events.CorrectionIssued) -> None:
    """The unit has to put it right, by when."""
    matter = by_code(event.code)
    due = f"请在{say_date(matter.due_on)}前整改并报送情况。" if matter.due_on else "请尽快整改。"
    told = _holders(policies.RECTIFY, event.unit, day_of(event.at))
    _tell(told, f"{event.code}:issued", "收到整改通知", f"{matter.title}。{due}", f"/desk/corrections/{event.code}/")


TO_UNIT = {
    "send_back": "整改被退回，请重新整改",
    "urge": "催办：请尽快报送整改情况",
    "extend": "整改期限已延长",
    "verify": "整改已核验通过",
    "escalate": "整改不到位，已转问责",
    "withdraw": "整改通知已撤回",
}


@handles(events.CorrectionMoved)
def tell_moved(event: events.CorrectionMoved) -> None:
    """The unit of what was decided, the issuer of what was reported."""
    correction = Correction.objects.select_related("matter", "issuer").get(pk=event.matter_id)
    link, on = f"/desk/corrections/{event.code}/", day_of(event.at)
    key = f"{event.code}:{event.action}:{_at(event.at)}"
    if event.action in TO_UNIT:
        _tell(_holders(policies.RECTIFY, event.unit, on), key, TO_UNIT[event.action], correction.matter.title, link)
    elif event.action == "report":
        told = _holders(policies.MANAGE, correction.issuer_id, on, correction.matter.centre_id)
        _tell(told, key, "已报整改情况，请核验", correction.matter.title, link)


@handles(events.EntryCheckAssigned)
def tell_check(event: events.EntryCheckAssigned) -> None:
    """The department has to check itself."""
    matter = by_code(event.code)
    due = f"请在{say_date(matter.due_on)}前报自查情况。" if matter.due_on else "请报自查情况。"
    told = _holders(policies.RECTIFY, event.unit, day_of(event.at))
    _tell(
        told, f"{event.code}:assigned", "授权与进驻检查", f"{matter.title}。{due}", f"/desk/entry-checks/{event.code}/"
    )


# --- Complaints


def _handlers(complaint: Complaint, on: date) -> list[int]:
    """Who may handle this complaint: the holders who are not of the accused unit and have not stepped back."""
    unit = organisations.unit(complaint.matter.department_id)
    held = _holders(policies.COMPLAINTS, unit.pk, on)
    theirs = set(organisations.staff_of(complaint.accused, on).values_list("pk", flat=True))
    away = set(complaint.recusals.values_list("account_id", flat=True)) | {complaint.accused_person_id}
    return [each for each in held if each not in theirs and each not in away]


@handles(events.ComplaintReceived)
def tell_received(event: events.ComplaintReceived) -> None:
    """Those who may handle it; the notice names neither side."""
    complaint = Complaint.objects.select_related("matter", "accused").get(matter__code=event.code)
    due = f"请在{say_date(complaint.matter.due_on)}前决定是否受理。" if complaint.matter.due_on else ""
    told = _handlers(complaint, day_of(event.at))
    _tell(
        told, f"{event.code}:received", "有新的效能投诉", f"编号 {event.code}。{due}", f"/desk/complaints/{event.code}/"
    )


TO_OWNER = ("accept", "decline", "answer", "answer_at_once", "extend", "reinvestigate")
TO_INVESTIGATOR = {"supplement": "投诉人补充了情况", "withdraw": "投诉人撤回了投诉", "rate": "投诉人作了评价"}


@handles(events.ComplaintMoved)
def tell_complaint(event: events.ComplaintMoved) -> None:
    """A complainant who was signed in hears that there is news, no more; the investigator of what the complainant did."""
    complaint = Complaint.objects.select_related("matter", "accused").get(pk=event.matter_id)
    key = f"{event.code}:{event.action}:{_at(event.at)}"
    if event.action in TO_OWNER and complaint.owner:
        # The key and the words hold no number: whoever sees messages learns of no complaint.
        notify_party(
            key=f"efficiency:{keyring.blind_index(key, kind='complaint_news')[4:60]}", party_id=int(complaint.owner),
            subject="您反映的情况有新进展", body="请登录后在“我的投诉”里查看。", link="/my/complaints/", email=False,
        )  # fmt: skip
    elif event.action in TO_INVESTIGATOR:
        on = day_of(event.at)
        told = [complaint.investigator_id] if complaint.investigator_id else _handlers(complaint, on)
        _tell(told, key, TO_INVESTIGATOR[event.action], f"编号 {event.code}。", f"/desk/complaints/{event.code}/")
    elif event.action == "recuse":
        words = f"编号 {event.code}，原办理人已回避，请接着办理。"
        _tell(_handlers(complaint, day_of(event.at)), key, "投诉要换人办理", words, f"/desk/complaints/{event.code}/")


@handles(events.ComplaintMoved)
def raise_attitude(event: events.ComplaintMoved) -> None:
    """A complaint about somebody's manner was found true: supervision knows, without learning which complaint (R219)."""
    if event.action != "find_effective":
        return
    complaint = Complaint.objects.select_related("accused", "accused_person").get(pk=event.matter_id)
    if complaint.violation != "attitude" or complaint.found != Complaint.Found.EFFECTIVE:
        return
    person = complaint.accused_person
    unit = organisations.department_of(complaint.accused)
    alert = supervision.raise_attitude(
        mark=keyring.blind_index(event.code, kind="complaint_alert")[4:60], department_id=unit.pk,
        who=(person.pk, person.name) if person is not None else None, of_unit=complaint.accused.name, at=event.at,
    )  # fmt: skip
    if alert is not None:
        Complaint.objects.filter(pk=complaint.pk).update(alert=alert.pk)


# --- Cards of supervision


@handles(CardChanged)
def tell_repeated(event: CardChanged) -> None:
    """A card took effect: whoever may begin the ladder hears when it is one too many of its kind (R235)."""
    card = every_card().select_related("alert__department").filter(pk=event.matter_id, standing="final").first()
    if card is None:
        return
    unit = card.alert.department
    for each in repeats(event.at, unit=unit.pk):
        if each.violation != card.alert.violation_id:
            continue
        place = organisations.Place(unit.pk, None, None, unit.division_id)
        told = [held.account_id for held in organisations.holders({policies.DECIDE}, place, day_of(event.at))]
        words = f"{unit.name}因“{each.violation_name}”已有 {each.cards} 张牌生效。"
        words += "追责正在进行，请看是否采取下一级措施。" if each.ladder else "请决定是否启动追责。"
        link = f"/desk/ladders/{each.ladder.matter.code}/" if each.ladder else "/desk/ladders/"
        _tell(told, f"repeat:{unit.pk}:{each.violation}:{card.number}", "同类违规屡纠屡犯", words, link)


# --- Faults and ladders


def _person(fault: Fault, on: date) -> list[int]:
    return [fault.person_id] if fault.person_id else _holders(policies.RECTIFY, fault.unit_id, on)


@handles(events.FaultOpened)
def tell_opened(event: events.FaultOpened) -> None:
    """The person: what is looked into, and until when they may speak."""
    fault = Fault.objects.select_related("matter").get(matter__code=event.code)
    due = f"请在{say_date(fault.matter.due_on)}前陈述申辩。" if fault.matter.due_on else "请陈述申辩。"
    _tell(_person(fault, day_of(event.at)), f"{event.code}:opened", "过错立案告知", due, f"/desk/faults/{event.code}/")


TO_PERSON = {
    "decide": "过错认定结果，不服可以申诉",
    "dismiss": "不予追究",
    "uphold": "申诉复核：维持",
    "soften": "申诉复核：减轻",
    "revoke": "申诉复核：撤销",
    "become_final": "过错认定已生效",
}


@handles(events.FaultMoved)
def tell_fault(event: events.FaultMoved) -> None:
    """The person of what was ruled; those who rule of what was said."""
    fault = Fault.objects.select_related("matter").get(pk=event.matter_id)
    on, link = day_of(event.at), f"/desk/faults/{event.code}/"
    key = f"{event.code}:{event.action}:{_at(event.at)}"
    if event.action in TO_PERSON:
        _tell(_person(fault, on), key, TO_PERSON[event.action], f"编号 {event.code}。", link)
    elif event.action in ("state", "appeal"):
        said = "已陈述申辩，请认定" if event.action == "state" else "已申诉，请复核"
        barred = {fault.person_id, fault.decided_by_id if event.action == "appeal" else None}
        told = [each for each in _holders(policies.DECIDE, fault.matter.department_id, on) if each not in barred]
        _tell(told, key, f"当事人{said}", f"编号 {event.code}。", link)


@handles(events.RungTaken)
def tell_rung(event: events.RungTaken) -> None:
    """The unit's heads."""
    told = _holders(policies.RECTIFY, event.unit, day_of(event.at))
    words = f"对您单位采取了“{RUNGS[event.rung]}”。"
    _tell(told, f"{event.code}:{event.rung}", "追责措施", words, f"/desk/ladders/{event.code}/")


# --- Limits


@handles(events.EfficiencyLimit)
def tell_limit(event: events.EfficiencyLimit) -> None:
    """Whoever has to act now; once the limit is past, those above them too (R011)."""
    matter, on = by_code(event.code), day_of(event.at)
    late = event.level > 0
    subject = "已经超期" if late else "期限快到"
    words = f"编号 {event.code}，{say_date(event.due_on)}到期。"
    key = f"{event.code}:limit:{event.due_on}:{event.level}"
    if matter.procedure == "complaint":
        complaint = Complaint.objects.select_related("matter", "accused").get(pk=matter.pk)
        mine = [complaint.investigator_id] if complaint.investigator_id and not late else _handlers(complaint, on)
        _tell(mine, key, f"效能投诉{subject}", words, f"/desk/complaints/{event.code}/")
    elif matter.procedure == "fault":
        fault = Fault.objects.select_related("matter").get(pk=matter.pk)
        theirs = matter.state in ("hearing", "decided")
        told = _person(fault, on) if theirs and not late else _holders(policies.DECIDE, matter.department_id, on)
        _tell(told, key, f"过错责任{subject}", words, f"/desk/faults/{event.code}/")
    else:
        name, issuer = (
            ("corrections", Correction.objects.get(pk=matter.pk).issuer_id)
            if matter.procedure == "correction"
            else ("entry-checks", EntryCheck.objects.get(pk=matter.pk).issuer_id)
        )
        unit_acts = matter.state in ("rectifying", "assigned")
        told = _holders(policies.RECTIFY, matter.department_id, on) if unit_acts else []
        if not unit_acts or late:
            told += _holders(policies.MANAGE, issuer, on, matter.centre_id)
        if late and unit_acts:
            chain = organisations.responsibility_chain(organisations.unit(matter.department_id), on)
            told += [rung.account_id for rung in chain if rung.account_id]
        active = known_accounts(active=True).filter(pk__in=told).values_list("pk", flat=True)
        _tell(active, key, f"{matter.title[:40]}{subject}", words, f"/desk/{name}/{event.code}/")
