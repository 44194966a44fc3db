"""What this place has set about its catalogue (`rules.settings`), read and written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Invalid
from yimen.service.catalogue import policies
from yimen.service.catalogue.models import CatalogueSetting
from yimen.service.catalogue.rules import quality_rules
from yimen.service.catalogue.rules.settings import LINT, SETTINGS, readable


def value_of(key: str) -> int:
    """A setting as it stands here, else the usual value; one query."""
    held = CatalogueSetting.objects.filter(key=key).values_list("value", flat=True).first()
    return readable(key, held)


def severities() -> dict[str, str]:
    """What this place has set for the rules of the linter; one query."""
    rows = CatalogueSetting.objects.filter(key__startswith=LINT).values_list("key", "value")
    return quality_rules.usable({key.removeprefix(LINT): str(value) for key, value in rows})


@transaction.atomic
def save_setting(*, actor: Actor, key: str, value: Any, basis: str, at: datetime) -> None:
    """Set a value, or the severity of a rule (`lint.<rule>`); the usual value takes the row out. Raises `Invalid`."""
    require_permission(actor, policies.PUBLISH)
    basis = basis.strip()[:200]
    usual: Any
    if key.startswith(LINT):
        rule = quality_rules.RULES.get(key.removeprefix(LINT))
        if rule is None or value not in dict(quality_rules.SEVERITIES):
            raise Invalid("没有这条规则，或轻重写得不对。", fields={"value": "请从选项中选择。"})
        if rule.by_law:
            raise Invalid(f"“{rule.title}”是法律规定的，不能改轻重。", next_step=f"依据：{rule.source}。")
        usual = rule.severity
    elif key in SETTINGS:
        known = SETTINGS[key]
        usual = known.usual
        if readable(key, value) != value:
            message = f"“{known.label}”应是 {known.least} 到 {known.most} 的整数。"
            raise Invalid(message, fields={"value": message})
    else:
        raise Invalid("没有这项设置。")
    if value == usual:
        CatalogueSetting.objects.filter(key=key).delete()
    else:
        CatalogueSetting.objects.update_or_create(
            key=key, defaults={"value": value, "basis": basis, "changed_by": actor.name, "changed_at": at}
        )
    audit.record(
        "catalogue.save_setting",
        actor=actor,
        target_kind="setting",
        target=key,
        reason=basis,
        facts={"value": value},
    )
