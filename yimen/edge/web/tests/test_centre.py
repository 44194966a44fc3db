"""The foot of the public pages and the hall's badge come from the centre's own data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

import pytest
from django.test import Client

from tests.cast import Cast
from yimen.edge.web import centre
from yimen.ground.calendar.selectors import say_hours
from yimen.ground.kit.moments import CHINA
from yimen.ground.kit.pages import Footer

MORNING, AFTERNOON = (time(8, 30), time(12, 0)), (time(14, 0), time(17, 30))
WEEK = tuple((day, *part) for day in range(5) for part in (MORNING, AFTERNOON))


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    centre._kept.forget()
    yield
    centre._kept.forget()


@pytest.mark.parametrize(
    ("sessions", "said"),
    [
        (WEEK, ("周一至周五 08:30–12:00，14:00–17:30",)),
        ((*WEEK, (5, time(9, 0), time(12, 0))), ("周一至周五 08:30–12:00，14:00–17:30", "周六 09:00–12:00")),
        ((), ()),
    ],
)
def test_hours_are_said_in_one_line_for_days_alike(sessions: tuple[centre.Session, ...], said: tuple[str, ...]) -> None:
    assert say_hours(sessions) == said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "said", "until"),
    [
        (datetime(2026, 10, 12, 7, 0), "还没开门", "08:30 开始"),
        (datetime(2026, 10, 12, 10, 42), "正在办公", "到 12:00"),
        (datetime(2026, 10, 12, 13, 0), "午间休息", "14:00 开始"),
        (datetime(2026, 10, 12, 18, 0), "已经下班", ""),
        (datetime(2026, 10, 11, 10, 0), "今天不办公", ""),
        (datetime(2026, 10, 5, 10, 0), "今天不办公", ""),  # a Monday in the National Day holiday
    ],
)
def test_the_hall_says_whether_somebody_is_there(
    at: datetime, said: str, until: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = centre.Centre(Footer(name="清河县政务服务中心"), WEEK)
    monkeypatch.setattr(centre, "centre", lambda: known)
    hall = centre.hall(at.replace(tzinfo=CHINA))
    assert hall is not None
    assert (hall.said, hall.until) == (said, until)


def test_the_foot_bears_the_centre(cast: Cast, client: Client) -> None:
    unit = cast.units["centre"]
    unit.address = "文澜路 8 号"
    unit.save(update_fields=["address"])
    page = client.get("/help/accessibility/").content.decode()
    assert "文澜路 8 号" in page
    assert unit.name in page
