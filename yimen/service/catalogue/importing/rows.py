"""One row of a catalogue file: its item, or the reasons why not. No database.

A row is rejected when following it would put something wrong into the catalogue: no usable code, no name, an unknown
type, a limit that cannot be read. Dirt that can be cleaned without guessing is cleaned, and said so in a warning.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from yimen.service.catalogue.importing.mapping import Columns, Shape
from yimen.service.catalogue.importing.parsed import ParsedItem, RowProblems
from yimen.service.catalogue.importing.reading import RawRow
from yimen.service.catalogue.rules import codes
from yimen.service.catalogue.rules.limits import (
    NOTHING,
    Limit,
    LimitProblem,
    compare,
    legal_limit,
    read_limit,
)
from yimen.service.catalogue.rules.vocabulary import CaseKind, ItemKind, LimitSource, ServiceObject

LONG_PROMISE = 180
_TAGS = re.compile(
    r"</?(?:p|br|div|span|font|a|b|i|u|em|strong|table|tbody|thead|tr|td|th|ul|ol|li|img|h[1-6]|style|o:p|input|hr)\b[^<>]*>",
    re.IGNORECASE,
)
_ENTITIES = re.compile(r"&(?:[a-z]{2,8}|#\d{2,6}|#x[0-9a-f]{2,5});", re.IGNORECASE)
_MOJIBAKE = re.compile(r"[ÃÂäåæçèéïã][\u0080-\u00bf\u0152-\u0178\u2013-\u2122]")
_LOST = re.compile(r"\?{3,}|？{4,}")
_CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_LONGEST = {
    "sub_item_name": 300,
    "main_item_name": 300,
    "short_name": 200,
    "daily_name": 200,
    "hours": 300,
    "co_departments": 500,
}
_LONGEST_NAME = 1000
_LONGEST_DEPARTMENT = 200
_OBJECTS = {
    **{label: str(word) for word, label in ServiceObject.pairs()},
    "法人": "enterprise",
    "企业": "enterprise",
    "个人": "person",
    "公民": "person",
    "个体工商户": "unincorporated",
    "事业单位": "institution",
    "社会组织": "association",
}
_YES = frozenset({"是", "1", "支持", "y", "yes", "true", "可"})
_NO = frozenset({"否", "0", "不支持", "n", "no", "false", "不可"})


class RowReader:
    """Reads one row, collecting reasons and warnings on the way."""

    def __init__(self, row: RawRow, columns: Columns, shape: Shape) -> None:
        self.row = row
        self.columns = columns
        self.shape = shape
        self.reasons: list[str] = []
        self.warnings: list[str] = []

    def item(self) -> ParsedItem:
        """The item of this row; raises `RowProblems`."""
        raw_code = self.columns.code(self.row.cells)
        code = codes.clean(raw_code)
        if raw_code.strip() != code and code:
            self.warnings.append("编码里的空格、全角字符或小写字母已规整")
        name = self._name()
        department = self._text("department", one_line=True)
        if not department:
            self.reasons.append("没有实施部门")
        elif len(department) > _LONGEST_DEPARTMENT:
            self.reasons.append(f"实施部门有 {len(department)} 个字，超过 {_LONGEST_DEPARTMENT}")
        kind = self._kind(code)
        national = not codes.is_guide_code(code) if self.shape == "task" else len(code) in (31, 33) and "-" not in code
        parts = self._task(code) if national else self._guide(code)
        values = self._values(name, kind)
        if self.reasons or parts is None or kind is None:
            raise RowProblems(self.reasons)
        area = re.sub(r"\D", "", self._text("area_code"))[:12]
        division = area.ljust(12, "0") if len(area) in (2, 4, 6, 9, 12) else parts["division"]
        return ParsedItem(
            line=self.row.line,
            shape=self.shape,
            source_code=code,
            code=parts["code"],
            code31=parts["code31"],
            base_code=parts["base"],
            level=self._level(parts["level"], division),
            department=department,
            department_code=parts["department_code"],
            catalogue=f"{'national' if national else 'sichuan'}:{division[:6]}",
            division=division,
            values=values,
            codes=parts["codes"],
            source=self._source() | ({"code_as_written": raw_code.strip()} if raw_code.strip() != code else {}),
            warnings=self.warnings,
        )

    def _task(self, code: str) -> dict[str, Any] | None:
        try:
            parts = codes.task_code(code)
        except codes.CodeProblem as problem:
            self.reasons.append(str(problem))
            return None
        if not parts.credit_code_valid:
            self.warnings.append(f"实施编码前 18 位“{parts.credit_code}”没有通过统一社会信用代码校验")
        stated = codes.clean(self._text("base_code"))
        if stated and stated != parts.base:
            self.warnings.append(
                f"基本编码“{codes.short(stated)}”与实施编码第 20—31 位“{parts.base}”不一致，以实施编码为准"
            )
        others = [("national", code)]
        old = codes.clean(self._text("old_code"))
        if old and old != code:
            others.append(("old", old[:120]))
        return {
            "code": parts.full,
            "code31": parts.code31,
            "base": parts.base,
            "level": parts.level,
            "department_code": parts.credit_code,
            "division": parts.credit_code[2:8].ljust(12, "0") if codes.is_number(parts.credit_code[2:8]) else "",
            "codes": others,
        }

    def _guide(self, code: str) -> dict[str, Any] | None:
        if not code:
            self.reasons.append("没有事项编码")
            return None
        if len(code) > 120:
            self.reasons.append(f"事项编码有 {len(code)} 位，太长")
            return None
        region = in_code = ""
        try:
            parts = codes.sichuan_code(code)
            region, in_code = parts.region, parts.department
        except codes.CodeProblem as problem:
            if not codes.OLD_GUIDE_CODE.fullmatch(code):
                self.reasons.append(str(problem))
                return None
            self.warnings.append(f"{problem}，是旧式编码；原编码照存，另编本地编码")
        area = self._text("area_code")
        if region and area and not region.startswith(area.rstrip("0")):
            self.warnings.append(f"编码里的区划“{region}”与区划列“{codes.short(area)}”不一致")
        department_code = self._department_code(in_code)
        if not codes.valid_credit_code(department_code):
            self.warnings.append(f"机构代码“{codes.short(department_code) or '空'}”不是有效的统一社会信用代码")
        return {
            "code": "",
            "code31": "",
            "base": "",
            "level": "",
            "department_code": department_code[:40],
            "division": region,
            "codes": [("sichuan", code)],
        }

    def _department_code(self, in_code: str) -> str:
        """Of the codes a row gives for its department, the first that passes its check; else the first that is given."""
        given = [
            codes.clean(self._text("department_code_in_item")),
            in_code,
            codes.clean(self._text("department_code")),
        ]
        found = [code for code in given if code]
        return next((code for code in found if codes.valid_credit_code(code)), found[0] if found else "")

    def _name(self) -> str:
        name = self._text("name", one_line=True)
        if not name:
            self.reasons.append("没有事项名称")
        elif _MOJIBAKE.search(name) or _LOST.search(name):
            self.reasons.append(f"事项名称疑似乱码：“{codes.short(name, 40)}”，请从原系统重新导出")
        elif len(name) > _LONGEST_NAME:
            self.reasons.append(f"事项名称有 {len(name)} 个字，超过 {_LONGEST_NAME}")
        elif not _CHINESE.search(name):
            self.warnings.append("事项名称里没有汉字，请核对")
        return name

    def _kind(self, code: str) -> ItemKind | None:
        area = self._text("area_code") or code[2:8]
        system = "sichuan" if self.shape == "guide" else "guangdong" if area.startswith("44") else "national"
        try:
            return codes.item_kind(self._text("kind_code"), self._text("kind_name"), system)
        except codes.CodeProblem as problem:
            self.reasons.append(str(problem))
            return None

    def _level(self, from_code: str, division: str) -> str:
        stated = codes.use_level(self._text("use_level"))
        if from_code:
            if stated is not None and str(stated) != from_code:
                self.warnings.append(f"行使层级“{stated.label}”与实施编码第 19 位“{from_code}”不一致，以编码为准")
            return from_code
        found = stated or codes.level_of_division(division)
        return str(found) if found else ""

    def _limit(self, name: str, label: str) -> Limit | None:
        raw, days = self._cell(f"{name}_limit"), self._cell(f"{name}_days")
        unit = self._text(f"{name}_unit") or self.columns.units.get(
            f"{name}_limit" if raw.strip() else f"{name}_days", ""
        )
        try:
            limit = read_limit(raw if raw.strip() else days, unit)
        except LimitProblem as problem:
            self.reasons.append(f"{label}{problem}")
            return None
        if (
            limit is not None
            and raw.strip()
            and codes.is_number(days.strip()[:6])
            and int(days.strip()[:6]) != limit.number
        ):
            self.warnings.append(f"{label}时限原文“{codes.short(raw)}”与天数“{days}”不一致，以原文为准")
        return limit

    def _values(self, name: str, kind: ItemKind | None) -> dict[str, Any]:
        stated, promise = self._limit("legal", "法定"), self._limit("promise", "承诺")
        legal = legal_limit(kind or ItemKind.PUBLIC_SERVICE, stated)
        self._warn_of_limits(legal.limit, promise, legal.source)
        online = self._yes("online")
        values: dict[str, Any] = {
            "name": name,
            "sub_item_name": self._text("sub_name", one_line=True),
            "main_item_name": self._main_item(),
            "short_name": self._text("short_name", one_line=True),
            "daily_name": self._text("daily_name", one_line=True),
            "kind": str(kind) if kind else "",
            "conditions": self._text("conditions"),
            "legal_basis": self._text("legal_basis"),
            "legal_limit": legal.limit.number if legal.limit else None,
            "legal_unit": str(legal.limit.unit) if legal.limit else "",
            "legal_source": str(legal.source),
            "legal_limit_basis": legal.basis,
            "promise_limit": promise.number if promise else None,
            "promise_unit": str(promise.unit) if promise else "",
            "case_kind": str(CaseKind.INSTANT if promise and promise.number == 0 else CaseKind.PROMISE),
            "visits": self._visits(),
            "channels": ["online", "window"] if online else ["window"] if online is False else [],
            "delivery_by_post": self._yes("express"),
            "co_departments": self._text("co_department", one_line=True),
            "place": re.sub(r"^(办理)?地点[:：]\s*", "", self._text("place")),
            "hours": self._text("hours", one_line=True),
            "consult_phone": self._text("consult"),
            "complaint_phone": self._text("complain"),
            "service_objects": self._objects(),
            "themes": self._themes(),
        }
        for key, most in _LONGEST.items():
            if len(values[key]) > most:
                self.reasons.append(f"“{codes.short(values[key], 20)}”有 {len(values[key])} 个字，超过 {most}")
        return values

    def _warn_of_limits(self, legal: Limit | None, promise: Limit | None, source: LimitSource) -> None:
        if source == LimitSource.STATUTORY_DEFAULT:
            self.warnings.append("没有法定时限，按《行政许可法》第四十二条取 20 个工作日（法定默认）")
        if legal is not None and promise is not None:
            verdict = compare(promise, legal)
            if verdict == "longer":
                self.warnings.append(f"承诺时限（{promise}）长于法定时限（{legal}），改正前不能发布")
            if promise.unit != legal.unit:
                self.warnings.append(f"法定（{legal}）与承诺（{promise}）时限单位不同")
        if promise is not None and promise.number >= LONG_PROMISE:
            self.warnings.append(f"承诺时限长达 {promise}，请核对")

    def _main_item(self) -> str:
        name = self._text("main_item", one_line=True) or self._text("catalog_name", one_line=True)
        return "" if name == "未分类" else name

    def _visits(self) -> int | None:
        text = self._text("visits").removesuffix("次")
        if codes.is_number(text) and len(text) <= 2:
            return int(text)
        if text:
            self.warnings.append(f"到现场次数“{codes.short(text)}”不是次数，没有采用")
        return None

    def _yes(self, name: str) -> bool | None:
        text = self._text(name).lower()
        return True if text in _YES else False if text in _NO else None

    def _objects(self) -> list[str]:
        found: dict[str, None] = {}
        for part in _split(self._text("objects")):
            word = _OBJECTS.get(part)
            if word:
                found[word] = None
            else:
                self.warnings.append(f"服务对象“{codes.short(part)}”不在代码表中，没有采用")
        return list(found)

    def _themes(self) -> list[str]:
        return [part[:60] for part in dict.fromkeys(_split(self._text("themes")))]

    def _source(self) -> dict[str, Any]:
        """What the row says beyond our elements, as it stands."""
        kept = {
            name: self._text(name) for name in ("parent_code", "org_code", "area_name", "system_name", "material_count")
        }
        extra = {title: self.row.cells[place].strip() for title, place in self.columns.unknown.items()}
        kept_extra = {title: value for title, value in extra.items() if value}
        return {name: value for name, value in kept.items() if value} | ({"other": kept_extra} if kept_extra else {})

    def _cell(self, name: str) -> str:
        return self.columns.cell(self.row.cells, name)

    def _text(self, name: str, *, one_line: bool = False) -> str:
        """A cell as meant: markup and entities of a web page taken off, ends trimmed, `无` read as nothing."""
        raw = self._cell(name)
        text = codes.visible(raw).strip()
        if len(text) < len(raw.strip()):
            self._once(f"“{self._title(name)}”里看不见的字符已去掉")
        if "<" in text and _TAGS.search(text):
            text = _TAGS.sub(lambda tag: "\n" if tag[0][1:3].lower() in ("br", "p>", "p ") else "", text)
            self._once(f"“{self._title(name)}”里的网页标记已去掉")
        if "&" in text and _ENTITIES.search(text):
            text = html.unescape(text).replace("\xa0", " ")
            self._once(f"“{self._title(name)}”里的网页字符已还原")
        if raw != raw.strip() and raw.strip():
            self._once(f"“{self._title(name)}”首尾的空格已去掉")
        text = re.sub(r"\s+", " ", text) if one_line else re.sub(r"\n{3,}", "\n\n", text.replace("\r", "\n"))
        text = text.strip()
        return "" if text.lower() in NOTHING else text

    def _title(self, name: str) -> str:
        aliases = self.columns.places.get(name)
        return name if aliases is None else _LABELS.get(name, name)

    def _once(self, warning: str) -> None:
        if warning not in self.warnings:
            self.warnings.append(warning)


_LABELS = {
    "department": "部门",
    "name": "名称",
    "conditions": "受理条件",
    "consult": "咨询方式",
    "complain": "投诉方式",
    "place": "地点",
    "sub_name": "业务办理项",
    "themes": "主题",
    "objects": "服务对象",
    "main_item": "主项",
    "catalog_name": "目录名称",
    "short_name": "简称",
    "daily_name": "俗称",
}


def _split(text: str) -> Iterator[str]:
    for part in re.split(
        r"[|｜、,，;；/]", re.sub(r"[（(][^（()）]*[)）]", lambda m: m[0].replace("、", "\x01"), text)
    ):
        plain = part.replace("\x01", "、").strip()
        if plain:
            yield plain
