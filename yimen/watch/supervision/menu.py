"""The side menus."""

from __future__ import annotations

from yimen.ground.kit.pages import MenuItem, register_menu
from yimen.watch.supervision import policies


def register() -> None:
    """Put the entries in; called once when the app is ready."""
    register_menu("desk", MenuItem("我的预警", "supervision:mine", "warn", group="办理", order=45, for_kind="staff"))
    # The four functions of electronic supervision under one heading (R215–R218).
    for place, (label, name, icon) in enumerate(
        (
            ("实时监察", "supervision:board", "speak"),
            ("监察大屏", "supervision:cockpit", "chart"),
            ("预警纠错", "supervision:alerts", "warn"),
            ("窗口绩效", "supervision:scores", "scale"),
            ("监察统计", "supervision:figures", "list"),
        )
    ):
        register_menu("desk", MenuItem(label, name, icon, policies.WATCH, group="监察", order=60 + place))
    register_menu(
        "manage", MenuItem("实时监察", "supervision:board", "speak", policies.WATCH, group="电子监察", order=83)
    )
    for place, (label, name, icon) in enumerate(
        (
            ("监察预警", "supervision:alerts", "warn"),
            ("红黄牌", "supervision:cards", "shield"),
            ("监察统计", "supervision:figures", "chart"),
            ("窗口绩效", "supervision:scores", "scale"),
            ("监察规则", "supervision:rules", "list"),
        )
    ):
        register_menu("manage", MenuItem(label, name, icon, policies.WATCH, group="电子监察", order=84 + place))
    both = (policies.WATCH, policies.RESULTS)
    register_menu(
        "manage", MenuItem("办件不出中心", "supervision:places", "chart", policies.WATCH, group="电子监察", order=90)
    )
    register_menu("manage", MenuItem("部门结果核对", "supervision:results", "tick", both, group="电子监察", order=89))
