"""Who sees the board, who keeps the rules, who deals with alerts and cards (architecture §5)."""

from __future__ import annotations

from yimen.ground.identity.policies import name_actions, register_permission

WATCH = "supervision.watch"
RULES = "supervision.rules"

register_permission(
    WATCH, "查看电子监察", scopes=("department", "centre", "division", "all"),
    usual={"supervisor": "all", "leader": "division", "manager": "centre", "head": "department", "chief": "department"},
)  # fmt: skip
register_permission(RULES, "设置监察规则", scopes=("all",), usual={"supervisor": "all"})

name_actions(
    {
        "supervision.add_rule": "新设监察规则",
        "supervision.change_rule": "修改监察规则",
        "supervision.mend_counts": "更正监察件数",
    }
)
