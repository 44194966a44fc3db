"""授权与进驻检查 (R226): assigned to a department, checked by itself, judged point by point; faults become orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Invalid, NotAllowed
from yimen.ground.kit.text import clean_text
from yimen.ground.matters.services import Taken
from yimen.watch.efficiency import policies
from yimen.watch.efficiency.events import EntryCheckAssigned
from yimen.watch.efficiency.lifecycle import ENTRY_CHECK
from yimen.watch.efficiency.models import Correction, EntryCheck, Point
from yimen.watch.efficiency.rules import POINTS
from yimen.watch.efficiency.selectors.common import own_unit
from yimen.watch.efficiency.selectors.known import known_points
from yimen.watch.efficiency.services.common import PREFIXES, clock, next_code, open_one, take
from yimen.watch.efficiency.services.corrections import open_correction

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile
    from yimen.ground.organisations.models import Unit

VIOLATION_OF = {"entered": "not_entered", "authorised": "authorisation", "guaranteed": "obstruction", "joint": "slow"}


class NotJudged(Invalid):
    """A point has no judgement, or a fault no remark."""

    code = "not_judged"


@transaction.atomic
def assign_check(*, actor: Actor, unit: Unit, demand: str, at: datetime) -> EntryCheck:
    """交办: the department checks itself first. What the system knows is kept as it was on that day."""
    if unit.kind != "department" or unit.dissolved_on is not None:
        raise Invalid("授权与进驻检查只对部门进行。", fields={"unit": "请选择部门"})
    policies.require(actor, policies.MANAGE, unit.pk, unit.division_id)
    issuer = own_unit(actor)
    if issuer.pk == unit.pk:
        raise NotAllowed("不能检查本单位自己。", next_step="请由上级或其他机构检查。")
    code = next_code(PREFIXES["entry_check"], unit.division_id, at)
    matter_id = open_one(
        name=ENTRY_CHECK.name, action="assign", code=code, title=f"{unit.short_name or unit.name}：授权与进驻检查",
        actor=actor, at=at, unit=unit, centre_id=issuer.pk if issuer.kind in ("centre", "subcentre") else None,
        clock=clock("self_check", "self_check"), facts={"unit": unit.name},
        events=[EntryCheckAssigned(code, unit.pk, at)],
    )  # fmt: skip
    check = EntryCheck.objects.create(
        matter_id=matter_id, issuer=issuer, demand=clean_text(demand, label="检查要求", limit=2000)
    )
    known = known_points(unit, day_of(at))
    Point.objects.bulk_create(Point(check_of=check, point=key, known=known.get(key, "")) for key in POINTS)
    return check


@transaction.atomic
def report_check(
    *, check: EntryCheck, actor: Actor, said: Mapping[str, str], reason: str, at: datetime, seen: int | None = None,
    files: Sequence[StoredFile] = (),
) -> Taken:  # fmt: skip
    """报自查情况, point by point."""
    taken = _take(check, "report", reason, actor, at, seen, files=files, clock=clock("judging", "judge"))
    for point in check.points.all():
        point.said = clean_text(said.get(point.point, ""), label=point.get_point_display(), limit=1000)
        point.save(update_fields=["said"])
    check.reported_at = at
    check.save(update_fields=["reported_at"])
    return taken


@transaction.atomic
def judge(
    *, check: EntryCheck, actor: Actor, judged: Mapping[str, tuple[str, str]], reason: str, at: datetime,
    seen: int | None = None, orders: bool = False,
) -> Taken:  # fmt: skip
    """下检查结论: each point good, fault or none, with a remark; with `orders` each fault becomes an order of correction."""
    if actor.department_id == check.matter.department_id:
        raise NotAllowed("被检查的单位不能给自己下结论。", next_step=f"请由{check.issuer.name}办理。")
    taken = _take(check, "judge", reason, actor, at, seen)
    faults = []
    for point in check.points.all():
        result, remark = judged.get(point.point, ("", ""))
        remark = clean_text(remark, label="检查意见", limit=1000)
        if result not in ("good", "fault", "none"):
            raise NotJudged(f"“{point.get_point_display()}”还没有检查结果。", fields={point.point: "请选择"})
        if result == "fault" and not remark:
            raise NotJudged(
                f"“{point.get_point_display()}”不符合，请写明问题。", fields={f"{point.point}_remark": "请写明问题"}
            )
        point.judged, point.remark = result, remark
        point.save(update_fields=["judged", "remark"])
        if result == "fault":
            faults.append(point)
    check.conclusion = reason
    check.save(update_fields=["conclusion"])
    if orders:
        for point in faults:
            open_correction(
                actor=actor, unit=check.matter.department, problem=point.remark, at=at, source=Correction.Source.CHECK,
                demand=f"请按“{POINTS[point.point][0]}”的要求整改，并报送整改情况。",
                violation=VIOLATION_OF[point.point], source_code=check.matter.code,
            )  # fmt: skip
    return taken


@transaction.atomic
def urge_check(*, check: EntryCheck, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """催办自查."""
    return _take(check, "urge", reason, actor, at, seen)


@transaction.atomic
def withdraw_check(*, check: EntryCheck, actor: Actor, reason: str, at: datetime, seen: int | None = None) -> Taken:
    """撤回检查."""
    return _take(check, "withdraw", reason, actor, at, seen)


def _take(
    check: EntryCheck, action: str, text: str, actor: Actor, at: datetime, seen: int | None, **more: Any
) -> Taken:
    return take(matter_id=check.matter_id, action=action, text=text, actor=actor, at=at, seen=seen, **more)
