"""Reorganisations: plans in each state, and what the registers beside the tree show."""

from __future__ import annotations

from typing import Any

CEILINGS: dict[str, tuple[str, int]] = {
    "organisations:reorganisations": ("manager", 12),
    "organisations:new_reorganisation": ("manager", 10),
    "organisations:reorganisation": ("manager", 70),
    "organisations:preview_reorganisation": ("manager", 14),
    "organisations:approve_reorganisation": ("leader", 14),
    "organisations:apply_reorganisation": ("manager", 30),
    "organisations:undo_reorganisation": ("leader", 14),
    "organisations:drop_reorganisation": ("manager", 14),
    "organisations:draft_successor_letters": ("manager", 14),
    "organisations:moving_posts": ("manager", 18),
}


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """A plan that is previewed and waits for its approval, and one of items, whose posts are still to be chosen."""
    from yimen.ground.kit import moments
    from yimen.ground.organisations import services
    from yimen.ground.organisations.services import PartGiven

    cast, at = world.cast, moments.now()
    plans = []
    for kind, items in (("merge", None), ("move_items", ["11519911MB0000001X4000100001000"])):
        plan = services.draft_reorganisation(
            actor=cast.actor("manager"), kind=kind, document=f"清编发〔2026〕{len(plans) + 1}号",
            document_title="关于机构调整的通知", effective_on=moments.day_of(at),
            parts=[PartGiven(cast.units["market"], cast.units["housing"], items)], at=at,
        )  # fmt: skip
        services.preview_reorganisation(actor=cast.actor("manager"), plan=plan, at=at)
        plans.append(plan)
    whole, partial = ({"uid": plan.uid} for plan in plans)
    names = ("reorganisation", "preview_reorganisation", "approve_reorganisation", "apply_reorganisation",
             "undo_reorganisation", "drop_reorganisation", "draft_successor_letters")  # fmt: skip
    return {f"organisations:{name}": whole for name in names} | {"organisations:moving_posts": partial}
