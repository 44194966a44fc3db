"""What staff are told of their accounts and rights: at once, to the right ones, and once."""

from __future__ import annotations

from tests.cast import Cast
from yimen.ground.identity.events import SecondFactorReset
from yimen.ground.kit import moments, outbox
from yimen.ground.notices import staff_news
from yimen.ground.notices.models import Message
from yimen.ground.organisations import services
from yimen.ground.organisations.events import DelegationMoved, EmergencyOpened, EmergencyReviewed
from yimen.ground.organisations.tests.test_emergency import opened
from yimen.ground.organisations.tests.test_standing_in import offered


def told() -> set[str]:
    return set(Message.objects.values_list("account__sign_in_name", flat=True))


def test_administrators_and_supervision_learn_of_an_emergency_at_once(cast: Cast) -> None:
    made = opened(cast)
    assert "yimen.ground.notices.staff_news.tell_the_watchers" in {each.name for each in outbox.subscriptions()}
    for _ in range(2):
        staff_news.tell_the_watchers(EmergencyOpened(emergency_id=made.pk, at=made.opened_at))
    assert told() == {"system", "security", "audit", "sun"}
    assert Message.objects.count() == 4


def test_who_used_it_learns_the_judgement(cast: Cast) -> None:
    made = opened(cast)
    services.review_emergency(actor=cast.actor("audit"), emergency=made, verdict="justified", note="", at=made.ends_at)
    staff_news.tell_of_the_judgement(EmergencyReviewed(emergency_id=made.pk, at=made.ends_at))
    assert told() == {"he"}


def test_both_sides_of_a_delegation_are_told_what_the_other_did(cast: Cast) -> None:
    made = offered(cast, by="he")
    chen, zhao, he = (str(cast.accounts[name].uid) for name in ("chen", "zhao", "he"))
    for what, by, readers in (
        ("offered", he, {"zhao"}),
        ("accepted", zhao, {"zhao", "chen"}),
        ("revoked", chen, {"zhao", "chen"}),
    ):
        staff_news.tell_of_the_delegation(DelegationMoved(delegation_id=made.pk, what=what, by=by, at=moments.now()))
        assert told() == readers
    assert Message.objects.filter(account=cast.accounts["zhao"]).count() == 2


def test_a_lost_factor_is_told_to_its_owner(cast: Cast) -> None:
    staff_news.tell_of_the_reset(SecondFactorReset(account_id=cast.accounts["wang"].pk, at=moments.now()))
    assert told() == {"wang"}
