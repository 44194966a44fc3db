"""Windows stand as people count them: 2 before 10, A2 before A10."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from yimen.ground.organisations.models import Window

pytestmark = pytest.mark.django_db


def test_windows_are_listed_as_people_count(cast: Cast) -> None:
    centre = cast.windows["window3"].centre
    for number in ("A10", "A2", "10", "2"):
        Window.objects.create(centre=centre, name="临时窗口", number=number, kind=Window.Kind.DEPARTMENT)
    page = cast.client("manager").get("/manage/windows/").content.decode()
    places = [page.index(f"临时窗口 {number} 号") for number in ("2", "10", "A2", "A10")]
    assert places == sorted(places)
