"""Renewal (art. 50): silence grants, unless it was asked for too late or the applicant was the one who was awaited."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from tests.cast import Cast
from yimen.ground.documents.models import Letter
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.kit.refusals import Invalid, NotAllowed
from yimen.ground.matters import watching
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import EffectTaken, EffectWarning, Matter, Step
from yimen.service.cases import services
from yimen.service.cases.editions import open_edition
from yimen.service.cases.models import CaseMaterial
from yimen.service.cases.services.renewing import LicenceExpired, told_at_intake
from yimen.service.cases.tests.stage import case_of, matter_of, published
from yimen.service.catalogue.models import ServiceItem

pytestmark = pytest.mark.django_db

FORM = {
    "title": "延续申请表",
    "sections": [
        {
            "key": "main",
            "title": "许可证",
            "fields": [
                {"key": "shop", "kind": "text", "label": "字号名称", "required": True},
                {
                    "key": "until",
                    "kind": "date",
                    "label": "许可证有效期至",
                    "required": True,
                    "means": "licence_expires_on",
                },
            ],
        }
    ],
}
ASKED = datetime(2026, 10, 12, 10, tzinfo=CHINA)
EXPIRES = date(2026, 11, 13)
"""A Friday, 32 days after the application: in time by two days."""
LAST = datetime(2026, 11, 13, 23, 59, 59, 999999, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    """A ledger in which time is an argument."""
    mark_synthetic()
    with in_its_own_time():
        yield


def renewal_item(cast: Cast) -> ServiceItem:
    """An item whose form asks until when the licence holds."""
    return published(
        cast, at=ASKED - timedelta(days=1), form=FORM, name="公共场所卫生许可（延续）", promise_limit=20,
    )  # fmt: skip


def asked(cast: Cast, expires: date = EXPIRES, at: datetime = ASKED) -> str:
    """Li asks for renewal."""
    made = services.submit_application(
        item_code=renewal_item(cast).code, party_id=cast.accounts["li"].party_id or 0, actor=cast.actor("li"), at=at,
        channel="web", answers={"shop": "听泉茶馆", "until": expires.isoformat()},
    )  # fmt: skip
    CaseMaterial.objects.filter(case=made.matter_id).update(state=CaseMaterial.State.PAPER)
    return made.code


def reviewing(cast: Cast, expires: date = EXPIRES) -> str:
    """Accepted the day after, with twenty working days: the clock alone would end on 10 November."""
    code = asked(cast, expires)
    services.accept_case(code=code, actor=cast.actor("wang"), at=ASKED + timedelta(days=1))
    return code


def test_the_expiry_is_kept_with_the_case_and_watched(cast: Cast) -> None:
    code = asked(cast)
    case = case_of(code)
    assert (case.licence_expires_on, case.renewal_asked_by) == (EXPIRES, date(2026, 10, 14))
    assert case.matter.look_by == datetime(2026, 10, 30, tzinfo=CHINA)
    assert case.matter.watch_at is not None and case.matter.watch_at < case.matter.look_by, (
        "the receipt's clock comes first"
    )


def test_silence_grants_at_midnight_even_while_the_clock_stands(cast: Cast) -> None:
    code = reviewing(cast)
    services.suspend(
        code=code, procedure="testing", days_needed=30, reason="须送检", actor=cast.actor("zhao"),
        at=datetime(2026, 10, 20, 9, tzinfo=CHINA),
    )  # fmt: skip
    watching.sweep_all(LAST)
    assert matter_of(code).state == "suspended"
    late = LAST + timedelta(days=3)  # the database was down
    watching.sweep_all(late)
    watching.sweep_all(late)
    matter, case = matter_of(code), case_of(code)
    assert (matter.state, matter.clock, case.decision) == ("granted", "delivery", "granted")
    step = Step.objects.get(matter=matter, action="deem_renewed")
    assert step.happened_at == LAST + timedelta(microseconds=1) and step.recorded_at == late
    assert step.basis == "statutory_effect"
    taken = EffectTaken.objects.get()
    assert (taken.effect, taken.fell_due_at, taken.law) == ("deemed_renewed", LAST, "《行政许可法》第五十条第二款")
    letter = Letter.objects.get(number=case.decision_number)
    assert letter.kind == "decision_grant" and "视为准予延续" in letter.facts
    assert case.decided_at is not None and day_of(case.decided_at) == date(2026, 11, 14)


def test_warned_three_and_one_working_days_before(cast: Cast) -> None:
    code = reviewing(cast)
    services.suspend(
        code=code, procedure="testing", days_needed=30, reason="须送检", actor=cast.actor("zhao"),
        at=datetime(2026, 10, 20, 9, tzinfo=CHINA),
    )  # fmt: skip
    for day in range(30, 46):
        watching.sweep_all(datetime(2026, 10, 1, 8, tzinfo=CHINA) + timedelta(days=day))
    warned = [(each.workdays, day_of(each.warned_at)) for each in EffectWarning.objects.filter(effect="deemed_renewed")]
    assert warned == [(3, date(2026, 11, 10)), (1, date(2026, 11, 12))]


def test_asked_too_late_is_decided_but_not_granted_by_silence(cast: Cast) -> None:
    code = reviewing(cast, date(2026, 11, 10))  # 29 days after the application
    watching.sweep_all(datetime(2026, 11, 20, tzinfo=CHINA))
    assert matter_of(code).state == "reviewing"
    assert not EffectTaken.objects.exists()


def test_whoever_was_told_to_complete_the_materials_is_not_renewed_by_silence(cast: Cast) -> None:
    code = asked(cast)
    services.request_correction(
        code=code, items=[(1, "没有盖章")], actor=cast.actor("wang"), at=ASKED + timedelta(days=2)
    )
    watching.sweep_all(LAST + timedelta(days=1))
    assert matter_of(code).state == "correction_requested"
    services.supplement(code=code, actor=cast.actor("wang"), at=LAST + timedelta(days=2), paper=[1])
    watching.sweep_all(LAST + timedelta(days=3))
    assert matter_of(code).state == "received", "nor is it afterwards: at the expiry nobody waited for the organ"


def test_completed_before_the_expiry_it_is_renewed(cast: Cast) -> None:
    code = asked(cast)
    services.request_correction(
        code=code, items=[(1, "没有盖章")], actor=cast.actor("wang"), at=ASKED + timedelta(days=2)
    )
    services.supplement(code=code, actor=cast.actor("wang"), at=datetime(2026, 11, 12, 9, tzinfo=CHINA), paper=[1])
    watching.sweep_all(LAST + timedelta(hours=1))
    assert matter_of(code).state == "granted"


def test_nobody_decides_otherwise_after_the_expiry(cast: Cast) -> None:
    code = reviewing(cast)
    services.pass_review(code=code, text="不符合条件", actor=cast.actor("zhao"), at=LAST - timedelta(days=2))
    with pytest.raises(LicenceExpired) as refused:
        services.refuse(code=code, reason="面积不足", actor=cast.actor("chen"), at=LAST + timedelta(hours=9))
    assert "第五十条" in refused.value.message
    for write in refused.value.afterwards:
        write()
    assert matter_of(code).state == "granted"


def test_decided_in_time_the_law_has_nothing_to_say(cast: Cast) -> None:
    code = reviewing(cast)
    services.pass_review(code=code, text="符合条件", actor=cast.actor("zhao"), at=LAST - timedelta(days=2))
    services.grant(code=code, actor=cast.actor("chen"), at=LAST - timedelta(hours=8))
    watching.sweep_all(LAST + timedelta(days=1))
    assert not EffectTaken.objects.exists()


def test_taken_back_with_the_right_expiry(cast: Cast) -> None:
    code = reviewing(cast)
    watching.sweep_all(LAST + timedelta(hours=1))
    later, number = LAST + timedelta(hours=10), case_of(code).decision_number
    with pytest.raises(NotAllowed):
        services.undo_renewed(code=code, reason="有效期登记有误", actor=cast.actor("zhao"), at=later)
    with pytest.raises(Invalid):
        services.undo_renewed(code=code, reason="登记有误", actor=cast.actor("he"), at=later, expires_on=EXPIRES)
    right = date(2026, 12, 31)
    services.undo_renewed(code=code, reason="有效期登记有误", actor=cast.actor("he"), at=later, expires_on=right)
    case = case_of(code)
    assert (case.matter.state, case.matter.clock, case.decision) == ("reviewing", "handling", "")
    assert Letter.objects.get(number=number).voided_at is not None
    assert EffectTaken.objects.get().undone_by == "何伟"
    watching.sweep_all(datetime(2026, 12, 30, tzinfo=CHINA))
    assert matter_of(code).state == "reviewing"
    watching.sweep_all(datetime(2027, 1, 1, tzinfo=CHINA))
    assert matter_of(code).state == "granted", "with the right day the law comes again"


def test_what_is_said_before_it_is_handed_in(cast: Cast) -> None:
    edition = open_edition(renewal_item(cast).code, ASKED)
    assert "视为准予延续" in told_at_intake(edition, {"until": "2026-12-31"}, day_of(ASKED))
    assert "已经晚了" in told_at_intake(edition, {"until": "2026-11-01"}, day_of(ASKED))
    assert "重新申请" in told_at_intake(edition, {"until": "2026-10-01"}, day_of(ASKED))
    assert told_at_intake(edition, {"until": "不记得"}, day_of(ASKED)) == ""


def test_a_case_of_an_older_version_is_not_granted_by_silence(cast: Cast) -> None:
    code = reviewing(cast)
    Matter.objects.filter(code=code).update(procedure_version=2)
    watching.sweep_all(LAST + timedelta(days=1))
    assert matter_of(code).state == "reviewing"
