"""The case report: every number equals an independent count of the ledger, opens its list, and stays in the actor's scope."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from html import unescape

import openpyxl
import pytest
from django.db import connection

from tests.cast import Cast
from yimen.ground.calendar.rules import shipped_calendar
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.periods import Period
from yimen.service.cases import counting, reporting
from yimen.service.cases.rates import Numbers, forecast, keeping, share
from yimen.service.cases.tests.test_counting import live

pytestmark = pytest.mark.django_db
TODAY = Period(day_of(now()), day_of(now()))


def by_sql(condition: str) -> int:
    """Steps of the ledger that fit, told by nothing that the report uses."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(distinct matter_id) from matters_step s"  # noqa: S608
            f" where (s.happened_at at time zone 'Asia/Shanghai')::date = %s and ({condition})",
            [TODAY.first],
        )
        return int(cursor.fetchone()[0])


@pytest.fixture
def lived(cast: Cast) -> Cast:
    live(cast)
    counting.make_good()
    return cast


def test_every_number_is_the_ledgers(lived: Cast) -> None:
    total = reporting.whole(reporting.table(TODAY, "department", reporting.Place()))
    assert (total.submitted, total.accepted, total.granted, total.refused) == (
        by_sql("s.action = 'submit'"), by_sql("s.action = 'accept'"), by_sql("s.action in ('grant', 'grant_at_once')"),
        by_sql("s.action = 'refuse'"),
    )  # fmt: skip
    assert total.returned == by_sql("s.action in ('decline', 'find_not_required')")
    assert total.withdrawn == by_sql("s.action = 'withdraw'")
    assert total.completed == 2
    assert (total.completion_rate, total.on_time_rate) == (66.7, 100.0)


@pytest.mark.parametrize("by", list(reporting.BY))
def test_each_grouping_adds_up_and_each_number_opens_its_list(lived: Cast, by: reporting.By) -> None:
    groups = reporting.table(TODAY, by, reporting.Place())
    assert reporting.whole(groups) == reporting.whole(reporting.table(TODAY, "kind", reporting.Place()))
    for group in groups:
        for which in reporting.LISTS:
            found = reporting.listed(which, TODAY, reporting.Place(), by=by, key=group.key)
            assert found.count() == getattr(group.numbers, which), (by, which)


def test_months_and_days_make_the_same_sum(lived: Cast) -> None:
    month = TODAY.first.replace(day=1)
    whole = Period(month, (month + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    parts = Period(month, TODAY.last)
    assert reporting.table(whole, "kind", reporting.Place()) == reporting.table(parts, "kind", reporting.Place())


def test_the_page_shows_what_the_workbook_and_the_picture_show(lived: Cast) -> None:
    client = lived.client("sun")
    url = f"/desk/figures/?first={TODAY.first}&last={TODAY.last}"
    page = client.get(url).content.decode()
    assert re.search(r'data-label="办结"><a href="[^"]+">2</a>', page)
    link = unescape(re.search(r'data-label="办结"><a href="([^"]+)">', page)[1])  # type: ignore[index]
    assert client.get(link).content.decode().count("/desk/cases/") == 2
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(f"{url}&as=xlsx"))))
    rows = list(book.active.values)
    assert dict(zip(rows[0], rows[-1], strict=True))["办结"] == 2
    assert rows[-1][0] == "合计"
    svg = client.get(f"{url}&as=svg")
    assert svg["Content-Type"].startswith("image/svg+xml")
    assert ">2</text>" in svg.content.decode()


def test_nobody_counts_beyond_the_own_scope(lived: Cast) -> None:
    assert reporting.place_of(lived.actor("he")).departments == (lived.units["market"].pk,)
    elsewhere = reporting.Place(departments=(lived.units["health"].pk,))
    assert reporting.table(TODAY, "department", elsewhere) == []
    assert reporting.listed("submitted", TODAY, elsewhere).count() == 0
    assert lived.client("wang").get("/desk/figures/").status_code == 403
    assert reporting.table(TODAY, "kind", reporting.Place(nothing=True)) == []


@pytest.mark.parametrize(
    "query",
    ["first=2026-13-01", "first=2026-05-02&last=2026-05-01", "period=nonsense", "by=<script>", "department=abc"],
)
def test_what_makes_no_period_says_so(lived: Cast, query: str) -> None:
    answer = lived.client("sun").get(f"/desk/figures/?{query}")
    assert answer.status_code == 200
    assert ("先按本月统计" in answer.content.decode()) == ("first" in query or "period" in query)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("which=submitted", 200),
        ("which=nothing", 404),
        ("which=late&by=month&key=x", 422),
        ("which=late&by=item&key=1", 200),
    ],
)
def test_a_list_that_is_none(lived: Cast, query: str, status: int) -> None:
    assert lived.client("sun").get(f"/desk/figures/cases/?{query}").status_code == status


def test_rates_never_flatter() -> None:
    assert share(1999, 2000) == 99.9
    assert share(1, 5000) == 0.1
    assert share(0, 0) is None
    numbers = Numbers(accepted=10, granted=8, timed=8, on_time=7, days=36)
    assert (numbers.completion_rate, numbers.on_time_rate, numbers.average_days, numbers.late) == (80.0, 87.5, 4.5, 1)
    assert keeping("days", 5, numbers) == (4.5, True)
    assert keeping("on_time", 90, numbers) == (87.5, False)
    assert keeping("at_once", 90, numbers) == (None, None)


def test_the_year_is_told_by_working_days() -> None:
    found = forecast(560, date(2026, 6, 30), shipped_calendar())
    assert found is not None
    assert found.working_days == 248
    assert found.number == round(560 * 248 / found.worked)
    assert forecast(0, date(2026, 1, 1), shipped_calendar()) is None
