"""The same case in another system, declared here once (R076, R135): handed over by machine, or its number kept by hand.

Who calls is a job (`push_due`), never a person's request, and never inside a transaction. The case's own number is the key of
idempotency: a call whose answer was lost is made again, and the other system's “known already” is taken as the answer.
The wire is described in `docs/howto/external-systems.md`.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from django.db import IntegrityError, transaction
from django.db.models import F

from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.identity.selectors import party as party_file
from yimen.ground.kit import audit, outbound, outbox
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.matters.services import Taken, lock, take_step
from yimen.service.cases import rules
from yimen.service.cases.editions import pinned_edition
from yimen.service.cases.events import ExternalFailed
from yimen.service.cases.models import Case, ExternalHandling, ExternalSystem
from yimen.service.cases.services.open_case import open_case
from yimen.service.cases.services.priority import set_mark

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit

log = logging.getLogger(__name__)

FORMAT = "yimen-case/1"
SECONDS = 8.0
MOST_TRIES = 8
LEASE = timedelta(minutes=10)
ASK_AGAIN = timedelta(hours=4)
FINAL = ("granted", "refused")
STATES = {"received": "sent", "accepted": "accepted", "granted": "granted", "refused": "refused"}
"""What the other system may say, and what we call it."""
_HERE = ("127.0.0.1", "localhost", "::1")


class SystemUnusable(Invalid):
    """The settings of an external system do not do."""

    code = "system_unusable"


class HandedAlready(Conflict):
    """The case stands in that system already."""

    code = "handed_already"


class NumberTaken(Conflict):
    """Another case has this number in that system."""

    code = "external_number_taken"


# --- Settings


def set_external_system(
    *,
    actor: Actor,
    code: str,
    name: str,
    department: Unit,
    at: datetime,
    address: str = "",
    secret: str = "",
    used: bool = True,
) -> ExternalSystem:
    """Register a system or change it; an empty `secret` keeps the old one. Raises `NotAllowed`, `SystemUnusable`."""
    if actor.kind != "system" and not actor.holds("cases.set_up"):
        raise NotAllowed("您不能设置外部系统。", next_step="请由中心管理人员设置。")
    given = {"name": tidy(name, "系统名称", 100, field="name"), "address": address.strip().rstrip("/"), "used": used}
    parts = urlsplit(str(given["address"]))
    if given["address"] and ((parts.scheme != "https" and parts.hostname not in _HERE) or not parts.hostname):
        raise SystemUnusable(
            "接口地址要用 https。", next_step="申请人的信息要加密传送。", fields={"address": "以 https:// 开头。"}
        )
    code = tidy(code, "代码", 30, field="code")
    if not code.replace("-", "").replace("_", "").isalnum() or not code.isascii():
        raise SystemUnusable("代码只用字母、数字和横线。", fields={"code": "例如 housing-net。"})
    try:
        with transaction.atomic():
            system = ExternalSystem.objects.select_for_update().filter(code=code).first() or ExternalSystem(code=code)
            system.department, system.changed_by, system.changed_at = department, actor.name, at
            for field, value in given.items():
                setattr(system, field, value)
            if secret:
                system.secret = secret.strip()
            system.save()
            audit.record("cases.set_external_system", actor=actor, target_kind="system", target=code, facts=given)
            return system
    except IntegrityError as refused:
        raise SystemUnusable("已有同名的系统。", fields={"name": "换一个名称。"}) from refused


# --- On a case


def hand_to_system(*, code: str, system: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """Let this case be declared in the other system too, by machine; the applicant declares nothing again.

    Raises `HandedAlready`, `SystemUnusable`.
    """
    with transaction.atomic():
        found = open_case(code)
        found.admit("hand_to_system", actor, at, seen)
        target = _system(system)
        if not target.address:
            raise SystemUnusable(
                f"“{target.name}”没有接口，不能推送。", next_step="请用“登记外部系统编号”填写对方的编号。",
                fields={"system": "请选择有接口的系统。"},
            )  # fmt: skip
        _enter(found.matter_id, target, actor, at, number="", state="waiting", by_hand=False, next_at=at)
        return take_step(
            matter=found.matter_id, action="hand_to_system", actor=actor, at=at, seen=seen, ready=found.ready,
            facts={"system": target.name},
        )  # fmt: skip


def note_external(
    *,
    code: str,
    system: str,
    number: str,
    state: str,
    actor: Actor,
    at: datetime,
    said: str = "",
    seen: int | None = None,
) -> Taken:
    """Keep by hand which number the case has in the other system and how it stands there; entered once, changed in place.

    Raises `NumberTaken`, `Invalid`.
    """
    number = tidy(number, "外部编号", 100, field="number")
    if state not in STATES.values():
        raise Invalid("没有这种状态。", fields={"state": "请重新选择。"})
    with transaction.atomic():
        found = open_case(code)
        found.admit("note_external", actor, at, seen)
        target = _system(system)
        held = ExternalHandling.objects.select_for_update().filter(case=found.matter_id, system=target).first()
        if held is None:
            _enter(found.matter_id, target, actor, at, number=number, state=state, by_hand=True, said=said)
        else:
            _keep(held, number=number, state=state, said=said[:300], by_hand=True, heard_at=at, next_at=None)
        return take_step(
            matter=found.matter_id, action="note_external", actor=actor, at=at, seen=seen, ready=found.ready,
            facts={"system": target.name, "number": number, "reason": said},
        )  # fmt: skip


def _system(code: str) -> ExternalSystem:
    system = ExternalSystem.objects.filter(code=code[:30], used=True).first()
    if system is None:
        raise SystemUnusable("没有这个外部系统，或者已经停用。", fields={"system": "请重新选择。"})
    return system


def _enter(
    case_id: int, system: ExternalSystem, actor: Actor, at: datetime, *, number: str, state: str, by_hand: bool,
    said: str = "", next_at: datetime | None = None,
) -> None:  # fmt: skip
    if ExternalHandling.objects.filter(case=case_id, system=system).exists():
        raise HandedAlready(
            f"这件办件已经在“{system.name}”登记过，不用再报一次。", next_step="请刷新页面查看对方编号。"
        )
    _refuse_taken(system, number, case_id)
    try:
        with transaction.atomic():
            ExternalHandling.objects.create(
                case_id=case_id, system=system, number=number, state=state, by_hand=by_hand, said=said[:300],
                next_at=next_at, entered_by=f"{actor.department} {actor.name}".strip(), entered_at=at,
                heard_at=at if by_hand else None,
            )  # fmt: skip
    except IntegrityError as refused:
        raise HandedAlready("这件办件或这个编号刚被别人登记。", next_step="请刷新页面。") from refused
    set_mark(case_id, "external")


def _keep(held: ExternalHandling, **values: Any) -> None:
    if values.get("number"):
        _refuse_taken(held.system, values["number"], held.case_id)
    try:
        with transaction.atomic():
            ExternalHandling.objects.filter(pk=held.pk).update(**values)
    except IntegrityError as refused:
        raise NumberTaken("这个编号刚登记在另一件办件上。", fields={"number": "请核对。"}) from refused


def _refuse_taken(system: ExternalSystem, number: str, case_id: int) -> None:
    if not number:
        return
    other = ExternalHandling.objects.filter(system=system, number=number).exclude(case=case_id)
    if (known := other.values_list("case__matter__code", flat=True).first()) is not None:
        raise NumberTaken(
            f"{system.name}的编号 {number} 已经登记在办件 {rules.short_code(known)} 上。",
            next_step="请核对对方编号；确属重复申报的，先处理其中一件。", fields={"number": "与另一件办件重复。"},
        )  # fmt: skip


# --- The job


def push_due(at: datetime, most: int = 50) -> int:
    """Hand over what waits and ask after what is on its way; returns how many were called. Safe on several machines."""
    called = 0
    while called < most and (held := _lease(at)) is not None:
        called += 1
        try:
            answer = _call(held)
        except (outbound.Unreachable, BadAnswer) as failed:
            log.info("external system %s, case %s: %s", held.system.code, held.case.matter.code, failed.said)
            _failed(held, failed.message, at)
        else:
            _heard(held, answer, at)
    return called


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other system said of a case."""

    number: str
    state: str
    said: str


