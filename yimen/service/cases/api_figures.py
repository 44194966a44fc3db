"""The case report over the interface."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema

from yimen.ground.identity.policies import requires
from yimen.ground.kit.apis import PROBLEMS, actor_of
from yimen.ground.kit.moments import day_of, now
from yimen.ground.kit.periods import asked_period
from yimen.service.cases import indicators, reporting
from yimen.service.cases.rates import Numbers
from yimen.service.cases.reporting import FIGURES

router = Router()


class Counted(Schema):
    """The numbers of one group; a rate without anything to divide by is null."""

    key: str
    submitted: int
    accepted: int
    returned: int
    completed: int
    granted: int
    refused: int
    withdrawn: int
    delivered: int
    on_time: int
    late: int
    immediate: int
    at_once: int
    completion_rate: float | None
    on_time_rate: float | None
    immediate_rate: float | None
    at_once_rate: float | None
    average_days: float | None
    average_office: float | None = None
    average_applicant: float | None = None
    average_special: float | None = None


class Report(Schema):
    """The report of a period in the caller's scope. `indicators`: reconsiderations and lawsuits, by the key of the group."""

    first: date
    last: date
    by: str
    total: Counted
    groups: list[Counted]
    indicators: dict[str, dict[str, int]]


def counted(key: str, numbers: Numbers) -> dict[str, object]:
    """A group as the interface and the command say it."""
    return {"key": key} | {name: getattr(numbers, name) for name in Counted.model_fields if name != "key"}


@router.get("/figures", response={200: Report, **PROBLEMS}, summary="办件统计")
@requires(FIGURES)
def figures(
    request: HttpRequest,
    first: Annotated[date | None, Query(description="期间第一天；不填为本月 1 日")] = None,
    last: Annotated[date | None, Query(description="期间最后一天；不填为今天")] = None,
    by: Annotated[Literal["department", "kind", "channel", "month", "centre", "item"], Query()] = "department",
) -> dict[str, object]:
    """收件、受理、办结等件数与比率，按部门、类型、渠道、月、中心或事项分组。"""
    actor = actor_of(request)
    asked = {"first": first.isoformat() if first else "", "last": last.isoformat() if last else ""}
    period = asked_period(asked, day_of(now()))
    place = reporting.place_of(actor)
    groups = reporting.table(period, by, place)
    return {
        "first": period.first,
        "last": period.last,
        "by": by,
        "total": counted("", reporting.whole(groups)),
        "groups": [counted(group.key, group.numbers) for group in groups],
        "indicators": {code: dict(found) for code, found in indicators.counted(period, by, place).items()},
    }
