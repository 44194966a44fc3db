"""Entries in the menus."""

from __future__ import annotations

from django.http import HttpRequest

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.pages import MenuItem, register_menu
from yimen.service.windows import policies
from yimen.service.windows.models import Pull

LOOKS = (policies.ASK, policies.ANSWER, policies.VIEW)
PAPERS = (policies.DRAFT, policies.APPROVE, policies.START, policies.VIEW)


def register() -> None:
    """Put the entries in; called once when the app is ready."""
    register_menu("footer", MenuItem("窗口怎么找", "windows:find", "pin", order=21))
    register_menu("footer", MenuItem("查询首问", "windows:track", "search", order=22))
    for item in (
        MenuItem("股室协办", "windows:pulls", "link", LOOKS, _pulls, group="窗口", order=40, hot=True),
        MenuItem("首问登记", "windows:first_asks", "chat", (policies.FIRST, policies.VIEW), group="窗口",
                 order=41),
        MenuItem("流程和预案", "windows:papers", "file", PAPERS, group="窗口", order=42),
    ):  # fmt: skip
        register_menu("desk", item)
    for item in (
        MenuItem("窗口服务类型", "windows:kinds", "pin", policies.KINDS, group="窗口", order=50),
        MenuItem("流程和预案", "windows:paper_gaps", "file", (policies.APPROVE, policies.VIEW), group="窗口", order=51),
        MenuItem("协办和首问统计", "windows:figures", "chart", policies.VIEW, group="窗口", order=52),
    ):
        register_menu("manage", item)


def _actor(request: HttpRequest) -> Actor | None:
    actor = getattr(request, "actor", None)
    return actor if isinstance(actor, Actor) and actor.kind == "staff" else None


def _pulls(request: HttpRequest) -> int | None:
    """How many wait for the actor's section to answer, and for the actor's window to confirm."""
    actor = _actor(request)
    if actor is None or (actor.holds(policies.VIEW) and not actor.holds(policies.ANSWER)):
        return None
    if actor.window_id is not None:
        rows = Pull.objects.filter(window=actor.window_id, matter__state__in=("answered", "declined"))
    elif actor.holds(policies.ANSWER) and actor.department_id is not None:
        rows = Pull.objects.filter(matter__department=actor.department_id, matter__state="asked")
    else:
        return None
    return rows.filter(matter__closed_at__isnull=True).count() or None
