"""The verbs of 股室协办: ask, answer, ask for more time, decline, confirm, send back, withdraw (R080)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from yimen.ground.calendar.selectors import sessions_on
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import local
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.kit.text import clean_text
from yimen.ground.matters import services as matters
from yimen.ground.matters.lifecycle import ClockStart
from yimen.ground.matters.services import Taken, lock
from yimen.ground.organisations import selectors as organisations
from yimen.service.cases.selectors import access_case
from yimen.service.windows import policies, rules
from yimen.service.windows.events import PullMoved, SectionAsked
from yimen.service.windows.lifecycle import PULL
from yimen.service.windows.models import Pull
from yimen.service.windows.selectors.common import centre_of, own_unit, sections_to_ask, setting
from yimen.service.windows.services.common import clock, next_code, take, write_word

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.organisations.models import Unit

MOST_DAYS, MOST_HOURS = 30, 80
BY_ASKER = ("confirm", "send_back", "accept_decline", "grant_extension", "deny_extension", "urge", "withdraw")
BY_SECTION = ("answer", "ask_extension", "decline")


class CannotAsk(Invalid):
    """The section, the limit or the wording do not make a request."""

    code = "cannot_ask"


class NotTheirs(NotAllowed):
    """The step belongs to the other side: the section answers, the window confirms."""

    code = "not_theirs"


class NoExtensionAsked(Conflict):
    """The section has not asked for more time, or had as much as may be granted."""

    code = "no_extension"


@transaction.atomic
def ask_section(
    *, actor: Actor, section: Unit, title: str, text: str, limit: int, at: datetime, unit: str = "workday",
    about: str = "", first_ask: str = "", files: Sequence[StoredFile] = (),
) -> Pull:  # fmt: skip
    """A window asks a section. `limit` in working days (0: today) or opening hours; `about` is the number of a case,
    `first_ask` that of a first contact. Raises `CannotAsk`, `NotFound`, `NotAllowed`.
    """
    title, text = tidy(title, "标题", 80, field="title"), clean_text(text, label="要求", limit=4000)
    if not text:
        raise CannotAsk("请写明要股室做什么。", fields={"text": "请填写"})
    _check_limit(limit, unit)
    if section.pk not in {each.pk for each, _ in sections_to_ask(actor)} and actor.kind != "system":
        raise CannotAsk(
            f"您的窗口不能要求{section.name}协办。", next_step="请选择窗口所办部门的股室；跨部门的请提协调事项。",
            fields={"section": "请重新选择"},
        )  # fmt: skip
    case = access_case(actor, about) if about else None
    asked = policies.access_first_ask(actor, first_ask) if first_ask else None
    department, centre, asking = organisations.department_of(section), centre_of(actor), own_unit(actor)
    answer_by = _moment(at, limit, unit, centre) if unit == Pull.LimitUnit.HOUR else None
    code = next_code("XB", centre.division_id, at)
    days = _days_to(at, answer_by) if answer_by else limit
    opened = matters.open_matter(
        procedure=PULL.name, action="ask", code=code, title=title, subject="", actor=actor, at=at, applicant_id=None,
        applicant_name=asking.name, department_id=department.pk, centre_id=centre.pk, division=centre.division_id,
        channel="window" if actor.window_id else "web", window_id=actor.window_id,
        clock=_answering(centre, days), facts={"reason": text, "unit": section.name},
        documents=[file.name for file in files], events=[SectionAsked(code, section.pk, at)],
    )  # fmt: skip
    pull = Pull.objects.create(
        matter_id=opened.matter_id, section=section, window_id=actor.window_id, asker_id=actor.account_id,
        asker_name=actor.name, asker_unit=asking, case=case, first_ask=asked, limit=limit, unit=unit,
        answer_by=answer_by,
    )  # fmt: skip
    write_word(opened.matter_id, 1, "ask", text, actor, at, files)
    _look_before(pull, at)
    return pull


# --- The section


@transaction.atomic
def answer(
    *, pull: Pull, actor: Actor, reason: str, at: datetime, seen: int | None = None, files: Sequence[StoredFile] = ()
) -> Taken:
    """The section says what it has done; the window confirms."""
    return _said(pull, "answer", reason, actor, at, seen, files)


@transaction.atomic
def decline(
    *, pull: Pull, actor: Actor, reason: str, at: datetime, seen: int | None = None, files: Sequence[StoredFile] = ()
) -> Taken:
    """The section says why it cannot; the window agrees, or sends it back."""
    return _said(pull, "decline", reason, actor, at, seen, files)


@transaction.atomic
def ask_extension(*, pull: Pull, actor: Actor, days: int, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """So many working days more, before the limit has run out; the window decides. The limit runs on meanwhile."""
    if not 1 <= days <= MOST_DAYS:
        raise CannotAsk(f"延期要在 1 到 {MOST_DAYS} 个工作日之间。", fields={"days": "请改正"})
    lock(pull.matter_id)
    pull.refresh_from_db(fields=["extension_asked", "extended"])
    most = setting("pull_extensions", pull.matter.centre_id)
    if pull.extended >= most:
        raise NoExtensionAsked(
            f"最多延期 {most} 次，已经用完。" if most else "本中心不允许延期。",
            next_step="请在期限内答复，或说明不能办的理由。",
        )
    if pull.extension_asked:
        raise NoExtensionAsked("已经申请过延期，等窗口答复。", next_step="期限照常计算，请先接着办。")
    taken = _take(pull, "ask_extension", reason, actor, at, seen, facts={"days": days})
    pull.extension_asked = days
    pull.save(update_fields=["extension_asked"])
    return taken


# --- The window


@transaction.atomic
def grant_extension(*, pull: Pull, actor: Actor, at: datetime, reason: str = "", seen: int | None = None) -> Taken:
    """As many working days as the section asked for, while the limit has not run out. Raises `NoExtensionAsked`."""
    days = _asked_days(pull)
    taken = _take(pull, "grant_extension", reason, actor, at, seen, extend_by=days, facts={"days": days})
    pull.extension_asked, pull.extended = 0, pull.extended + 1
    pull.answer_by = None  # an extension is given in whole working days, to the end of the last one
    pull.save(update_fields=["extension_asked", "extended", "answer_by"])
    return taken


@transaction.atomic
def deny_extension(*, pull: Pull, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """The limit stays as it is. Raises `NoExtensionAsked`."""
    _asked_days(pull)
    taken = _take(pull, "deny_extension", reason, actor, at, seen)
    pull.extension_asked = 0
    pull.save(update_fields=["extension_asked"])
    return taken


@transaction.atomic
def confirm(*, pull: Pull, actor: Actor, at: datetime, reason: str = "", seen: int | None = None) -> Taken:
    """The answer does; closed."""
    return _end(pull, "confirm", reason, actor, at, seen)


@transaction.atomic
def accept_decline(*, pull: Pull, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """The section's reason is good; closed as not done, with what the window does instead."""
    return _end(pull, "accept_decline", reason, actor, at, seen)


