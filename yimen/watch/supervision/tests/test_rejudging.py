"""A card stands only as long as the clock's derivation bears it: calendar, suspension, and what was taken back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cast import Cast
from yimen.ground.identity.rules import SYSTEM
from yimen.ground.matters import services as matters
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import Recalculation, Step
from yimen.ground.matters.services import Paper
from yimen.ground.matters.tests.notices2027 import TEXT
from yimen.watch.supervision import selectors, services
from yimen.watch.supervision.models import Alert, Card, CardChange
from yimen.watch.supervision.tests.stage import alert_of, at, begun, carded, found, strict


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    mark_synthetic()
    with in_its_own_time():
        yield


def notice_comes(undo: bool = False) -> None:
    """The notice for 2027 is registered, previewed and applied, or taken back; then everything is judged again."""
    when = at("02-20T09:00")
    if undo:
        change, more = Recalculation.objects.latest("pk").change, {"reason": "通知撤回"}
    else:
        change, more = matters.register_notice(actor=SYSTEM, paper=Paper(TEXT), at=when), {}
    preview = matters.preview_change(actor=SYSTEM, change=change, at=when, **more)
    matters.apply_recalculation(actor=SYSTEM, recalculation=matters.work_through(preview, at=when), at=when)
    matters.work_through(preview, at=when)
    services.rejudge_all(0, when)


def test_a_red_card_appealed_is_withdrawn_by_itself_after_the_notice(cast: Cast) -> None:
    """Must show 3: raised, appealed, and withdrawn by itself after the calendar notice changed; the trail is kept."""
    strict(cast)
    alert = alert_of(begun(cast), "errand-red", at("02-12T10:00"))
    card = carded(cast, alert, at("02-12T11:00"))
    services.appeal(alert=found(alert), actor=cast.actor("zhao"), reason="春节放假通知未计入。", at=at("02-12T15:00"))
    notice_comes()
    card.refresh_from_db()
    assert (card.standing, found(alert).matter.state) == ("withdrawn", "withdrawn")
    changes = selectors.changes_of(card)
    assert [(each.what, each.by_itself) for each in changes] == [
        ("given", False),
        ("appealed", False),
        ("withdrawn", True),
    ]
    last = changes[-1]
    assert "2027-02-10" in last.why and "2027-02-15" in last.why
    assert last.evidence["before"]["due_on"] == "2027-02-10" and last.evidence["now"]["due_on"] == "2027-02-15"
    steps = Step.objects.filter(matter=alert.matter_id).exclude(action="recalculate")
    actions = list(steps.order_by("seq").values_list("action", flat=True))
    assert actions == ["detect", "explain", "give_card", "appeal", "rejudge"]


def test_twice_judged_changes_nothing_more_and_a_calendar_taken_back_raises_anew(cast: Cast) -> None:
    strict(cast)
    matter = begun(cast)
    card = carded(cast, alert_of(matter, "errand-red", at("02-12T10:00")), at("02-12T11:00"))
    notice_comes()
    services.rejudge_all(0, at("02-20T10:00"))
    assert CardChange.objects.filter(card=card, what="withdrawn").count() == 1
    notice_comes(undo=True)
    card.refresh_from_db()
    assert card.standing == "withdrawn"  # never given back in silence
    services.raise_overdue([matter.pk], at("02-20T12:00"))
    assert Alert.objects.filter(about=matter, version__rule__code="errand-red").count() == 2


def test_red_becomes_yellow_where_only_the_milder_rule_still_holds(cast: Cast) -> None:
    strict(cast, late_workdays=3)
    alert = alert_of(begun(cast), "errand-red", at("02-18T10:00"))  # due on the 10th: six working days late
    card = carded(cast, alert, at("02-18T11:00"))
    notice_comes()  # due on the 15th: late, and by less than three
    card.refresh_from_db()
    assert (card.level, card.standing, found(alert).matter.state) == ("yellow", "open", "carded")
    services.rejudge_all(0, at("02-20T10:00"))
    card.refresh_from_db()
    assert (card.level, card.standing) == ("yellow", "open")
    assert [each.what for each in selectors.changes_of(card)] == ["given", "softened"]


def test_a_confirmed_card_is_withdrawn_too(cast: Cast) -> None:
    strict(cast)
    alert = alert_of(begun(cast), "errand-red", at("02-12T10:00"))
    carded(cast, alert, at("02-12T11:00"))
    services.appeal(alert=found(alert), actor=cast.actor("zhao"), reason="请复核一下。", at=at("02-12T15:00"))
    services.confirm(alert=found(alert), actor=cast.actor("leader"), reason="维持。", at=at("02-12T16:00"))
    notice_comes()
    assert Card.objects.get().standing == "withdrawn" and found(alert).matter.state == "withdrawn"


def test_what_still_holds_is_left_alone(cast: Cast) -> None:
    strict(cast)
    card = carded(cast, alert_of(begun(cast, limit=3), "errand-red", at("02-12T10:00")), at("02-12T11:00"))
    notice_comes()
    card.refresh_from_db()
    assert (card.level, card.standing) == ("red", "open")
