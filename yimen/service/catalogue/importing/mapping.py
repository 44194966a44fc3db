"""Which column is which: headers recognised by name, English or Chinese, in any order. No database.

Two shapes of catalogue are known. `task`: national implementation codes of 31 or 33 characters, with limits and
conditions (the
Guangdong table). `guide`: hyphenated guide codes without limits (the Sichuan table). Which one a file is, its
codes say.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from yimen.service.catalogue.importing.reading import Table, UnreadableFile
from yimen.service.catalogue.rules import codes

Shape = Literal["task", "guide"]

NAMES: dict[str, tuple[str, ...]] = {
    "code": (
        "task_code",
        "item_code",
        "code",
        "实施编码",
        "事项编码",
        "事项代码",
        "实施清单编码",
        "编码",
        "taskcode",
        "itemcode",
        "实施清单代码",
        "权力编码",
        "职权编码",
        "权力事项编码",
        "国家实施编码",
    ),
    "sub_code": ("task_handle_item", "业务办理项编码", "业务办理项代码", "办理项编码"),
    "base_code": ("catalog_code", "基本编码", "目录编码", "基本目录编码", "base_code", "catalogcode"),
    "parent_code": ("parent_catalog_code", "主项编码", "上级编码", "parent_code"),
    "org_code": ("org_code", "机构代码", "组织机构代码"),
    "department": (
        "dept_name",
        "department",
        "部门",
        "实施主体",
        "实施部门",
        "部门名称",
        "实施机构",
        "实施主体名称",
        "deptname",
        "所属部门",
        "办理部门",
        "责任部门",
        "主管部门",
        "实施机关",
        "实施单位",
        "承办部门",
        "办理机构",
    ),
    "department_code": (
        "dept_code",
        "部门编码",
        "部门代码",
        "统一社会信用代码",
        "实施主体编码",
        "实施主体代码",
        "credit_code",
        "deptcode",
    ),
    "department_code_in_item": ("dept_code_in_item",),
    "kind_code": ("task_type", "task_type_raw", "事项类型代码", "类型代码", "tasktype"),
    "kind_name": (
        "task_type_name",
        "事项类型",
        "事项类型名称",
        "类型",
        "权力类型",
        "item_type",
        "事项类别",
        "权力类别",
        "职权类别",
        "项目类型",
    ),
    "catalog_name": ("catalog_name", "目录名称", "基本目录名称"),
    "main_item": ("main_item", "主项名称", "主项", "main_item_name"),
    "name": (
        "task_name",
        "item_name",
        "name",
        "事项名称",
        "名称",
        "实施清单名称",
        "taskname",
        "itemname",
        "权力名称",
        "职权名称",
        "权力事项名称",
        "办理事项名称",
    ),
    "sub_name": ("sub_task_name", "业务办理项", "业务办理项名称", "子项名称"),
    "short_name": ("short_name", "简称", "事项简称"),
    "daily_name": ("daily_name", "俗称", "通俗名称", "日常用语"),
    "area_code": ("area_code", "区划代码", "行政区划代码", "区划编码", "行政区划编码"),
    "area_name": ("area_name", "区划", "行政区划", "区划名称", "行政区划名称"),
    "use_level": ("use_level", "行使层级", "层级", "实施层级", "权力层级"),
    "legal_limit": (
        "legal_limit_raw",
        "法定时限",
        "法定办结时限",
        "legal_limit",
        "法定期限",
        "法定办理时限",
        "法定办结期限",
        "法定办理期限",
    ),
    "legal_days": ("legal_days", "法定时限数", "法定天数", "anticipate_day"),
    "legal_unit": ("legal_unit", "法定时限单位", "法定单位", "anticipate_type"),
    "promise_limit": (
        "promise_limit_raw",
        "承诺时限",
        "承诺办结时限",
        "promise_limit",
        "承诺期限",
        "承诺办理时限",
        "承诺办结期限",
        "承诺办理期限",
    ),
    "promise_days": ("promise_days", "承诺时限数", "承诺天数", "promise_day"),
    "promise_unit": ("promise_unit", "承诺时限单位", "承诺单位", "promise_type"),
    "visits": ("visit_times", "到场次数", "到现场次数", "到办事现场次数", "跑动次数", "limit_scene_num"),
    "online": ("online_handle", "可网办", "是否网办", "网上办理", "网办", "is_online"),
    "express": ("express", "物流", "是否支持物流", "物流快递", "支持物流", "is_express"),
    "co_department": ("co_department", "联办", "联办机构", "other_dept"),
    "place": ("handle_location", "办理地点", "地点", "transact_addr", "办理地址", "受理地点", "窗口地址"),
    "hours": ("transact_time", "办理时间", "办公时间", "工作时间"),
    "conditions": ("accept_condition", "受理条件", "申请条件", "办理条件", "办理条件说明", "许可条件", "准予条件"),
    "legal_basis": ("by_law", "设定依据", "法律依据", "实施依据", "审批依据"),
    "consult": ("consult_way", "咨询", "咨询方式", "咨询电话", "link_way", "联系电话", "咨询途径"),
    "complain": (
        "complain_way",
        "投诉",
        "监督投诉方式",
        "投诉电话",
        "监督投诉",
        "投诉方式",
        "supervise_way",
        "监督电话",
        "监督投诉电话",
        "监督投诉途径",
    ),
    "system_name": ("system_name", "承载系统", "业务系统"),
    "old_code": ("old_task_code", "旧编码", "原编码"),
    "themes": ("themes", "主题", "主题分类", "主题类型"),
    "objects": ("service_objects", "服务对象", "办理对象", "service_type"),
    "material_count": ("material_count", "材料数", "材料数量"),
    "region_code": ("region_code",),
    "segment": ("segment3",),
    "version_no": ("version_no",),
    "tail": ("tail_no",),
}
"""Our name of a column → what its header may say. The first fitting column of a file counts."""

MATERIAL_NAMES: dict[str, tuple[str, ...]] = {
    "code": NAMES["code"],
    "order": ("order_num", "序号", "排序", "顺序", "order"),
    "name": ("material_name", "材料名称", "申请材料", "名称", "材料", "name"),
    "necessity": ("is_need", "必要性", "是否必要", "材料必要性"),
    "format": ("material_format", "材料形式", "形式"),
    "originals": ("originals", "原件份数", "原件"),
    "copies": ("copies", "复印件份数", "复印件"),
    "source_channel": ("source_type", "来源渠道", "材料来源", "来源"),
    "basis": ("by_law", "依据", "法律依据", "设定依据"),
}

_REQUIRED = {"code": "编码", "name": "名称", "department": "实施部门"}
_EXPECTED = {
    ("kind_name", "kind_code"): "事项类型",
    ("legal_limit", "legal_days"): "法定时限",
    ("promise_limit", "promise_days"): "承诺时限",
    ("conditions",): "受理条件",
}
"""Columns whose absence is told; a catalogue of guides has none of the last three."""
_UNIT_IN_TITLE = re.compile(r"(?P<what>.+?)(?:单位)?(?P<unit>个?工作日|个?自然日|日历日|小时|个?月)")
_NOISE = re.compile(r"[\s/_\-—*＊:：()（）\[\]【】\"'\ufeff\u200b]+")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each known column stands, and the headers nobody knows."""

    places: dict[str, int]
    unknown: dict[str, int]
    messages: tuple[str, ...] = ()
    units: dict[str, str] = field(default_factory=dict)

    def code(self, cells: tuple[str, ...]) -> str:
        """The code of a row as written: that of the 业务办理项 (33) where the file gives it beside the item's (31)."""
        whole, sub = self.cell(cells, "code"), self.cell(cells, "sub_code")
        return sub if codes.clean(whole) and codes.clean(sub).startswith(codes.clean(whole)) else whole

    def cell(self, cells: tuple[str, ...], name: str) -> str:
        """The cell of a known column as it stands, "" where the file has no such column."""
        place = self.places.get(name)
        return cells[place] if place is not None and place < len(cells) else ""


