"""转交: only to whoever could go on with the case; the list offers nobody else, and the service takes nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import INSTALLER, Cast
from yimen.ground.identity import services as people
from yimen.ground.identity.models import Account
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import day_of, now
from yimen.ground.matters import policies
from yimen.ground.matters import selectors as matters
from yimen.ground.matters import services as thread
from yimen.ground.organisations import selectors as places
from yimen.ground.organisations import services as organisations
from yimen.service.cases.tests.stage import accepted, decided_on, matter_of, submitted
from yimen.service.cases.views.staff.acts import colleagues


def names(code: str) -> list[str]:
    return [each.name for each in matters.takers(matter_of(code), day_of(now()))]


def colleague(cast: Cast, name: str, duty: str, unit: str, window: str | None = None) -> Account:
    """One more staff member with the usual rights of the duty."""
    account, _ = people.open_staff_account(actor=INSTALLER, name=name, sign_in_name=name, at=now())
    post = organisations.create_post(
        actor=INSTALLER, unit=cast.units[unit], duty=duty, title="新设岗", at=now(),
        window=cast.windows[window] if window else None,
    )  # fmt: skip
    organisations.give_usual_grants(actor=INSTALLER, post=post, at=now())
    organisations.appoint(actor=INSTALLER, post=post, account=account, at=now())
    return account


def test_each_state_offers_those_who_do_its_work(cast: Cast) -> None:
    colleague(cast, "别处窗口", "clerk", "health_section", "window8")
    colleague(cast, "别处审查", "reviewer", "health_section")
    assert set(names(submitted(cast))) == {"周平", "王芳"}
    # An immediate case is decided out of this state, so the approver is among them; the window is not any more.
    assert set(names(accepted(cast))) == {"周平", "赵强", "陈静"}
    assert set(names(decided_on(cast))) == {"周平", "赵强", "陈静"}


@pytest.mark.parametrize("right", ["matters.view", "matters.claim", "cases.review", "cases.decide"])
def test_the_list_reaches_as_far_as_the_rights_themselves(cast: Cast, right: str) -> None:
    """The one asks the database for all at once, the other each actor; they are two ways of saying one rule."""
    matter = matter_of(accepted(cast))
    place = places.Place(matter.department_id, matter.window_id, matter.centre_id, matter.division_id)
    held = {(each.account_id, each.post_id) for each in places.holders({right}, place, day_of(now()))}
    asked = 0
    assert held
    for account in Account.objects.filter(kind="staff", is_active=True):
        for choice in places.posts_of(account.pk, day_of(now())):
            actor = cast_actor(account, choice.post_id)
            listed = bool({(account.pk, choice.post_id), (account.pk, None)} & held)
            assert policies.may(actor, right, matter) == listed, (account.name, right)
            asked += 1
    assert asked > 8


def cast_actor(account: Account, post_id: int) -> Actor:
    """Who the account is in this post."""
    return places.actor_for(account, now(), account.posts.get(pk=post_id))


def test_an_ended_post_and_a_locked_account_are_not_offered(cast: Cast) -> None:
    code = accepted(cast)
    second = colleague(cast, "孟一", "reviewer", "market_section")
    third = colleague(cast, "孟二", "reviewer", "market_section")
    assert {"孟一", "孟二"} <= set(names(code))
    organisations.end_post(actor=INSTALLER, post=second.posts.get(), at=now() - timedelta(days=1))
    Account.objects.filter(pk=third.pk).update(is_active=False)
    assert not {"孟一", "孟二"} & set(names(code))


def test_nobody_is_offered_to_himself(cast: Cast) -> None:
    case = matter_of(accepted(cast)).case
    assert "赵强" not in [name for _, name in colleagues(case, cast.actor("zhao"), now())]


@pytest.mark.parametrize("who", ["qian_staff", "qian_approver", "wang", "he", "li", "zhao"])
def test_the_service_refuses_whoever_cannot_go_on(cast: Cast, who: str) -> None:
    matter = matter_of(accepted(cast))
    with pytest.raises(thread.CannotTake, match="不能接办"):
        thread.hand_over(
            matter_id=matter.pk, actor=cast.actor("zhao"), at=now(), to_account=cast.accounts[who].pk, reason="出差"
        )
    assert matter_of(matter.code).version == matter.version


def test_whoever_takes_it_has_it(cast: Cast) -> None:
    matter = matter_of(accepted(cast))
    thread.hand_over(
        matter_id=matter.pk, actor=cast.actor("zhao"), at=now(), to_account=cast.accounts["zhou"].pk, reason="出差"
    )
    after = matter_of(matter.code)
    assert (after.person_name, after.post_id) == ("周平", cast.posts["zhou"].pk)
    assert matters.timeline(after)[-1].facts == {"reason": "出差", "to": "周平"}
