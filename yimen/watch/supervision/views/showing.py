"""Words for what was found: evidence, the derivation as it was, the course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from yimen.ground.kit import moments
from yimen.ground.matters import selectors as matters
from yimen.watch.supervision import rules
from yimen.watch.supervision.lifecycle import ALERT
from yimen.watch.supervision.models import Alert

NAMES = {
    "due_on": "到期日", "late_workdays": "超期工作日", "measure": "看哪个期限", "at": "认定时刻", "step": "步骤序号",
    "by": "办理人", "under": "授权委托书", "reason": "所写理由", "times": "告知补正次数", "item": "事项编码",
    "others": "另一处的办件", "cutoff": "最后一步早于", "steps": "步数", "matters": "涉及办件", "minute": "哪一分钟",
    "happened_at": "发生时间", "recorded_at": "记录时间", "items": "事项", "decided": "作出决定", "signed": "窗口签出",
    "first": "统计起", "outcome": "证照或文书编号", "applicant": "申请人", "item_name": "事项名称", "decided_on": "出具日期",
    "source": "来源", "case": "对应办件", "compared": "核对过", "heard_at": "得知时间", "where": "在哪里办的", "known": "依据",
    "entered": "进驻事项",
    "received": "收件", "said": "反映的问题",
}  # fmt: skip


def state_of(alert: Alert) -> str:
    """Where an alert is, in words."""
    return ALERT.state(alert.matter.state).label


def evidence_facts(alert: Alert) -> list[tuple[str, str]]:
    """The evidence in words, as it was found: rule and version first."""
    found = []
    if alert.version is not None:
        found.append(("规则", f"{alert.version.label}（第 {alert.version.number} 版）"))
        found += [(label, said) for label, said in alert.version.said if said not in ("全部", "不设")]
    for name, value in alert.evidence.items():
        if name in NAMES and value not in ("", None, []):
            found.append((NAMES[name], _said(name, value)))
    return found


def _said(name: str, value: Any) -> str:
    if name == "measure":
        return dict(rules.OVERDUE.params[0].choices).get(str(value), str(value))
    if isinstance(value, list):
        return "、".join(str(each) for each in value[:20])
    text = str(value)
    try:
        if name in ("due_on", "first", "decided_on"):
            return moments.say_date(date.fromisoformat(text))
        if name in ("at", "cutoff", "minute", "happened_at", "recorded_at", "heard_at"):
            return moments.say_moment(datetime.fromisoformat(text))
    except ValueError:
        pass
    return text


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive days of a kept derivation with one reason."""

    first: date
    last: date
    days: int
    counted: bool
    why: str
    law: str
    number: int


def derivation_rows(kept: Mapping[str, Any] | None) -> list[Run]:
    """The derivation as it was kept; nothing where there was none."""
    if not kept:
        return []
    return [
        Run(date.fromisoformat(first), date.fromisoformat(last), days, counted, why, law, number)
        for first, last, days, counted, why, law, number in kept.get("runs", ())
    ]


def what_of(step: matters.Shown) -> str:
    """The step, with the level where it gave one."""
    level = step.facts.get("level")
    return f"{step.label}：{level}" if level else step.label


def note_of(step: matters.Shown) -> str:
    """The reason of a person, or why a rule spoke."""
    return str(step.facts.get("reason") or step.facts.get("why") or "")