@transaction.atomic
def send_back(
    *, pull: Pull, actor: Actor, reason: str, at: datetime, days: int | None = None, seen: int | None = None
) -> Taken:
    """The answer does not do, or the refusal does not convince: a fresh limit in working days."""
    given = setting("pull_days", pull.matter.centre_id) if days is None else days
    _check_limit(given, "workday")
    taken = _take(
        pull, "send_back", reason, actor, at, seen, clock=_answering(pull.matter.centre, given), facts={"days": given}
    )
    pull.sent_back += 1
    pull.limit, pull.unit, pull.answer_by = given, Pull.LimitUnit.WORKDAY, None
    pull.save(update_fields=["sent_back", "limit", "unit", "answer_by"])
    return taken


@transaction.atomic
def urge(*, pull: Pull, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """催办; the limit stays as it is."""
    return _take(pull, "urge", reason, actor, at, seen)


@transaction.atomic
def withdraw(*, pull: Pull, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """It is not needed any more; stays on record with the reason."""
    return _end(pull, "withdraw", reason, actor, at, seen)


# --- One step


def _said(
    pull: Pull, action: str, reason: str, actor: Actor, at: datetime, seen: int | None, files: Sequence[StoredFile]
) -> Taken:
    matter = pull.matter
    late = pull.answer_by is not None and at > pull.answer_by
    taken = _take(
        pull, action, reason, actor, at, seen, files=files, change={"on_time": False} if late else None,
        clock=clock("pull_confirm", "pull_confirm", matter.centre_id),
    )  # fmt: skip
    matter.refresh_from_db(fields=["on_time"])
    # Late once stays late: being sent back gives a fresh limit, not a clean sheet.
    pull.in_time = matter.on_time is not False and pull.in_time is not False
    pull.first_answered_at = pull.first_answered_at or at
    pull.extension_asked = 0
    pull.save(update_fields=["in_time", "first_answered_at", "extension_asked"])
    return taken


def _end(pull: Pull, action: str, reason: str, actor: Actor, at: datetime, seen: int | None) -> Taken:
    taken = _take(pull, action, reason, actor, at, seen, change={"outcome": PULL.step(action).to or ""})
    pull.result = reason
    pull.save(update_fields=["result"])
    return taken


def _take(pull: Pull, action: str, text: str, actor: Actor, at: datetime, seen: int | None, **more: Any) -> Taken:
    if why := why_not(pull, actor, action):
        raise NotTheirs(why, next_step="请由有关岗位办理。")
    event = PullMoved(pull.matter_id, pull.matter.code, action, at)
    return take(
        matter_id=pull.matter_id, action=action, text=text, actor=policies.as_asker(actor, pull), at=at, seen=seen,
        events=[event], **more,
    )  # fmt: skip


def why_not(pull: Pull, actor: Actor, action: str) -> str:
    """Why a step is not this actor's, beyond what the table says; empty where it is."""
    if action in BY_ASKER and not policies.is_asker(actor, pull):
        return f"由提出的{pull.window or pull.asker_unit.name}办理。"
    if action in BY_SECTION and not policies.is_of_section(actor, pull):
        return f"交给了{pull.section.name}，由{pull.section.name}或单位负责人答复。"
    if action in ("grant_extension", "deny_extension") and not pull.extension_asked:
        return "股室没有申请延期。"
    if action == "ask_extension" and pull.extension_asked:
        return "已经申请过延期，等窗口答复。"
    return ""


def _asked_days(pull: Pull) -> int:
    lock(pull.matter_id)
    pull.refresh_from_db(fields=["extension_asked", "extended"])
    if not pull.extension_asked:
        raise NoExtensionAsked("股室没有申请延期。", next_step="需要重定期限的，等股室答复后退回重办。")
    return pull.extension_asked


def _answering(centre: Unit | None, days: int) -> ClockStart:
    return clock("pull_answer", "pull_days", centre.pk if centre else None, days=days)


def _check_limit(limit: int, unit: str) -> None:
    if unit not in Pull.LimitUnit.values:
        raise CannotAsk("没有这个期限单位。", fields={"unit": "请重新选择"})
    least, most = (1, MOST_HOURS) if unit == Pull.LimitUnit.HOUR else (0, MOST_DAYS)
    if not least <= limit <= most:
        raise CannotAsk(f"期限要在 {least} 到 {most} 之间。", fields={"limit": f"{least} 到 {most}"})


def _moment(at: datetime, limit: int, unit: str, centre: Unit) -> datetime:
    try:
        return rules.hours_later(local(at), limit, lambda day: sessions_on(day, centre.pk, centre.division_id))
    except ValueError:
        raise CannotAsk(
            "本中心没有登记办公时间，不能按小时定期限。", next_step="请改用工作日，或先登记办公时间。",
            fields={"unit": "请改用工作日"},
        ) from None  # fmt: skip


def _days_to(at: datetime, until: datetime) -> int:
    """How many working days later a moment's day is; 0 for the same day."""
    from yimen.ground.calendar.selectors import work_calendar

    return work_calendar().workdays_between(local(at).date(), local(until).date())


def _look_before(pull: Pull, at: datetime) -> None:
    """A limit in hours is watched by the hour: first when half of it, at most one hour, is left."""
    if pull.answer_by is not None:
        matters.look_soon(pull.matter_id, rules.near(at, pull.answer_by))


__all__ = [
    "CannotAsk",
    "NoExtensionAsked",
    "NotTheirs",
    "accept_decline",
    "answer",
    "ask_extension",
    "ask_section",
    "confirm",
    "decline",
    "deny_extension",
    "grant_extension",
    "send_back",
    "urge",
    "why_not",
    "withdraw",
]
