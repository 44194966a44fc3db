"""What a case says of itself: the deadline book of the teahouse over 国庆, the first sentence, who is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pytest

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.kit import daybook
from yimen.ground.kit.moments import CHINA
from yimen.ground.matters.rules import ClockEvent, ClockTerms, explain
from yimen.ground.matters.selectors import ClockAccount, ClockFace, Explanation, Shown
from yimen.service.cases import telling
from yimen.service.cases.lifecycle import LICENCE

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 12)


def moment(month: int, day: int, hour: int = 10) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=CHINA)


def account(
    name: str, limit: int, events: list[ClockEvent], *, legal: int | None = None, current: bool
) -> ClockAccount:
    calendar = work_calendar()
    return ClockAccount(
        name=name, label=name, law="", source="stated", promised=explain(ClockTerms(limit), events, calendar),
        legal=explain(ClockTerms(legal), events, calendar) if legal else None, started_at=events[0].at, current=current,
    )  # fmt: skip


@pytest.fixture
def teahouse() -> Explanation:
    """Received 16 September, correction 17–21, accepted the 21st, tested 28 September to 8 October."""
    receipt = [
        ClockEvent(moment(9, 16), "started"), ClockEvent(moment(9, 17), "stopped", "correction"),
        ClockEvent(moment(9, 21, 9), "resumed"),
    ]  # fmt: skip
    handling = [
        ClockEvent(moment(9, 21), "started"), ClockEvent(moment(9, 28), "stopped", "testing"),
        ClockEvent(moment(10, 8), "resumed"),
    ]  # fmt: skip
    return Explanation("1", "公共场所卫生许可", (
        account("receipt", 5, receipt, current=False), account("handling", 10, handling, legal=20, current=True),
    ))  # fmt: skip


def test_every_day_stands_in_the_book_once(teahouse: Explanation) -> None:
    days = telling.book(teahouse, TODAY)
    assert [day.on.toordinal() for day in days] == list(
        range(date(2026, 9, 16).toordinal(), date(2026, 10, 15).toordinal() + 1)
    )


def test_the_book_of_the_teahouse(teahouse: Explanation) -> None:
    rows = [(row.days, row.kind, row.mark) for row in daybook.fold(telling.book(teahouse, TODAY), today=TODAY)]
    assert rows == [
        ("9月16日(周三)", "event", "0"),
        ("9月17日(周四)", "counted", "1"),
        ("9月18日—9月20日", "paused", "停"),
        ("9月21日(周一)", "event", "0"),
        ("9月22日—9月24日", "counted", "1—3"),
        ("9月25日—9月27日", "off", "跳过"),
        ("9月28日(周一)", "counted", "4"),
        ("9月29日—10月7日", "paused", "停"),
        ("10月8日(周四)", "event", "0"),
        ("10月9日(周五)", "counted", "5"),
        ("10月10日(周六)", "counted", "6"),
        ("10月11日(周日)", "off", "跳过"),
        ("10月12日(周一) 今天", "counted", "7"),
        ("10月13日—10月14日", "to-come", "8—9"),
        ("10月15日(周四)", "due", "10"),
    ]
    saturday = next(day for day in telling.book(teahouse, TODAY) if day.on == date(2026, 10, 10))
    assert saturday.made_up


def test_the_limit_in_one_sentence(teahouse: Explanation) -> None:
    days = telling.book(teahouse, TODAY)
    assert telling.limit_sentence(teahouse.current, days, TODAY) == (
        "承诺 10 个工作日，已用 7 个；法定期限到 2026年10月29日(周四)。"
    )
    used = telling.used_of(teahouse.current, days, TODAY)
    assert used is not None
    assert (used.used, used.limit, sum(used.squares)) == (7, 10, 7)


def test_a_clock_that_stands_still_is_accounted_for_up_to_today() -> None:
    receipt = [ClockEvent(moment(9, 28), "started"), ClockEvent(moment(9, 29), "stopped", "correction")]
    days = telling.book(Explanation("1", "x", (account("receipt", 5, receipt, current=True),)), date(2026, 10, 8))
    assert [(row.days, row.mark) for row in daybook.fold(days)] == [
        ("9月28日(周一)", "0"), ("9月29日(周二)", "1"), ("9月30日—10月8日", "停"),
    ]  # fmt: skip


@dataclass
class Waiting:
    state: str
    due_on: date | None = date(2026, 10, 15)
    due_at: datetime | None = datetime(2026, 10, 15, 17, 30, tzinfo=CHINA)
    stopped_since: datetime | None = None
    closed_at: datetime | None = None
    provisional: bool = False
    procedure: str = "licence"


@pytest.mark.parametrize(
    ("state", "at", "said"),
    [
        ("received", moment(10, 12), "已收到，正在核对材料，最晚 10月15日(周四) 告诉您是否受理"),
        ("reviewing", moment(10, 12), "正在审查，最晚 10月15日(周四) 有结果"),
        ("reviewing", moment(10, 16), "应当在 10月15日(周四) 前有结果，已经超过，我们正在催办"),
        ("granted", moment(10, 12), "已准予，请您领取结果"),
    ],
)
def test_the_first_sentence(state: str, at: datetime, said: str) -> None:
    assert telling.first_sentence(Waiting(state), at) == said


@pytest.mark.parametrize(("state", "said"), [("correcting", "等您补齐 3 日"), ("suspended", "暂停计时 3 日")])
def test_the_chip_speaks_to_the_applicant(state: str, said: str) -> None:
    waiting = Waiting(state, None, None, stopped_since=moment(10, 9))
    assert telling.chip(ClockFace("paused", "审查补正 3 日"), waiting, moment(10, 12)).text == said


def test_every_state_of_the_procedure_has_a_first_sentence() -> None:
    for state in LICENCE.states:
        assert telling.first_sentence(Waiting(state.code, None, None), moment(10, 12)) != "正在办理", state.code


def test_the_public_query_names_nobody() -> None:
    step = Shown(
        seq=1, action="request_correction", label="一次告知补正", public_label="告知补正", actor="王芳", post="综合窗口受理岗",
        window="综合窗口 3 号", happened_at=moment(9, 17), recorded_at=moment(9, 17), basis="",
        facts={"reason": "李明的平面图缺消毒间"}, documents=["Q1"], effect="stop", to_state="correction_requested",
    )  # fmt: skip
    letters = {"Q1": ("/letters/1.pdf", "告知书")}
    own = telling.course([step], Waiting("correction_requested"), LICENCE, letters=letters)
    public = telling.course([step], Waiting("correction_requested"), LICENCE, names=False)
    assert (own[0].note, own[0].url) == ("李明的平面图缺消毒间", "/letters/1.pdf")
    assert "李明" not in repr(public)
    assert "王芳" not in repr(public)
    assert own[1].kind == "paused"
    assert [entry.kind for entry in own[2:]] == ["ahead", "ahead", "ahead"]


@pytest.mark.parametrize(
    ("reason", "said", "law"),
    [
        ("correction", "等待申请人补正，停止计时。", "《行政许可法》第三十二条"),
        ("expert_review", "专家评审，停止计时。", "《行政许可法》第四十五条"),
        ("review_correction", "等待申请人补正，停止计时。", ""),
    ],
)
def test_a_clock_that_stands_still_says_for_what(reason: str, said: str, law: str) -> None:
    events = [ClockEvent(moment(10, 9), "started"), ClockEvent(moment(10, 9, 15), "stopped", reason)]
    days = telling.book(Explanation("1", "x", (account("handling", 10, events, current=True),)), TODAY)
    assert [(day.why, day.law) for day in days if day.kind == "paused"] == [(said, law)] * 3


def test_what_is_lacking_is_one_sentence() -> None:
    items = [{"name": "平面图", "problem": "没有标出消毒间。"}, {"name": "检测报告", "problem": "已过一年"}]
    assert telling.in_one_line(items) == "平面图：没有标出消毒间；检测报告：已过一年。"
