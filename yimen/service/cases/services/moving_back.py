"""The way back of a move: each case on which nothing was done since goes back to what it was; the others stay and say why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection

from yimen.ground.matters import lifecycle
from yimen.ground.matters.lifecycle import HARMLESS, MOVE_BACK
from yimen.ground.matters.selectors import Asked, ClockMark, ask_many
from yimen.ground.matters.services import Told, row_with, take_many
from yimen.service.cases.models import Case, CaseMaterial, MovedCase, MovePlan

Item = MovedCase.State
_TAKEN = (
    "select i.id, m.id from cases_movedcase i join matters_matter m on m.id = i.matter_id"
    " where i.plan_id = %s and i.state = 'taken' order by i.id limit %s for no key update of m"
)


def take_back(plan: MovePlan, limit: int, at: datetime) -> bool:
    """Take the next cases back, or write down why not; False when none is left."""
    items = _locked(plan.pk, limit, skip_locked=True) or _locked(plan.pk, 1, skip_locked=False)
    if not items:
        return False
    held = {each.matter_id: each for each in MovedCase.objects.filter(pk__in=items.values())}
    asked, since = ask_many(list(items)), _since(held)
    lines = {each.pk: each for each in CaseMaterial.objects.filter(pk__in=_line_ids(held.values()))}
    closed = set(Case.objects.filter(pk__in=list(items), matter__closed_at__isnull=False).values_list("pk", flat=True))
    told: list[Told] = []
    for matter_id, item in held.items():
        now = asked[matter_id]
        why = "已经办结。" if matter_id in closed else _against(item, now, since.get(matter_id, []), lines)
        if why:
            item.state, item.back_why = Item.STAYS, why[:300]
            continue
        mark = replace(ClockMark.read(item.before["limits"]), at=at) if "limits" in item.before else None
        version = item.before.get("version", now.procedure_version)
        told.append(
            Told(
                key=item.pk, asked=now, facts=_facts(plan, item), row=row_with(now, mark) if mark else None, mark=mark,
                version=version if version != now.procedure_version else None,
            )
        )  # fmt: skip
    taken = take_many(told, action=MOVE_BACK, at=at)
    for item in held.values():
        if item.pk in taken:
            item.state, item.back_seq = Item.BACK, taken[item.pk]
            _put_back(item)
        elif item.state == Item.TAKEN:
            item.state, item.back_why = Item.STAYS, "这件刚刚有了新进展。"
    MovedCase.objects.bulk_update(held.values(), ["state", "back_seq", "back_why"], batch_size=500)
    return True


def _locked(plan_id: int, limit: int, *, skip_locked: bool) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN + (" skip locked" if skip_locked else ""), [plan_id, limit])
        return {matter: item for item, matter in cursor.fetchall()}


def _since(held: dict[int, MovedCase]) -> dict[int, list[str]]:
    """What was done on each case after it was moved."""
    found: dict[int, list[str]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "select s.matter_id, s.action from matters_step s join unnest(%s::bigint[], %s::integer[]) as x(matter, seq)"
            " on x.matter = s.matter_id and s.seq > x.seq order by s.matter_id, s.seq",
            [list(held), [each.seq for each in held.values()]],
        )
        for matter_id, action in cursor.fetchall():
            found[matter_id].append(action)
    return found


def _against(item: MovedCase, asked: Asked, since: list[str], lines: dict[int, CaseMaterial]) -> str:
    """Why this case cannot go back; empty where it can."""
    table = lifecycle.procedure(asked.procedure, asked.procedure_version)
    done = list(dict.fromkeys(table.step(action).label for action in since if action not in HARMLESS))
    if done:
        return f"移动以后已经办了：{'、'.join(done)}。"
    old = lifecycle.procedure(asked.procedure, item.before.get("version", asked.procedure_version))
    if asked.state not in {state.code for state in old.states}:
        return f"原来的办理程序没有“{table.state(asked.state).label}”这个状态。"
    brought = [lines[pk].name for pk in item.before.get("added", ()) if pk in lines and lines[pk].state != "missing"]
    if brought:
        return f"新增的材料已经收到：{'、'.join(brought)}。"
    return ""


def _line_ids(items: Any) -> list[int]:
    return [pk for item in items for pk in item.before.get("added", ())]


def _facts(plan: MovePlan, item: MovedCase) -> dict[str, Any]:
    return {
        "plan": str(plan.uid),
        "reason": f"{plan.undo_reason}（移回原版本）",
        "by": plan.undone_by,
        "old_due_on": item.new_due_on,
        "new_due_on": item.old_due_on,
    }


def _put_back(item: MovedCase) -> None:
    before = item.before
    if "edition" not in before:
        return
    Case.objects.filter(pk=item.matter_id).update(edition=before["edition"], form_version=before["form_version"])
    for pk, material_id, required in before["lines"]:
        CaseMaterial.objects.filter(pk=pk).update(material=material_id, required=required)
    CaseMaterial.objects.filter(pk__in=before["added"], files__isnull=True, state="missing").delete()
