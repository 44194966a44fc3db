"""Entries of the residence in the menus."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest

from yimen.ground.kit.pages import MenuItem, register_menu
from yimen.service.residence import policies
from yimen.service.residence.models import Adjustment, Plan, WithdrawalAttempt
from yimen.service.residence.views.asking import actor_of

GROUP = "进驻"


def register() -> None:
    """Put the entries in; called once when the app is ready."""
    register_menu("portal", MenuItem("政务服务清单", "residence:public_lists", "list", order=40))
    register_menu("portal", MenuItem("大厅窗口", "residence:public_windows", "store", order=41))
    for order, (label, url, icon, codes) in enumerate(
        (
            ("三集中报告", "residence:report", "chart", policies.STAFF),
            ("进驻情况", "residence:entries", "store", policies.STAFF),
            ("应进驻目录", "residence:directories", "list", policies.STAFF),
            ("部门职能", "residence:functions", "users", policies.STAFF),
            ("办件量与调出", "residence:volumes", "chart", policies.STAFF),
            ("场外受理", "residence:outside", "warn", policies.STAFF),
            ("需求进驻", "residence:demands", "chat", policies.STAFF),
            ("清单分批公布", "residence:lists", "file", policies.STAFF),
            ("全省通办", "residence:province", "pin", policies.STAFF),
            ("上下级事项对照", "residence:tiers", "scale", policies.STAFF),
            ("进驻参数", "residence:settings", "card", (policies.DECIDE,)),
        ),
        30,
    ):
        register_menu("manage", MenuItem(label, url, icon, codes, group=GROUP, order=order * 10))
    register_menu(
        "manage",
        MenuItem("进驻调整", "residence:adjustments", "stamp", policies.STAFF, _to_decide, group=GROUP, order=315),
    )
    register_menu(
        "manage", MenuItem("归并方案", "residence:plans", "file", policies.PLAN_READERS, _plans, group=GROUP, order=345)
    )
    register_menu(
        "manage",
        MenuItem("擅自回撤", "residence:attempts", "warn", policies.STAFF, _attempts, group=GROUP, order=325, hot=True),
    )


def _to_decide(request: HttpRequest) -> int | None:
    """Adjustments that wait for this actor's decision, or opinion."""
    actor = actor_of(request)
    mine = Q()
    if not actor.holds(policies.DECIDE):
        if not actor.holds(policies.APPLY):
            return None
        mine = policies.about(actor, "department", policies.APPLY) & Q(by_centre=True, opinion="")
    return Adjustment.objects.filter(mine, state="proposed").count() or None


def _plans(request: HttpRequest) -> int | None:
    """Plans under review or to be accepted."""
    if not any(actor_of(request).holds(code) for code in policies.REVIEWERS):
        return None
    return Plan.objects.filter(state__in=["filed", "reviewed"]).count() or None


def _attempts(request: HttpRequest) -> int | None:
    """Attempts that nobody has answered for."""
    if not actor_of(request).holds(policies.WATCH):
        return None
    return WithdrawalAttempt.objects.filter(handled_at__isnull=True).count() or None
