"""In whose hands a matter is: claimed, given back, handed over, passed on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.matters.asking import ask
from yimen.ground.matters.models import Behalf
from yimen.ground.matters.policies import NoPermission
from yimen.ground.matters.stepping import ready_to, take_step
from yimen.ground.matters.thinking import (
    StalePage,
    StepNotOpen,
    Taken,
)
from yimen.ground.matters.turns import takers


class AlreadyClaimed(Conflict):
    """Somebody else works on it."""

    code = "already_claimed"


class CannotTake(Invalid):
    """A matter handed to somebody who could not go on with it."""

    code = "cannot_take"


def claim(*, matter_id: int, actor: Actor, at: datetime) -> Taken:
    """Take a matter into one's own hands. Of many who try at once one gets it; the others get `AlreadyClaimed`."""
    if actor.account_id is None:
        raise NoPermission("只有工作人员本人可以认领。")
    asked = ask(matter_id)
    if asked.person_id is not None:
        mine = asked.person_id == actor.account_id
        who = "您" if mine else asked.person_name
        raise AlreadyClaimed(f"这件事已由{who}认领。", next_step="请从收件箱选择另一件。")
    try:
        return take_step(
            matter=matter_id,
            action="claim",
            actor=actor,
            at=at,
            seen=asked.version,
            change={"person_id": actor.account_id, "person_name": actor.name, "post_id": actor.post_id},
        )
    except StalePage:
        asked = ask(matter_id)
        if asked.person_id is not None:
            raise AlreadyClaimed(f"这件事刚被{asked.person_name}认领。", next_step="请从收件箱选择另一件。") from None
        raise


def release(*, matter_id: int, actor: Actor, at: datetime, seen: int | None = None) -> Taken:
    """Give a claimed matter back to its window or department; only the one who holds it may."""
    if ask(matter_id).person_id != actor.account_id:
        raise StepNotOpen("这件事不在您手上，不用退回。", next_step="请刷新页面。")
    return take_step(
        matter=matter_id,
        action="release",
        actor=actor,
        at=at,
        seen=seen,
        change={"person_id": None, "person_name": "", "post_id": None},
    )


def hand_over(
    *, matter_id: int, actor: Actor, at: datetime, to_account: int, reason: str, seen: int | None = None
) -> Taken:
    """Hand a matter to a colleague, with the reason; both names stand in the ledger.

    Raises `CannotTake` for whoever could not go on with it (`selectors.takers`), oneself included.
    """
    asked = ready_to(matter=matter_id, action="hand_over", actor=actor, at=at, seen=seen)
    taker = next((each for each in takers(asked, day_of(at)) if each.account_id == to_account), None)
    if taker is None or to_account == actor.account_id:
        raise CannotTake(
            "这位同事不能接办这件事：不在办理它的部门、窗口任职，或者没有办理它的权限。",
            next_step="请从名单中另选一位同事。",
            fields={"to": "请另选一位同事。"},
        )
    return take_step(
        matter=matter_id,
        action="hand_over",
        actor=actor,
        at=at,
        seen=seen,
        ready=asked,
        facts={"reason": reason, "to": taker.name},
        change={"person_id": taker.account_id, "person_name": taker.name, "post_id": taker.post_id},
    )


@transaction.atomic
def pass_on(*, applicant_id: int, account_id: int, to_account: int, to_name: str, at: datetime) -> int:
    """The open matters that one of an enterprise's people handled go to a colleague; returns how many. Twice does no harm."""
    theirs = Behalf.objects.filter(
        matter__applicant=applicant_id, matter__closed_at__isnull=True, account=account_id, number=""
    )
    return theirs.update(account=to_account, name=to_name[:100], since=at)
