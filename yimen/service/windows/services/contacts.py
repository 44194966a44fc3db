"""The verbs of 首问负责: record, answer, hand over with a trail, take or refuse (R059). The first-asked stays named to the end."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, keyring, ratelimit
from yimen.ground.kit.particulars import checked_phone, tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.ground.kit.text import clean_text
from yimen.ground.matters import services as matters
from yimen.ground.matters.services import Taken, lock
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases.selectors import access_case
from yimen.service.catalogue.selectors import item_by_code
from yimen.service.windows import policies, rules
from yimen.service.windows.events import FirstAsked, FirstAskMoved
from yimen.service.windows.lifecycle import FIRST, FIRST_ASK
from yimen.service.windows.models import FirstAsk, HandOver
from yimen.service.windows.selectors.common import centre_of, own_unit
from yimen.service.windows.services.common import clock, next_code, take, write_word

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.organisations.models import Unit, Window

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SECRET_LENGTH = 6
TRIES, PER_SECOND = 20, 1 / 30
TRIES_OF_A_NUMBER, PER_SECOND_OF_A_NUMBER = 8, 1 / 300


class CannotRecord(Invalid):
    """What was filled in makes no record of a contact, or no hand-over."""

    code = "cannot_record"


class NotHolder(NotAllowed):
    """Somebody else has it now."""

    code = "not_holder"


class NotOffered(Conflict):
    """Nothing waits to be taken: it was taken, refused or recalled meanwhile."""

    code = "not_offered"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A contact that was recorded. `secret` is told once, with the number, to whoever asked."""

    asked: FirstAsk
    code: str
    secret: str


@transaction.atomic
def record_first_ask(
    *, actor: Actor, way: str, question: str, at: datetime, name: str = "", phone: str = "", item_code: str = "",
    answer_text: str = "",
) -> Recorded:  # fmt: skip
    """Who was asked first (the actor), by which way, what about. With `answer_text` it is answered at once and closed.

    Name and telephone may be empty: nobody has to say who they are. Raises `CannotRecord`, `ItemUnknown`, `NotAllowed`.
    """
    if way not in rules.WAYS:
        raise CannotRecord("请选择询问方式。", fields={"way": "请选择"})
    question = clean_text(question, label="问什么", limit=2000)
    if not question:
        raise CannotRecord("请写明问的是什么。", fields={"question": "请填写"})
    if actor.account_id is None or not actor.holds(FIRST):
        raise NotAllowed("您的岗位没有登记首问的权限。", next_step="请由窗口、部门或代办员登记。")
    unit, centre = own_unit(actor), centre_of(actor)
    item = item_by_code(item_code) if item_code.strip() else None
    code, secret = (
        next_code("SW", centre.division_id, at),
        "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH)),
    )
    title = f"首问：{item.name}" if item is not None else f"首问：{rules.WAYS[way]}询问"
    opened = matters.open_matter(
        procedure=FIRST_ASK.name, action="record", code=code, title=title[:200], subject="", actor=actor, at=at,
        applicant_id=None, applicant_name="", department_id=unit.pk, centre_id=centre.pk, division=centre.division_id,
        channel="window" if actor.window_id else "web", window_id=actor.window_id,
        clock=clock("first_answer", "first_answer", centre.pk), facts={"way": way},
        events=[FirstAsked(code, actor.account_id, at)], person_id=actor.account_id, person_name=actor.name,
    )  # fmt: skip
    asked = FirstAsk.objects.create(
        matter_id=opened.matter_id, way=way, asker_name=tidy(name, "姓名", 60, field="name", needed=False),
        asker_phone=checked_phone(phone) if phone.strip() else "", question=question, item=item,
        secret_index=secret_index(code, secret), first_id=actor.account_id, first_name=actor.name, first_unit=unit,
        first_window_id=actor.window_id, holder_id=actor.account_id, holder_name=actor.name,
    )  # fmt: skip
    write_word(opened.matter_id, 1, "record", question, actor, at, told=True)
    if answer_text.strip():
        answer(asked=asked, actor=actor, reason=answer_text, at=at)
    return Recorded(asked, code, secret)


@transaction.atomic
def answer(
    *, asked: FirstAsk, actor: Actor, reason: str, at: datetime, seen: int | None = None,
    files: Sequence[StoredFile] = (),
) -> Taken:  # fmt: skip
    """The answer, by whoever has it now; whoever asked reads it with number and secret. Raises `NotHolder`."""
    taken = _take(asked, "answer", reason, actor, at, seen, files=files, told=True, secret=True,
                  change={"outcome": "answered"})  # fmt: skip
    asked.answered_at, asked.answered_by_first = at, asked.first_id == asked.holder_id
    asked.save(update_fields=["answered_at", "answered_by_first"])
    return taken


