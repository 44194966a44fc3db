"""Entries of the catalogue in the menus."""

from __future__ import annotations

from django.http import HttpRequest

from yimen.ground.kit.pages import MenuItem, register_menu
from yimen.service.catalogue import policies, selectors
from yimen.service.catalogue.views.asking import actor_of


def register() -> None:
    """Put the entries in; called once when the app is ready."""
    register_menu("portal", MenuItem("我要办事", "catalogue:search", "list", order=20))
    for item in (
        MenuItem("事项目录", "catalogue:items", "list", policies.STAFF_CODES, group="目录", order=10),
        MenuItem(
            "合法性审查", "catalogue:checks", "scale", policies.LEGAL_CHECK, _waiting, group="目录", order=11, hot=True
        ),
        MenuItem(
            "导入与撤回",
            "catalogue:imports",
            "upload",
            (policies.IMPORT, policies.LEGAL_CHECK, policies.PUBLISH),
            group="目录",
            order=12,
        ),
        MenuItem("目录质检", "catalogue:quality", "chart", policies.STAFF_CODES, group="目录", order=16),
        MenuItem("公开制度", "catalogue:disclosures", "speak", policies.STAFF_CODES, group="目录", order=17),
        MenuItem("目录设置", "catalogue:settings", "pin", policies.PUBLISH, group="目录", order=18),
        MenuItem("用 Excel 改", "catalogue:workbooks", "file", policies.EDIT, group="目录", order=12),
        MenuItem("来源部门", "catalogue:departments", "users", policies.IMPORT, group="目录", order=13),
        MenuItem("材料与证明清单", "catalogue:standard_materials", "file", policies.PUBLISH, group="目录", order=14),
        MenuItem("同义词", "catalogue:synonyms", "search", policies.PUBLISH, group="目录", order=15),
    ):
        register_menu("manage", item)


def _waiting(request: HttpRequest) -> int | None:
    """How many editions wait for this actor's legal check."""
    return selectors.waiting_for_check(policies.scope(actor_of(request), policies.LEGAL_CHECK)).count() or None
