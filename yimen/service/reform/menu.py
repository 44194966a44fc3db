"""Entries of the reform in the menus."""

from __future__ import annotations

from django.http import HttpRequest

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.pages import MenuItem, register_menu
from yimen.service.reform import policies
from yimen.service.reform.models import ChangeBatch

ANY = (policies.VIEW, policies.PROPOSE, policies.REVIEW, policies.DECIDE)


def register() -> None:
    """Put the entries in; called once when the app is ready."""
    register_menu("footer", MenuItem("权责清单", "reform:powers", "scale", order=30))
    register_menu("footer", MenuItem("证明事项清单", "reform:public_proofs", "file", order=31))
    for item in (
        MenuItem("清单调整", "reform:batches", "scale", ANY, _waiting, group="改革", order=40, hot=True),
        MenuItem("定期清理", "reform:cleanups", "tick", ANY, group="改革", order=41),
        MenuItem("清单比对", "reform:comparisons", "list", (policies.VIEW, policies.PROPOSE), group="改革", order=42),
        MenuItem("五最与四办", "reform:five", "list", (policies.VIEW, policies.RECORD), group="改革", order=43),
        MenuItem("提速类别", "reform:classes", "clock", (policies.VIEW, policies.RECORD), group="改革", order=44),
        MenuItem("证明事项", "reform:proofs", "file", (policies.VIEW, policies.RECORD), group="改革", order=45),
        MenuItem("标准化建设", "reform:standards", "list", (policies.VIEW, policies.STANDARDS), group="改革", order=46),
        MenuItem("改革报表", "reform:reports", "chart", policies.VIEW, group="改革", order=47),
    ):
        register_menu("manage", item)


def _waiting(request: HttpRequest) -> int | None:
    """How many batches wait for what this actor does: reviewing, deciding."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor):
        return None
    states = [
        state for code, state in ((policies.REVIEW, "review"), (policies.DECIDE, "reviewed")) if actor.holds(code)
    ]
    return ChangeBatch.objects.filter(state__in=states).count() or None if states else None