@transaction.atomic
def note(
    *, asked: FirstAsk, actor: Actor, reason: str, at: datetime, seen: int | None = None,
    files: Sequence[StoredFile] = (),
) -> Taken:  # fmt: skip
    """What was done so far, by the holder or the first-asked."""
    return _take(asked, "note", reason, actor, at, seen, files=files, secret=True)


@transaction.atomic
def urge(*, asked: FirstAsk, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """The first-asked follows what they handed over."""
    return _take(asked, "urge", reason, actor, at, seen)


@transaction.atomic
def offer(
    *, asked: FirstAsk, actor: Actor, reason: str, at: datetime, unit: Unit | None = None, window: Window | None = None,
    seen: int | None = None,
) -> Taken:  # fmt: skip
    """转交 to a window or a unit, with the reason; the clock runs on, and the first-asked stays responsible until it is taken
    and answered. Raises `CannotRecord`, `NotHolder`.
    """
    if (unit is None) == (window is None):
        raise CannotRecord("请选择转给哪个窗口或单位。", fields={"to": "请选择"})
    if (window is not None and (window.closed_on is not None or window.pk == actor.window_id)) or (
        unit is not None and (unit.dissolved_on is not None or unit.kind in ("section", "government"))
    ):
        raise CannotRecord("不能转到这里。", next_step="请选择别的窗口或单位。", fields={"to": "请重新选择"})
    to = str(window) if window is not None else unit.name if unit is not None else ""
    taken = _take(asked, "offer", reason, actor, at, seen, facts={"unit": to}, secret=True)
    HandOver.objects.create(
        first_ask=asked, by_id=actor.account_id or asked.holder_id, by_name=actor.name, to_unit=unit, to_window=window, reason=reason,
        offered_at=at,
    )  # fmt: skip
    asked.handed_over += 1
    asked.save(update_fields=["handed_over"])
    return taken


@transaction.atomic
def take_over(*, asked: FirstAsk, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """接收: the receiver has it from now on. Raises `NotOffered`."""
    link = _link(asked, actor, receiving=True)
    unit = own_unit(actor)
    change = {"person_id": actor.account_id, "person_name": actor.name, "window_id": actor.window_id}
    taken = _take(asked, "take", "", actor, at, seen, change=change)
    matters.place(matter_id=asked.matter_id, department_id=unit.pk)
    _settle(link, HandOver.Outcome.TAKEN, actor, at, "")
    asked.holder_id, asked.holder_name = actor.account_id or 0, actor.name
    asked.save(update_fields=["holder", "holder_name"])
    return taken


@transaction.atomic
def refuse(*, asked: FirstAsk, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """不接收, with the reason: whoever had it has it again. Raises `NotOffered`."""
    link = _link(asked, actor, receiving=True)
    taken = _take(asked, "refuse", reason, actor, at, seen, secret=True)
    _settle(link, HandOver.Outcome.REFUSED, actor, at, reason)
    return taken


@transaction.atomic
def recall(*, asked: FirstAsk, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """收回 before it was taken, by whoever offered it. Raises `NotOffered`."""
    link = _link(asked, actor, receiving=False)
    taken = _take(asked, "recall", reason, actor, at, seen)
    _settle(link, HandOver.Outcome.RECALLED, actor, at, reason)
    return taken


@transaction.atomic
def drop(*, asked: FirstAsk, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """登记有误，撤销; only the first-asked, who still has it. Counted in no figure but that of the dropped."""
    return _take(asked, "drop", reason, actor, at, seen, change={"outcome": "dropped"})


@transaction.atomic
def link_case(*, asked: FirstAsk, actor: Actor, code: str, at: datetime) -> FirstAsk:
    """The case that came of it. Raises `NotFound` for a case the actor may not see, `NotHolder`."""
    if not (policies.is_holder(actor, asked) or policies.is_first(actor, asked)):
        raise NotHolder("只有首问责任人和现经办人可以关联办件。")
    case = access_case(actor, code.strip())
    asked.case = case
    asked.save(update_fields=["case"])
    audit.record(
        "windows.link_case", actor=actor, target_kind="matter", target=asked.matter.code,
        facts={"case": case.matter.code},
    )  # fmt: skip
    return asked


# --- The public's look


def secret_index(code: str, secret: str) -> str:
    """The form in which the secret of a contact is kept."""
    return keyring.blind_index(f"{code}\x1f{secret.replace('-', '').upper()}", kind="first_ask_secret")


def look_up(*, code: str, secret: str, address: str) -> FirstAsk:
    """The contact of this number and secret; a wrong number and a wrong secret get the same answer.

    Each try counts before it is answered. Call it outside a transaction. Raises `NotFound`, `TooFast`.
    """
    code = code.strip().upper()[:60]
    key = keyring.blind_index(address or "none", kind="first_ask_address")[4:36]
    ratelimit.limit(f"first-ask:{key}", capacity=TRIES, per_second=PER_SECOND)
    ratelimit.limit(f"first-ask-code:{code}", capacity=TRIES_OF_A_NUMBER, per_second=PER_SECOND_OF_A_NUMBER)
    found = FirstAsk.objects.select_related("matter").filter(matter__code=code).first()
    wanted = secret_index(code, secret.strip()[:20])
    if not hmac.compare_digest(found.secret_index if found else "no contact", wanted) or found is None:
        raise NotFound("编号或查询码不对。", next_step="请核对登记时给您的编号和查询码；遗失了可以到原窗口询问。")
    return found


# --- One step


def why_not(asked: FirstAsk, actor: Actor, action: str) -> str:
    """Why a step is not this actor's, beyond what the table says; empty where it is."""
    holder, first = policies.is_holder(actor, asked), policies.is_first(actor, asked)
    if action in ("offer", "recall") and not (holder or policies.is_manager(actor, asked)):
        return f"现在由{asked.holder_name}经办。"
    if action == "answer" and not holder:
        return f"现在由{asked.holder_name}经办。"
    if action == "drop" and not (holder and first):
        return "只有首问责任人本人、并且还在自己手里时可以撤销登记。"
    if action == "note" and not (holder or first):
        return f"现在由{asked.holder_name}经办。"
    if action == "urge" and (not first or (holder and asked.matter.state == "open")):
        return "首问责任人可以催办已经转出的首问。"
    if action in ("take", "refuse") and asked.matter.state == "offered" and policies.waits_for(actor, asked) is None:
        return "没有转交给您的窗口或单位。"
    return ""


def _take(asked: FirstAsk, action: str, text: str, actor: Actor, at: datetime, seen: int | None, **more: Any) -> Taken:
    if why := why_not(asked, actor, action):
        raise NotHolder(why, next_step="请由现经办人办理。")
    lock(asked.matter_id)
    event = FirstAskMoved(asked.matter_id, asked.matter.code, action, at)
    return take(
        matter_id=asked.matter_id, action=action, text=text, actor=policies.as_party(actor, asked), at=at, seen=seen,
        events=[event], **more,
    )  # fmt: skip


def _link(asked: FirstAsk, actor: Actor, *, receiving: bool) -> HandOver:
    """The pending hand-over, held still."""
    lock(asked.matter_id)
    rows = asked.hand_overs.filter(outcome=HandOver.Outcome.PENDING)
    found = rows.filter(policies.offered_to(actor)).first() if receiving else rows.first()
    if found is None:
        raise NotOffered("这件首问没有在等您接收，可能已经被接收、退回或收回。", next_step="请刷新页面看现在由谁办。")
    return found


def _settle(link: HandOver, outcome: str, actor: Actor, at: datetime, said: str) -> None:
    link.outcome, link.settled_at, link.said = outcome, at, said
    link.settled_by_id, link.settled_name = actor.account_id, actor.name
    link.save(update_fields=["outcome", "settled_at", "settled_by", "settled_name", "said"])


def targets(actor: Actor) -> tuple[list[Window], list[Unit]]:
    """Where one may hand over to: the centre's open windows, and the units that sit in it, villages and towns too."""
    windows = [each for each in organisations.open_windows(centre_of(actor)) if each.pk != actor.window_id]
    units = organisations.units("department", "centre", "subcentre", "town", "village", "office")
    return windows, [each for each in units if each.pk != actor.department_id]


__all__ = [
    "CannotRecord",
    "NotHolder",
    "NotOffered",
    "Recorded",
    "answer",
    "drop",
    "link_case",
    "look_up",
    "note",
    "offer",
    "recall",
    "record_first_ask",
    "refuse",
    "secret_index",
    "take_over",
    "targets",
    "urge",
    "why_not",
]
