"""Where supervision and accountability meet: what came of an alert, and what an order or a fault comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html

from yimen.ground.identity.policies import actor_of
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotFound
from yimen.watch.efficiency import policies, rules
from yimen.watch.efficiency.models import Complaint, Correction, Fault, Ladder
from yimen.watch.efficiency.selectors.attitude import FOUND, SAID, manners
from yimen.watch.supervision import policies as supervision

if TYPE_CHECKING:
    from yimen.ground.kit.periods import Period
    from yimen.watch.supervision.models import Alert

EFFECTIVE = ("confirmed", "softened")
"""States of an alert whose card can no longer be appealed."""


def alert_part(request: HttpRequest, alert: Alert) -> str:
    """On an alert's page: the orders, faults and ladders that came of it, and the buttons that open one."""
    actor, code = actor_of(request), alert.matter.code
    came = [
        ("整改通知", each.matter, "efficiency:correction")
        for each in Correction.objects.filter(policies.seen(actor), source_code=code).select_related("matter")
    ]
    came += [
        ("过错", each.matter, "efficiency:fault")
        for each in Fault.objects.filter(policies.faults(actor), source_code=code).select_related("matter")
    ]
    came += [
        ("追责", each.matter, "efficiency:ladder")
        for each in Ladder.objects.filter(policies.ladders(actor), source_code=code).select_related("matter")
    ]
    complaint = (
        Complaint.objects.filter(policies.complaints(actor), alert=alert.pk).select_related("matter", "accused").first()
    )
    links: list[tuple[str, str]] = []
    if alert.matter.state in EFFECTIVE and actor.holds(policies.MANAGE):
        order = {"kind": "card", "from": code, "unit": alert.department_id}
        fault = {"source": code, "unit": alert.department_id}
        links = [
            ("下达整改通知", f"{reverse('efficiency:new_correction')}?{urlencode(order)}"),
            (
                "给责任人立案" if alert.person_id else "给责任单位立案",
                f"{reverse('efficiency:new_fault')}?{urlencode(fault)}",
            ),
        ]
    if not came and not links and complaint is None:
        return ""
    rows = [(label, matter, reverse(name, args=[matter.code])) for label, matter, name in came]
    return render_to_string("efficiency/_of_alert.html", {"rows": rows, "links": links, "complaint": complaint})


def attitude_part(request: HttpRequest, span: Period) -> str:
    """On the page of performance: what people said of the manner, and what supervision found, each number with its list (R219)."""
    actor = actor_of(request)
    days = urlencode({"first": span.first.isoformat(), "last": span.last.isoformat()})
    lists, found = reverse("efficiency:complaints"), reverse("supervision:alerts")
    rows = [
        (
            each,
            [(SAID[name][0], n, f"{lists}?box=all&violation=attitude&unit={each.unit}{SAID[name][2]}&{days}" if n else "")
             for name, n in each.said.items()]
            + [(FOUND[name], n, f"{found}?violation=attitude&department={each.unit}&mark={name}&{days}" if n else "")
               for name, n in each.found.items()],
        )
        for each in manners(actor, span)
    ]  # fmt: skip
    if not rows:
        return ""
    heads = [*(label for label, _, _ in SAID.values()), *FOUND.values()]
    handles = actor.holds(policies.COMPLAINTS)
    return render_to_string("efficiency/_attitude.html", {"rows": rows, "heads": heads, "handles": handles})


def of_alert(actor: Actor, code: str, facts: str) -> dict[str, Any] | None:
    """What an alert says, as the first values of a form whose field `facts` tells what happened; None where it is none."""
    if not code:
        return None
    try:
        alert = supervision.access_alert(actor, code)
    except NotFound:
        return None
    card = getattr(alert, "card", None)
    given = f"（{card.get_level_display()} {card.number}）" if card is not None else ""
    found: dict[str, Any] = {
        facts: f"{alert.text}{given}",
        "violation": rules.violation_of(alert.violation_id),
        "unit": alert.department_id,
        "source_code": alert.matter.code,
        "person": alert.person_id or "",
        "rule": alert.version.law if alert.version is not None else "",
    }
    if alert.version is not None and not found["rule"]:
        found["rule"] = f"监察规则“{alert.version.label}”"
    return found


def source_said(actor: Actor, code: str, before: str = "") -> str:
    """Where something comes from, as far as the actor may know it; of an alert with the way to it."""
    shown = policies.shown_source(actor, code)
    if shown and policies.sees_alert(actor, shown):
        return format_html('{} <a href="{}">{}</a>', before, reverse("supervision:alert", args=[shown]), shown)
    return f"{before} {shown}".strip()
