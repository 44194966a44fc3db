"""Numbers of upper modules in the case report: reconsiderations, lawsuits (R077). Each is registered with its list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from yimen.ground.kit.periods import Period
from yimen.service.cases.reporting import By, Place

Count = Callable[[Period, By, Place, int | None], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Indicator:
    """`count` gives the number of each group by its key (as `reporting.table` names it); `page` is the address of its list, which
    takes the report's own query and `which=<code>`.
    """

    code: str
    label: str
    page: str
    count: Count


_indicators: list[Indicator] = []


def register_indicator(indicator: Indicator) -> None:
    """Let an upper module's number stand in the case report."""
    if all(each.code != indicator.code for each in _indicators):
        _indicators.append(indicator)


def indicators() -> tuple[Indicator, ...]:
    """Those that are registered, in order."""
    return tuple(_indicators)


def counted(period: Period, by: By, place: Place, department: int | None = None) -> dict[str, Mapping[str, int]]:
    """The numbers of every indicator, by its code and the group's key."""
    return {each.code: each.count(period, by, place, department) for each in _indicators}
