"""容缺受理 (R068): for major investment projects alone a case is accepted while named materials follow, on a promise.

Delivery waits for them (a hold). Supplied and checked, the hold goes; not supplied, the case is held and may be ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import SYSTEM, Actor
from yimen.ground.kit import audit
from yimen.ground.kit.moments import day_of, say_date
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.matters.services import Taken, lift_hold, place_hold, take_step
from yimen.service.cases import rules
from yimen.service.cases.events import CaseSupplemented, CaseTolerated, ToleranceEnded, ToleranceLapsed
from yimen.service.cases.models import Case, CaseFile, CaseMaterial, ItemPathTerms, Tolerance
from yimen.service.cases.services.acceptance import accept_case
from yimen.service.cases.services.letters import issue
from yimen.service.cases.services.open_case import OpenCase, open_case
from yimen.service.cases.services.priority import project_of, set_mark

if TYPE_CHECKING:
    from yimen.service.catalogue.models import ServiceItem

HOLD = "tolerance"


class NotTolerable(Conflict):
    """A required material is lacking that the item does not let follow."""

    code = "not_tolerable"


class NothingLacks(Conflict):
    """Every required material is there: the case is accepted in the ordinary way."""

    code = "nothing_lacks"


class NotLapsed(Conflict):
    """The promised day has not passed."""

    code = "tolerance_runs"


def set_item_terms(
    *, actor: Actor, item: ServiceItem, may_follow: Sequence[str], follow_workdays: int, by_promise: Sequence[str],
    promise_text: str, check_workdays: int, at: datetime,
) -> ItemPathTerms:  # fmt: skip
    """Say which materials of an item may follow or be promised. Raises `NotAllowed`, `Invalid`."""
    if actor.kind != "system" and not actor.holds("cases.set_up"):
        raise NotAllowed("您不能设置容缺和告知承诺。", next_step="请由中心管理人员设置。")
    wrong: dict[str, str] = {}
    for name, days in (("follow_workdays", follow_workdays), ("check_workdays", check_workdays)):
        if not 1 <= days <= 250:
            wrong[name] = "填 1 到 250 之间的数。"
    if by_promise and not promise_text.strip():
        wrong["promise_text"] = "请写明申请人承诺什么、不实要承担什么后果。"
    if wrong:
        raise Invalid("有几处要改。", fields=wrong)
    values = {
        "may_follow": list(may_follow), "follow_workdays": follow_workdays, "by_promise": list(by_promise),
        "promise_text": promise_text.strip()[:4000], "check_workdays": check_workdays,
    }  # fmt: skip
    with transaction.atomic():
        terms, _ = ItemPathTerms.objects.update_or_create(
            item=item, defaults={**values, "changed_by": actor.name, "changed_at": at}
        )
        audit.record("cases.set_item_terms", actor=actor, target_kind="item", target=item.code, facts=values)
    return terms


def lacking_tolerable(found: OpenCase) -> tuple[list[rules.MaterialLine], list[rules.MaterialLine]]:
    """(required materials that are missing and may follow, those that may not)."""
    lacks = rules.lacking(found.lines())
    terms = ItemPathTerms.objects.filter(pk=found.case.item_id).first()
    names = set(terms.may_follow) if terms else set()
    fits = [line for line in lacks if line.name in names]
    return fits, [line for line in lacks if line.name not in names]


def accept_tolerant(
    *, code: str, project: str, promised_by: str, actor: Actor, at: datetime, seen: int | None = None
) -> Taken:
    """Accept while named materials follow: for a registered major investment project, on the applicant's written promise.

    Raises `NoSuchProject`, `NotTolerable`, `NothingLacks`, `Invalid`, and what acceptance raises.
    """
    signer = tidy(promised_by, "承诺人", 100, field="promised_by")
    with transaction.atomic():
        found = open_case(code)
        found.admit("tolerate", actor, at, seen)
        registered = project_of(found, project, sort="major")
        fits, not_fits = lacking_tolerable(found)
        if not_fits:
            names = "、".join(line.name for line in not_fits[:5])
            raise NotTolerable(
                f"这些材料不能容缺：{names}。", next_step="请一次告知补正；可以容缺哪些材料由中心按事项设置。"
            )
        if not fits:
            raise NothingLacks("必须提交的材料已经齐了，不用容缺。", next_step="请直接受理。")
        matter, terms = found.case.matter, ItemPathTerms.objects.get(pk=found.case.item_id)
        calendar = work_calendar().at(matter.division_id, matter.centre_id)
        due = calendar.nth_workday_after(day_of(at), terms.follow_workdays)
        letter = issue(
            "tolerance_notice", case=found.case, code=code, title=matter.title, party=found.party, edition=found.edition,
            actor=actor, at=at, project=f"{registered.name}（{registered.number}）", promised_by=signer,
            follow_by=say_date(due), items=[{"order": line.order, "name": line.name, "problem": "承诺后补"} for line in fits],
        )  # fmt: skip
        take_step(
            matter=found.matter_id, action="tolerate", actor=actor, at=at, seen=seen, ready=found.ready, documents=[letter.code],
            facts={"project": registered.name, "reason": f"{signer}承诺 {say_date(due)} 前补齐：" + "、".join(line.name for line in fits)},
            events=[CaseTolerated(matter_id=found.matter_id, code=found.code, at=at)],
        )  # fmt: skip
        Tolerance.objects.create(
            case_id=found.matter_id, project=registered, materials=[[line.order, line.name] for line in fits],
            promised_by=signer, due_on=due, granted_by=f"{actor.department} {actor.name}".strip(), granted_at=at,
        )  # fmt: skip
        orders = [line.order for line in fits]
        CaseMaterial.objects.filter(case=found.matter_id, order__in=orders).update(
            state=CaseMaterial.State.TOLERATED, note=f"{say_date(due, weekday=False)}前补齐"
        )
        set_mark(found.matter_id, "tolerated")
        place_hold(
            matter_id=found.matter_id, kind=HOLD, point="deliver", reason="容缺材料还没有补齐核收，不能送达。", at=at
        )
        return accept_case(code=code, actor=actor, at=at)


def supply_tolerated(
    *, code: str, actor: Actor, at: datetime, files: Mapping[int, Sequence[int]], seen: int | None = None
) -> Taken:
    """The applicant hands the promised materials in: `files` maps orders to stored files, all at once. Raises `Invalid`."""
    with transaction.atomic():
        found = open_case(code)
        found.admit("supply_tolerated", actor, at, seen)
        held = _open(found)
        missing = [name for order, name in held.materials if not files.get(order)]
        if missing:
            raise Invalid(
                f"还差：{'、'.join(missing)}。", next_step="请一次补齐。",
                fields={f"file_{order}": "请上传。" for order, _ in held.materials if not files.get(order)},
            )  # fmt: skip
        taken = take_step(
            matter=found.matter_id, action="supply_tolerated", actor=actor, at=at, seen=seen, ready=found.ready,
            facts={"reason": f"补交 {held.names}"},
            events=[CaseSupplemented(matter_id=found.matter_id, code=found.code, at=at)],
        )  # fmt: skip
        lines = {line.order: line for line in CaseMaterial.objects.filter(case=found.matter_id, order__in=held.orders)}
        CaseFile.objects.bulk_create(
            CaseFile(case_material=lines[order], file_id=file_id, step_seq=taken.seq, added_at=at)
            for order in held.orders
            for file_id in files.get(order, ())
        )
        CaseMaterial.objects.filter(case=found.matter_id, order__in=held.orders).update(note="已补交，等窗口核收")
        Tolerance.objects.filter(pk=held.pk).update(supplied_at=at)
        return taken


def confirm_tolerated(*, code: str, actor: Actor, at: datetime, reason: str = "", seen: int | None = None) -> Taken:
    """The window has checked what was promised, on paper or as files: the hold on delivery goes."""
    with transaction.atomic():
        found = open_case(code)
        found.admit("confirm_tolerated", actor, at, seen)
        held = _open(found)
        taken = take_step(
            matter=found.matter_id, action="confirm_tolerated", actor=actor, at=at, seen=seen, ready=found.ready,
            facts={"reason": reason or f"{held.names}已补齐"},
        )  # fmt: skip
        CaseMaterial.objects.filter(case=found.matter_id, order__in=held.orders).update(
            state=CaseMaterial.State.ACCEPTED, note="", checked_by=actor.name, checked_at=at
        )
        Tolerance.objects.filter(pk=held.pk).update(
            confirmed_at=at, confirmed_by=f"{actor.department} {actor.name}".strip(), supplied_at=held.supplied_at or at
        )
        lift_hold(matter_id=found.matter_id, kind=HOLD, at=at)
        return taken


def end_untolerated(*, code: str, reason: str, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """The promised day passed and nothing came: whoever decides ends the case, before the result was handed over.

    Raises `NotLapsed`.
    """
    with transaction.atomic():
        found = open_case(code)
        found.admit("end_untolerated", actor, at, seen)
        held = _open(found)
        if day_of(at) <= held.due_on:
            raise NotLapsed(
                f"补齐期限到 {say_date(held.due_on)}，还没有到。", next_step="期满还没有补齐的，才能终止办理。"
            )
        letter = issue(
            "termination_notice", case=found.case, code=found.code, title=found.case.matter.title, party=found.party,
            edition=found.edition, actor=actor, at=at, reason=reason, follow_by=say_date(held.due_on),
            promised_by=held.promised_by,
        )  # fmt: skip
        taken = take_step(
            matter=found.matter_id, action="end_untolerated", actor=actor, at=at, seen=seen, ready=found.ready,
            facts={"reason": reason, "letter": letter.number}, documents=[letter.code],
            events=[ToleranceEnded(matter_id=found.matter_id, code=found.code, at=at)],
        )  # fmt: skip
        Tolerance.objects.filter(pk=held.pk).update(ended_at=at, lapsed_at=held.lapsed_at or at)
        Case.objects.filter(pk=found.matter_id).update(decision_reason=reason)
        return taken


def lapse(tolerance: Tolerance, at: datetime) -> None:
    """Write down that the promised day passed; the hold on delivery stays."""
    take_step(
        matter=tolerance.case_id, action="lapse_tolerance", actor=SYSTEM, at=at,
        facts={"reason": f"{tolerance.names} 到 {say_date(tolerance.due_on)} 没有补齐"},
        events=[ToleranceLapsed(matter_id=tolerance.case_id, code=tolerance.case.matter.code, at=at)],
    )  # fmt: skip
    Tolerance.objects.filter(pk=tolerance.pk).update(lapsed_at=at)


def _open(found: OpenCase) -> Tolerance:
    held = Tolerance.objects.filter(case=found.matter_id, confirmed_at__isnull=True, ended_at__isnull=True).first()
    if held is None:
        raise Conflict("这件办件没有要后补的容缺材料。", next_step="请刷新页面。")
    return held
