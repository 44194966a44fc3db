"""Setting what a place may set for itself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.refusals import Invalid
from yimen.service.residence import policies
from yimen.service.residence.models import Setting
from yimen.service.residence.rules import SETTINGS, Choice


@transaction.atomic
def set_value(*, actor: Actor, key: str, value: str, at: datetime) -> None:
    """Set one value of `rules.SETTINGS`; raises `Invalid` for a key or value that is none."""
    policies.must(actor, policies.DECIDE, None)
    choice = SETTINGS.get(key)
    if choice is None:
        raise Invalid("没有这个参数。")
    value = _checked(choice, value)
    Setting.objects.update_or_create(
        key=key, defaults={"value": value, "changed_by": actor.name[:120], "changed_at": at}
    )
    audit.record("residence.set", actor=actor, target_kind="setting", target=key, facts={"value": value})


def _checked(choice: Choice, value: str) -> str:
    value = value.strip()
    if choice.choices:
        if value not in dict(choice.choices):
            raise Invalid(f"“{choice.label}”没有这一项。", fields={choice.key: "请从列表里选一项。"})
        return value
    if not (value.isascii() and value.isdigit() and choice.least <= int(value[:9]) <= choice.most and len(value) < 9):
        said = f"请填 {choice.least} 到 {choice.most} 之间的整数。"
        raise Invalid(f"“{choice.label}”不对。", fields={choice.key: said})
    return str(int(value))
