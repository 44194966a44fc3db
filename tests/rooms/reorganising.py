"""Reorganisations: plans in each state, and what the registers beside the tree show."""

from __future__ import annotations

from typing import Any

CEILINGS: dict[str, tuple[str, int]] = {
    "api:organisation_tree": ("li", 5),
    "api:organisation_history": ("li", 8),
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
    "organisations:responsibility": ("he", 14),
    "organisations:set_chain": ("he", 20),
    "organisations:write_entry_plan": ("he", 12),
    "organisations:counterparts": ("manager", 14),
    "organisations:match_unit": ("he", 14),
    "organisations:match_window": ("manager", 14),
    "organisations:unmatch": ("he", 12),
    "organisations:tiers": ("manager", 16),
    "organisations:set_supporting_role": ("manager", 14),
    "organisations:seal_uses": ("he", 14),
    "organisations:hand_over_seal": ("he", 14),
    "organisations:lose_seal": ("he", 12),
    "organisations:destroy_seal": ("he", 12),
}


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """A plan that is previewed and waits for its approval, and one of items, whose posts are still to be chosen."""
    from yimen.ground.identity.rules import SYSTEM
    from yimen.ground.kit import moments
    from yimen.ground.organisations import services
    from yimen.ground.organisations.services import PartGiven

    cast, at = world.cast, moments.now()
    plans: list[Any] = []
    for kind, items in (("merge", None), ("move_items", ["11519911MB0000001X4000100001000"])):
        plan = services.draft_reorganisation(
            actor=cast.actor("manager"), kind=kind, document=f"清编发〔2026〕{len(plans) + 1}号",
            document_title="关于机构调整的通知", effective_on=moments.day_of(at),
            parts=[PartGiven(cast.units["market"], cast.units["housing"], items)], at=at,
        )  # fmt: skip
        services.preview_reorganisation(actor=cast.actor("manager"), plan=plan, at=at)
        plans.append(plan)
    town = services.create_unit(
        actor=SYSTEM, kind="department", name="城关镇市场监督管理所", parent=cast.units["town"], at=at
    )
    pair = services.match_units(actor=SYSTEM, upper=cast.units["market"], lower=town, at=at)
    seal, unit = {"seal_id": cast.seals["market"].pk}, {"unit_id": cast.units["market"].pk}
    whole, partial = ({"uid": plan.uid} for plan in plans)
    names = ("reorganisation", "preview_reorganisation", "approve_reorganisation", "apply_reorganisation",
             "undo_reorganisation", "drop_reorganisation", "draft_successor_letters")  # fmt: skip
    return (
        {f"organisations:{name}": whole for name in names}
        | {f"organisations:{name}": unit for name in ("set_chain", "write_entry_plan", "match_unit")}
        | {f"organisations:{name}": seal for name in ("hand_over_seal", "lose_seal", "destroy_seal")}
        | {
            "api:organisation_history": {"uid": cast.units["market"].uid},
            "organisations:moving_posts": partial,
            "organisations:match_window": {"window_id": cast.windows["window3"].pk},
            "organisations:unmatch": {"kind": "departments", "counterpart_id": pair.pk},
            "organisations:set_supporting_role": {"code": "519911000000"},
        }
    )


MORE = {"organisations:new_reorganisation": "the plan is written and its preview made in one press"}

OPEN = {"api:organisation_history": "who was who in the government is public"}
