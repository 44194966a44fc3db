"""The verbs of 效能投诉 (R236, R238): lodge, accept, investigate, find, answer, follow up.

Nothing here writes who complained anywhere but into the closed columns of `Complaint`: steps and audit rows of the complainant
are the system's, without an address; files lose their names; events carry the number alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit import audit, keyring
from yimen.ground.kit.particulars import checked_phone, tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotFound
from yimen.ground.kit.text import clean_text
from yimen.ground.matters.services import Taken
from yimen.watch.efficiency import policies, rules
from yimen.watch.efficiency.events import ComplaintMoved, ComplaintReceived
from yimen.watch.efficiency.lifecycle import COMPLAINT, COMPLAINTS, INTAKE
from yimen.watch.efficiency.models import Complaint, Disclosure, Recusal
from yimen.watch.efficiency.selectors.common import complaint_unit, setting
from yimen.watch.efficiency.services.common import PREFIXES, clock, next_code, open_one, take

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.organisations.models import Unit

COMPLAINANT = replace(SYSTEM, name="投诉人", post="")
"""How ledger and audit name whoever complained, known or not."""

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SECRET_LENGTH = 8


class CannotComplain(Invalid):
    """What was filled in makes no complaint."""

    code = "cannot_complain"


class NobodyNamed(Invalid):
    """The complaint is anonymous: there is no identity to look at."""

    code = "nobody_named"


class NoMoreTime(Conflict):
    """The handling was prolonged before, or by more than may be."""

    code = "no_more_time"


@dataclass(frozen=True, slots=True)
class Given:
    """What a complainant says. `accused_who` is a person or post in the accused unit as they describe it."""

    kind: str
    accused: Unit
    violation: str
    statement: str
    desk: str = "efficiency"
    accused_who: str = ""
    anonymous: bool = False
    name: str = ""
    phone: str = ""
    address: str = ""
    about: str = ""
    wants_reward: bool = False
    files: Sequence[StoredFile] = field(default=())


@dataclass(frozen=True, slots=True)
class Lodged:
    """A complaint that was lodged. `secret` is shown once; with the number it opens the query page."""

    complaint: Complaint
    code: str
    secret: str


# --- Lodging


def lodge(*, given: Given, at: datetime, channel: str = "web", owner: int | None = None) -> Lodged:
    """A complaint by a citizen, signed in (`owner` is their party) or not. Raises `CannotComplain`, `Invalid`."""
    where = audit.current()
    with audit.request_context(where.request_id, None), transaction.atomic():
        return _open(given, COMPLAINANT, "submit", at, channel, owner)


@transaction.atomic
def register(*, given: Given, actor: Actor, at: datetime, channel: str) -> Lodged:
    """A complaint taken down by staff from the telephone, a letter or a visit; the caller is told number and secret."""
    if channel not in ("phone", "letter", "visit"):
        raise CannotComplain("请选择来电、来信或来访。", fields={"channel": "请选择"})
    policies.require(actor, INTAKE, given.accused.pk, given.accused.division_id)
    if given.accused.pk in policies.own_units(actor):
        raise CannotComplain(
            "反映本单位的投诉不能由本单位登记。", next_step="请告诉来访人到效能监督机构反映，或自己在网上提交。",
            fields={"accused": "请由效能监督机构登记"},
        )  # fmt: skip
    return _open(given, actor, "register", at, channel, None)


def _open(given: Given, actor: Actor, action: str, at: datetime, channel: str, owner: int | None) -> Lodged:
    given = checked(given)
    unit = complaint_unit(given.accused)
    code = next_code(PREFIXES["complaint"], given.accused.division_id, at)
    matter_id = open_one(
        name=COMPLAINT.name, action=action, code=code, title=rules.COMPLAINT_TITLE, actor=actor, at=at, unit=unit,
        clock=clock("accepting", "accept"), facts={"channel": channel}, events=[ComplaintReceived(code, at)],
        channel="window" if channel == "visit" else "phone" if channel == "phone" else "api" if channel == "api" else "web",
    )  # fmt: skip
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))
    complaint = Complaint.objects.create(
        matter_id=matter_id, desk=given.desk, kind=given.kind, channel=channel, accused=given.accused,
        accused_who=given.accused_who, violation=given.violation, statement=given.statement,
        anonymous=given.anonymous, name=given.name, phone=given.phone, address=given.address, about=given.about,
        wants_reward=given.wants_reward and given.kind == "report", secret_index=secret_index(code, secret),
        owner="" if owner is None else str(owner), owner_index="" if owner is None else owner_index(owner),
    )  # fmt: skip
    if given.files:
        complaint.files.set(given.files)
    return Lodged(complaint, code, secret)


def secret_index(code: str, secret: str) -> str:
    """The form in which the secret of a complaint is kept."""
    return keyring.blind_index(f"{code}\x1f{secret.replace('-', '')}", kind="complaint_secret")


def owner_index(party_id: int) -> str:
    """The form in which the complainant's party is found again by itself alone."""
    return keyring.blind_index(str(party_id), kind="complaint_owner")


