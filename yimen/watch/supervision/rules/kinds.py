"""Kinds of rule and their parameters. A nonsense threshold is refused here, in words, whoever sets it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from yimen.ground.kit.refusals import Invalid

ParamKind = Literal["number", "choice", "codes"]


@dataclass(frozen=True, slots=True)
class Param:
    """One threshold of a kind: a whole number between `least` and `most`, a choice, or a list of codes.

    `empty` allows a number to be left out, which switches off what it would set.
    """

    name: str
    label: str
    default: Any
    unit: str = ""
    least: int = 0
    most: int = 365
    kind: ParamKind = "number"
    choices: tuple[tuple[str, str], ...] = ()
    empty: bool = False
    help: str = ""

    def said(self, value: Any) -> str:
        """The value in words: `3 个工作日`, `法定期限`, `不设`."""
        if self.kind == "choice":
            return dict(self.choices).get(str(value), str(value))
        if self.kind == "codes":
            return "、".join(value) if value else "全部"
        return "不设" if value is None else f"{value} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rule.

    `family`: `signal` (a light on a running clock), `act` (one step of one matter), `standing` (what a unit shows over
    time) or `prepared` (its facts come with a module that is not there yet; it can be set and judges nothing).
    `checks` says what is wrong with thresholds that do not fit together, by name of the parameter.
    `violation` is the kind of fault (R225) that it is a sign of, `per` what a card is given to.
    """

    code: str
    label: str
    text: str
    family: Literal["signal", "act", "standing", "prepared"]
    params: tuple[Param, ...] = ()
    violation: str = ""
    per: Literal["person", "unit", "window"] = "person"
    law: str = ""
    needs: str = ""
    checks: Callable[[Mapping[str, Any]], dict[str, str]] = field(default=lambda params: {})


_kinds: dict[str, Kind] = {}


def register_kind(found: Kind) -> Kind:
    """Make a kind known; raises ValueError for a second one of the code."""
    if _kinds.setdefault(found.code, found) != found:
        raise ValueError(f"two kinds of rule {found.code!r}")
    return found


def kind(code: str) -> Kind:
    """A registered kind; raises `Invalid`."""
    try:
        return _kinds[code]
    except KeyError:
        raise Invalid("没有这种监察规则。", fields={"kind": "请重新选择规则种类"}) from None


def kinds() -> Sequence[Kind]:
    """Every kind, in the order in which they were registered."""
    return list(_kinds.values())


def checked(found: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters, complete and in their types; raises `Invalid` with a message at each field that is nonsense."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for param in found.params:
        try:
            values[param.name] = _value(param, given.get(param.name, param.default))
        except ValueError as said:
            wrong[param.name] = str(said)
    for name in set(given) - {param.name for param in found.params}:
        wrong[name] = f"“{found.label}”没有这个参数"
    if not wrong:
        wrong = dict(found.checks(values))
    if wrong:
        raise Invalid("规则的阈值不合理，没有保存。", next_step="请按提示修改后再保存。", fields=wrong)
    return values


def _value(param: Param, given: Any) -> Any:
    if param.kind == "choice":
        if given not in dict(param.choices):
            raise ValueError("请从列出的选项中选择")
        return given
    if param.kind == "codes":
        if isinstance(given, str):
            given = [each for each in given.replace("，", ",").replace("、", ",").split(",") if each.strip()]
        if not isinstance(given, (list, tuple)) or not all(isinstance(each, str) for each in given):
            raise ValueError("请用顿号隔开")
        if wrong := next(
            (each for each in given if not each.strip().replace("_", "a").replace("-", "a").isalnum()), None
        ):
            raise ValueError(f"“{wrong.strip()[:20]}”不是代号")
        return sorted({each.strip()[:40] for each in given})
    if given in (None, ""):
        if param.empty:
            return None
        raise ValueError("要填一个整数")
    if isinstance(given, bool) or not isinstance(given, (int, str)):
        raise ValueError("要填整数")
    try:
        number = int(given)
    except ValueError:
        raise ValueError("要填整数") from None
    if number < 0 and param.least >= 0:
        raise ValueError("不能是负数")
    if not param.least <= number <= param.most:
        raise ValueError(f"要在 {param.least} 到 {param.most} 之间")
    return number
