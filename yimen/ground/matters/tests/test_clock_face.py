"""What the clock chip says: how urgent, in the words of the work lists; a stopped clock grows no later."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.kit.moments import CHINA
from yimen.ground.matters.models import Matter
from yimen.ground.matters.selectors import clock_face

AT = datetime(2026, 11, 20, 10, tzinfo=CHINA)  # a Friday


def moment(day: int, hour: int = 17) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("due", "stopped", "status", "text"),
    [
        (None, None, "none", "没有时限"),
        (27, None, "normal", "剩 5 个工作日"),
        (23, None, "warning", "剩 1 个工作日"),
        (20, None, "yellow", "今天 17:00 到期"),
        (13, None, "red", "超期 5 个工作日"),
        (19, 18, "paused", "审查补正 2 日"),  # it ran out while it stood, so it did not run out
        (18, 18, "paused", "审查补正 2 日"),  # stopped on its last day
        (16, 18, "red", "超期 2 个工作日，已停表"),  # late before it was stopped, and no later since
    ],
)
def test_the_face(db: None, due: int | None, stopped: int | None, status: str, text: str) -> None:
    matter = Matter(
        procedure="licence",
        procedure_version=1,
        state="correcting",
        due_on=date(2026, 11, due) if due else None,
        due_at=moment(due) if due else None,
        stopped_since=moment(stopped, 9) if stopped else None,
    )
    face = clock_face(matter, AT, work_calendar())
    assert (face.status, face.text) == (status, text)
