"""Verbs of a legal challenge (R077): register, answer, move on, decide, obey, annul. Each is one step of its matter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import CHINA, day_of, say_date
from yimen.ground.kit.numbering import place_number
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.matters.lifecycle import STEP_POINT, StepRule, register_check
from yimen.ground.matters.policies import may
from yimen.ground.matters.services import Taken, lock, open_matter, take_step
from yimen.service.cases.selectors import case_by_code
from yimen.service.scrutiny import rules
from yimen.service.scrutiny.events import ChallengeMoved
from yimen.service.scrutiny.lifecycle import CHALLENGE, CHALLENGES, RUNNING
from yimen.service.scrutiny.models import Challenge, ChallengePaper

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile


class NumberTaken(Conflict):
    """The body's number is registered already."""

    code = "challenge_number_taken"


class FileUnderChallenge(NotAllowed):
    """While a reconsideration or lawsuit runs, the file of the case stays as it is."""

    code = "under_challenge"


def register() -> None:
    """No case is archived while a challenge of it runs."""
    register_check(STEP_POINT, _keep_file)


def _keep_file(*, matter: Any, rule: StepRule, **_more: object) -> None:
    if rule.action == "archive" and under_challenge(matter.id):
        raise FileUnderChallenge(
            "这件办件有行政复议或行政诉讼没有了结，案卷不能归档、移出或销毁。", next_step="了结以后再归档。"
        )


def under_challenge(case_id: int) -> bool:
    """Whether a reconsideration or lawsuit of the case runs; then its file is neither archived nor destroyed."""
    return Challenge.objects.filter(case=case_id, matter__state__in=RUNNING).exists()


def register_challenge(
    *, code: str, kind: str, who: str, against: str, claim: str, body: str, number: str, accepted_on: date, served_on: date,
    actor: Actor, at: datetime, challenger: str = "", summary: bool = False, earlier: Challenge | None = None,
    files: Sequence[StoredFile] = (),
) -> Challenge:  # fmt: skip
    """Enter a reconsideration or lawsuit against the case `code`; the clock to answer runs from the day the copy came.

    `kind`, `who`, `against` are values of `Challenge`. Raises `NotAllowed`, `Invalid` (dates, lacking words), `NumberTaken`.
    """
    case = case_by_code(code)
    matter = case.matter
    if not may(actor, CHALLENGE, matter):
        raise NotAllowed("您没有为这件办件登记复议、诉讼的权限。", next_step="请由本部门负责人、法制岗或中心登记。")
    wrong = _lacking(
        claim=(claim, "请写明请求和理由。"), body=(body, "请填写机关或法院。"), number=(number, "请填写案号。")
    )
    if who == Challenge.Who.INTERESTED and not challenger.strip():
        wrong["challenger"] = "请填写利害关系人的名称。"
    wrong |= _wrong_days(accepted_on, served_on, day_of(matter.opened_at), day_of(at))
    if earlier is not None and earlier.case_id != case.pk:
        wrong["earlier"] = "前一程序要是同一件办件的。"
    if wrong:
        raise Invalid("登记没有填全或者日期不对。", fields=wrong)
    stage = Challenge.Stage.FIRST if kind == Challenge.Kind.LAWSUIT else Challenge.Stage.RECONSIDERATION
    with transaction.atomic():
        own = place_number(rules.prefix_of(kind), matter.division_id, at)
        opened = open_matter(
            procedure=CHALLENGES.name, action="register", code=own, actor=actor, at=at,
            title=f"{Challenge.Kind(kind).label}：{matter.title}"[:200], subject=matter.subject, applicant_id=None,
            applicant_name=(challenger.strip() or matter.applicant_name)[:100], department_id=matter.department_id,
            centre_id=matter.centre_id, division=matter.division_id, channel="web",
            clock=rules.defence_clock(kind, summary=summary), effective_at=_from(served_on, at),
            facts={"case": matter.code, "reason": claim.strip()[:500], "number": number.strip(), "body": body.strip()},
            events=[ChallengeMoved(matter_id=0, code=own, state="answering", at=at)],
        )  # fmt: skip
        made = _once(
            number,
            lambda: Challenge.objects.create(
                matter_id=opened.matter_id, case_id=case.pk, kind=kind, who=who, against=against, claim=claim.strip(),
                challenger=(challenger.strip() or matter.applicant_name)[:200], body=body.strip()[:200],
                number=number.strip()[:100], accepted_on=accepted_on, served_on=served_on, stage=stage, earlier=earlier,
                summary=summary and kind == Challenge.Kind.RECONSIDERATION,
            ),
        )  # fmt: skip
        _keep(made, ChallengePaper.Kind.NOTICE, files, actor, at)
        return made


