"""The words of the catalogue: kinds of items, levels, units, objects.

Source: GB/T 39046—2020 appendix A; R019 for the local ones.
"""

from __future__ import annotations

from enum import Enum
from typing import Self


class Word(str, Enum):  # noqa: UP042  (the label makes it more than a StrEnum)
    """A stored whole word with the label people read."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        """Make a member that is the word itself."""
        word = str.__new__(cls, value)
        word._value_ = value
        word.label = label
        return word

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def pairs(cls) -> list[tuple[str, str]]:
        """(word, label) for each member, as a model field's `choices`."""
        return [(str(word.value), word.label) for word in cls]

    @classmethod
    def labels(cls) -> dict[str, str]:
        """Word to label."""
        return dict(cls.pairs())


class ItemKind(Word):
    """事项类型. The two-digit national code stands in `NATIONAL_KIND`."""

    LICENCE = "licence", "行政许可"
    PENALTY = "penalty", "行政处罚"
    COERCION = "coercion", "行政强制"
    LEVY = "levy", "行政征收"
    PAYMENT = "payment", "行政给付"
    INSPECTION = "inspection", "行政检查"
    CONFIRMATION = "confirmation", "行政确认"
    AWARD = "award", "行政奖励"
    ADJUDICATION = "adjudication", "行政裁决"
    OTHER_POWER = "other_power", "其他行政权力"
    PUBLIC_SERVICE = "public_service", "公共服务"
    APPROVAL = "approval", "行政审批"
    REGISTRATION = "registration", "注册登记"
    FEE_SERVICE = "fee_service", "服务收费项目"
    ANNUAL_INSPECTION = "annual_inspection", "企业年检"


NATIONAL_KIND = {
    "01": ItemKind.LICENCE,
    "02": ItemKind.PENALTY,
    "03": ItemKind.COERCION,
    "04": ItemKind.LEVY,
    "05": ItemKind.PAYMENT,
    "06": ItemKind.INSPECTION,
    "07": ItemKind.CONFIRMATION,
    "08": ItemKind.AWARD,
    "09": ItemKind.ADJUDICATION,
    "10": ItemKind.OTHER_POWER,
    "20": ItemKind.PUBLIC_SERVICE,
}


class UseLevel(Word):
    """行使层级, the 19th character of an implementation code."""

    NATION = "1", "国家级"
    PROVINCE = "2", "省级"
    CITY = "3", "市级"
    COUNTY = "4", "县级"
    TOWN = "5", "镇（乡、街道）级"
    VILLAGE = "6", "村（社区）级"
    GRADED = "7", "分级管理"


class LimitUnit(Word):
    """The unit in which a limit is counted."""

    WORKING_DAY = "working_day", "个工作日"
    CALENDAR_DAY = "calendar_day", "个自然日"
    MONTH = "month", "个月"
    HOUR = "hour", "小时"


class LimitSource(Word):
    """Where a statutory limit comes from."""

    STATED = "stated", "目录载明"
    STATUTORY_DEFAULT = "statutory_default", "法定默认"
    NONE = "none", "未规定"


class CaseKind(Word):
    """办件类型 of an item: settled at once, within a promised time, with other departments, or by a superior (R049)."""

    INSTANT = "instant", "即办件"
    PROMISE = "promise", "承诺件"
    JOINT = "joint", "联办件"
    REPORT_UP = "report_up", "上报件"


class ServiceObject(Word):
    """服务对象."""

    PERSON = "person", "自然人"
    ENTERPRISE = "enterprise", "企业法人"
    INSTITUTION = "institution", "事业法人"
    ASSOCIATION = "association", "社会组织法人"
    UNINCORPORATED = "unincorporated", "非法人企业"
    AGENCY = "agency", "行政机关"
    OTHER = "other", "其他组织"


class Necessity(Word):
    """Whether a material must be given: always, as the applicant likes, or when its condition holds."""

    REQUIRED = "required", "必要"
    OPTIONAL = "optional", "非必要"
    CONDITIONAL = "conditional", "视情形"


class Channel(Word):
    """办理渠道."""

    ONLINE = "online", "网上"
    WINDOW = "window", "窗口"
    PHONE = "phone", "手机"
    KIOSK = "kiosk", "自助机"
    POST = "post", "邮寄"


class HandleArea(Word):
    """通办范围: where else one may hand the application in."""

    NATION = "nation", "全国通办"
    CROSS_PROVINCE = "cross_province", "跨省通办"
    PROVINCE = "province", "全省通办"
    CITY = "city", "全市通办"
    COUNTY = "county", "全县（区）通办"
    TOWN = "town", "镇（乡、街道）内通办"


class MaterialKind(Word):
    """材料类型: what of it is wanted."""

    FORM = "form", "申请表格文书"
    ORIGINAL = "original", "原件"
    COPY = "copy", "复印件"
    BOTH = "both", "原件和复印件"
    OTHER = "other", "其他"
