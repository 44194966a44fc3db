"""The kinds of case (七类事项办理制, R049–R057): the usual seven, and what a centre may set about them. Pure.

What each kind does (its document, path and clock) is the procedure's; here stands only which kinds a centre uses and in which
words. An older system of six kinds (R057) is the same set with one of them off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yimen.ground.kit.refusals import Invalid


class UnusableKinds(Invalid):
    """A set of kinds no centre could work with."""

    code = "unusable_kinds"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind: its code, its usual name, and when a case is one (the source documents' words in short)."""

    code: str
    label: str
    when: str


USUAL: tuple[Kind, ...] = (
    Kind("instant", "即办件", "材料齐全、符合条件，当场受理并办结"),
    Kind("refused", "退办件", "国家禁止或不符合规划，明确答复并说明理由"),
    Kind("supplement", "补办件", "材料不齐，一次性书面告知后补办"),
    Kind("promise", "承诺件", "需要审核或踏勘，按承诺时限办结"),
    Kind("joint", "联办件", "涉及两个以上部门，由牵头部门组织联合办理"),
    Kind("report_up", "上报件", "须报上级机关，由部门负责联系办理"),
    Kind("special", "特办件", "时间紧迫、特别重要，按特别程序紧急办理"),
)
BY_CODE: Mapping[str, Kind] = {kind.code: kind for kind in USUAL}
LONGEST_LABEL = 20


@dataclass(frozen=True, slots=True)
class KindSetting:
    """How a centre calls a kind, in which place it stands, and whether it uses it."""

    code: str
    label: str
    order: int
    used: bool = True


USUAL_SETTINGS: tuple[KindSetting, ...] = tuple(
    KindSetting(kind.code, kind.label, order) for order, kind in enumerate(USUAL, 1)
)


def checked(settings: Iterable[KindSetting], in_use: Mapping[str, int]) -> tuple[KindSetting, ...]:
    """The settings in their order, names tidied; `in_use` says how many published items of the centre have each kind.

    Raises `UnusableKinds`: a kind missing or unknown, a name empty, too long or given twice, a kind off that items still have.
    """
    found = {each.code: each for each in settings}
    if set(found) != set(BY_CODE):
        raise UnusableKinds("办件类型不全，没有保存。", next_step="请刷新页面后再改。")
    fields: dict[str, str] = {}
    names: dict[str, str] = {}
    for code, each in found.items():
        label = each.label.strip()
        if not label or len(label) > LONGEST_LABEL:
            fields[f"label_{code}"] = f"请填写名称，不超过 {LONGEST_LABEL} 个字。"
        elif label in names:
            fields[f"label_{code}"] = f"与“{BY_CODE[names[label]].label}”重名了。"
        names.setdefault(label, code)
        if not each.used and in_use.get(code):
            fields[f"used_{code}"] = f"还有 {in_use[code]} 个已发布事项是这一类，先调整事项再停用。"
    if not any(each.used for each in found.values()):
        raise UnusableKinds("至少要使用一类。", next_step="请勾选要使用的类型。")
    if fields:
        raise UnusableKinds("有几处要改。", fields=fields)
    ordered = sorted(found.values(), key=lambda each: (each.order, list(BY_CODE).index(each.code)))
    return tuple(KindSetting(each.code, each.label.strip(), place, each.used) for place, each in enumerate(ordered, 1))