def checked(given: Given) -> Given:
    """What a complaint needs, tidied; raises `CannotComplain`, `Invalid` with the field's name."""
    accused = given.accused
    if accused.kind in ("government", "section") or accused.dissolved_on is not None:
        raise CannotComplain(
            "请选择具体的部门、乡镇或中心。", next_step="反映政府整体工作的，请走信访渠道。",
            fields={"accused": "请选择被投诉单位"},
        )  # fmt: skip
    if given.kind not in Complaint.Kind.values or given.desk not in Complaint.Desk.values:
        raise CannotComplain("请选择类型。", fields={"kind": "请选择"})
    if given.violation not in rules.VIOLATIONS:
        raise CannotComplain("请选择反映的问题。", fields={"violation": "请选择"})
    statement = clean_text(given.statement, label="反映的情况", limit=4000)
    if len(statement) < 10:
        raise CannotComplain("请把情况写清楚，至少 10 个字。", fields={"statement": "写明时间、地点、什么事"})
    who = tidy(given.accused_who, "被投诉人", 100, field="accused_who", needed=False)
    if given.anonymous:
        # Whatever was typed before the box was ticked is not kept.
        return replace(given, statement=statement, accused_who=who, name="", phone="", address="", about="")
    return replace(
        given,
        statement=statement,
        accused_who=who,
        name=tidy(given.name, "姓名", 60, field="name"),
        phone=checked_phone(given.phone),
        address=tidy(given.address, "联系地址", 120, field="address", needed=False),
        about=tidy(given.about, "办件编号", 60, field="about", needed=False),
    )


# --- Handling


