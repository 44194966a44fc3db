"""进驻: applied for, decided, in force from a day to a day; taken over once (R020)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.cast import Cast
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.service.residence import selectors, services
from yimen.service.residence.models import Adjustment, Entry
from yimen.service.residence.services.adjustments import NotOpen, NotPlaceable
from yimen.service.residence.tests.stage import AT, TODAY, entered, item


def test_applied_for_decided_and_handled_there(cast: Cast) -> None:
    made = item(cast)
    entered(cast, made)
    here, places = selectors.handled_at(made.pk, cast.windows["window3"].pk, TODAY)
    assert here
    assert "3 号" in places
    assert selectors.handled_at(made.pk, None, TODAY - timedelta(days=1)) == (False, "")


def test_takes_over_what_stands_once(cast: Cast) -> None:
    made = item(cast)
    assert services.take_over(actor=cast.actor("manager"), at=AT) == 1
    assert selectors.handled_at(made.pk, cast.windows["window3"].pk, TODAY)[0]
    with pytest.raises(Conflict, match="已经接收过"):
        services.take_over(actor=cast.actor("manager"), at=AT)


def test_departments_read_what_their_entries_rest_on(cast: Cast) -> None:
    item(cast)
    services.take_over(actor=cast.actor("manager"), at=AT)
    taken = Adjustment.objects.get(kind="takeover")
    url = f"/manage/residence/adjustments/{taken.uid}/"
    he = cast.client("he")
    assert url in he.get("/manage/residence/entries/").content.decode()
    assert he.get(url).status_code == 200
    assert cast.client("li").get(url).status_code == 403


def test_moves_and_leaves_only_by_decision(cast: Cast) -> None:
    made = item(cast)
    entered(cast, made)
    cast.windows["window8"].departments.add(cast.units["market"])
    move = services.propose(
        actor=cast.actor("he"), kind="move", department=cast.units["market"], reason="窗口调整", item_ids=[made.pk],
        windows=[cast.windows["window8"]], at=AT,
    )  # fmt: skip
    services.decide_adjustment(
        actor=cast.actor("manager"), adjustment=move, number="", text="同意", effective_on=date(2026, 10, 1), at=AT
    )
    assert selectors.handled_at(made.pk, cast.windows["window3"].pk, date(2026, 9, 30))[0]
    assert selectors.handled_at(made.pk, cast.windows["window8"].pk, date(2026, 10, 1))[0]
    assert not selectors.handled_at(made.pk, cast.windows["window3"].pk, date(2026, 10, 1))[0]


def test_the_department_does_not_transfer_itself_out(cast: Cast) -> None:
    made = item(cast)
    entered(cast, made)
    with pytest.raises(NotAllowed, match="只能由政务服务管理机构提出"):
        services.propose(
            actor=cast.actor("he"),
            kind="leave",
            department=cast.units["market"],
            reason="件少",
            item_ids=[made.pk],
            at=AT,
        )


def test_transfer_out_waits_for_the_opinion(cast: Cast) -> None:
    made = item(cast)
    entered(cast, made)
    out = services.propose(
        actor=cast.actor("manager"), kind="leave", department=cast.units["market"], reason="一年不到十件",
        item_ids=[made.pk], volumes={made.pk: 3}, at=AT,
    )  # fmt: skip
    decide: dict[str, Any] = {
        "actor": cast.actor("manager"),
        "adjustment": out,
        "number": "清政务〔2026〕9号",
        "text": "由综合窗口代收",
    }
    with pytest.raises(Conflict, match="征求部门意见"):
        services.decide_adjustment(effective_on=TODAY, at=AT, **decide)
    services.give_opinion(actor=cast.actor("he"), adjustment=out, agree=True, text="", at=AT)
    services.decide_adjustment(effective_on=TODAY, at=AT, **decide)
    assert not selectors.handled_at(made.pk, None, TODAY)[0]
    assert Entry.objects.get().left_by == out
    assert out.lines.get().cases == 3


def test_silence_does_not_stop_the_decision_for_ever(cast: Cast) -> None:
    made = item(cast)
    entered(cast, made)
    out = services.propose(
        actor=cast.actor("manager"),
        kind="leave",
        department=cast.units["market"],
        reason="件少",
        item_ids=[made.pk],
        at=AT,
    )
    services.decide_adjustment(
        actor=cast.actor("manager"), adjustment=out, number="9号", text="逾期未表态", effective_on=date(2026, 9, 28),
        at=AT + timedelta(days=12),
    )  # fmt: skip
    assert not selectors.handled_at(made.pk, None, date(2026, 9, 28))[0]


@pytest.mark.parametrize(
    ("who", "refusal"), [("qian_staff", NotAllowed), ("zhao", NotAllowed), ("editor", NotAllowed), ("tang", NotAllowed)]
)
def test_strangers_propose_nothing(cast: Cast, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        services.propose(
            actor=cast.actor(who), kind="enter", department=cast.units["market"], reason="试试", item_ids=[item(cast).pk],
            windows=[cast.windows["window3"]], at=AT,
        )  # fmt: skip


def test_bad_proposals_say_why(cast: Cast) -> None:
    made, he, market = item(cast), cast.actor("he"), cast.units["market"]
    with pytest.raises(Invalid, match="至少选一个"):
        services.propose(
            actor=he, kind="enter", department=market, reason="x", windows=[cast.windows["window3"]], at=AT
        )
    with pytest.raises(NotPlaceable, match="还没有受理"):
        services.propose(
            actor=he,
            kind="enter",
            department=market,
            reason="x",
            item_ids=[made.pk],
            windows=[cast.windows["window8"]],
            at=AT,
        )
    with pytest.raises(NotPlaceable, match="还没有进驻"):
        services.propose(
            actor=he,
            kind="move",
            department=market,
            reason="x",
            item_ids=[made.pk],
            windows=[cast.windows["window3"]],
            at=AT,
        )
    with pytest.raises(NotPlaceable, match="不属于"):
        services.propose(
            actor=he,
            kind="enter",
            department=market,
            reason="x",
            item_ids=[10**9],
            windows=[cast.windows["window3"]],
            at=AT,
        )
    services.propose(
        actor=he,
        kind="enter",
        department=market,
        reason="x",
        item_ids=[made.pk],
        windows=[cast.windows["window3"]],
        at=AT,
    )
    with pytest.raises(Conflict, match="另一项调整"):
        services.propose(
            actor=he,
            kind="enter",
            department=market,
            reason="x",
            item_ids=[made.pk],
            windows=[cast.windows["window3"]],
            at=AT,
        )


def test_what_is_decided_is_decided(cast: Cast) -> None:
    made = entered(cast, item(cast))
    with pytest.raises(NotOpen):
        services.decline_adjustment(actor=cast.actor("manager"), adjustment=made, text="迟了", at=AT)
    with pytest.raises(NotOpen):
        services.take_back(actor=cast.actor("he"), adjustment=made, at=AT)
