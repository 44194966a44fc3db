"""群众强烈要求纳入: asking, and answering everybody who asked (R022)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.service.residence import events, policies, selectors
from yimen.service.residence.models import Demand, DemandAnswer

if TYPE_CHECKING:
    from yimen.service.catalogue.models import ServiceItem


class AlreadyAsked(Conflict):
    """One applicant asks for one thing once until it is answered."""

    code = "already_asked"


@transaction.atomic
def ask(
    *,
    actor: Actor,
    at: datetime,
    item: ServiceItem | None = None,
    wanted: str = "",
    text: str = "",
    source: str = "guide",
    party_id: int | None = None,
) -> Demand:
    """Ask that an item (or, by name, something the catalogue does not know) be handled in the hall.

    Citizens ask for themselves; later wings may note what somebody said in a consultation or complaint (`party_id`, a system
    actor). Raises `AlreadyAsked`, `Conflict` where the hall handles the item already.
    """
    party = actor.party_id if actor.kind != "system" else party_id
    if party is None:
        raise NotAllowed("请先登录个人或企业账号再提需求。", next_step="登录后回到这一页即可。")
    if item is not None:
        _, places = selectors.handled_at(item.pk, None, day_of(at))
        if places:
            raise Conflict(f"这件事现在就能在大厅办：{places}。", next_step="您可以直接去办，不用提需求。")
    name = item.name[:120] if item is not None else tidy(wanted, "想办的事", 120, field="wanted")
    try:
        with transaction.atomic():
            made = Demand.objects.create(
                item=item, wanted=name, text=tidy(text, "说明", 500, field="text", needed=False), party_id=party,
                source=source, at=at,
            )  # fmt: skip
    except IntegrityError:
        raise AlreadyAsked("这个需求您已经提过，正在研究。", next_step="有了答复会发到您的消息里。") from None
    audit.record("residence.ask", actor=actor, target_kind="demand", target=str(made.uid))
    return made


@transaction.atomic
def answer_demand(
    *, actor: Actor, outcome: str, text: str, at: datetime, item: ServiceItem | None = None, wanted: str = ""
) -> DemandAnswer:
    """Decide what becomes of a wish: every open demand for it is answered, its askers are told, the answer is public."""
    policies.must(actor, policies.DECIDE, item.department if item is not None else None)
    if outcome not in DemandAnswer.Outcome.values:
        raise Invalid("请选择决定。", fields={"outcome": "请选择决定。"})
    asked = Demand.objects.select_for_update().filter(answer__isnull=True)
    asked = asked.filter(item=item) if item is not None else asked.filter(item__isnull=True, wanted=wanted)
    waiting = list(asked.order_by("at"))
    if not waiting:
        raise Conflict("这个需求刚刚已经答复。", next_step="请刷新清单再看。")
    made = DemandAnswer.objects.create(
        item=item, wanted=waiting[0].wanted, outcome=outcome, text=tidy(text, "答复", 1000, field="text"),
        asked=len(waiting), first_asked_at=waiting[0].at, answered_by=actor.name[:120], answered_at=at,
    )  # fmt: skip
    Demand.objects.filter(pk__in=[each.pk for each in waiting]).update(answer=made)
    audit.record(
        "residence.answer", actor=actor, target_kind="demand_answer", target=str(made.uid),
        facts={"outcome": outcome, "asked": made.asked},
    )  # fmt: skip
    outbox.publish(events.DemandAnswered(answer=made.uid, at=at))
    return made
