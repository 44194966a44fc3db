"""清河县听泉茶馆 applies for its hygiene licence: a correction, a test over the national holidays, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.kit.moments import CHINA
from yimen.house.demo.acting import Stage

WHO, ITEM = "tingquan", "hygiene"
SAID = {
    "place_name": "清河县听泉茶馆",
    "place_address": "清河县柳溪镇临泉街 27 号一层",
    "area": "86.5",
    "place_kind": "tea",
    "central_air": "yes",
    "air_report": "QHJC-0913",
    "staff_count": "4",
    "staff_certified": "yes",
    "manager": "李秋禾",
}


def year_of(now: datetime) -> int:
    """The latest year in which the test after the holidays has come back by now."""
    return now.year if now >= _at(now.year, 10, 9, 12, 0) else now.year - 1


def tell(stage: Stage) -> str:
    """Tell the story as far as it has come by now; returns the case's number."""
    now = stage.days.now
    year = year_of(now)
    code = stage.apply(ITEM, WHO, _at(year, 9, 16, 10, 14), walk_in=True, spared=None, **SAID)
    plan = "平面图没有标出消毒间，请补画消毒间和洗手池的位置。"
    acts: tuple[tuple[datetime, Callable[[datetime], None]], ...] = (
        (_at(year, 9, 17, 9, 32), lambda at: stage.correct(code, ITEM, at, plan)),
        (_at(year, 9, 20, 19, 40, any_day=True), lambda at: stage.supplement(code, WHO, at)),
        (_at(year, 9, 21, 10, 5), lambda at: stage.accept(code, ITEM, at)),
        (_at(year, 9, 22, 9, 10), lambda at: stage.take(code, ITEM, at)),
        (
            _at(year, 9, 24, 15, 20),
            lambda at: stage.survey(code, ITEM, at, "消毒间、洗手池与图一致；集中空调须出检测报告。", "赵临川、顾南舟"),
        ),
        (
            _at(year, 9, 28, 16, 40),
            lambda at: stage.suspend(
                code, ITEM, at, "testing", 10, "集中空调和用具需由有资质的机构检测，等待检测报告。"
            ),
        ),
        (_at(year, 10, 8, 9, 10), lambda at: stage.resume(code, ITEM, at, "检测报告已收到，各项合格。")),
        (_at(year, 10, 13, 11, 0), lambda at: stage.passed(code, ITEM, at)),
        (_at(year, 10, 14, 16, 10), lambda at: stage.grant(code, ITEM, at)),
        (_at(year, 10, 16, 10, 25), lambda at: stage.deliver(code, ITEM, at, "李秋禾")),
        (_at(year, 10, 30, 9, 50), lambda at: stage.archive(code, ITEM, at)),
    )
    for at, act in acts:
        if at < now:
            act(at)
    return code


def _at(year: int, month: int, day: int, hour: int, minute: int, *, any_day: bool = False) -> datetime:
    """That moment, moved to the next working day where the year's calendar has a day off there."""
    on = date(year, month, day)
    if not any_day:
        on = work_calendar().next_workday_on_or_after(on)
    return datetime.combine(on, time(hour, minute), tzinfo=CHINA)
