"""Registers this module with Django, and its screens with the menus."""

from __future__ import annotations

from django.apps import AppConfig

from yimen.ground.kit.pages import MenuItem, register_menu

ADMINISTRATORS = ("admin.system", "admin.security", "admin.audit")


class OrganisationsConfig(AppConfig):
    """机构与授权."""

    name = "yimen.ground.organisations"
    label = "organisations"
    verbose_name = "机构与授权"

    def ready(self) -> None:
        """Menus of the administration."""
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
            MenuItem("权限与授权", "organisations:grants", "lock", ADMINISTRATORS, group="安全与审计", order=80),
            MenuItem("三员", "organisations:admin_roles", "shield", ADMINISTRATORS, group="安全与审计", order=81),
            MenuItem("登录安全策略", "identity:security", "scale", "admin.security", group="安全与审计", order=82),
            MenuItem("操作审计", "identity:audit", "list", "admin.audit", group="安全与审计", order=83),
        ):
            register_menu("manage", item)
        register_menu("own", MenuItem("我的账号", "identity:account", "user", order=10))
        register_menu("own", MenuItem("切换办事身份", "identity:acting", "users", order=11, for_kind="citizen"))
        register_menu("own", MenuItem("单位人员", "identity:enterprise", "store", order=13, for_kind="citizen"))
        register_menu(
            "desk",
            MenuItem(
                "法定代表人变更", "identity:verify_representative", "user", "identity.verify", group="办理", order=18
            ),
        )
        register_menu("own", MenuItem("切换岗位", "organisations:switch_post", "card", order=20, for_kind="staff"))
