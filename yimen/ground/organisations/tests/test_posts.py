"""Posts: one holder at a time, history kept, the letters go with the person (R007)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tests.cast import INSTALLER, Cast
from yimen.ground.kit import moments
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.ground.organisations import selectors, services
from yimen.ground.organisations.models import AuthorisationLetter, Tenure

AT = datetime(2026, 9, 1, 10, tzinfo=moments.CHINA)


def test_a_post_has_one_holder(cast: Cast) -> None:
    with pytest.raises(Conflict, match="已有人"):
        services.appoint(actor=INSTALLER, post=cast.posts["wang"], account=cast.accounts["zhao"], at=AT)


def test_nobody_appoints_himself(cast: Cast) -> None:
    services.end_post(actor=INSTALLER, post=cast.posts["wang"], at=AT)
    with pytest.raises(NotAllowed):
        services.appoint(actor=cast.actor("manager"), post=cast.posts["wang"], account=cast.accounts["manager"], at=AT)


def test_a_successor_needs_new_letters(cast: Cast) -> None:
    services.end_post(actor=cast.actor("manager"), post=cast.posts["wang"], at=AT, reason="轮岗")
    letter = AuthorisationLetter.objects.get(pk=cast.letters["market_wang"].pk)
    assert (letter.state, letter.revoked_reason) == ("revoked", "受托岗位人员变动")
    services.appoint(actor=cast.actor("manager"), post=cast.posts["wang"], account=cast.accounts["wu"], at=AT)
    assert selectors.actor_for(cast.accounts["wu"], AT, cast.posts["wang"]).letters == ()
    assert list(
        Tenure.objects.filter(post=cast.posts["wang"]).order_by("id").values_list("account__name", "held_to")
    ) == [
        ("王芳", date(2026, 9, 1)),
        ("吴敏", None),
    ]
    with pytest.raises(NotFound):
        selectors.actor_for(cast.accounts["wang"], AT, cast.posts["wang"])


def test_a_tenure_begins_and_ends_on_its_days(cast: Cast) -> None:
    post = services.create_post(actor=INSTALLER, unit=cast.units["market"], duty="clerk", title="临时岗", at=AT)
    services.appoint(
        actor=INSTALLER,
        post=post,
        account=cast.accounts["leader"],
        at=AT,
        on=date(2026, 9, 10),
        until=date(2026, 9, 12),
    )

    def held(day: int) -> bool:
        at = datetime(2026, 9, day, 23, 59, tzinfo=moments.CHINA)
        return post.pk in {choice.post_id for choice in selectors.posts_of(cast.accounts["leader"].pk, at.date())}

    assert [held(day) for day in (9, 10, 12, 13)] == [False, True, True, False]
    later = AT + timedelta(days=30)
    services.appoint(actor=INSTALLER, post=post, account=cast.accounts["sun"], at=later)
    assert Tenure.objects.get(post=post, account=cast.accounts["leader"]).held_to == date(2026, 9, 12)


@pytest.mark.parametrize("until", [date(2026, 8, 31), date(1, 1, 1)])
def test_no_tenure_ends_before_it_begins(cast: Cast, until: date) -> None:
    post = services.create_post(actor=INSTALLER, unit=cast.units["market"], duty="clerk", title="临时岗", at=AT)
    with pytest.raises(Invalid):
        services.appoint(actor=INSTALLER, post=post, account=cast.accounts["leader"], at=AT, until=until)


def test_one_chief_representative_for_each_department(cast: Cast) -> None:
    assert selectors.chief_of(cast.units["market"], AT.date()) == cast.accounts["zhou"]
    for unit in ("market", "market_section"):
        with pytest.raises(Conflict, match="首席代表"):
            services.create_post(actor=INSTALLER, unit=cast.units[unit], duty="chief", title="首席代表", at=AT)
    services.create_post(actor=INSTALLER, unit=cast.units["housing"], duty="chief", title="首席代表", at=AT)


def test_an_abolished_post_keeps_nothing(cast: Cast) -> None:
    with pytest.raises(Conflict):
        services.abolish_post(actor=INSTALLER, post=cast.posts["wang"], at=AT)
    services.end_post(actor=INSTALLER, post=cast.posts["wang"], at=AT)
    services.abolish_post(actor=INSTALLER, post=cast.posts["wang"], at=AT)
    assert not cast.posts["wang"].grants.filter(ended_at__isnull=True).exists()
    with pytest.raises(Conflict):
        services.appoint(actor=INSTALLER, post=cast.posts["wang"], account=cast.accounts["wu"], at=AT)


def test_who_heads_a_department(cast: Cast) -> None:
    assert list(selectors.heads_of(cast.units["health"], AT.date())) == [cast.accounts["tang"]]


def test_who_has_one_post_is_told_so(cast: Cast) -> None:
    assert "只有这一个岗位" in cast.client("wang").get("/desk/post/").content.decode()
