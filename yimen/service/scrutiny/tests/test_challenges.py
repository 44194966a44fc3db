"""行政复议、行政诉讼 (R077): the clock to answer, what it orders, the file that stays, the numbers of the report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit import moments
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.periods import Period
from yimen.ground.kit.refusals import Invalid, NotAllowed, NotFound
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.service.cases import services as cases
from yimen.service.cases.reporting import place_of
from yimen.service.cases.tests.stage import case_of, decided_on, matter_of, published, submitted
from yimen.service.scrutiny import services
from yimen.service.scrutiny.models import Challenge
from yimen.service.scrutiny.selectors import challenges as selectors
from yimen.service.scrutiny.services.challenges import FileUnderChallenge, NumberTaken

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 10, 12, 10, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    """A ledger in which time is an argument."""
    mark_synthetic()
    with in_its_own_time():
        yield


def refused(cast: Cast) -> str:
    """A case that was refused on Monday."""
    code = submitted(cast, published(cast, at=MONDAY - timedelta(days=1)), at=MONDAY)
    cases.accept_case(code=code, actor=cast.actor("wang", MONDAY), at=MONDAY)
    cases.pass_review(code=code, text="不符合", conclusion="refuse", actor=cast.actor("zhao", MONDAY), at=MONDAY)
    cases.refuse(code=code, reason="场所不符合卫生标准。", actor=cast.actor("chen", MONDAY), at=MONDAY)
    return code


def entered(
    cast: Cast, code: str, kind: str = "reconsideration", number: str = "清政复受〔2026〕3号", **change: Any
) -> Challenge:
    at = change.pop("at", MONDAY + timedelta(days=8))
    given: dict[str, Any] = {
        "who": "applicant", "against": "decision", "claim": "请求撤销不予许可决定。", "body": "清河县人民政府",
        "accepted_on": date(2026, 10, 19), "served_on": date(2026, 10, 20), **change,
    }  # fmt: skip
    made = services.register_challenge(code=code, kind=kind, number=number, actor=cast.actor("he", at), at=at, **given)
    return again(made)


def again(challenge: Challenge) -> Challenge:
    return Challenge.objects.select_related("matter", "case__matter").get(pk=challenge.pk)


@pytest.mark.parametrize(
    ("kind", "summary", "due"),
    [("reconsideration", False, date(2026, 11, 3)), ("reconsideration", True, date(2026, 10, 27)), ("lawsuit", False, date(2026, 11, 4))],
)  # fmt: skip
def test_the_days_to_answer(cast: Cast, kind: str, summary: bool, due: date) -> None:
    found = entered(cast, refused(cast), kind, summary=summary)
    assert (found.matter.clock, found.matter.due_on, found.matter.state) == ("defence", due, "answering")


def test_what_is_ordered_has_a_clock_of_its_own(cast: Cast) -> None:
    found = entered(cast, refused(cast))
    he = cast.actor("he")
    at = MONDAY + timedelta(days=14)
    services.answer_challenge(challenge=found, reason="已提交答复书和证据。", actor=he, at=at)
    assert again(found).matter.state == "pending"
    at += timedelta(days=30)
    with pytest.raises(Invalid) as wrong:
        services.decide_challenge(
            challenge=again(found),
            outcome="ordered",
            decided_on=at.date() + timedelta(days=1),
            ruling="责令重新作出决定",
            actor=he,
            at=at,
        )
    assert set(wrong.value.fields) == {"decided_on", "orders"}
    services.decide_challenge(
        challenge=again(found), outcome="revoked", decided_on=at.date(), ruling="撤销，责令三十日内重新作出。", orders="重新作出决定",
        comply_days=30, comply_unit="calendar", actor=he, at=at,
    )  # fmt: skip
    found = again(found)
    assert (found.matter.state, found.matter.clock) == ("complying", "complying")
    assert found.matter.due_on == date(2026, 12, 25), "thirty days from 25 November"
    services.comply(challenge=found, reason="已准予，文号……", actor=he, at=at + timedelta(days=10))
    found = again(found)
    assert (found.matter.state, found.in_time) == ("complied", True)


def test_the_file_stays_while_it_runs(cast: Cast) -> None:
    code = refused(cast)
    found = entered(cast, code)
    at = MONDAY + timedelta(days=9)
    wu = cast.actor("wu", at)
    cases.deliver(code=code, actor=wu, at=at, method="signature", receiver="李明")
    with pytest.raises(FileUnderChallenge):
        cases.archive(code=code, actor=wu, at=at)
    services.decide_challenge(
        challenge=again(found),
        outcome="withdrawn",
        decided_on=at.date(),
        ruling="准予撤回。",
        actor=cast.actor("he"),
        at=at,
    )
    cases.archive(code=code, actor=wu, at=at)
    assert matter_of(code).state == "archived"


def test_a_number_stands_once_until_it_is_annulled(cast: Cast) -> None:
    code = refused(cast)
    found = entered(cast, code)
    with pytest.raises(NumberTaken):
        entered(cast, code)
    services.annul_challenge(
        challenge=found, reason="登记到了别的办件", actor=cast.actor("he"), at=MONDAY + timedelta(days=8)
    )
    assert again(found).annulled_reason
    entered(cast, code)


def test_strangers_and_bad_dates(cast: Cast) -> None:
    code = refused(cast)
    with pytest.raises(NotAllowed):
        services.register_challenge(
            code=code, kind="lawsuit", who="applicant", against="decision", claim="…", body="法院", number="1", actor=cast.actor("tang"),
            accepted_on=date(2026, 10, 19), served_on=date(2026, 10, 19), at=MONDAY + timedelta(days=8),
        )  # fmt: skip
    with pytest.raises(Invalid) as wrong:
        entered(cast, code, accepted_on=date(2026, 10, 1), served_on=date(2026, 9, 1), number=" ", who="interested")
    assert set(wrong.value.fields) == {"accepted_on", "served_on", "number", "challenger"}
    found = entered(cast, code)
    with pytest.raises(NotFound):
        selectors.access_challenge(cast.actor("qian_approver"), found.matter.code)
    with pytest.raises((NotAllowed, NotFound)):
        services.answer_challenge(challenge=found, reason="x", actor=cast.actor("tang"), at=MONDAY + timedelta(days=9))
    with pytest.raises(Invalid):
        services.move_on(
            challenge=found, stage="second", reason="x", actor=cast.actor("he"), at=MONDAY + timedelta(days=9)
        )


@pytest.mark.parametrize("by", ["department", "kind", "channel", "month", "centre", "item"])
def test_the_report_counts_what_sql_counts(cast: Cast, by: Any) -> None:
    code = refused(cast)
    entered(cast, code)
    entered(cast, code, "lawsuit", "(2026)川9911行初5号")
    gone = entered(cast, code, number="清政复受〔2026〕4号")
    services.annul_challenge(challenge=gone, reason="重复", actor=cast.actor("he"), at=MONDAY + timedelta(days=8))
    period, place = Period(date(2026, 10, 1), date(2026, 10, 31)), place_of(cast.actor("he"))
    sql = {
        "department": "m.department_id::text", "kind": "c.kind", "channel": "cm.channel", "centre": "m.centre_id::text",
        "month": "date_trunc('month', h.accepted_on)::date::text", "item": "c.item_id::text",
    }[by]  # fmt: skip
    for kind in selectors.INDICATORS:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""select {sql}, count(*) from scrutiny_challenge h join matters_matter m on m.id = h.matter_id
                      join cases_case c on c.matter_id = h.case_id join matters_matter cm on cm.id = h.case_id
                     where h.kind = %s and h.accepted_on between '2026-10-01' and '2026-10-31' and m.state <> 'annulled'
                     group by 1""",  # noqa: S608 - constants above
                [kind],
            )
            expected = dict(cursor.fetchall())
        counted = selectors.count(kind, period, by, place, None)
        assert dict(counted) == expected and sum(expected.values()) == 1
        for key, number in expected.items():
            assert selectors.counted(kind, period, place, by, key, None).count() == number, (
                "the list holds what the number says"
            )


def test_the_report_links_each_number(cast: Cast) -> None:
    code = decided_on(cast)
    at = moments.now()
    cases.refuse(code=code, reason="不符合。", actor=cast.actor("chen"), at=at)
    today = moments.day_of(at)
    entered(cast, code, at=at, accepted_on=today, served_on=today)
    client = cast.client("he")
    page = client.get("/desk/figures/?period=this_year")
    told = next(cell for cell in page.context["total"].others if cell.label == "行政复议")
    listed = client.get(told.url)
    assert told.value == len(listed.context["rows"]) == 1
    headers = {"authorization": f"Bearer {cast.token('he')}"}
    said = Client().get("/api/v1/figures", headers=headers).json()
    assert said["indicators"]["reconsideration"] == {str(case_of(code).matter.department_id): 1}
    assert client.get("/desk/challenges/?as=xlsx").status_code == 200
