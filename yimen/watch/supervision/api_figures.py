"""The figures of supervision over the interface: what stands on 窗口绩效 and 办件不出中心, counted by the same selectors."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema

from yimen.ground.identity.policies import requires
from yimen.ground.kit.apis import PROBLEMS, actor_of
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.periods import Period, asked_period
from yimen.ground.kit.refusals import NotAllowed
from yimen.watch.supervision import policies, services
from yimen.watch.supervision.api import SCOPE
from yimen.watch.supervision.selectors import places, windows

router = Router()

Day = Annotated[str, Query(max_length=10, description="年-月-日；都不写就是本月")]


class ScoreOut(Schema):
    """One window or person: points of 100, and each number behind them."""

    key: str
    name: str
    place: str
    points: int
    counts: dict[str, int]


class ScoreList(Schema):
    """Every window, or person, the best first; `labels` says what each number counts."""

    first: date
    last: date
    labels: dict[str, str]
    scores: list[ScoreOut]


class PlaceOut(Schema):
    """One department or item; `share` is the part taken in the centre, in percent, null where nothing is known."""

    id: int
    name: str
    share: float | None
    counts: dict[str, int]


class PlaceList(Schema):
    """Those with most steps outside the centre first."""

    first: date
    last: date
    labels: dict[str, str]
    places: list[PlaceOut]


def _span(first: str, last: str) -> Period:
    return asked_period({"first": first, "last": last}, day_of(now()))


@router.get("/supervision/window-scores", response={200: ScoreList, **PROBLEMS}, summary="窗口绩效")
@requires(policies.WATCH)
def window_scores(
    request: HttpRequest,
    by: Annotated[
        Literal["window", "person"], Query(description="按窗口，或者按人员（要有查看人员绩效的权限）")
    ] = "window",
    first: Day = "",
    last: Day = "",
) -> dict[str, Any]:
    """监察范围内各窗口、各窗口人员这段时间的得分和每一项数字。"""
    actor, span = actor_of(request, SCOPE), _span(first, last)
    if by == "person" and not actor.holds(policies.PEOPLE):
        raise NotAllowed("没有查看窗口人员绩效的权限。", next_step="请按窗口查询，或请安全管理员授权。")
    count = windows.person_scores if by == "person" else windows.window_scores
    scores = [
        {"key": each.key, "name": each.name, "place": each.place, "points": each.points, "counts": each.counts}
        for each in count(actor, span.first, span.last, services.terms_now())
    ]
    return {"first": span.first, "last": span.last, "labels": windows.LABELS, "scores": scores}


@router.get("/supervision/places", response={200: PlaceList, **PROBLEMS}, summary="办件不出中心")
@requires(policies.WATCH)
def step_places(
    request: HttpRequest,
    by: Annotated[Literal["department", "item"], Query(description="按部门，或者按事项")] = "department",
    first: Day = "",
    last: Day = "",
) -> dict[str, Any]:
    """应在中心办理的环节有多少在中心办、多少在中心以外办，在中心以外最多的在前。"""
    actor, span = actor_of(request, SCOPE), _span(first, last)
    lines = [
        {"id": line.key, "name": line.name, "share": line.share, "counts": line.counts}
        for line in places.place_figures(actor, span.first, span.last, by)
    ]
    labels = {name: label for name, (label, _) in places.NUMBERS.items()}
    return {"first": span.first, "last": span.last, "labels": labels, "places": lines}
