"""What the rules find on cases and units besides a late clock: each with its evidence, each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from tests.cast import Cast
from yimen.ground.kit.moments import CHINA, now
from yimen.ground.kit.money import Fen
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import Matter
from yimen.service.cases import services as cases
from yimen.service.cases.models import Case
from yimen.service.cases.tests.stage import published, submitted
from yimen.service.fees.services import refunds
from yimen.service.fees.tests import stage as fees
from yimen.watch.supervision import selectors, services
from yimen.watch.supervision.models import Alert
from yimen.watch.supervision.rules import findings
from yimen.watch.supervision.services import finding

MONDAY = datetime(2026, 11, 2, 10, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    mark_synthetic()
    with in_its_own_time():
        yield


@pytest.fixture
def code(cast: Cast) -> str:
    """A case that Wang accepted on Monday."""
    item = published(cast, at=MONDAY - timedelta(days=1))
    found = submitted(cast, item, at=MONDAY)
    cases.accept_case(code=found, actor=cast.actor("wang", MONDAY), at=MONDAY + timedelta(minutes=5))
    return found


def found_by(rule: str) -> list[Alert]:
    return list(Alert.objects.filter(version__rule__code=rule))


def refused(cast: Cast, code: str, reason: str) -> datetime:
    at = MONDAY + timedelta(hours=2)
    zhao = cast.actor("zhao", at)
    cases.check_rest(code=code, actor=zhao, at=at)
    cases.pass_review(code=code, actor=zhao, at=at, text="不符合条件，建议不予许可。", conclusion="refuse")
    cases.refuse(code=code, actor=cast.actor("chen", at), at=at + timedelta(minutes=9), reason=reason)
    return at + timedelta(minutes=9)


def test_a_refusal_without_reason_and_one_with(cast: Cast, code: str) -> None:
    at = refused(cast, code, "不符合")
    assert services.look_at_decision(code, at) == 1
    assert services.look_at_decision(code, at) == 0  # once
    (alert,) = found_by("bare-refusal")
    assert (alert.person_name, alert.violation_id, alert.evidence["reason"]) == ("陈静", "wrongful", "不符合")
    assert not found_by("no-letter") and not found_by("no-slip")


def test_a_decision_outside_its_letter_or_without_a_slip(cast: Cast, code: str) -> None:
    at = refused(cast, code, "场所面积和卫生设施不符合条例第四条的规定。")
    assert services.look_at_decision(code, at) == 0
    Case.objects.filter(matter__code=code).update(slip_number="", accepted_at=None)
    cast.letters["market_chen"].__class__.objects.filter(pk=cast.letters["market_chen"].pk).update(
        state="revoked", revoked_at=MONDAY, revoked_by=cast.accounts["he"].uid, revoked_reason="改派"
    )
    assert services.look_at_decision(code, at) == 2
    assert "没有受理单" in found_by("no-slip")[0].text
    assert "当日无效" in found_by("no-letter")[0].text


def test_a_second_correction_is_a_finding_and_the_first_is_none(cast: Cast, code: str) -> None:
    at = MONDAY + timedelta(hours=1)
    _steps(code, ["request_correction"], at)
    assert services.look_at_correction(code, at) == 0
    _steps(code, ["request_review_correction"], at)
    assert services.look_at_correction(code, at) == 1
    assert found_by("second-correction")[0].evidence["times"] >= 2


def _steps(code: str, actions: list[str], at: datetime) -> None:
    """Correction notices written into the ledger behind the guard, as a careless script would."""
    with connection.cursor() as cursor:
        for action in actions:
            cursor.execute(
                "insert into matters_step (matter_id, seq, action, from_state, to_state, actor_uid, actor_name, actor_post,"
                ' "window", happened_at, recorded_at, basis, clock, facts, documents, procedure, division, link)'
                " select id, last_seq + 100 + (select count(*) from matters_step where matter_id = m.id), %s, state, state,"
                " gen_random_uuid(), '某人', '审查岗', '', %s, %s, '', '', '{}', '[]', procedure, division_id, ''"
                " from matters_matter m where code = %s",
                [action, at, at, code],
            )


def test_a_cancelled_item_and_the_same_elsewhere(cast: Cast, code: str) -> None:
    assert services.look_at_acceptance(code, MONDAY) == 0
    case = Case.objects.select_related("item", "matter").get(matter__code=code)
    case.item.__class__.objects.filter(pk=case.item_id).update(status="cancelled", cancelled_on=MONDAY.date())
    assert services.look_at_acceptance(code, MONDAY) == 1
    assert found_by("cancelled-item")[0].violation_id == "wrongful"


def test_a_slip_without_a_step(cast: Cast, code: str) -> None:
    assert finding.look_for_stalled(MONDAY + timedelta(days=2)) == 0
    at = MONDAY + timedelta(days=9)
    assert finding.look_for_stalled(at) == 1
    assert finding.look_for_stalled(at + timedelta(days=1)) == 0
    assert "没有任何步骤" in found_by("stalled")[0].text


def test_bunches_of_steps_are_found_once(cast: Cast, code: str) -> None:
    wang = cast.accounts["wang"]
    with connection.cursor() as cursor:
        for number in range(30):
            cursor.execute(
                "insert into matters_step (matter_id, seq, action, from_state, to_state, actor_uid, actor_name, actor_post,"
                ' "window", happened_at, recorded_at, basis, clock, facts, documents, procedure, division, link)'
                " select id, 500 + %s, 'claim', state, state, %s, %s, '综合窗口受理岗', '', %s, %s, '', '', '{}', '[]',"
                " procedure, division_id, '' from matters_matter m where code = %s",
                [number, wang.uid, wang.name, MONDAY, MONDAY, code],
            )
    assert finding.look_through_steps(MONDAY) == 1
    assert finding.look_through_steps(MONDAY) == 0
    (alert,) = found_by("bunched")
    assert (alert.person_name, alert.evidence["steps"]) == ("王芳", 30)


def test_units_are_looked_at_once_a_month(cast: Cast, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    market = cast.units["market"].pk

    def signed(first: Any, last: Any) -> dict[int, tuple[int, int]]:
        return {market: (40, 2)}

    monkeypatch.setattr("yimen.service.cases.selectors.signed_at_window", signed)
    first = finding.look_at_units(MONDAY)
    assert first >= 1 and finding.look_at_units(MONDAY + timedelta(days=1)) == 0
    (alert,) = found_by("registers-only")
    assert (alert.per, alert.department_id, alert.evidence["signed"]) == ("unit", market, 2)


def test_a_refund_that_waits_too_long(cast: Cast) -> None:
    payment, at = fees.paid(cast), now()
    finding.look_at_units(at)
    refunds.ask_refund(actor=cast.actor("shen"), payment=payment, amount_fen=Fen(100), reason="多缴了", at=at)
    finding.look_at_units(at + timedelta(days=3))
    assert found_by("fees") == [], "three days are no five working days"
    finding.look_at_units(at + timedelta(days=20))
    (alert,) = found_by("fees")
    assert (alert.per, alert.violation_id, alert.department_id) == ("unit", "fees", payment.bill.department_id)
    assert "1 笔退款申请后超过 5 个工作日没有退" in alert.text
    assert len(alert.evidence["refunds"]) == 1 and alert.evidence["items"] == []
    finding.look_at_units(at + timedelta(days=20))
    assert len(found_by("fees")) == 1, "once a month"


@pytest.mark.parametrize(
    ("said", "empty"),
    [
        (findings.bare_refusal("", 10, "no"), False),
        (findings.bare_refusal("不符合《公共场所卫生管理条例》第四条规定", 10, "yes"), True),
        (findings.bare_refusal("不符合公共场所卫生管理的有关规定", 10, "yes"), False),
        (findings.registers_only(3, 10, 30, 10), True),
        (findings.registers_only(2, 10, 30, 10), False),
        (findings.registers_only(0, 9, 30, 10), True),
        (findings.shell(2, 5, 2, 5), False),
        (findings.shell(3, 0, 2, 5), True),
        (findings.fees([], [], 5), True),
        (findings.fees(["公共场所卫生许可"], [], 5), False),
        (findings.fees([], ["TK1"], 5), False),
        (findings.outside_letter("", []), False),
        (findings.outside_letter("甲", ["甲"]), True),
    ],
)
def test_the_pure_judgements(said: str, empty: bool) -> None:
    assert (said == "") is empty


def test_prepared_kinds_say_that_they_judge_nothing(db: None) -> None:
    rules = {each.kind: each for each in selectors.rule_list(MONDAY)}
    for kind in (findings.ATTENDANCE,):
        assert kind.family == "prepared" and kind.needs and not rules[kind.code].in_use
    assert Matter.objects.count() == 0