def recognise(
    table: Table,
    names: dict[str, tuple[str, ...]] | None = None,
    *,
    items: bool = True,
    needed: dict[str, str] | None = None,
) -> Columns:
    """Find the columns of a table; raises `UnreadableFile` when those without which no row can be read are missing:
    `needed` (name → what people call it), by default those of a catalogue or of a list of materials.
    """
    known = _aliases(names or NAMES)
    places: dict[str, int] = {}
    unknown: dict[str, int] = {}
    units: dict[str, str] = {}
    messages: list[str] = []
    for place, title in enumerate(table.header):
        name, unit = _meant(title, known)
        if name is None:
            if title:
                unknown.setdefault(title, place)
        elif name in places:
            messages.append(f"“{title}”与前面的“{table.header[places[name]]}”是同一列，取前面的。")
            unknown.setdefault(title, place)
        else:
            places[name] = place
            units |= {name: unit} if unit else {}
    if "code" not in places and "sub_code" in places:
        places["code"] = places.pop("sub_code")
    needed = needed or (_REQUIRED if items else {"code": "编码", "name": "材料名称"})
    missing = [label for name, label in needed.items() if name not in places]
    if missing:
        found = "、".join(title for title in table.header[:12] if title)
        raise UnreadableFile(
            f"表头里没有找到“{'”“'.join(missing)}”列；现有的列是：{codes.short(found, 160)}。",
            next_step="请在第一行写上列名，如 task_code、task_name、dept_name，或 实施编码、事项名称、实施主体。",
        )
    if unknown:
        listed = "、".join(list(unknown)[:8])
        messages.append(f"不认识的列原样保存，不参与办理：{codes.short(listed, 120)}。")
    if items:
        absent = [label for name, label in _EXPECTED.items() if not any(each in places for each in name)]
        if absent:
            messages.append(f"文件没有这些列，相应内容按空处理：{'、'.join(absent)}。")
    return Columns(places, unknown, tuple(messages), units)


