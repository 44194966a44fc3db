"""The verbs of the accountability file (R234) and of the ladder (R235)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.matters.services import Taken
from yimen.watch.efficiency import policies, rules
from yimen.watch.efficiency.events import FaultMoved, FaultOpened, RungTaken
from yimen.watch.efficiency.lifecycle import FAULT, LADDER
from yimen.watch.efficiency.models import Fault, Ladder, Ruling, Rung
from yimen.watch.efficiency.selectors.common import complaint_unit, own_unit
from yimen.watch.efficiency.services.common import PREFIXES, clock, next_code, open_one, take

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.identity.models import Account
    from yimen.ground.organisations.models import Unit


class NoFault(Invalid):
    """What was filled in makes no fault, no ladder, no measure."""

    code = "no_fault"


class Partial(NotAllowed):
    """Nobody rules on themselves, and nobody reviews what they ruled."""

    code = "partial"


class NotYet(Conflict):
    """The time to speak or to appeal is not over."""

    code = "not_yet"


@transaction.atomic
def record_fault(
    *, actor: Actor, unit: Unit, violation: str, rule: str, facts: str, at: datetime, person: Account | None = None,
    person_post: str = "", source_code: str = "", files: Sequence[StoredFile] = (),
) -> Fault:  # fmt: skip
    """立案并告知当事人: nothing is decided before they were heard. `source_code` is the number of any matter it comes from.

    Raises `NoFault`, `NotAllowed`.
    """
    if violation not in rules.VIOLATIONS:
        raise NoFault("没有这个过错类别。", fields={"violation": "请选择"})
    policies.require(actor, policies.MANAGE, unit.pk, unit.division_id)
    if person is not None and person.pk == actor.account_id:
        raise Partial("不能给自己立案。", next_step="请由其他同事办理。")
    rule = tidy(rule, "违反的规定", 300, field="rule")
    if len(facts.strip()) < 4:
        raise NoFault("请写明事实。", fields={"facts": "何时、何地、做了什么"})
    home = own_unit(actor) if own_unit(actor).pk != unit.pk else complaint_unit(unit)
    code = next_code(PREFIXES["fault"], unit.division_id, at)
    who = person.name if person is not None else unit.short_name or unit.name
    matter_id = open_one(
        name=FAULT.name, action="open", code=code, title=f"{who}：{rules.VIOLATIONS[violation]}", actor=actor, at=at,
        unit=home, clock=clock("statement", "statement"), facts={"unit": unit.name},
        events=[FaultOpened(code, unit.pk, person.pk if person is not None else 0, source_code, at)],
    )  # fmt: skip
    fault = Fault.objects.create(
        matter_id=matter_id, unit=unit, person=person, person_name=person.name if person is not None else "",
        person_post=person_post.strip()[:120], violation=violation, rule=rule, facts=facts.strip(),
        source_code=source_code.strip()[:60], opened_by_id=actor.account_id,
    )  # fmt: skip
    if files:
        from yimen.watch.efficiency.services.common import write_word

        write_word(matter_id, 1, "open", facts, actor, at, files)
    return fault


@transaction.atomic
def state(
    *, fault: Fault, actor: Actor, reason: str, at: datetime, seen: int | None = None, files: Sequence[StoredFile] = ()
) -> Taken:
    """陈述申辩 by the person (for a unit: by whoever answers for it)."""
    speaker = policies.as_person(actor, fault)
    return _take(fault, "state", reason, speaker, at, seen, files=files, clock=clock("deciding", "decide"))


@transaction.atomic
def record_statement(
    *, fault: Fault, actor: Actor, reason: str, at: datetime, seen: int | None = None, files: Sequence[StoredFile] = ()
) -> Taken:
    """代记陈述: what the person said aloud, taken down; with the signed record as a file."""
    return _take(fault, "record_statement", reason, actor, at, seen, files=files, clock=clock("deciding", "decide"))


@transaction.atomic
def silent(*, fault: Fault, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """逾期未陈述: only after the time to speak is over. Raises `NotYet`."""
    _over(fault, at, "陈述申辩")
    return _take(fault, "silent", "", actor, at, seen, clock=clock("deciding", "decide"))


@transaction.atomic
def decide(*, fault: Fault, actor: Actor, sanction: str, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """认定过错, with sanction and grounds; the person may appeal."""
    _impartial(fault, actor)
    taken = _rule(
        fault, "decide", Ruling.Stage.DECISION, _sanction(sanction), reason, actor, at, seen,
        clock=clock("appealing", "appeal"),
    )  # fmt: skip
    fault.decided_by_id = actor.account_id
    fault.save(update_fields=["decided_by"])
    return taken


@transaction.atomic
def dismiss(*, fault: Fault, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """不予追究."""
    _impartial(fault, actor)
    return _rule(fault, "dismiss", Ruling.Stage.DISMISSAL, "", reason, actor, at, seen)


@transaction.atomic
def appeal(
    *, fault: Fault, actor: Actor, reason: str, at: datetime, seen: int | None = None, files: Sequence[StoredFile] = ()
) -> Taken:
    """申诉 by the person, while the time for it runs. Raises `NotYet` once it is over."""
    due = fault.matter.due_at
    if due is not None and at > due:
        raise NotYet("申诉期限已经过了。", next_step="认定已生效；确有新证据的，请向效能监督机构反映。")
    return _take(
        fault, "appeal", reason, policies.as_person(actor, fault), at, seen, files=files,
        clock=clock("reviewing", "review"),
    )  # fmt: skip


@transaction.atomic
def become_final(*, fault: Fault, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """The time to appeal is over and nobody appealed. Raises `NotYet`."""
    _over(fault, at, "申诉")
    return _take(fault, "become_final", "", actor, at, seen)


@transaction.atomic
def uphold(*, fault: Fault, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """复核维持, by another person than who decided."""
    _reviewer(fault, actor)
    return _rule(fault, "uphold", Ruling.Stage.UPHELD, fault.sanction, reason, actor, at, seen)


@transaction.atomic
def soften(*, fault: Fault, actor: Actor, sanction: str, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """复核减轻 to a milder sanction, by another person than who decided."""
    _reviewer(fault, actor)
    order = list(rules.SANCTIONS)
    if fault.sanction and order.index(_sanction(sanction)) >= order.index(fault.sanction):
        raise NoFault("减轻后的处理要比原来的轻。", fields={"sanction": "请选择更轻的处理"})
    return _rule(fault, "soften", Ruling.Stage.SOFTENED, sanction, reason, actor, at, seen)


@transaction.atomic
def revoke(*, fault: Fault, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """复核撤销: it was no fault; the file keeps what happened."""
    _reviewer(fault, actor)
    return _rule(fault, "revoke", Ruling.Stage.REVOKED, "", reason, actor, at, seen)


def _rule(
    fault: Fault, action: str, stage: str, sanction: str, reason: str, actor: Actor, at: datetime, seen: int | None,
    **more: Any,
) -> Taken:  # fmt: skip
    taken = _take(fault, action, reason, actor, at, seen, facts={"sanction": rules.SANCTIONS.get(sanction, "")}, **more)
    Ruling.objects.create(
        fault=fault, stage=stage, sanction=sanction, text=reason, ruled_by_id=actor.account_id, ruled_name=actor.name,
        ruled_at=at,
    )  # fmt: skip
    fault.sanction = sanction
    fault.save(update_fields=["sanction"])
    return taken


def _take(fault: Fault, action: str, text: str, actor: Actor, at: datetime, seen: int | None, **more: Any) -> Taken:
    matter = fault.matter
    event = FaultMoved(matter.pk, matter.code, action, at)
    return take(matter_id=matter.pk, action=action, text=text, actor=actor, at=at, seen=seen, events=[event], **more)


def _sanction(sanction: str) -> str:
    if sanction not in rules.SANCTIONS:
        raise NoFault("请选择处理。", fields={"sanction": "请选择"})
    return sanction


def _impartial(fault: Fault, actor: Actor) -> None:
    if actor.account_id is not None and actor.account_id == fault.person_id:
        raise Partial("不能认定自己的过错。", next_step="请由其他有权限的同事认定。")
    if actor.department_id is not None and fault.person_id is None and actor.department_id == fault.unit_id:
        raise Partial("不能认定本单位的过错。", next_step="请由上级或其他有权限的机构认定。")


def _reviewer(fault: Fault, actor: Actor) -> None:
    _impartial(fault, actor)
    if actor.account_id == fault.decided_by_id:
        raise Partial("作出认定的人不能复核自己的认定。", next_step="请由另一位有权限的同事复核。")


def _over(fault: Fault, at: datetime, what: str) -> None:
    due = fault.matter.due_at
    if due is not None and at <= due:
        raise NotYet(f"{what}的期限还没有过。", next_step="请等当事人说明，或到期限满后再办。")


# --- The ladder


@transaction.atomic
def begin_ladder(
    *, actor: Actor, unit: Unit, ground: str, text: str, at: datetime, vertical: bool = False, source_code: str = ""
) -> Ladder:
    """启动追责 against a unit that runs empty or refuses to enter; one open ladder a unit. Raises `NoFault`."""
    if ground not in Ladder.Ground.values:
        raise NoFault("请选择原因。", fields={"ground": "请选择"})
    if len(text.strip()) < 4:
        raise NoFault("请写明事实和理由。", fields={"text": "请填写"})
    policies.require(actor, policies.DECIDE, unit.pk, unit.division_id)
    if unit.pk == actor.department_id:
        raise Partial("不能对本单位启动追责。", next_step="请由上级或其他有权限的机构办理。")
    running = NoFault(f"对{unit.name}的追责还在进行。", next_step="请在原来的追责里采取下一级措施。")
    if Ladder.objects.filter(unit=unit, relieved_at__isnull=True).exists():
        raise running
    home = own_unit(actor)
    code = next_code(PREFIXES["ladder"], unit.division_id, at)
    matter_id = open_one(
        name=LADDER.name, action="begin", code=code, title=f"{unit.short_name or unit.name}：{dict(Ladder.Ground.choices)[ground]}",
        actor=actor, at=at, unit=home, facts={"unit": unit.name},
    )  # fmt: skip
    try:
        with transaction.atomic():
            return Ladder.objects.create(
                matter_id=matter_id, unit=unit, ground=ground, text=text.strip(), vertical=vertical,
                source_code=source_code.strip()[:60],
            )  # fmt: skip
    except IntegrityError:
        raise running from None


@transaction.atomic
def take_rung(
    *, ladder: Ladder, actor: Actor, rung: str, reason: str, at: datetime, person: str = "", addressed: str = "",
    addressed_name: str = "", document: str = "", skipped: str = "", seen: int | None = None,
) -> Taken:  # fmt: skip
    """采取措施: the next one of the ladder; a later one only with the reason why those before it are skipped (R235).

    An admonition names whom; a proposal to move somebody goes to the Party committee, of a vertically managed unit to its
    superior. Raises `OutOfOrder`, `NoFault`.
    """
    from yimen.ground.matters.services import lock

    lock(ladder.matter_id)
    rules.check_rung(rung, set(ladder.rungs.values_list("rung", flat=True)), skipped)
    if rung in ("admonition", "adjustment") and not person.strip():
        raise NoFault("请写明谈话对象或调整人选。", fields={"person": "请填写姓名和职务"})
    if rung == "adjustment":
        due = "superior" if ladder.vertical else "party"
        if addressed != due:
            raise NoFault(
                f"{'垂直管理单位的' if ladder.vertical else ''}岗位调整建议要报{rules.ADDRESSEES[due]}。",
                fields={"addressed": f"请选择{rules.ADDRESSEES[due]}"},
            )
        if not addressed_name.strip():
            raise NoFault("请写明报送单位的名称。", fields={"addressed_name": "请填写"})
    else:
        addressed, addressed_name = "", ""
    matter = ladder.matter
    facts = {"rung": rules.RUNGS[rung], "document": document.strip(), "skipped": skipped.strip()}
    taken = take(
        matter_id=matter.pk, action="take_rung", text=reason, actor=actor, at=at, seen=seen, facts=facts,
        events=[RungTaken(matter.pk, matter.code, ladder.unit_id, rung, at)],
    )  # fmt: skip
    Rung.objects.create(
        ladder=ladder, rung=rung, text=reason, person=person.strip()[:100], addressed=addressed,
        addressed_name=addressed_name.strip()[:100], document=document.strip()[:60], skipped=skipped.strip()[:500],
        taken_by=actor.name, taken_at=at,
    )  # fmt: skip
    ladder.rung = rung
    ladder.save(update_fields=["rung"])
    return taken


@transaction.atomic
def relieve(*, ladder: Ladder, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """已改正，解除: the ladder ends, its rungs stay on record."""
    if actor.department_id == ladder.unit_id:
        raise Partial("不能解除对本单位的追责。")
    taken = take(matter_id=ladder.matter_id, action="relieve", text=reason, actor=actor, at=at, seen=seen)
    ladder.relieved_at = at
    ladder.save(update_fields=["relieved_at"])
    return taken
