"""Deadlines of real cases at the edges of days: holidays, midnight, the last day, the day after it; and the last number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from django.db import connection

from tests.cast import Cast
from yimen.ground.kit.moments import CHINA, day_of, now
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters import commands, fast_forward
from yimen.ground.matters import selectors as matters
from yimen.service.cases import rules, services, telling
from yimen.service.cases.tests.stage import ANSWERS, matter_of, published, submitted
from yimen.service.catalogue.models import ServiceItem

pytestmark = pytest.mark.django_db


def at(day: str, hour: str = "10:00:00") -> datetime:
    return datetime.fromisoformat(f"2026-{day}T{hour}+08:00").astimezone(CHINA)


@pytest.fixture
def item(cast: Cast) -> Iterator[ServiceItem]:
    """An item of January, in a ledger that may be written with moments of the past."""
    fast_forward.mark_synthetic()
    with fast_forward.in_its_own_time():
        yield published(cast, at=at("01-05"))


def received(cast: Cast, item: ServiceItem, moment: datetime, **more: object) -> str:
    return submitted(cast, item, at=moment, **more)  # type: ignore[arg-type]


def test_a_receipt_on_a_holiday(cast: Cast, item: ServiceItem) -> None:
    """Five working days after 1 October: 8, 9, 10 (made up), 12 and 13 October."""
    assert str(matter_of(received(cast, item, at("10-01"))).due_on) == "2026-10-13"


@pytest.mark.parametrize(
    ("moment", "due"),
    [(at("10-12", "23:59:59"), "2026-10-26"), (at("10-13", "00:00:00"), "2026-10-27"), (at("10-10"), "2026-10-23")],
)
def test_midnight_of_china_parts_the_days(cast: Cast, item: ServiceItem, moment: datetime, due: str) -> None:
    code = received(cast, item, at("10-09"))
    services.accept_case(code=code, actor=cast.actor("wang"), at=moment)
    assert str(matter_of(code).due_on) == due


def test_the_examination_ends_with_acceptance(cast: Cast, item: ServiceItem) -> None:
    code = received(cast, item, at("10-09"))
    services.accept_case(code=code, actor=cast.actor("wang"), at=at("10-12"))
    receipt, handling = matters.explain(matter_of(code)).clocks
    assert receipt.promised is not None
    assert handling.promised is not None
    assert (receipt.promised.state, receipt.promised.on_time, receipt.promised.counted) == ("finished", True, 2)
    assert [str(entry.day)[5:] for entry in receipt.promised.days] == ["10-10", "10-11", "10-12"]
    assert (handling.promised.state, handling.current, receipt.current) == ("running", True, False)


def test_acceptance_after_the_last_day_is_told_as_late(cast: Cast, item: ServiceItem) -> None:
    # What is no licence is not deemed accepted, and is only late.
    code = received(cast, published(cast, at=at("10-08"), kind="confirmation", name="执业兽医备案"), at("10-09"))
    services.accept_case(code=code, actor=cast.actor("wang"), at=at("10-26"))
    receipt = matters.explain(matter_of(code)).clocks[0].promised
    assert receipt is not None
    assert (receipt.on_time, receipt.due_on) == (False, at("10-15").date())
    assert [entry.rule for entry in receipt.days if entry.counted] == ["counted"] * 5 + ["overdue"] * 7


def test_a_stop_on_the_last_day_uses_it_up(cast: Cast, item: ServiceItem) -> None:
    code = received(cast, item, at("10-09"), paper=False)
    wang = cast.actor("wang")
    services.request_correction(
        code=code,
        items=[(1, "请补平面图")],
        actor=wang,
        at=at("10-15", "16:00:00"),
    )
    assert matter_of(code).due_on == at("10-15").date()
    services.supplement(code=code, paper=[1], actor=wang, at=at("10-20"))
    assert matter_of(code).due_on == at("10-15").date()
    with pytest.raises(Refusal, match="一次"):
        services.request_correction(code=code, items=[(1, "再补")], actor=wang, at=at("10-20", "11:00:00"))


@pytest.mark.parametrize(("day", "on_time"), [("10-26", True), ("10-27", False)])
def test_a_decision_knows_whether_it_was_in_time(cast: Cast, item: ServiceItem, day: str, on_time: bool) -> None:
    code = received(cast, item, at("10-09"))
    services.accept_case(code=code, actor=cast.actor("wang"), at=at("10-12"))
    services.pass_review(code=code, text="符合条件。", actor=cast.actor("zhao"), at=at("10-13"))
    services.grant(code=code, actor=cast.actor("chen"), at=at(day, "17:00:00"))
    assert (matter_of(code).on_time, matter_of(code).work_days) == (on_time, 10 + (not on_time))


def test_the_ten_thousandth_of_a_day_is_refused_and_costs_nothing(cast: Cast) -> None:
    item = published(cast)
    first = submitted(cast, item)
    with connection.cursor() as cursor:
        for _ in range(rules.LAST_OF_DAY - 1):
            cursor.execute("select kit_next_number(%s)", [rules.series(first[:31], day_of(now()))])
    for _ in range(2):
        with pytest.raises(rules.DayIsFull, match="每天最多 9999 件"):
            submitted(cast, item)
    assert submitted(cast, published(cast, name="另一事项"))[39:] == "0001"


def test_a_draft_takes_no_number_and_the_day_is_that_of_submission(cast: Cast) -> None:
    item = published(cast)
    li = cast.actor("li")
    draft = services.start_draft(
        item_code=item.code, actor=li, at=now() - timedelta(hours=3), party_id=cast.parties["li"].pk
    )
    services.save_draft(draft_uid=draft.uid, answers=ANSWERS, actor=li, at=now() - timedelta(hours=2))
    code = submitted(cast, item)
    assert code[31:] == f"{day_of(now()):%Y%m%d}0001"


def test_a_limit_in_months_is_told_and_not_denied(cast: Cast) -> None:
    """Months and hours are stored and not reckoned yet; nobody may read that the law sets no limit."""
    item = published(cast, promise_limit=None, legal_limit=3, legal_unit="month")
    code = submitted(cast, item)
    services.accept_case(code=code, actor=cast.actor("wang"), at=now())
    explanation = matters.explain(matter_of(code))
    assert explanation.clocks[-1].unreckoned == "法定 3 个月"
    assert "法定 3 个月" in telling.limit_sentence(explanation.current)
    told = CliRunner().invoke(commands.explain, [code])
    assert "法定 3 个月" in told.stdout, told.output
    for who, url in (("wang", f"/desk/cases/{code}/"), ("li", f"/my/matters/{code}/")):
        page = cast.client(who).get(url).content.decode()
        assert "法定 3 个月" in page, who
        assert "没有规定时限" not in page