def _once(number: str, create: Any) -> Challenge:
    try:
        with transaction.atomic():
            made: Challenge = create()
            return made
    except IntegrityError as refused:
        if "scrutiny_challenge_number" not in str(refused):
            raise
        raise NumberTaken(
            f"案号 {number.strip()} 已经登记过。", next_step="请在“复议诉讼”里按案号查找；登记错了的，先作废再登记。",
            fields={"number": "这个案号已经登记过。"},
        ) from None  # fmt: skip


def _lacking(**given: tuple[str, str]) -> dict[str, str]:
    return {name: said for name, (value, said) in given.items() if not value.strip()}


def _wrong_days(accepted: date, served: date, applied: date, today: date) -> dict[str, str]:
    wrong = {}
    if accepted < applied:
        wrong["accepted_on"] = f"不能早于申请的日期 {say_date(applied)}。"
    elif accepted > today:
        wrong["accepted_on"] = "不能是以后的日期。"
    if served < accepted:
        wrong["served_on"] = "不能早于受理（立案）日期。"
    elif served > today:
        wrong["served_on"] = "不能是以后的日期。"
    return wrong


def _from(day: date, at: datetime) -> datetime:
    """The moment from which a clock counts that a paper of this day started."""
    return at if day == day_of(at) else datetime.combine(day, time(17), CHINA)


# --- Its course


def answer_challenge(
    *,
    challenge: Challenge,
    reason: str,
    actor: Actor,
    at: datetime,
    files: Sequence[StoredFile] = (),
    seen: int | None = None,
) -> Taken:
    """The organ has handed in its answer with the evidence; `reason` says what it answered."""
    with transaction.atomic():
        taken = take_step(
            matter=challenge.matter_id, action="answer", actor=actor, at=at, seen=seen, facts={"reason": reason},
            events=[_moved(challenge, "pending", at)],
        )  # fmt: skip
        Challenge.objects.filter(pk=challenge.pk).update(answered_at=at)
        _keep(challenge, ChallengePaper.Kind.ANSWER, files, actor, at)
        return taken


def move_on(
    *, challenge: Challenge, stage: str, reason: str, actor: Actor, at: datetime, files: Sequence[StoredFile] = (),
    seen: int | None = None,
) -> Taken:  # fmt: skip
    """The judgment is appealed, or a retrial ordered: the same lawsuit in its next instance. `reason` says what was judged so far."""
    order = list(Challenge.Stage.values)
    if (
        challenge.kind != Challenge.Kind.LAWSUIT
        or stage not in order
        or order.index(stage) <= order.index(challenge.stage)
    ):
        raise Invalid("只有行政诉讼可以转入后一个审级。", fields={"stage": "请选择后一个审级。"})
    with transaction.atomic():
        taken = take_step(
            matter=challenge.matter_id, action="move_on", actor=actor, at=at, seen=seen,
            facts={"reason": reason, "stage": stage}, events=[_moved(challenge, "pending", at)],
        )  # fmt: skip
        Challenge.objects.filter(pk=challenge.pk).update(stage=stage)
        _keep(challenge, ChallengePaper.Kind.RULING, files, actor, at)
        return taken