class BadAnswer(Conflict):
    """An answer that cannot be used; `said` is for the log."""

    code = "bad_answer"

    def __init__(self, message: str, said: str = "") -> None:
        super().__init__(message)
        self.said = said


def _lease(at: datetime) -> ExternalHandling | None:
    """The next row that is due, kept from others for ten minutes, so that nobody calls twice at once."""
    with transaction.atomic():
        due = ExternalHandling.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            next_at__lte=at, system__used=True
        )
        held = due.select_related("system", "case__matter").order_by("next_at", "pk").first()
        if held is not None:
            ExternalHandling.objects.filter(pk=held.pk).update(next_at=at + LEASE)
    return held


def _call(held: ExternalHandling) -> Answer:
    system, code = held.system, held.case.matter.code
    head = {"Authorization": f"Bearer {system.secret}", "Accept": "application/json"}
    if held.number:
        reply = outbound.call(
            "GET", f"{system.address}/cases/{quote(held.number, safe='')}", headers=head, seconds=SECONDS
        )
    else:
        head["Idempotency-Key"] = code
        reply = outbound.call(
            "POST", f"{system.address}/cases", json=declared(held.case), headers=head, seconds=SECONDS
        )
    if reply.status not in (200, 201, 409):
        raise BadAnswer(f"对方系统答复 {reply.status}。", said=f"status {reply.status}")
    return read_answer(reply.body, code)


