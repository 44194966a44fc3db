"""Registers this module with Django, and its screens with the menus."""

from __future__ import annotations

from django.apps import AppConfig
from django.http import HttpRequest

from yimen.ground.kit.pages import MenuItem, Strip, register_menu, register_strips
from yimen.ground.organisations.capacities import BREAK_GLASS

ADMINISTRATORS = ("admin.system", "admin.security", "admin.audit")


class OrganisationsConfig(AppConfig):
    """机构与授权."""

    name = "yimen.ground.organisations"
    label = "organisations"
    verbose_name = "机构与授权"

    def ready(self) -> None:
        """Menus of the administration, and what systems that sign people in through us learn of their posts."""
        from yimen.ground.identity.services.sso import register_claims
        from yimen.ground.organisations.selectors import told_posts

        register_claims("post", told_posts)
        manage, letters = "organisations.manage", "organisations.draft_letter"
        for item in (
            MenuItem(
                "机构树", "organisations:units", "home", (manage, letters, *ADMINISTRATORS), group="机构与人", order=40
            ),
            MenuItem("窗口", "organisations:windows", "store", (manage, *ADMINISTRATORS), group="机构与人", order=41),
            MenuItem("工作人员", "organisations:staff", "users", (manage, *ADMINISTRATORS), group="机构与人", order=42),
            MenuItem(
                "授权委托书",
                "organisations:letters",
                "file",
                (manage, letters, "organisations.sign_letter", *ADMINISTRATORS),
                group="机构与人",
                order=43,
            ),
            MenuItem(
                "印章",
                "organisations:seals",
                "stamp",
                (manage, "organisations.keep_seals", *ADMINISTRATORS),
                group="机构与人",
                order=44,
            ),
            MenuItem(
                "机构改革",
                "organisations:reorganisations",
                "arrow",
                ("organisations.reorganise", "organisations.approve_reorganisation", *ADMINISTRATORS),
                group="机构与人",
                order=45,
            ),
            MenuItem(
                "责任链", "organisations:responsibility", "users", (manage, *ADMINISTRATORS), group="机构与人", order=46
            ),
            MenuItem(
                "对口", "organisations:counterparts", "link", (manage, *ADMINISTRATORS), group="机构与人", order=47
            ),
            MenuItem("分级管理", "organisations:tiers", "list", (manage, *ADMINISTRATORS), group="机构与人", order=48),
            MenuItem("注册用户", "identity:registered", "chart", "identity.count_users", group="机构与人", order=49),
            MenuItem("权限与授权", "organisations:grants", "lock", ADMINISTRATORS, group="安全与审计", order=80),
            MenuItem("三员", "organisations:admin_roles", "shield", ADMINISTRATORS, group="安全与审计", order=81),
            MenuItem(
                "接入系统", "identity:systems", "link", ("admin.system", "admin.audit"), group="安全与审计", order=84
            ),
            MenuItem("登录安全策略", "identity:security", "scale", "admin.security", group="安全与审计", order=82),
            MenuItem("操作审计", "identity:audit", "list", "admin.audit", group="安全与审计", order=83),
        ):
            register_menu("manage", item)
        register_menu("own", MenuItem("我的账号", "identity:account", "user", order=10))
        register_menu("own", MenuItem("授权同意", "identity:consents", "lock", order=14, for_kind="citizen"))
        register_menu("own", MenuItem("切换办事身份", "identity:acting", "users", order=11, for_kind="citizen"))
        register_menu("own", MenuItem("单位人员", "identity:enterprise", "store", order=13, for_kind="citizen"))
        register_menu(
            "desk",
            MenuItem(
                "法定代表人变更", "identity:verify_representative", "user", "identity.verify", group="办理", order=18
            ),
        )
        register_menu("desk", MenuItem("请假代办", "organisations:delegations", "users", group="我的", order=90))
        register_menu(
            "desk",
            MenuItem(
                "应急授权",
                "organisations:emergencies",
                "warn",
                (BREAK_GLASS, "organisations.watch_emergencies"),
                group="我的",
                order=91,
            ),
        )
        register_menu(
            "manage",
            MenuItem("应急授权", "organisations:emergencies", "warn", ADMINISTRATORS, group="安全与审计", order=84),
        )
        register_menu(
            "manage",
            MenuItem(
                "人员与授权规则", "organisations:staff_rules", "scale", "admin.security", group="安全与审计", order=82
            ),
        )
        register_menu(
            "manage",
            MenuItem(
                "账号停用", "organisations:closings", "lock", (manage, *ADMINISTRATORS), group="机构与人", order=45
            ),
        )
        register_menu(
            "manage",
            MenuItem(
                "权限复核",
                "organisations:reviews",
                "tick",
                ("organisations.review_rights", "organisations.watch_emergencies", *ADMINISTRATORS),
                group="安全与审计",
                order=85,
            ),
        )
        register_strips(capacity_strips)
        register_menu("own", MenuItem("切换岗位", "organisations:switch_post", "card", order=20, for_kind="staff"))


def capacity_strips(request: HttpRequest) -> list[Strip]:
    """For whom one acts, for whom one could, and whether an emergency stands open; all of it is in the actor already."""
    actor = getattr(request, "actor", None)
    if actor is None or actor.kind != "staff":
        return []
    found = []
    if actor.stands_for is not None:
        found.append(
            Strip(
                f"代 {actor.stands_for_name} 办理。每一步都记为“{actor.name}”。",
                "/desk/standing/stop/",
                "结束代办",
                "warn",
            )
        )
    found += [
        Strip(f"可代 {each.name} 办理（{each.unit} {each.post}）。", f"/desk/standing/{each.id}/begin/", "开始代办")
        for each in actor.stand_ins
        if each.id != actor.delegation_id
    ]
    if actor.emergency_id is not None:
        found.append(Strip("应急授权正在使用，所做的每一步都有标记。", "/desk/emergencies/", "查看或提前结束", "bad"))
    return found
