"""Entries in the menus."""

from __future__ import annotations

from django.http import HttpRequest

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.pages import MenuItem, register_menu
from yimen.watch.efficiency import policies
from yimen.watch.efficiency.models import Complaint, Correction

ANY = (policies.VIEW, policies.MANAGE)


def register() -> None:
    """Put the entries in; called once when the app is ready."""
    register_menu("footer", MenuItem("效能投诉", "efficiency:complain", "chat", order=25))
    register_menu("footer", MenuItem("电子监察制度", "efficiency:papers", "list", order=26))
    for item in (
        MenuItem("整改通知", "efficiency:corrections", "warn", (*ANY, policies.RECTIFY), _to_rectify, group="效能监督",
                 order=80, hot=True),
        MenuItem("效能投诉", "efficiency:complaints", "chat", (policies.COMPLAINTS, policies.REWARD, policies.INTAKE),
                 _to_handle, group="效能监督", order=81),
        MenuItem("过错责任", "efficiency:faults", "scale", group="效能监督", order=82,
                 permission=(policies.VIEW, policies.DECIDE)),
    ):  # fmt: skip
        register_menu("desk", item)
    for item in (
        MenuItem("效能监督", "efficiency:board", "chart", ANY, group="效能监督", order=80),
        MenuItem("投诉统计", "efficiency:figures", "chart", policies.COMPLAINTS, group="效能监督", order=81),
        MenuItem("授权与进驻检查", "efficiency:entry_checks", "tick", (*ANY, policies.RECTIFY), group="效能监督",
                 order=82),
        MenuItem("追责阶梯", "efficiency:ladders", "warn", (policies.VIEW, policies.DECIDE), group="效能监督", order=83),
        MenuItem("监督登记", "efficiency:registers", "list", ANY, group="效能监督", order=84),
    ):  # fmt: skip
        register_menu("manage", item)


def _to_rectify(request: HttpRequest) -> int | None:
    """How many orders wait for this actor's department; a centre, which gives the orders, is spared the question."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor) or not actor.holds(policies.RECTIFY) or actor.holds(policies.MANAGE):
        return None
    mine = Correction.objects.filter(policies.placed(actor, policies.RECTIFY), matter__closed_at__isnull=True)
    return mine.filter(matter__state="rectifying").count() or None


def _to_handle(request: HttpRequest) -> int | None:
    """How many complaints wait to be accepted by this actor."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor) or not actor.holds(policies.COMPLAINTS):
        return None
    waiting = Complaint.objects.filter(policies.complaints(actor), matter__state="received")
    return waiting.filter(matter__closed_at__isnull=True).count() or None
