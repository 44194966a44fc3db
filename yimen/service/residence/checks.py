"""What the residence has to say when lower modules ask: may a window change, may an item be taken in here (R020, R023)."""

from __future__ import annotations

from datetime import datetime

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.checkpoints import register_check
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Refusal
from yimen.service.residence import selectors
from yimen.service.residence.services.attempts import check_stopping, check_window


class OutsideTheHall(Refusal):
    """The item has not entered this window, and the place does not allow intake outside (大厅之外无审批)."""

    status = 403
    code = "outside_the_hall"


def check_intake(*, actor: Actor, item_id: int, name: str, at: datetime) -> None:
    """At `cases.intake`: refuse what is not handled at this window, where the place has set so; by default it is only
    reported (`selectors.outside`)."""
    if actor.window_id is None or selectors.kept_setting("intake_outside") != "refuse":
        return
    here, places = selectors.handled_at(item_id, actor.window_id, day_of(at))
    if not here:
        where = f"请引导申请人到{places}。" if places else "请先为这个事项办理进驻。"
        raise OutsideTheHall(f"“{name}”没有进驻{actor.window or '本窗口'}，不能在这里受理。", next_step=where)


def register() -> None:
    """Called once when the app is ready."""
    register_check("organisations.window_changes", check_window)
    register_check("cases.intake", check_intake)
    register_check("catalogue.item_stops", check_stopping)
