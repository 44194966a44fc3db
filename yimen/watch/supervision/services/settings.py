"""The limits of the procedure and the points of the appraisal, as a place sets them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Invalid
from yimen.watch.supervision import policies
from yimen.watch.supervision.models import Terms

DAYS = ("explain_workdays", "judge_workdays", "appeal_workdays", "review_workdays")
POINTS = ("red_points", "yellow_points", "notice_points", "late_points", "deemed_points", "light_points")


@transaction.atomic
def set_terms(*, actor: Actor, values: Mapping[str, int], at: datetime) -> Terms:
    """Set limits (1 to 60 working days) and points (0 to 100); what is open keeps its limit. Raises `NotAllowed`, `Invalid`."""
    require_permission(actor, policies.RULES)
    wrong = {name: "1 到 60 个工作日" for name in DAYS if not 1 <= values[name] <= 60}
    wrong |= {name: "0 到 100 分" for name in POINTS if not 0 <= values[name] <= 100}
    if not wrong and not values["red_points"] >= values["yellow_points"] >= values["notice_points"]:
        wrong["red_points"] = "红牌的扣分不能少于黄牌，黄牌不能少于提醒"
    if wrong:
        raise Invalid("设置不合理，没有保存。", next_step="请按提示修改。", fields=wrong)
    terms = Terms.objects.select_for_update().order_by("pk").first() or Terms(pk=1)
    for name in (*DAYS, *POINTS):
        setattr(terms, name, values[name])
    terms.changed_at, terms.changed_by = at, actor.name
    terms.save()
    audit.record("supervision.set_terms", actor=actor, target_kind="terms", target="", facts=dict(values))
    return terms
