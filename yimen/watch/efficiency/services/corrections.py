"""The verbs of 整改通知: problem → notification → rectification → verification (R216, R240)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from yimen.ground.documents.services import issue_letter
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import day_of, say_date
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.matters import selectors as matters
from yimen.ground.matters.services import Taken, lock
from yimen.ground.organisations import selectors as organisations
from yimen.watch.efficiency import policies, rules
from yimen.watch.efficiency.events import CorrectionIssued, CorrectionMoved
from yimen.watch.efficiency.lifecycle import CORRECTION
from yimen.watch.efficiency.models import Correction
from yimen.watch.efficiency.selectors.common import own_unit, setting
from yimen.watch.efficiency.services.common import PREFIXES, clock, next_code, open_one, take

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.organisations.models import Unit

MOST_DAYS = 60


class CannotOrder(Invalid):
    """The unit, the kind or the days do not make an order."""

    code = "cannot_order"


class SentBackEnough(Conflict):
    """It was sent back as often as may be; now it is good, or somebody answers for it."""

    code = "sent_back_enough"


class OwnCase(NotAllowed):
    """Whoever has to put something right does not judge whether it is right."""

    code = "own_case"


@transaction.atomic
def open_correction(
    *, actor: Actor, unit: Unit, problem: str, demand: str, source: str, at: datetime, violation: str = "other",
    source_code: str = "", days: int = 0, files: Sequence[StoredFile] = (),
) -> Correction:  # fmt: skip
    """下达整改通知: a unit has to put something right within `days` working days (the place's setting where 0).

    `source` is a value of `Correction.Source`, `source_code` the number of any matter it comes from. The letter is issued
    at once. Raises `CannotOrder`, `NotAllowed`, `IncompleteLetter`.
    """
    _check(unit, source, violation, days)
    policies.require(actor, policies.MANAGE, unit.pk, unit.division_id)
    issuer = own_unit(actor)
    if issuer.pk == unit.pk:
        raise CannotOrder("不能给本单位自己下达整改通知。", fields={"unit": "请另选单位"})
    code = next_code(PREFIXES["correction"], unit.division_id, at)
    title = f"{unit.short_name or unit.name}：{rules.VIOLATIONS[violation]}整改"
    matter_id = open_one(
        name=CORRECTION.name, action="issue", code=code, title=title, actor=actor, at=at, unit=unit,
        centre_id=issuer.pk if issuer.kind in ("centre", "subcentre") else None,
        clock=clock("rectifying", "rectify", days=days), facts={"unit": unit.name, "source": source},
        events=[CorrectionIssued(code, unit.pk, source_code, at)],
    )  # fmt: skip
    correction = Correction.objects.create(
        matter_id=matter_id, issuer=issuer, source=source, source_code=source_code.strip()[:60], violation=violation,
        problem=problem.strip(), demand=demand.strip(),
    )  # fmt: skip
    due = matters.by_code(code).due_on
    seal = organisations.seal_of(issuer, "approval", day_of(at))
    usable = seal if seal is not None and actor.department_id == issuer.pk else None
    letter = issue_letter(
        kind="correction_order", series=f"{issuer.short_name or issuer.name}效改", matter_code=code, actor=actor, at=at,
        seal_id=usable.pk if usable else None,
        facts={
            "department": issuer.name, "applicant": unit.name, "applicant_kind": "legal", "item": title,
            "phone": issuer.phone,
            "paragraphs": [
                f"经查，你单位存在下列问题：{correction.problem}",
                f"整改要求：{correction.demand}",
                f"请在{say_date(due)}前完成整改，并报送整改情况。本机关将核验整改结果。" if due else "请尽快整改并报送情况。",
            ],
        },
    )  # fmt: skip
    correction.letter_code = letter.code
    correction.save(update_fields=["letter_code"])
    if files:
        from yimen.watch.efficiency.services.common import write_word

        write_word(matter_id, 1, "issue", problem, actor, at, files)
    return correction


@transaction.atomic
def sign(*, correction: Correction, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """签收 by the unit; once. The limit runs whether it is signed or not."""
    lock(correction.matter_id)
    if Correction.objects.filter(pk=correction.pk, signed_at__isnull=False).exists():
        raise Conflict("已经签收过。", next_step="请报送整改情况。")
    taken = _take(correction, "sign", "", actor, at, seen)
    correction.signed_at = at
    correction.save(update_fields=["signed_at"])
    return taken


@transaction.atomic
def report(
    *, correction: Correction, actor: Actor, reason: str, at: datetime, seen: int | None = None,
    files: Sequence[StoredFile] = (),
) -> Taken:  # fmt: skip
    """报整改情况, with what proves it. The issuer then verifies."""
    taken = _take(correction, "report", reason, actor, at, seen, files=files, clock=clock("verifying", "verify"))
    correction.reported_at = at
    correction.signed_at = correction.signed_at or at
    correction.save(update_fields=["reported_at", "signed_at"])
    return taken


@transaction.atomic
def verify(
    *, correction: Correction, actor: Actor, reason: str, at: datetime, seen: int | None = None,
    files: Sequence[StoredFile] = (),
) -> Taken:  # fmt: skip
    """核验通过: the order is closed; `reason` says what was looked at."""
    return _end(correction, "verify", reason, actor, at, seen, files)


@transaction.atomic
def send_back(
    *, correction: Correction, actor: Actor, reason: str, at: datetime, days: int = 0, seen: int | None = None
) -> Taken:
    """退回重新整改 with the reason and a fresh limit; only as often as the place has set. Raises `SentBackEnough`."""
    _days(days)
    if correction.sent_back >= setting("send_backs"):
        raise SentBackEnough(
            f"已经退回过 {correction.sent_back} 次，不能再退。", next_step="整改到位的请核验通过，仍不到位的请转问责。"
        )
    taken = _take(correction, "send_back", reason, actor, at, seen, clock=clock("rectifying", "rectify", days=days))
    correction.sent_back += 1
    correction.save(update_fields=["sent_back"])
    return taken


@transaction.atomic
def urge(*, correction: Correction, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """催办; the limit stays as it is."""
    return _take(correction, "urge", reason, actor, at, seen)


@transaction.atomic
def extend(
    *, correction: Correction, actor: Actor, days: int, reason: str, at: datetime, seen: int | None = None
) -> Taken:
    """So many working days more, before the limit has run out."""
    if days < 1:
        raise CannotOrder("至少延长 1 个工作日。", fields={"days": "1 到 60 个工作日"})
    _days(days)
    return _take(correction, "extend", reason, actor, at, seen, extend_by=days, facts={"days": days})


@transaction.atomic
def escalate(*, correction: Correction, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """整改不到位，转问责: the order ends here; a fault or a ladder takes its number as source."""
    return _end(correction, "escalate", reason, actor, at, seen)


@transaction.atomic
def withdraw(*, correction: Correction, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """The order was wrong; it is taken back with the reason, and stays on record."""
    return _end(correction, "withdraw", reason, actor, at, seen)


def _end(
    correction: Correction, action: str, reason: str, actor: Actor, at: datetime, seen: int | None,
    files: Sequence[StoredFile] = (),
) -> Taken:  # fmt: skip
    outcome = CORRECTION.step(action).to or ""
    taken = _take(correction, action, reason, actor, at, seen, files=files, change={"outcome": outcome})
    correction.result = reason
    correction.save(update_fields=["result"])
    return taken


JUDGING = ("verify", "send_back", "extend", "escalate", "withdraw", "urge")


def _take(
    correction: Correction, action: str, text: str, actor: Actor, at: datetime, seen: int | None, **more: Any
) -> Taken:
    matter = correction.matter
    if action in JUDGING and actor.kind != "system" and actor.department_id == matter.department_id:
        raise OwnCase("整改单位不能核验自己的整改。", next_step=f"请由下达单位{correction.issuer.name}办理。")
    event = CorrectionMoved(matter.pk, matter.code, action, matter.department_id, at)
    return take(matter_id=matter.pk, action=action, text=text, actor=actor, at=at, seen=seen, events=[event], **more)


def _check(unit: Unit, source: str, violation: str, days: int) -> None:
    if unit.dissolved_on is not None or unit.kind in ("section", "government"):
        raise CannotOrder(f"不能给{unit.name}下达整改通知。", fields={"unit": "请选择部门、乡镇或中心"})
    if source not in Correction.Source.values:
        raise CannotOrder("没有这个问题来源。", fields={"source": "请重新选择"})
    if violation not in rules.VIOLATIONS:
        raise CannotOrder("没有这个问题类别。", fields={"violation": "请重新选择"})
    _days(days)


def _days(days: int) -> None:
    if not 0 <= days <= MOST_DAYS:
        raise CannotOrder(f"期限要在 1 到 {MOST_DAYS} 个工作日之间。", fields={"days": "1 到 60 个工作日"})
