"""What changed while cases ran in 清河县: one item's running cases moved to its new edition, another's only looked at; and two
decisions on promises that were not true, one in its days of being heard, one taken back.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from yimen.ground.identity.rules import SYSTEM
from yimen.house.demo.acting import Stage
from yimen.house.demo.paths import CENTRE
from yimen.house.demo.trusting import PROMISED
from yimen.service.cases import services
from yimen.service.cases.models import Case, MovePlan, Revocation
from yimen.service.cases.services import Wish
from yimen.service.cases.services.moving import work_a_batch
from yimen.service.catalogue import services as catalogue
from yimen.service.catalogue.models import ItemEdition, ServiceItem
from yimen.service.catalogue.services.editions import MaterialValues

ACCEPTED = ("reviewing", "suspended", "correcting", "deciding")


def tell(stage: Stage) -> None:
    """Two new editions with their plans, then two revocations."""
    at = stage.days.now
    shorter, asks_more = _busiest(2)
    _publish(stage, shorter, at)
    plan = _plan(stage, shorter, at)
    services.apply_move(actor=stage.actor(CENTRE), plan=plan, reason="新版办事指南压缩了时限，在办件一并执行。", at=at)
    while work_a_batch(plan.pk, at=at):
        pass
    _publish(stage, asks_more, at, more="企业信用承诺书")
    _plan(stage, asks_more, at)
    _revocations(stage)


def _busiest(most: int) -> list[ServiceItem]:
    """The items with most running cases, by the number of those accepted; without those somebody is drawing up."""
    open_drafts = ItemEdition.objects.filter(status__in=ItemEdition.open_statuses).values("item")
    found = Case.objects.filter(matter__closed_at__isnull=True, item__status="active").exclude(item__in=open_drafts)
    rows = found.filter(edition__promise_limit__gte=4).values_list("item_id", "matter__state")
    count: Counter[int] = Counter()
    for item_id, state in rows:
        count[item_id] += 3 if state in ACCEPTED else 1
    chosen = [pk for pk, _ in count.most_common(most)]
    held = ServiceItem.objects.select_related("current").in_bulk(chosen)
    return [held[pk] for pk in chosen]


def _publish(stage: Stage, item: ServiceItem, at: datetime, more: str = "") -> None:
    """The item's next edition: a shorter promise, and perhaps one more material."""
    legal = stage.actor(stage.county.first("justice", "legal"))
    draft = catalogue.new_edition(
        actor=SYSTEM, item=item, at=at, change_note="压缩承诺时限" + ("，增加材料" if more else "")
    )
    materials = None
    if more:
        materials = [
            MaterialValues(
                name=each.name, necessity=each.necessity, condition=each.condition, condition_text=each.condition_text,
                source_channel=each.source_channel or "申请人自备", basis=each.basis, exempt=each.exempt,
            )
            for each in draft.materials.order_by("order")
        ]  # fmt: skip
        materials.append(MaterialValues(name=more, source_channel="申请人自备", basis="《清河县信用管理办法》第六条"))
    limit = max((draft.promise_limit or 4) * 3 // 4, 2)
    catalogue.save_edition(actor=SYSTEM, edition=draft, values={"promise_limit": limit}, materials=materials, at=at)
    catalogue.submit_for_legal_check(actor=SYSTEM, edition=draft, at=at)
    catalogue.decide_legal_check(actor=legal, edition=draft, passed=True, opinion="合法。", at=at)
    catalogue.publish_edition(actor=SYSTEM, edition=draft, at=at)
    item.refresh_from_db()


def _plan(stage: Stage, item: ServiceItem, at: datetime) -> MovePlan:
    wish = Wish(item_id=item.pk, edition_id=item.current_id)
    plan = services.preview_move(actor=stage.actor(CENTRE), wish=wish, at=at)
    while work_a_batch(plan.pk, at=at):
        pass
    plan.refresh_from_db()
    return plan


def _revocations(stage: Stage) -> None:
    told = _told(stage, "xiaoman", "唐小满", 24, 2)
    services.state_case(
        revocation=told, text="消毒间当天停电，第二天已恢复，附供电公司的停电通知。", actor=stage.citizen("xiaoman"),
        at=stage.days.at(stage.days.back(1), 20, 5),
    )  # fmt: skip
    held = _told(stage, "qiming", "周启明", 30, 9)
    at = stage.days.at(stage.days.back(7), 9, 40)
    services.state_case(revocation=held, text="职工浴室已停用，没有必要检测。", actor=stage.citizen("qiming"), at=at)
    services.finish_stating(revocation=held, actor=stage.citizen("qiming"), at=at + timedelta(minutes=5))
    services.revoke_decision(
        revocation=held, reason="复查时浴室仍在营业，承诺的检测报告始终没有，承诺不属实。",
        response="复查记录和照片证明浴室没有停用，意见不予采纳。", actor=stage.duty("hygiene", "approver"),
        at=stage.days.at(stage.days.back(4), 15, 10),
    )  # fmt: skip


def _told(stage: Stage, who: str, signer: str, back: int, told: int) -> Revocation:
    """Granted on a promise so many working days ago, found untrue, and told so many working days ago."""
    item, begun = "hygiene", stage.days.at(stage.days.back(back), 9, 50)
    code = stage.apply(item, who, begun, lacking=(PROMISED,))
    services.sign_promise(
        code=code, signer=signer, agreed=True, actor=stage.citizen(who), at=stage.moment(code, begun + timedelta(minutes=9))
    )  # fmt: skip
    stage.accept(code, item, begun + timedelta(hours=1))
    stage.take(code, item, begun + timedelta(hours=2))
    stage.passed(code, item, begun + timedelta(days=1))
    stage.grant(code, item, begun + timedelta(days=1, hours=2))
    stage.deliver(code, item, begun + timedelta(days=2), signer)
    reviewer = stage.duty(item, "reviewer")
    at = stage.days.at(stage.days.back(told), 10, 30)
    services.check_promise(
        code=code, outcome="broken", found_out="现场核查：消毒设施没有启用，检测报告拿不出来，照片在卷。",
        proposal="建议依照《行政许可法》第六十九条撤销。", actor=reviewer, at=stage.moment(code, at),
    )  # fmt: skip
    return services.notify_revocation(
        code=code, ground="promise", facts="现场核查：消毒设施没有启用，承诺的检测报告拿不出来，照片在卷。", actor=reviewer,
        at=stage.moment(code, at + timedelta(hours=1)),
    )  # fmt: skip
