"""自助取件柜: registered and taken out of use."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.organisations import selectors as organisations
from yimen.service.delivery import policies
from yimen.service.delivery.models import Cabinet, Result

MOST_CELLS = 200


@transaction.atomic
def add_cabinet(*, actor: Actor, centre_id: int, name: str, cells: int, at: datetime) -> Cabinet:
    """A cabinet with so many cells. Raises `Invalid`, `NotAllowed`."""
    reach = [
        held.scope == "all" or (held.scope_id or actor.centre_id) == centre_id for held in actor.held(policies.SET_UP)
    ]
    if actor.kind != "system" and not any(reach):
        raise NotAllowed("您不能登记这个中心的取件柜。", next_step="请由中心管理岗登记。")
    name = tidy(name, "名称", 40, field="name")
    if not 1 <= cells <= MOST_CELLS:
        raise Invalid("格口数不对。", fields={"cells": f"1 到 {MOST_CELLS}。"})
    if Cabinet.objects.filter(centre=centre_id, name=name).exists():
        raise Invalid("已经有这个名称的取件柜。", fields={"name": "请换个名称。"})
    made = Cabinet.objects.create(centre=organisations.unit(centre_id), name=name, cells=cells, added_at=at)
    audit.record("delivery.add_cabinet", actor=actor, target_kind="cabinet", target=name, facts={"cells": cells})
    return made


@transaction.atomic
def end_cabinet(*, actor: Actor, cabinet: Cabinet, at: datetime) -> Cabinet:
    """Out of use; only an empty one. Raises `Conflict`, `NotAllowed`."""
    row = Cabinet.objects.select_for_update().get(pk=cabinet.pk)
    if row.ended_at is not None:
        raise Conflict("这个取件柜已经停用。", next_step="请刷新页面。")
    if Result.objects.filter(cabinet=row, state="shelved").exists():
        raise Conflict("柜里还有结果。", next_step="请先取出，换到架上。")
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    audit.record("delivery.end_cabinet", actor=actor, target_kind="cabinet", target=row.name)
    return row