def read_answer(body: bytes, code: str) -> Answer:
    """The answer, if it speaks of this case and says something known; raises `BadAnswer`."""
    try:
        said = json.loads(body)
    except ValueError as broken:
        raise BadAnswer("对方系统的答复读不懂。", said=str(broken)) from broken
    if not isinstance(said, dict):
        raise BadAnswer("对方系统的答复读不懂。", said="no object")
    number, state = said.get("number"), said.get("state")
    if said.get("code") != code:
        raise BadAnswer("对方系统答复的是另一件办件。", said=f"code {str(said.get('code'))[:60]!r}")
    if not isinstance(number, str) or not number.strip() or len(number) > 100 or not number.isprintable():
        raise BadAnswer("对方系统没有给编号。", said=f"number {str(number)[:60]!r}")
    if not isinstance(state, str) or state not in STATES:
        raise BadAnswer("对方系统的状态不认识。", said=f"state {str(state)[:60]!r}")
    words = said.get("said", "")
    return Answer(number.strip(), STATES[state], words[:300] if isinstance(words, str) and words.isprintable() else "")


def declared(case: Case) -> dict[str, Any]:
    """What the applicant said here, as the other system gets it: entered once."""
    matter, edition = case.matter, pinned_edition(case.edition_id)
    applicant = party_file(matter.applicant_id or 0)
    materials = case.materials.order_by("order").values_list("order", "name", "state")
    return {
        "format": FORMAT,
        "code": matter.code,
        "item": {"code": edition.code31, "name": edition.name},
        "applicant": {
            "name": applicant.name, "kind": applicant.kind, "id_type": applicant.id_type, "id_number": applicant.id_number,
        },
        "answers": json.loads(case.answers or "{}"),
        "materials": [{"order": order, "name": name, "state": state} for order, name, state in materials],
        "submitted_at": matter.opened_at.isoformat(),
    }  # fmt: skip


def _heard(held: ExternalHandling, answer: Answer, at: datetime) -> None:
    """Keep what was heard; where it is news, it is a step of the case."""
    news = (answer.number, answer.state) != (held.number, held.state)
    try:
        with transaction.atomic():
            lock(held.case_id)
            _keep(
                held, number=answer.number, state=answer.state, said=answer.said, heard_at=at, tries=0,
                next_at=None if answer.state in FINAL else at + ASK_AGAIN,
            )  # fmt: skip
            if news:
                _step(held, f"{answer.number} {ExternalHandling.State(answer.state).label}", at)
    except NumberTaken as clash:
        with transaction.atomic():
            ExternalHandling.objects.filter(pk=held.pk).update(
                state="clashing", said=clash.message[:300], heard_at=at, next_at=None
            )
            _step(held, clash.message, at)
            outbox.publish(ExternalFailed(held.case_id, held.case.matter.code, held.pk, at))


def _step(held: ExternalHandling, words: str, at: datetime) -> None:
    if not Case.objects.filter(pk=held.case_id, matter__closed_at__isnull=True).exists():
        return  # what is over gets no more steps; the row keeps what was heard
    take_step(
        matter=held.case_id, action="external_answered", actor=SYSTEM, at=at,
        facts={"system": held.system.name, "reason": f"{held.system.name}：{words}"},
    )  # fmt: skip


def _failed(held: ExternalHandling, why: str, at: datetime) -> None:
    """Try again later, ever more seldom; after eight times somebody is told."""
    last = held.tries + 1 >= MOST_TRIES
    wait = min(timedelta(minutes=5 * 2**held.tries), ASK_AGAIN)
    with transaction.atomic():
        ExternalHandling.objects.filter(pk=held.pk).update(
            tries=F("tries") + 1, said=why[:300], state="failed" if last and not held.number else F("state"),
            next_at=None if last else at + wait,
        )  # fmt: skip
        if last:
            outbox.publish(ExternalFailed(held.case_id, held.case.matter.code, held.pk, at))


def try_again(*, handling: ExternalHandling, actor: Actor, at: datetime) -> None:
    """Call a system again that could not be reached, beginning now."""
    with transaction.atomic():
        ExternalHandling.objects.filter(pk=handling.pk).exclude(state="clashing").update(
            tries=0, next_at=at, state="waiting"
        )
        audit.record("cases.try_external_again", actor=actor, target_kind="matter", target=handling.case.matter.code)