def decide_challenge(
    *, challenge: Challenge, outcome: str, decided_on: date, ruling: str, actor: Actor, at: datetime, orders: str = "",
    comply_days: int | None = None, comply_unit: str = "workday", files: Sequence[StoredFile] = (), seen: int | None = None,
) -> Taken:  # fmt: skip
    """Enter the outcome. Where it orders something, `orders` says what and the organ's clock to obey runs from that day.

    Raises `Invalid`: a date before it was accepted or in the future, an order without days, an order that upholds.
    """
    wrong = _lacking(ruling=(ruling, "请写明主文。"))
    if not challenge.accepted_on <= decided_on <= day_of(at):
        wrong["decided_on"] = f"应在受理（立案）日期 {say_date(challenge.accepted_on)} 到今天之间。"
    if outcome not in Challenge.Outcome.values:
        wrong["outcome"] = "请选择结果。"
    if outcome in rules.MUST_OBEY and not orders.strip():
        wrong["orders"] = "责令履行的，请写明要求做什么。"
    if orders.strip() and outcome not in rules.OBEYED:
        wrong["orders"] = "这个结果不要求履行，请核对。"
    if orders.strip() and not (comply_days and 1 <= comply_days <= 365):
        wrong["comply_days"] = "请填写 1 至 365 之间的天数。"
    if wrong:
        raise Invalid("结果没有填全。", fields=wrong)
    obeys = bool(orders.strip())
    with transaction.atomic():
        taken = take_step(
            matter=challenge.matter_id, action="order" if obeys else "decide", actor=actor, at=at, seen=seen,
            clock=rules.comply_clock(challenge.kind, comply_days or 0, comply_unit) if obeys else None,
            effective_at=_after(challenge, decided_on, at) if obeys else None,
            facts={"reason": (orders or ruling).strip()[:500], "outcome": outcome, "decided_on": decided_on.isoformat()},
            events=[_moved(challenge, "complying" if obeys else "closed", at)],
        )  # fmt: skip
        Challenge.objects.filter(pk=challenge.pk).update(
            outcome=outcome, decided_on=decided_on, ruling=ruling.strip(), orders=orders.strip(),
            comply_days=comply_days if obeys else None, comply_unit=comply_unit if obeys else "",
        )  # fmt: skip
        _keep(challenge, ChallengePaper.Kind.RULING, files, actor, at)
        return taken


def _after(challenge: Challenge, day: date, at: datetime) -> datetime:
    """The day of the ruling, but never before the last thing that the ledger knows of its clock."""
    known = [moment for moment in (challenge.matter.opened_at, challenge.answered_at) if moment is not None]
    wanted = _from(day, at)
    return wanted if all(wanted >= moment for moment in known) else at


def comply(
    *,
    challenge: Challenge,
    reason: str,
    actor: Actor,
    at: datetime,
    files: Sequence[StoredFile] = (),
    seen: int | None = None,
) -> Taken:
    """What was ordered is done; `reason` says how. Whether it was in time is kept."""
    with transaction.atomic():
        lock(challenge.matter_id)
        due_at = Challenge.objects.select_related("matter").get(pk=challenge.pk).matter.due_at
        taken = take_step(
            matter=challenge.matter_id, action="comply", actor=actor, at=at, seen=seen, facts={"reason": reason},
            events=[_moved(challenge, "complied", at)],
        )  # fmt: skip
        Challenge.objects.filter(pk=challenge.pk).update(
            complied_at=at, complied_how=reason.strip(), in_time=None if due_at is None else at <= due_at
        )
        _keep(challenge, ChallengePaper.Kind.PROOF, files, actor, at)
        return taken


def annul_challenge(*, challenge: Challenge, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """The entry is wrong (another case, entered twice): it stays on record, counts nowhere, and its number is free again."""
    closed = challenge.matter.closed_at is not None
    with transaction.atomic():
        taken = take_step(
            matter=challenge.matter_id, action="annul_closed" if closed else "annul", actor=actor, at=at, seen=seen,
            facts={"reason": reason}, events=[_moved(challenge, "annulled", at)],
        )  # fmt: skip
        Challenge.objects.filter(pk=challenge.pk).update(annulled_at=at, annulled_reason=reason.strip()[:500])
        return taken


def add_challenge_paper(
    *, challenge: Challenge, kind: str, files: Sequence[StoredFile], actor: Actor, at: datetime
) -> None:
    """A paper that came later."""
    if not may(actor, CHALLENGE, challenge.matter):
        raise NotAllowed("您没有补充文书的权限。", next_step="请由登记这件复议、诉讼的岗位办理。")
    if kind not in ChallengePaper.Kind.values or not files:
        raise Invalid("请选择文书。", fields={"file": "请选择要上传的文书。"})
    with transaction.atomic():
        _keep(challenge, kind, files, actor, at)
        audit.record(
            "scrutiny.add_challenge_paper", actor=actor, target_kind="matter", target=challenge.matter.code,
            reason=ChallengePaper.Kind(kind).label,
        )  # fmt: skip


def _keep(challenge: Challenge, kind: str, files: Sequence[StoredFile], actor: Actor, at: datetime) -> None:
    for file in files:
        ChallengePaper.objects.create(
            challenge=challenge, kind=kind, file=file, added_at=at, added_by=f"{actor.department} {actor.name}".strip()
        )


def _moved(challenge: Challenge, state: str, at: datetime) -> ChallengeMoved:
    return ChallengeMoved(matter_id=challenge.matter_id, code=challenge.matter.code, state=state, at=at)
