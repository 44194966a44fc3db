"""What must be disclosed of each item: sets of six, eight or nine entries (R032, R033), and whether an item keeps them.

The sources name six entries in full and nine by name only, so the sets are data: each entry has the label people read and the
elements that must be stated under it; it is kept when each of them is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ELEMENTS: dict[str, str] = {
    "content": "服务内容",
    "materials": "申请材料",
    "steps": "办事程序",
    "fee_standard": "收费标准",
    "fee_basis": "收费依据",
    "limit": "办结时限",
    "conditions": "受理条件",
    "legal_basis": "设定依据",
    "results": "办理结果",
    "place": "办理地点",
    "hours": "办理时间",
    "consult": "咨询方式",
    "complaint": "监督投诉方式",
    "remedy": "复议、诉讼途径",
    "department": "实施部门",
    "objects": "服务对象",
    "agents": "能否代办",
}
"""What an entry may require."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a set."""

    label: str
    elements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownSet:
    """A set that every place begins with."""

    key: str
    name: str
    source: str
    entries: tuple[Entry, ...]


SIX = (
    Entry("服务内容", ("content",)),
    Entry("申报材料", ("materials",)),
    Entry("办事程序", ("steps",)),
    Entry("收费标准", ("fee_standard",)),
    Entry("收费依据", ("fee_basis",)),
    Entry("办结时限", ("limit",)),
)
KNOWN: tuple[KnownSet, ...] = (
    KnownSet("six", "六公开", "六公开制度：服务内容、申报材料、办事程序、收费标准、收费依据、办结时限", SIX),
    KnownSet(
        "eight", "八公开", "六公开加设定依据、监督投诉（各地内容不一，可在此修改）",
        (*SIX, Entry("设定依据", ("legal_basis",)), Entry("监督投诉", ("complaint",))),
    ),
    KnownSet(
        "nine", "九公开", "九公开（来源只有名称，内容由各地定，可在此修改）",
        (
            Entry("实施部门", ("department",)), Entry("设定依据", ("legal_basis",)), Entry("受理条件", ("conditions",)),
            *SIX[1:], Entry("监督投诉", ("complaint",)),
        ),
    ),
    KnownSet(
        "three", "三讲清", "什么条件能办、什么时候能办、多长时间办结，对每个窗口讲清",
        (Entry("什么条件能办", ("conditions",)), Entry("什么时候能办", ("hours", "place")), Entry("多长时间办结", ("limit",))),
    ),
)  # fmt: skip


def entries_of(stored: Sequence[Mapping[str, Any]]) -> tuple[Entry, ...]:
    """The entries of a stored set; elements nobody knows are left out."""
    return tuple(
        Entry(str(each.get("label", "")), tuple(name for name in each.get("elements", ()) if name in ELEMENTS))
        for each in stored
    )


def stored(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Entries as they are stored."""
    return [{"label": each.label, "elements": list(each.elements)} for each in entries]


def missing(facts: Mapping[str, Any]) -> list[str]:
    """The elements that an edition does not state. `facts` are its columns, with `materials` (their number), `has_course`
    (whether its procedure tells the steps), `department`.
    """
    fee, windows = facts["fee"], facts["windows"]
    stated = {
        "content": bool(facts["content"].strip()),
        # An item that asks for nothing says so by having no material: that is stated once it is drawn up by hand.
        "materials": bool(facts["materials"]) or not facts["imported"],
        "steps": bool(facts["steps"]) or facts["has_course"],
        "fee_standard": fee is False or bool(fee and (facts["fee_standard"].strip() or facts["fees"])),
        "fee_basis": fee is False
        or bool(fee and (facts["fee_basis"].strip() or any(f.get("basis") for f in facts["fees"]))),
        "limit": facts["legal_limit"] is not None or facts["promise_limit"] is not None,
        "conditions": bool(facts["conditions"].strip()),
        "legal_basis": bool(facts["legal_basis"].strip()),
        "results": bool(facts["results"]),
        "place": bool(facts["place"].strip() or windows),
        "hours": bool(facts["hours"].strip() or any(each.get("hours") for each in windows)),
        "consult": bool(facts["consult_phone"].strip()),
        "complaint": bool(facts["complaint_phone"].strip()),
        "remedy": bool(facts["review_body"].strip() and facts["suit_court"].strip()),
        "department": bool(facts["department"]),
        "objects": bool(facts["service_objects"]),
        "agents": facts["agents_refused"] is not None,
    }
    return [name for name in ELEMENTS if not stated[name]]


def gaps(entries: Sequence[Entry], absent: Sequence[str]) -> list[str]:
    """The labels of the entries that are not kept, given the elements that are absent."""
    return [each.label for each in entries if any(name in absent for name in each.elements)]
