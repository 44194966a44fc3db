"""Systems by which catalogues number their items, beside the national one: what a code of each looks like (law-and-codes §4.5).

An item may bear a code of each: a catalogue taken from another province keeps the numbers its people know. What has been
opened only as an excerpt is checked loosely, and says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from yimen.service.catalogue.rules import codes


@dataclass(frozen=True, slots=True)
class CodeSystem:
    """One system. `pattern` is what a whole code looks like, "" where any printable text is taken."""

    key: str
    label: str
    place: str
    pattern: str
    example: str
    source: str
    identity: bool = True


SYSTEMS: dict[str, CodeSystem] = {
    each.key: each
    for each in (
        CodeSystem("national", "国家实施编码", "", r"[0-9A-Z]{31}([0-9A-Z]{2})?", "12441500196720244T3442199806003",
                   "国务院部门电子政务标准；统一社会信用代码 18 + 行使层级 1 + 基本编码 12，业务办理项再加 2"),
        CodeSystem("catalog", "国家基本编码", "", r"[0-9A-Z]{12}", "442199806003", "省 2 + 类型 2 + 部门 2 + 主项 3 + 子项 3", False),
        CodeSystem("local", "本地编码", "", r"[0-9A-Z]{12}", "B51991100001", "本系统给没有国家编码的事项编的"),
        CodeSystem("old", "旧编码", "", "", "", "调整以前用过的编码；拆分的事项可以共用", False),
        CodeSystem("sichuan", "四川省编码", "51", r"\d{3}[A-Z]\d{8}-\d{12}-\d{3}-[0-9A-Z]{18}-\d-\d{2}",
                   "511Z07001006-511602000000-000-11511301008778183N-1-00", "四川省一体化政务服务平台公开的办事指南"),
        CodeSystem("guizhou", "贵州省编码", "52", r"[A-Z]{2}\d{8}[A-Z]?", "XK00123001Y",
                   "DB52/T 1264：类型 2 + 5 位 + 3 位 + 标识（只见摘录，按此宽松核对）"),
        CodeSystem("hubei", "湖北省编码", "42", r"[0-9A-Z]{16}", "4201000120300400", "湖北省权力清单编码，16 位（只见摘录）"),
        CodeSystem("jilin", "吉林省编码", "22", r"[0-9A-Z]([0-9A-Z-]{4,38})[0-9A-Z]", "2200-XK-0001",
                   "DB22/T 2848（只见名称，只核对字符）"),
        CodeSystem("gansu", "甘肃省编码", "62", r"\d{8}[A-Z]{2,4}-[A-Z]{2}-\d{4}", "62052400MZ-XK-0001",
                   "甘肃省权力清单编码：区划 8 + 部门 + 类型 + 顺序 4"),
        CodeSystem("other", "其他编码", "", "", "", "别的体系；请在说明里写清楚", False),
    )
}  # fmt: skip
"""`identity`: two items cannot bear the same code. Codes of other keys come from imports and are shown as they are."""


def label_of(system: str) -> str:
    """What a system is called; imports may bring others, named by their key."""
    return SYSTEMS[system].label if system in SYSTEMS else system


def problem_of(system: str, code: str) -> str:
    """Why a text is no code of this system, "" if it is."""
    known = SYSTEMS.get(system)
    if known is None:
        return "不认识这个编码体系"
    if not code or len(code) > 120 or not code.isprintable():
        return "编码是空的、太长，或有看不见的字符"
    if system == "national":
        try:
            codes.task_code(code)
        except codes.CodeProblem as problem:
            return str(problem)
        return ""
    if known.pattern and not re.fullmatch(known.pattern, code):
        return f"不像{known.label}，应像 {known.example}"
    return ""


def guess(code: str) -> str:
    """The system a code most likely belongs to, by its looks; "other" where none fits."""
    for key in ("sichuan", "gansu", "national", "guizhou"):
        if not problem_of(key, code):
            return key
    return "other"
