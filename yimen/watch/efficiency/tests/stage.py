"""Orders, complaints, faults and entries in the cast's county, for the tests of this module and of every address."""

from __future__ import annotations

from typing import Any

from tests.cast import Cast
from yimen.ground.kit.moments import day_of, now
from yimen.watch.efficiency import services
from yimen.watch.efficiency.models import Complaint, Correction, Entry, EntryCheck, Fault, Ladder

STATEMENT = "11 月 20 日上午到窗口办证，等了两个小时没有人理，说系统坏了让改天再来。"
NAME, PHONE, ADDRESS = "郭小雨", "13700001234", "清河县城关镇西街 8 号"


def ordered(cast: Cast, who: str = "sun", unit: str = "market", **more: Any) -> Correction:
    """An order of correction to the market department."""
    given: dict[str, Any] = {"problem": "窗口缺岗两小时。", "demand": "补齐人员，说明原因。", "source": "daily"} | more
    made = services.open_correction(actor=cast.actor(who), unit=cast.units[unit], at=now(), **given)
    return correction_again(made)


def correction_again(correction: Correction) -> Correction:
    return Correction.objects.select_related("matter__department", "issuer").get(pk=correction.pk)


def lodged(cast: Cast, unit: str = "market", owner: str | None = None, **more: Any) -> services.complaints.Lodged:
    """A named complaint about the market department; `owner` is a citizen who is signed in."""
    given: dict[str, Any] = {
        "kind": "complaint", "violation": "slow", "statement": STATEMENT, "name": NAME, "phone": PHONE,
        "address": ADDRESS, "about": "511990312",
    } | more  # fmt: skip
    party = cast.parties[owner].pk if owner else None
    return services.lodge(given=services.Given(accused=cast.units[unit], **given), at=now(), owner=party)


def complaint_again(complaint: Complaint) -> Complaint:
    return Complaint.objects.select_related("matter__department", "accused").get(pk=complaint.pk)


def accepted(cast: Cast, who: str = "sun", **more: Any) -> Complaint:
    """A complaint that Sun investigates."""
    made = lodged(cast, **more).complaint
    services.complaints.accept(complaint=complaint_again(made), actor=cast.actor(who), at=now())
    return complaint_again(made)


def found(cast: Cast, *, effective: bool = True, **more: Any) -> Complaint:
    """A complaint that was found out."""
    made = accepted(cast, **more)
    verb = services.complaints.find_effective if effective else services.complaints.find_ineffective
    verb(complaint=made, actor=cast.actor("sun"), reason="调看监控，情况属实。", at=now())
    return complaint_again(made)


def rewarded(cast: Cast) -> Complaint:
    """A true report whose reward was approved."""
    report = found(cast, kind="report", violation="extortion", wants_reward=True)
    services.propose_reward(
        complaint=report, actor=cast.actor("sun"), level="reward_third", amount_fen=20_000, ground="线索属实", at=now()
    )
    services.approve_reward(complaint=report, actor=cast.actor("leader"), at=now())
    return complaint_again(report)


def fault(cast: Cast, person: str | None = "wang", unit: str = "market", **more: Any) -> Fault:
    """A fault of a person of which they are told."""
    made = services.record_fault(
        actor=cast.actor("sun"), unit=cast.units[unit], violation="slow", rule="《限时办结制》第五条",
        facts="一件即办件拖了三天。", person=cast.accounts[person] if person else None, at=now(), **more,
    )  # fmt: skip
    return fault_again(made)


def fault_again(made: Fault) -> Fault:
    return Fault.objects.select_related("matter__department", "unit").get(pk=made.pk)


def stated(cast: Cast, person: str | None = "wang", **more: Any) -> Fault:
    made = fault(cast, person, **more)
    services.faults.state(fault=made, actor=cast.actor(person or "he"), reason="当天系统故障。", at=now())
    return fault_again(made)


def decided(cast: Cast, who: str = "sun", **more: Any) -> Fault:
    made = stated(cast, **more)
    services.faults.decide(fault=made, actor=cast.actor(who), sanction="criticism", reason="故障只有半小时。", at=now())
    return fault_again(made)


def ladder(cast: Cast, unit: str = "market", **more: Any) -> Ladder:
    made = services.begin_ladder(
        actor=cast.actor("sun"), unit=cast.units[unit], ground="shell", text="进驻事项半年没有办件。", at=now(), **more
    )
    return Ladder.objects.select_related("matter__department", "unit").get(pk=made.pk)


def check(cast: Cast, unit: str = "market") -> EntryCheck:
    made = services.assign_check(actor=cast.actor("sun"), unit=cast.units[unit], demand="逐项自查。", at=now())
    return EntryCheck.objects.select_related("matter__department", "issuer").get(pk=made.pk)


DETAILS: dict[str, dict[str, Any]] = {
    "visit": {"visitors": "孙悦、方正", "level": "own"},
    "video": {"place": "3 号窗口", "watcher": "孙悦"},
    "post": {"persons": "孙悦", "phone": "0990-6312345", "place": "一楼大厅"},
    "project": {"owner": "清河建投", "weight": "key", "command": "产业园建设指挥部"},
    "keypost": {"risk": "high"},
    "incident": {"sort": "nil"},
    "media": {"outlet": "清河日报", "tone": "praise"},
    "campaign": {"campaign": "2026 年规范提升年", "measures": "每月检查一次"},
}


def entry(cast: Cast, register: str = "visit", unit: str | None = "market", who: str = "sun", **more: Any) -> Entry:
    """An entry of a register."""
    today = day_of(now())
    given: dict[str, Any] = {"due_on": today} if register == "campaign" else {}
    return services.record_entry(
        actor=cast.actor(who), register=register, on_date=today, title="窗口上班玩手机", text="上午十点。",
        unit=cast.units[unit] if unit else None, details=DETAILS[register], at=now(), **{**given, **more},
    )  # fmt: skip
