"""An errand of the market department that ran late, and the alert and card on it, by services alone."""

from __future__ import annotations

from datetime import datetime

from django.test import Client

from tests.cast import Cast
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import CHINA
from yimen.ground.matters import services as matters
from yimen.ground.matters import watching
from yimen.ground.matters.lifecycle import ClockStart
from yimen.ground.matters.models import Matter
from yimen.ground.matters.tests import stage  # noqa: F401 - makes the procedure `errand` known
from yimen.watch.supervision import policies, services
from yimen.watch.supervision.models import Alert, Card

BEGAN = datetime(2027, 1, 25, 9, 0, tzinfo=CHINA)
"""Ten working days from here end on 10 February by the provisional calendar, on the 15th by the notice for 2027."""


def at(text: str) -> datetime:
    """`02-12T10:00` of 2027, in China."""
    return datetime.fromisoformat(f"2027-{text}").replace(tzinfo=CHINA)


def begun(cast: Cast, who: str = "zhao", limit: int = 10, code: str = "E-2027-1") -> Matter:
    """An errand in the hands of one of the market department's people."""
    opened = matters.open_matter(
        procedure="errand", action="ask", code=code, title="试办一件事", subject="", actor=SYSTEM, at=BEGAN,
        applicant_id=None, applicant_name="", department_id=cast.units["market"].pk,
        centre_id=cast.units["centre"].pk, division=cast.units["market"].division_id, channel="web",
        clock=ClockStart("errand", limit, law="试办规定"),
    )  # fmt: skip
    account = cast.accounts[who]
    Matter.objects.filter(pk=opened.matter_id).update(person=account, person_name=account.name)
    return Matter.objects.get(pk=opened.matter_id)


def strict(cast: Cast, code: str = "errand-red", late_workdays: int = 0) -> None:
    """A rule that gives red for an errand overdue by so many working days; the usual one gives yellow at once."""
    params = {"measure": "promised", "late_workdays": late_workdays, "procedures": ["errand"]}
    services.add_rule(
        actor=cast.actor("sun"), code=code, at=BEGAN,
        draft=services.RuleDraft(kind="overdue", label="试办超期", level="red", params=params),
    )  # fmt: skip


def alert_of(matter: Matter, rule: str, moment: datetime) -> Alert:
    """What the rule raises on the matter when it is looked at at that moment."""
    watching.sweep_all(moment)
    services.raise_overdue([matter.pk], moment)
    return found(Alert.objects.get(about=matter, version__rule__code=rule))


def found(alert: Alert) -> Alert:
    """The alert anew, as a page has it."""
    return Alert.objects.select_related("matter", "department", "version__rule", "window", "about").get(pk=alert.pk)


def carded(cast: Cast, alert: Alert, moment: datetime, level: str = "red") -> Card:
    """Zhao explains, Sun gives the card."""
    zhao = policies.as_concerned(cast.actor("zhao"), alert)
    services.explain(alert=alert, actor=zhao, text="材料多，正在加紧办理。", at=moment)
    return services.give_card(
        alert=found(alert), actor=cast.actor("sun"), level=level, reason="超期事实清楚。", at=moment
    )


def calling(cast: Cast, name: str) -> Client:
    """Whoever calls the interface with a token."""
    return Client(headers={"authorization": f"Bearer {cast.token(name)}"})
