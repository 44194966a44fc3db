"""The rooms where staff prove who they are, stand in for each other, and have their rights looked through."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.cast import INSTALLER, Cast
from yimen.ground.identity import services as people
from yimen.ground.identity.rules import SignIn
from yimen.ground.kit.moments import day_of, now
from yimen.ground.organisations import services
from yimen.ground.organisations.models import AccessReview, AccountClosing, Delegation, Emergency, ReviewLine

CEILINGS: dict[str, tuple[str, int]] = {
    "identity:prove_factor": ("li", 3),
    "identity:bind_factor_at_the_door": ("li", 3),
    "identity:second_factor": ("wang", 8),
    "identity:bind_factor": ("wang", 10),
    "identity:prove_again": ("wang", 5),
    "identity:renew_codes": ("wang", 6),
    "organisations:reset_factor": ("security", 6),
    "organisations:delegations": ("he", 10),
    "organisations:offer_delegation": ("chen", 12),
    "organisations:offer_for": ("he", 16),
    "organisations:delegation": ("zhou", 12),
    "organisations:accept_delegation": ("zhou", 9),
    "organisations:decline_delegation": ("zhou", 9),
    "organisations:revoke_delegation": ("zhou", 9),
    "organisations:begin_standing": ("zhou", 9),
    "organisations:stop_standing": ("wang", 5),
    "organisations:emergencies": ("sun", 9),
    "organisations:emergency": ("sun", 10),
    "organisations:open_emergency": ("he", 10),
    "organisations:end_emergency": ("security", 8),
    "organisations:review_emergency": ("audit", 8),
    "organisations:staff_rules": ("security", 6),
    "organisations:closings": ("he", 9),
    "organisations:reopen_account": ("system", 6),
    "organisations:reviews": ("he", 10),
    "organisations:open_reviews": ("security", 7),
    "organisations:review": ("he", 12),
    "organisations:review_print": ("he", 12),
    "organisations:restore_right": ("security", 6),
}
LIST = {"organisations:delegations", "organisations:emergencies", "organisations:closings", "organisations:reviews"}

_CODE = "needs the code of an authenticator: identity/tests/test_second_factor.py"
ELSEWHERE = {
    "organisations:review": "what is chosen are rows, by hand: organisations/tests/test_access_review.py",
    "organisations:restore_right": "a right must be taken first: organisations/tests/test_access_review.py",
    "organisations:reopen_account": "weeks must pass first: organisations/tests/test_closing.py",
    "identity:prove_factor": _CODE,
    "identity:bind_factor_at_the_door": _CODE,
    "identity:bind_factor": _CODE,
    "identity:prove_again": _CODE,
    "identity:renew_codes": _CODE,
    "organisations:reset_factor": _CODE,
    "organisations:open_emergency": "needs a second factor proved just now: organisations/tests/test_emergency.py",
    "organisations:end_emergency": "one stands open only by the above: organisations/tests/test_emergency.py",
    "organisations:review_emergency": "it must be over first: organisations/tests/test_emergency.py",
    "organisations:offer_delegation": "days and colleagues no walk knows: organisations/tests/test_standing_in.py",
    "organisations:offer_for": "as above",
    "organisations:begin_standing": "must be accepted first: organisations/tests/test_standing_in.py",
}


def arguments(world: Any) -> dict[str, dict[str, Any]]:
    """Objects of the market department: Zhou is asked to stand in for Chen; He has opened an emergency."""
    cast = world.cast
    delegation, emergency, review = _delegation(cast), _emergency(cast), _review(cast)
    one, it = {"uid": delegation.uid}, {"emergency_id": emergency.pk}
    return {
        "organisations:reset_factor": {"uid": cast.accounts["zhao"].uid},
        "organisations:offer_for": {"post_id": cast.posts["zhao"].pk},
        **{f"organisations:{page}": one for page in (
            "delegation", "accept_delegation", "decline_delegation", "revoke_delegation"
        )},
        "organisations:begin_standing": {"delegation_id": delegation.pk},
        "organisations:reopen_account": {"closing_id": _closing(cast).pk},
        "organisations:review": {"review_id": review.pk},
        "organisations:review_print": {"review_id": review.pk},
        "organisations:restore_right": {"line_id": _taken(cast, review).pk},
        **{f"organisations:{page}": it for page in ("emergency", "end_emergency", "review_emergency")},
    }  # fmt: skip


def _delegation(cast: Cast) -> Delegation:
    found = Delegation.objects.filter(post=cast.posts["chen"]).first()
    return found or services.offer_delegation(
        actor=cast.actor("chen"), post=cast.posts["chen"], stand_in=cast.accounts["zhou"], codes=["matters.view"],
        begins_on=day_of(now()), ends_on=day_of(now()) + timedelta(days=3), reason="年休假", at=now(),
    )  # fmt: skip


def _emergency(cast: Cast) -> Emergency:
    found = Emergency.objects.filter(account=cast.accounts["he"]).first()
    if found is not None:
        return found
    at = now() - timedelta(minutes=5)
    sign_in = people.open_session(cast.accounts["he"], at=at).session
    return services.open_emergency(
        actor=cast.actor("he"), session=SignIn(session=sign_in.uid, factor_at=at), codes=["cases.accept"],
        reason="窗口停电", hours=1, at=at,
    )  # fmt: skip


def _closing(cast: Cast) -> AccountClosing:
    found = AccountClosing.objects.first()
    if found is None:
        account, _code = people.open_staff_account(actor=INSTALLER, name="走了的人", sign_in_name="gone", at=now())
        services.close_due(at=now(), unused=False)
        found = AccountClosing.objects.create(
            account=account, kind="leaver", since=day_of(now()), noticed_at=now(), due_on=day_of(now()), closed_at=now()
        )
        people.disable_account(actor=INSTALLER, account=account, reason="没有岗位", at=now())
    return found


def _review(cast: Cast) -> AccessReview:
    found = AccessReview.objects.filter(unit=cast.units["market"]).first()
    if found is None:
        # A right that no other room needs, to be taken away.
        services.give_grant(
            actor=INSTALLER, code="identity.verify", scope="department", scope_unit=cast.units["market"],
            account=cast.accounts["editor"], at=now(),
        )  # fmt: skip
        found = services.open_review(actor=INSTALLER, unit=cast.units["market"], at=now())
    return found


def _taken(cast: Cast, review: AccessReview) -> ReviewLine:
    found = review.lines.filter(verdict="taken").first()
    if found is None:
        found = review.lines.filter(kind="grant", account=cast.accounts["editor"], scope__contains="直接授予").first()
        assert found is not None
        services.take_away(actor=INSTALLER, review=review, lines=[found.pk], reason="不用了", at=now())
    return found
