"""Reading and making item codes: 实施编码 31, 业务办理项编码 33, 基本编码 12, and the local variants kept beside them.

Source: law-and-codes §4.5. 31 = credit code of the department (18, GB 32100) + level 1 + base code 12; 33 = 31 and two
digits more.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from stdnum.cn import uscc

from yimen.service.catalogue.rules.vocabulary import NATIONAL_KIND, ItemKind, UseLevel

OLD_GUIDE_CODE = re.compile(r"[A-Z]-\d{6}-\d{3}-[0-9A-Z-]{5,40}")
"""An old Sichuan code without region: `E-000004-001-11511301008778386B`."""

LOCAL_BASE = re.compile(r"B\d{11}")
_SPACES = re.compile(r"[\s\u200b-\u200f\ufeff\u00a0\u3000]+")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)
_ALPHANUMERIC = re.compile(r"[0-9A-Z]+")
_AFTER_REGION = 4


class CodeProblem(ValueError):
    """A code that cannot be used; the message says why in Chinese."""


@dataclass(frozen=True, slots=True)
class TaskCode:
    """A national implementation code, taken apart. `sub` is the two-digit 业务办理项 or empty."""

    credit_code: str
    level: str
    base: str
    sub: str = ""

    @property
    def code31(self) -> str:
        """The first 31 characters, which begin a case number."""
        return self.credit_code + self.level + self.base

    @property
    def full(self) -> str:
        """All 31 or 33 characters."""
        return self.code31 + self.sub

    @property
    def credit_code_valid(self) -> bool:
        """Whether the department's code passes the check of GB 32100; temporary `TE…` codes do not."""
        return valid_credit_code(self.credit_code)


def clean(text: str) -> str:
    """A code as it was meant: full-width to half-width, capitals, no spaces, without what keeps a spreadsheet from
    taking it for a number: an apostrophe before it, or the form `="114…"`.
    """
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).strip("'`‘’\"=").upper()


def visible(text: str) -> str:
    """The text without characters that nobody sees: control characters but tab and line ends, zero-width ones, and
    those that turn the direction of writing.
    """
    return _UNSEEN.sub("", text)


def task_code(text: str) -> TaskCode:
    """Take a 31- or 33-character code apart; raises `CodeProblem`. The text is taken as it stands: `clean` it first."""
    if not text:
        raise CodeProblem("没有实施编码")
    if _SCIENTIFIC.fullmatch(text):
        raise CodeProblem(f"实施编码“{text}”被表格软件改成了科学计数法，请把该列设为文本后重新导出")
    if not _ALPHANUMERIC.fullmatch(text):
        raise CodeProblem(f"实施编码“{short(text)}”含有数字和大写字母以外的字符")
    if len(text) not in (31, 33):
        raise CodeProblem(f"实施编码“{short(text)}”是 {len(text)} 位，应为 31 位或 33 位")
    if text[18] not in {str(level) for level in UseLevel}:
        raise CodeProblem(f"实施编码第 19 位“{text[18]}”不是行使层级代码（1 至 7）")
    sub = text[31:]
    if sub and not is_number(sub):
        raise CodeProblem(f"业务办理项序号“{sub}”不是两位数字")
    return TaskCode(text[:18], text[18], text[19:31], sub)


def valid_credit_code(text: str) -> bool:
    """Whether an 18-character unified social credit code passes its check (GB 32100)."""
    return len(text) == 18 and text.isascii() and bool(uscc.is_valid(text))


def local_base(division: str, number: int) -> str:
    """The 12-character base code we assign: `B` + division 6 + sequence 5. National base codes begin with a digit.

    Raises `CodeProblem` for a division that is not six digits, or beyond 99 999 items of one division.
    """
    six = division[:6]
    if not (len(six) == 6 and six.isascii() and six.isdigit()):
        raise CodeProblem(f"区划代码“{division}”不是 6 位或 12 位数字")
    if not 0 < number <= 99_999:
        raise CodeProblem(f"区划 {six} 的自编事项编码已用完（99999 个）")
    return f"B{six}{number:05d}"


def assigned_code31(credit_code: str, level: str, base: str) -> str:
    """The 31 characters of an item without a national code; raises `CodeProblem` when a part is missing."""
    if not valid_credit_code(credit_code):
        raise CodeProblem("实施部门没有通过校验的统一社会信用代码，不能编制实施编码")
    if level not in {str(known) for known in UseLevel}:
        raise CodeProblem("没有行使层级，不能编制实施编码")
    return task_code(credit_code + level + base).full


@dataclass(frozen=True, slots=True)
class SichuanCode:
    """A Sichuan guide code `base-region-segment-department-version-tail`.

    The base and the department may hold hyphens.
    """

    base: str
    region: str
    segment: str
    department: str
    version: str
    tail: str


