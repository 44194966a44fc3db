"""The side menu of the workbench."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

from yimen.ground.kit.pages import MenuItem, register_menu
from yimen.service.cases.lifecycle_asides import ASK, GIVE
from yimen.service.cases.lifecycle_revoking import PROPOSE
from yimen.service.cases.policies import LIFT_BAR, MOVE
from yimen.service.cases.selectors_asides import waiting_for
from yimen.service.cases.views.staff.asking import actor_of
from yimen.service.cases.views.staff.figures import by_state

STAFF_WHO_HANDLE = ("cases.accept", "cases.review", "cases.decide", "cases.deliver", "cases.intake")


def register() -> None:
    """Put the desk's entries in; called once when the app is ready."""
    for item in (
        MenuItem("收件箱", "cases:inbox", "inbox", STAFF_WHO_HANDLE, _count(), group="办理", order=10),
        MenuItem("接待登记", "cases:desk_intake", "ticket", "cases.intake", group="办理", order=11),
        MenuItem(
            "待补正", "cases:desk_correcting", "warn", STAFF_WHO_HANDLE, _count("correction_requested", "correcting"),
            group="办理", order=12,
        ),
        MenuItem(
            "停表中", "cases:desk_stopped", "pause", STAFF_WHO_HANDLE, _count("suspended"), group="办理", order=13
        ),
        MenuItem("待决定", "cases:desk_deciding", "stamp", "cases.decide", _count("deciding"), group="办理", order=14),
        MenuItem(
            "待送达", "cases:desk_delivering", "send", "cases.deliver", _count("granted", "refused"), group="办理", order=15
        ),
        MenuItem(
            "征求意见", "cases:opinions", "chat", (GIVE, ASK), _requests_waiting, group="办理", order=16,
        ),
        MenuItem("听证", "cases:hearings", "scale", "cases.hold_hearing", group="办理", order=16),
        MenuItem("撤销决定", "cases:revocations", "warn", (PROPOSE, "cases.decide"), group="办理", order=16),
        MenuItem("优先办理", "cases:priority", "star", "matters.view", group="办理", order=16),
        MenuItem("容缺办件", "cases:tolerances", "file", "matters.view", group="查询", order=34),
        MenuItem("承诺办件", "cases:signed_promises", "tick", "matters.view", group="查询", order=34),
        MenuItem("上报件", "cases:reports_up", "send", "matters.view", group="查询", order=33),
        MenuItem("同步办理", "cases:externals", "link", "matters.view", group="查询", order=34),
        MenuItem("委托登记", "cases:desk_mandates", "users", "identity.verify", group="办理", order=17),
        MenuItem("办件查询", "cases:desk_query", "list", "matters.view", group="查询", order=30),
        MenuItem("已办结", "cases:desk_done", "tick", "matters.view", group="查询", order=31),
        MenuItem("办件统计", "cases:figures", "chart", "cases.figures", group="查询", order=32),
    ):  # fmt: skip
        register_menu("desk", item)
    register_menu("manage", MenuItem("办件类型", "cases:kinds", "ticket", "cases.set_up", group="目录", order=20))
    register_menu(
        "manage", MenuItem("服务承诺", "cases:manage_promises", "star", "cases.set_up", group="目录", order=21)
    )
    for item in (
        MenuItem("重点项目", "cases:projects", "star", "cases.set_up", group="目录", order=23),
        MenuItem("控制事项", "cases:prohibited", "lock", "cases.set_up", group="目录", order=24),
        MenuItem("容缺和承诺", "cases:item_terms", "file", "cases.set_up", group="目录", order=24),
        MenuItem("外部系统", "cases:systems", "link", "cases.set_up", group="目录", order=25),
        MenuItem("不再适用承诺", "cases:promise_bars", "lock", LIFT_BAR, group="目录", order=28),
        MenuItem("移动在办件", "cases:moves", "send", MOVE, group="目录", order=27),
        MenuItem("办件路径", "cases:path_terms", "clock", "cases.set_up", group="目录", order=26),
    ):
        register_menu("manage", item)
    register_menu("footer", MenuItem("不予受理的控制事项", "cases:public_prohibited", order=41))
    register_menu(
        "manage", MenuItem("办件催办", "cases:reminder_terms", "bell", "cases.set_up", group="目录", order=22)
    )
    register_menu(
        "manage", MenuItem("延长规定", "cases:extension_terms", "clock", "cases.set_up", group="目录", order=24)
    )
    register_menu(
        "manage", MenuItem("征求意见的期限", "cases:opinion_terms", "clock", "cases.set_up", group="目录", order=23)
    )
    register_menu(
        "manage", MenuItem("法定后果记录", "matters:effects_came", "warn", "cases.figures", group="日历", order=64)
    )
    register_menu("footer", MenuItem("服务承诺与兑现", "cases:promises", order=40))


def _requests_waiting(request: HttpRequest) -> int | None:
    """How many requests for an opinion the department has still to answer."""
    actor = actor_of(request)
    return waiting_for(actor) if actor.holds(GIVE) else None


def _count(*states: str) -> Callable[[HttpRequest], int | None]:
    """How many open matters of the usual box stand in these states; all of them where none is named."""

    def count(request: HttpRequest) -> int | None:
        held = by_state(request)
        return sum(number for state, number in held.items() if not states or state in states)

    return count
