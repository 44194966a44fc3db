"""How far a case's limit may be extended and by whom: the law's own terms, and those that another law gives an item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Invalid, NotAllowed
from yimen.service.cases.lifecycle import EXTENSION_WORKDAYS
from yimen.service.cases.models import ExtensionTerms
from yimen.service.cases.rules import JOINT
from yimen.service.catalogue import selectors as catalogue

JOINT_EXTENSION_WORKDAYS = 15
MOST_DAYS = 60
APPROVERS = {"head": "本机关负责人", "government": "本级人民政府负责人"}
ACTIONS = {"head": "extend_limit", "government": "extend_joint"}


class ExtensionTooLong(Invalid):
    """More days than the law allows."""

    code = "extension_too_long"


class NotTheirsToExtend(NotAllowed):
    """The law names another person for this extension."""

    code = "not_theirs_to_extend"


@dataclass(frozen=True, slots=True)
class Extension:
    """`by` is `head` (of the organ) or `government` (its head); `days` the most, 0 where the law allows none."""

    days: int
    by: str
    law: str

    @property
    def approver(self) -> str:
        """Who approves, in words."""
        return APPROVERS[self.by]

    def demand(self, action: str, days: int) -> None:
        """Raise `NotTheirsToExtend` or `ExtensionTooLong` unless this step may extend by so many working days."""
        if ACTIONS[self.by] != action:
            raise NotTheirsToExtend(
                f"这件办件的期限由{self.approver}批准延长（{self.law}）。", next_step=f"请报{self.approver}办理。"
            )
        if not self.days:
            raise ExtensionTooLong(f"这个事项的期限不能延长（{self.law}）。", fields={"days": "不能延长。"})
        if not 1 <= days <= self.days:
            raise ExtensionTooLong(
                f"最多可以延长 {self.days} 个工作日（{self.law}）。", fields={"days": f"请填写 1 至 {self.days}。"}
            )


BY_HEAD = Extension(EXTENSION_WORKDAYS, "head", "《行政许可法》第四十二条第一款")
BY_GOVERNMENT = Extension(JOINT_EXTENSION_WORKDAYS, "government", "《行政许可法》第四十二条第二款")


def extension_terms(item_id: int, kind: str) -> Extension:
    """How a case of this item and kind may be extended: by another law where one is registered, else by art. 42."""
    own = ExtensionTerms.objects.filter(item=item_id).first()
    if own is not None:
        return Extension(own.days, own.by, own.law)
    return BY_GOVERNMENT if kind == JOINT else BY_HEAD


def set_extension_terms(*, actor: Actor, item_code: str, days: int, by: str, law: str, at: datetime) -> ExtensionTerms:
    """Register what another law says of an item (市场主体登记管理条例 art. 19: three days more). Raises `Invalid`, `NotFound`."""
    item = catalogue.item_by_code(item_code)
    wrong: dict[str, str] = {}
    if not 0 <= days <= MOST_DAYS:
        wrong["days"] = f"填 0 到 {MOST_DAYS} 之间的数；0 表示不能延长。"
    if by not in APPROVERS:
        wrong["by"] = "请选择由谁批准。"
    if not law.strip():
        wrong["law"] = "请写明依据的法律条文。"
    if wrong:
        raise Invalid("延长规定没有填对。", fields=wrong)
    with transaction.atomic():
        terms, _ = ExtensionTerms.objects.update_or_create(
            item=item, defaults={"days": days, "by": by, "law": law.strip(), "set_by": actor.name, "set_at": at}
        )
        audit.record(
            "cases.set_extension", actor=actor, target_kind="item", target=item.code,
            facts={"days": days, "by": by, "law": law.strip()},
        )  # fmt: skip
    return terms


def drop_extension_terms(*, actor: Actor, item_code: str, at: datetime) -> None:
    """Let art. 42 govern the item again."""
    item = catalogue.item_by_code(item_code)
    with transaction.atomic():
        ExtensionTerms.objects.filter(item=item).delete()
        audit.record("cases.drop_extension", actor=actor, target_kind="item", target=item.code)
