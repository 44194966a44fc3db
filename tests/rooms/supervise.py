"""Electronic supervision: an alert on Li's case with a card on it, and the rules."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from yimen.ground.kit.moments import now
from yimen.ground.matters.models import Matter
from yimen.watch.supervision import policies, services
from yimen.watch.supervision.models import Alert, RuleVersion

CEILINGS: dict[str, tuple[str, int]] = {
    "supervision:mine": ("zhao", 8),
    "supervision:alert": ("sun", 16),
    "supervision:card": ("sun", 6),
    "supervision:act": ("sun", 9),
    "supervision:alerts": ("sun", 11),
    "supervision:raise": ("sun", 7),
    "supervision:cards": ("sun", 9),
    "supervision:figures": ("sun", 9),
    "supervision:scores": ("sun", 11),
    "supervision:rules": ("sun", 8),
    "supervision:kinds": ("sun", 7),
    "supervision:new_rule": ("sun", 7),
    "supervision:rule": ("sun", 9),
    "supervision:edit_rule": ("sun", 9),
    "supervision:terms": ("sun", 8),
    "api:alerts": ("sun", 8),
    "api:alert": ("sun", 8),
    "api:cards": ("sun", 8),
    "api:supervision_rules": ("sun", 6),
}
LIST = {"supervision:mine", "supervision:alerts", "supervision:cards"}
NO_ACT = {
    "supervision:new_rule": "the walk presses “look first”, which saves nothing",
    "supervision:edit_rule": "as the new one",
}


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """One alert with a card, made on first asking; a second one that waits for its explanation."""
    cast, at = world.cast, now()
    matter = Matter.objects.select_related("window").get(code=world.cases["deciding"])
    version = RuleVersion.objects.select_related("rule").get(rule__code="overdue-long")
    zhao = (cast.accounts["zhao"].pk, cast.accounts["zhao"].name)
    carded, waiting = (_found(matter, version, zhao, key, at) for key in ("carded", "waiting"))
    actor = policies.as_concerned(cast.actor("zhao"), carded)
    services.explain(alert=carded, actor=actor, text="材料多，正在核对。", at=at)
    services.give_card(alert=_again(carded), actor=cast.actor("sun"), level="red", reason="事实清楚。", at=at)
    code = {"code": carded.matter.code}
    return {
        "supervision:alert": code,
        "supervision:card": code,
        "supervision:act": {"code": waiting.matter.code, "action": "note"},
        "supervision:new_rule": {"kind": "overdue"},
        "supervision:rule": {"code": "overdue"},
        "supervision:edit_rule": {"code": "overdue"},
        "api:alert": code,
    }


def _found(matter: Matter, version: RuleVersion, person: tuple[int, str], key: str, at: Any) -> Alert:
    found = services.Found(
        key=f"room:{key}", text="超过期限没有办结。", level="red", violation="slow", department_id=matter.department_id,
        since=at, about=matter, person=person, version=version, evidence={"due_on": "2026-11-02", "version": 1},
    )  # fmt: skip
    made = services.detect(found, at)
    assert made is not None
    return _again(made)


def _again(alert: Alert) -> Alert:
    return Alert.objects.select_related("matter", "department", "version__rule", "window", "about").get(pk=alert.pk)


def more(world: Any, count: int) -> None:
    """So many more alerts on Li's case, in Zhao's hands."""
    matter = Matter.objects.get(code=world.cases["deciding"])
    version = RuleVersion.objects.get(rule__code="overdue-long")
    zhao = (world.cast.accounts["zhao"].pk, world.cast.accounts["zhao"].name)
    for number in range(count):
        _found(matter, version, zhao, f"more-{number}-{uuid4()}", now())
