"""What a place may set about its catalogue, with the usual value and where that comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Setting:
    """A whole number within bounds (`least`, `most`), with its unit."""

    key: str
    label: str
    usual: int
    least: int
    most: int
    unit: str
    source: str


REUSE_DAYS = "reuse_valid_days"
COMPLETE_SHARE = "quality_clean_percent"

SETTINGS: dict[str, Setting] = {
    each.key: each
    for each in (
        Setting(
            REUSE_DAYS, "交过的材料多少天内可以再用", 365, 0, 3650, "天",
            "国务院令第 716 号第十条（能共享的不得要求重复提交）；天数由各地定，标准材料另有规定的从其规定",
        ),
        Setting(COMPLETE_SHARE, "质检合格率目标", 95, 0, 100, "%", "各地目录管理考核的常见目标"),
    )
}  # fmt: skip

LINT = "lint."
"""Before the code of a rule of `rules.quality`: its severity here, `error`, `warning` or `off`."""


def readable(key: str, value: Any) -> int:
    """The value of a setting if it is within its bounds, else the usual one."""
    known = SETTINGS[key]
    fits = isinstance(value, int) and not isinstance(value, bool) and known.least <= value <= known.most
    return value if fits else known.usual