def sichuan_code(text: str) -> SichuanCode:
    """Take a Sichuan code apart; raises `CodeProblem` when no twelve-digit region stands between base and
    department.
    """
    parts = text.split("-")
    for place in range(1, len(parts)):
        if len(parts[place]) == 12 and is_number(parts[place]):
            rest = parts[place + 1 :]
            if len(rest) < _AFTER_REGION:
                break
            return SichuanCode("-".join(parts[:place]), parts[place], rest[0], "-".join(rest[1:-2]), rest[-2], rest[-1])
    raise CodeProblem(f"编码“{short(text)}”不是“基本码-区划-段-机构码-版本-尾号”的结构")


def is_guide_code(text: str) -> bool:
    """Whether a code has the form of Sichuan's guides, new or old."""
    if "-" not in text:
        return False
    try:
        sichuan_code(text)
    except CodeProblem:
        return bool(OLD_GUIDE_CODE.fullmatch(text))
    return True


KIND_BY_NAME: dict[str, ItemKind] = {
    **{kind.label: kind for kind in ItemKind},
    "其他权力": ItemKind.OTHER_POWER,
    "其它行政权力": ItemKind.OTHER_POWER,
    "其他类别事项": ItemKind.OTHER_POWER,
    "其他类别": ItemKind.OTHER_POWER,
    "其他职权": ItemKind.OTHER_POWER,
    "公共服务事项": ItemKind.PUBLIC_SERVICE,
    "政务公共服务": ItemKind.PUBLIC_SERVICE,
    "行政审批事项": ItemKind.APPROVAL,
    "行政许可事项": ItemKind.LICENCE,
    "行政备案": ItemKind.OTHER_POWER,
    "许可": ItemKind.LICENCE,
}
"""Type names as catalogues write them. A name is surer than a code, whose meaning differs from province to province."""

KIND_BY_CODE: dict[str, dict[str, ItemKind]] = {
    "national": NATIONAL_KIND,
    "guangdong": {**NATIONAL_KIND, "20": ItemKind.OTHER_POWER, "21": ItemKind.PUBLIC_SERVICE},
    "sichuan": NATIONAL_KIND,
}
"""Type codes by source (code_lists: in Guangdong 20 is 其他行政权力 and 21 is 公共服务; in Sichuan there is no
leading zero).
"""


def item_kind(code: str, name: str, system: str) -> ItemKind:
    """The kind that a catalogue means by its type code and name; raises `CodeProblem` when neither is known."""
    found = KIND_BY_NAME.get(name.strip())
    if found is None and code:
        found = KIND_BY_CODE.get(system, NATIONAL_KIND).get(code.strip().zfill(2))
    if found is None:
        shown = name or code
        raise CodeProblem(f"事项类型“{short(shown)}”不在代码表中" if shown else "没有事项类型")
    return found


LEVEL_BY_NAME = {
    "国家级": UseLevel.NATION,
    "国家": UseLevel.NATION,
    "省级": UseLevel.PROVINCE,
    "省": UseLevel.PROVINCE,
    "市级": UseLevel.CITY,
    "市": UseLevel.CITY,
    "地市级": UseLevel.CITY,
    "县级": UseLevel.COUNTY,
    "县": UseLevel.COUNTY,
    "区级": UseLevel.COUNTY,
    "区县级": UseLevel.COUNTY,
    "县区级": UseLevel.COUNTY,
    "镇级": UseLevel.TOWN,
    "乡镇级": UseLevel.TOWN,
    "街道级": UseLevel.TOWN,
    "镇(乡、街道)级": UseLevel.TOWN,
    "村级": UseLevel.VILLAGE,
    "村(社区)级": UseLevel.VILLAGE,
    "社区级": UseLevel.VILLAGE,
    "分级管理": UseLevel.GRADED,
}


def use_level(text: str) -> UseLevel | None:
    """The level that a name or a one-digit code means; None for anything else."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain in LEVEL_BY_NAME:
        return LEVEL_BY_NAME[plain]
    return next((level for level in UseLevel if str(level) == plain), None)


def level_of_division(code: str) -> UseLevel | None:
    """The level at which a division exercises its powers, read from its code: 440000 province … 511602001000 town."""
    digits = code.ljust(12, "0")
    if not (len(digits) == 12 and digits.isascii() and digits.isdigit()) or digits[:2] == "00":
        return None
    tails = (
        (2, UseLevel.PROVINCE),
        (4, UseLevel.CITY),
        (6, UseLevel.COUNTY),
        (9, UseLevel.TOWN),
        (12, UseLevel.VILLAGE),
    )
    return next(level for end, level in tails if not digits[end:].strip("0"))


def is_number(text: str) -> bool:
    """Whether a text is made of the digits 0 to 9 alone (`²` and `٣` are digits too, for Python)."""
    return text.isascii() and text.isdigit()


def short(text: str, most: int = 60) -> str:
    """Text fit to be quoted in a reason: one line, not endless."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