def _meant(title: str, known: dict[str, str]) -> tuple[str | None, str]:
    """Our name of a column, and the unit its heading gives: `法定办结时限（工作日）`."""
    plain = _plain(title)
    if plain in known:
        return known[plain], ""
    found = _UNIT_IN_TITLE.fullmatch(plain)
    name = known.get(found["what"]) if found else None
    if found is None or name not in ("legal_limit", "legal_days", "promise_limit", "promise_days"):
        return None, ""
    return name, found["unit"]


@cache
def _item_aliases() -> dict[str, str]:
    return _aliases(NAMES)


@cache
def _material_aliases() -> dict[str, str]:
    return _aliases(MATERIAL_NAMES)


def _aliases(names: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {_plain(alias): name for name, aliases in names.items() for alias in reversed(aliases)}


def knows_item(title: str) -> bool:
    """Whether a heading is one of a catalogue."""
    return _meant(title, _item_aliases())[0] is not None


def knows_material(title: str) -> bool:
    """Whether a heading is one of a list of materials."""
    return _plain(title) in _material_aliases()


def shape_of(table: Table, columns: Columns) -> Shape:
    """`task` where most codes have the national form, else `guide`."""
    seen: Counter[Shape] = Counter()
    for row in table.rows[:2000]:
        if row.problem:
            continue
        code = codes.clean(columns.code(row.cells))
        if "-" in code:
            seen["guide"] += 1
        elif len(code) in (31, 33):
            seen["task"] += 1
    return "guide" if seen["guide"] > seen["task"] else "task"


def _plain(title: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", title)).lower()