@transaction.atomic
def accept(*, complaint: Complaint, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """受理: the handling clock starts; whoever accepts investigates."""
    in_time = complaint.matter.due_at is None or at <= complaint.matter.due_at
    taken = _take(
        complaint, "accept", "", actor, at, seen, clock=clock("investigating", "investigate"),
        change={"person_id": actor.account_id, "person_name": actor.name},
    )  # fmt: skip
    complaint.accepted_at, complaint.accepted_in_time = at, in_time
    complaint.investigator_id, complaint.investigator_name = actor.account_id, actor.name
    complaint.save(update_fields=["accepted_at", "accepted_in_time", "investigator", "investigator_name"])
    return taken


@transaction.atomic
def decline(*, complaint: Complaint, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """不予受理, with the reason and where to go; the complainant reads it."""
    return _said(complaint, "decline", reason, actor, at, seen)


@transaction.atomic
def answer_at_once(*, complaint: Complaint, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """A question is answered at once (R236: 咨询的逐一答复)."""
    if complaint.kind != Complaint.Kind.QUESTION:
        raise CannotComplain("只有咨询可以当场答复。", next_step="投诉、举报请先受理、调查。")
    return _said(complaint, "answer_at_once", reason, actor, at, seen)


@transaction.atomic
def note(
    *, complaint: Complaint, actor: Actor, text: str, at: datetime, seen: int | None = None,
    files: Sequence[StoredFile] = (), accused_person: int | None = None,
) -> Taken:  # fmt: skip
    """记调查情况, with evidence; names the person complained of once it is known, who from then on must stay away."""
    taken = _take(complaint, "note", text, actor, at, seen, files=files)
    if accused_person is not None:
        complaint.accused_person_id = accused_person
        complaint.save(update_fields=["accused_person"])
    return taken


@transaction.atomic
def find_effective(*, complaint: Complaint, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """认定有效: what was complained of is true."""
    return _find(complaint, "find_effective", Complaint.Found.EFFECTIVE, reason, actor, at, seen)


@transaction.atomic
def find_ineffective(
    *, complaint: Complaint, actor: Actor, reason: str, at: datetime, seen: int | None = None
) -> Taken:
    """认定无效: it is not true, or is no fault."""
    return _find(complaint, "find_ineffective", Complaint.Found.INEFFECTIVE, reason, actor, at, seen)


@transaction.atomic
def extend(
    *, complaint: Complaint, actor: Actor, days: int, reason: str, at: datetime, seen: int | None = None
) -> Taken:
    """Prolong the handling, once, by no more than the place has set; the complainant reads why."""
    most = setting("prolong")
    if complaint.prolonged or not 1 <= days <= most:
        raise NoMoreTime(
            "办理期限已经延长过，不能再延长。" if complaint.prolonged else f"最多延长 {most} 个工作日。",
            next_step="请在期限内办完；确实办不完的，先把查清的部分答复投诉人。", fields={"days": f"1 到 {most}"},
        )  # fmt: skip
    taken = _take(complaint, "extend", reason, actor, at, seen, extend_by=days, facts={"days": days}, told=True)
    complaint.prolonged = True
    complaint.save(update_fields=["prolonged"])
    return taken


@transaction.atomic
def answer(*, complaint: Complaint, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """答复投诉人: found or not, and what was done about it."""
    taken = _take(complaint, "answer", reason, actor, at, seen, told=True, clock=clock("following", "follow_up"))
    complaint.answered_at, complaint.answer = at, reason
    complaint.save(update_fields=["answered_at", "answer"])
    return taken


@transaction.atomic
def follow_up(
    *, complaint: Complaint, actor: Actor, satisfied: bool | None, reason: str, at: datetime, seen: int | None = None
) -> Taken:
    """登记回访: satisfied, not, or not reached (None); closes the complaint."""
    return _rated(complaint, "follow_up", satisfied, reason, actor, at, seen)


@transaction.atomic
def reinvestigate(*, complaint: Complaint, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """重新调查: the complainant is not content, with cause; a fresh clock."""
    taken = _take(
        complaint, "reinvestigate", reason, actor, at, seen, clock=clock("investigating", "investigate"), told=True
    )
    complaint.found, complaint.prolonged = "", False
    complaint.save(update_fields=["found", "prolonged"])
    return taken


@transaction.atomic
def recuse(*, complaint: Complaint, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """本人回避: whoever says so never sees this complaint again; somebody else goes on with it."""
    if actor.account_id is None:
        raise NotFound("没有这件投诉。")
    mine = complaint.investigator_id == actor.account_id
    taken = _take(
        complaint, "recuse", reason, actor, at, seen, change={"person_id": None, "person_name": ""} if mine else None
    )
    Recusal.objects.create(complaint=complaint, account_id=actor.account_id, who=actor.name, reason=reason[:500], at=at)
    if mine:
        complaint.investigator, complaint.investigator_name = None, ""
        complaint.save(update_fields=["investigator", "investigator_name"])
    return taken


# --- Who complained


@transaction.atomic
def reveal(*, complaint: Complaint, actor: Actor, reason: str, at: datetime) -> dict[str, str]:
    """Name, telephone, address and related case in full, to whoever may see this complaint, for a reason that is kept.

    Raises `NotFound` for the people of the accused unit, `NotAllowed`, `NobodyNamed`, `Invalid` without a reason.
    """
    _admit(complaint, actor)
    policies.require(actor, policies.REVEAL, complaint.matter.department_id, complaint.matter.division_id)
    if complaint.anonymous:
        raise NobodyNamed("这是匿名投诉，系统里没有投诉人的身份。")
    reason = tidy(reason, "查看理由", 200, field="why")
    if len(reason) < 4:
        raise Invalid("请写明查看理由，至少 4 个字。", fields={"why": "至少 4 个字"})
    assert actor.account_id is not None  # noqa: S101 - staff have one
    Disclosure.objects.create(complaint=complaint, account_id=actor.account_id, who=actor.name, reason=reason, at=at)
    audit.record("efficiency.reveal", actor=actor, target_kind="matter", target=complaint.matter.code, reason=reason)
    return {"name": complaint.name, "phone": complaint.phone, "address": complaint.address, "about": complaint.about}


# --- One step


def _admit(complaint: Complaint, actor: Actor) -> None:
    """Whoever must stay away gets the answer of a stranger, by whatever door."""
    if actor.kind == "staff" and not Complaint.objects.filter(policies.complaints(actor), pk=complaint.pk).exists():
        raise NotFound("没有这件投诉，或者不在您的权限范围内。", next_step="请核对编号，或从清单进入。")


def _take(
    complaint: Complaint, action: str, text: str, actor: Actor, at: datetime, seen: int | None, **more: Any
) -> Taken:
    _admit(complaint, actor)
    matter = complaint.matter
    event = ComplaintMoved(matter.pk, matter.code, action, at)
    return take(
        matter_id=matter.pk, action=action, text=text, actor=actor, at=at, seen=seen, events=[event], secret=True, **more
    )  # fmt: skip


def _said(complaint: Complaint, action: str, reason: str, actor: Actor, at: datetime, seen: int | None) -> Taken:
    taken = _take(complaint, action, reason, actor, at, seen, told=True)
    complaint.answer, complaint.answered_at = reason, at
    complaint.save(update_fields=["answer", "answered_at"])
    return taken


def _find(
    complaint: Complaint, action: str, found: str, reason: str, actor: Actor, at: datetime, seen: int | None
) -> Taken:
    if len(reason.strip()) < 4:
        raise Invalid("请写明查明的情况。", fields={"reason": "查明了什么、依据是什么"})
    taken = _take(complaint, action, reason, actor, at, seen, facts={"found": found})
    complaint.found = found
    complaint.save(update_fields=["found"])
    return taken


def _rated(
    complaint: Complaint, action: str, satisfied: bool | None, text: str, actor: Actor, at: datetime, seen: int | None
) -> Taken:
    outcome = {True: "satisfied", False: "unsatisfied", None: "not_reached"}[satisfied]
    taken = _take(complaint, action, text, actor, at, seen, change={"outcome": outcome})
    complaint.satisfied = satisfied
    complaint.save(update_fields=["satisfied"])
    return taken


__all__ = [
    "COMPLAINANT",
    "COMPLAINTS",
    "CannotComplain",
    "Given",
    "Lodged",
    "NoMoreTime",
    "NobodyNamed",
    "accept",
    "answer",
    "answer_at_once",
    "decline",
    "extend",
    "find_effective",
    "find_ineffective",
    "follow_up",
    "lodge",
    "note",
    "owner_index",
    "recuse",
    "register",
    "reinvestigate",
    "reveal",
    "secret_index",
]
