"""What a guide page says about an item (R031, R032): put together once, shown on the web, on paper and through the interface."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from yimen.ground.calendar import selectors as calendar
from yimen.ground.kit import charts, moments
from yimen.ground.kit.daybook import Day, Kind, Row, fold
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters import lifecycle
from yimen.ground.matters import rules as clocks
from yimen.service.catalogue import search, selectors
from yimen.service.catalogue.rules.conditions import say
from yimen.service.catalogue.rules.course import Course, said
from yimen.service.catalogue.rules.limits import ART_42, Limit
from yimen.service.catalogue.rules.questions import as_form
from yimen.service.catalogue.rules.vocabulary import ItemKind, LimitSource, LimitUnit

if TYPE_CHECKING:
    from yimen.service.catalogue.models import EditionMaterial, ItemEdition

NOT_STATED = "来源目录未载明，请向实施部门咨询。"
ART_58 = "《行政许可法》第五十八条：实施行政许可和对行政许可事项进行监督检查，不得收取任何费用；法律、行政法规另有规定的除外。"
_NUMBERED = re.compile(r"^[（(]?[一二三四五六七八九十\d]{1,2}[)）、.．]\s*")
_SUM = re.compile(r"\d{1,10}(\.\d{1,2})?")
_UNITS: dict[LimitUnit, clocks.Unit] = {LimitUnit.WORKING_DAY: "workday", LimitUnit.CALENDAR_DAY: "calendar"}


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """A material as the guide lists it."""

    name: str
    needed: str
    source: str
    count: str
    note: str
    exempt: bool
    template_url: str
    sample_url: str
    kind: str = ""
    size: str = ""
    standard: str = ""
    basis: str = ""
    exempt_how: str = ""
    order: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """An example of the last day: accepted today, decided by then, with each day between."""

    accepted_on: date
    due_on: date
    rows: list[Row]
    provisional: bool


@dataclass(frozen=True, slots=True)
class FeeLine:
    """A fee as the guide lists it; `standard` is the sum, the range or the words of its standard."""

    name: str
    standard: str
    basis: str
    reduction: str


@dataclass(frozen=True, slots=True)
class Guide:
    """Everything a guide shows, ready for a template."""

    edition: ItemEdition
    title: str
    department: str
    kind: str
    lead: str
    limits: selectors.Limits
    limit_note: str
    share: int
    materials: list[MaterialLine]
    conditions: list[str]
    fees: list[FeeLine]
    more: list[tuple[str, str]]
    six: list[tuple[str, str]]
    flow: SafeString
    procedure: str
    steps: list[tuple[str, str]]
    asides: list[tuple[str, str]]
    example: Example | None
    channels: list[str]
    objects: list[str]
    remedies: list[str]
    apply_url: str
    printed_at: datetime

    @property
    def exempt(self) -> int:
        """How many materials need not be handed in."""
        return sum(1 for material in self.materials if material.exempt)

    @property
    def instant(self) -> bool:
        """Whether it is settled on the spot."""
        working = self.limits.working
        return working is not None and working.number == 0


def build(edition: ItemEdition, at: datetime) -> Guide:
    """The guide of an edition as it stands at this moment; cancelled materials are not listed (R030)."""
    item, limits, today = edition.item, selectors.limits(edition), moments.day_of(at)
    materials = [_material(each, edition) for each in selectors.materials_of(edition, today)]
    way = selectors.course_of(edition)
    steps = _steps(edition, way, limits)
    return Guide(
        edition=edition,
        title=_title(edition),
        department=search.department_name(item),
        kind=edition.get_kind_display(),
        lead=edition.content or _lead(edition),
        limits=limits,
        limit_note=_limit_note(limits, edition.kind),
        share=_share(limits),
        materials=materials,
        conditions=_lines(edition.conditions),
        fees=[_fee(each) for each in edition.fees] if edition.fee else [],
        more=_more(edition),
        six=_six(edition, limits, materials, steps),
        flow=_drawing(way, limits) if way else SafeString(""),
        procedure=_procedure_label(edition),
        steps=steps,
        asides=_asides(way) if way else [],
        example=_example(limits.working, today),
        channels=[label for word, label in _CHANNELS if word in edition.channels],
        objects=[label for word, label in selectors.SERVICE_OBJECTS if word in edition.service_objects],
        remedies=_remedies(edition),
        apply_url=_apply_url(item.code) if _online(edition) else "",
        printed_at=at,
    )


_CHANNELS = (("online", "网上办"), ("phone", "手机办"), ("window", "窗口办"), ("kiosk", "自助机"), ("post", "邮寄办"))


def _title(edition: ItemEdition) -> str:
    inner = edition.sub_item_name.strip("（）()")
    return edition.name if not inner or inner in edition.name else f"{edition.name}（{inner}）"


def _lead(edition: ItemEdition) -> str:
    daily = edition.daily_name or edition.short_name
    return f"俗称“{daily}”。" if daily and daily not in edition.name else ""


def _material(material: EditionMaterial, edition: ItemEdition) -> MaterialLine:
    needed = material.get_necessity_display()
    if material.necessity == "conditional":
        labels = as_form(selectors.form_of(edition)).labels()
        needed = material.condition_text or say(material.condition, labels) or "视情形"
    counts = [
        f"{label} {number} 份"
        for label, number in (("原件", material.originals), ("复印件", material.copies))
        if number
    ]
    return MaterialLine(
        name=material.name,
        needed=needed,
        source=material.source_channel or "申请人自备",
        count="，".join(counts) or material.get_format_display(),
        note=material.note,
        exempt=material.exempt,
        template_url=_file_url(material, edition, "form") or material.template_url,
        sample_url=_file_url(material, edition, "sample") or material.sample_url,
        kind=material.get_kind_display() if material.kind else "",
        size=material.paper_size,
        standard=material.accept_standard,
        basis=material.basis,
        exempt_how=material.exempt_how,
        order=material.order,
    )


def _file_url(material: EditionMaterial, edition: ItemEdition, which: str) -> str:
    held = material.form_file_id if which == "form" else material.sample_file_id
    return reverse("catalogue:material_file", args=[edition.item.code, material.order, which]) if held else ""


def _fee(fee: Mapping[str, Any]) -> FeeLine:
    """One fee in words: `20 元/证`, `50—200 元/件`, or as its standard says."""
    amount, low, high, unit = (str(fee.get(key) or "") for key in ("amount", "low", "high", "unit"))
    per = f"/{unit.removeprefix('每')}" if unit else ""
    if _SUM.fullmatch(amount):
        said_sum = f"{amount} 元{per}"
    elif low or high:
        span = f"{low}—{high} 元{per}" if low and high else f"不高于 {high} 元{per}" if high else f"{low} 元{per}起"
        said_sum = f"{amount}（{span}）" if amount else span
    else:
        said_sum = f"{amount}{per}" or "见收费标准"
    reduction = str(fee.get("reduction") or "")
    if reduction and fee.get("reduction_basis"):
        reduction = f"{reduction}（{fee['reduction_basis']}）"
    return FeeLine(str(fee.get("name") or ""), said_sum, str(fee.get("basis") or ""), reduction)


_SAID_FLAGS = (
    ("appointment", "预约", "可以预约", "不能预约"),
    ("pay_online", "网上支付", "可以网上缴费", ""),
    ("delivery_by_post", "寄送", "结果可以寄到家", ""),
    ("enters_centre", "大厅", "进驻政务服务大厅", "不在大厅办理"),
    ("notify_promise", "告知承诺", "书面承诺符合条件即可办理", ""),
    ("absence_accept", "容缺受理", "次要材料可以先受理后补", ""),
    ("decided_at_once", "即审即办", "当场审、当场办", ""),
)


def _more(edition: ItemEdition) -> list[tuple[str, str]]:
    """What else the edition states, as the national list has it; what it does not state is left out."""
    found = [("通办范围", edition.get_handle_area_display() if edition.handle_area else "")]
    for name, label, yes, no in _SAID_FLAGS:
        value = getattr(edition, name)
        found.append((label, yes if value else no if value is False else ""))
    found += [
        ("数量限制", edition.quantity_limit),
        ("权力来源", "，委托部门：".join(part for part in (edition.power_source, edition.entrusted_by) if part)),
        ("联办机构", edition.co_departments),
        ("中介服务", "；".join(_named(each) for each in edition.intermediaries)),
        ("您的权利", edition.rights),
        ("您的义务", edition.duties),
    ]
    return [(label, text) for label, text in found if text]


def _named(record: Mapping[str, Any]) -> str:
    basis = str(record.get("basis") or "")
    return f"{record.get('name', '')}（{basis}）" if basis else str(record.get("name", ""))


def _lines(text: str) -> list[str]:
    """Conditions one by one where the text numbers them or breaks its lines; else the whole."""
    parts = re.split(r"\n+|(?<=[；;。])\s*(?=[（(]?[一二三四五六七八九十\d]{1,2}[)）、.．])", text)
    found = [part.strip() for part in parts if part.strip()]
    # A list has its own marks, so the numbers of the text are taken off it.
    return [_NUMBERED.sub("", part) for part in found] if len(found) > 1 else found


def _limit_note(limits: selectors.Limits, kind: str) -> str:
    if limits.source == LimitSource.STATUTORY_DEFAULT:
        return f"目录没有载明法定时限，按{ART_42}办理。"
    if limits.legal is None and limits.promise is None:
        return "这个事项没有法定时限，也没有承诺时限，因此没有办理时钟。要问办到哪一步，请打咨询电话。"
    if limits.legal is None:
        return "法律没有规定时限，按承诺时限办理。"
    if kind == ItemKind.LICENCE and limits.promise is None:
        return "没有另作承诺，按法定时限办理。"
    return ""


def _share(limits: selectors.Limits) -> int:
    """How long the promise is beside the statutory limit, in percent; 100 where they cannot be compared."""
    legal, promise = limits.legal, limits.promise
    if legal is None or promise is None or legal.unit != promise.unit or not legal.number:
        return 100
    return max(2, min(100, round(100 * promise.number / legal.number)))


def _six(
    edition: ItemEdition, limits: selectors.Limits, materials: list[MaterialLine], steps: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """The six disclosures (R032), in the order of the rule."""
    results = "、".join(str(result.get("name", "")) for result in edition.results if result.get("name"))
    content = edition.content or f"{_title(edition)}。"
    if results:
        content = f"{content.rstrip('。')}，办结发给{results}。"
    named = [f"法定 {limits.legal}" if limits.legal else "", f"承诺 {limits.promise}" if limits.promise else ""]
    said_limit = "，".join(part for part in named if part)
    default = f"（{ART_42}）" if limits.source == LimitSource.STATUTORY_DEFAULT else ""
    return [
        ("服务内容", content),
        ("申报材料", f"共 {len(materials)} 份，见“带什么”。" if materials else "不需要提交材料，或来源目录未载明。"),
        ("办事程序", "、".join(name for name, _ in steps) + f"，共 {len(steps)} 步。" if steps else NOT_STATED),
        ("收费标准", _fee_standard(edition)),
        ("收费依据", _fee_basis(edition)),
        ("办结时限", f"{said_limit}{default}。" if said_limit else "没有规定时限，也没有承诺。"),
    ]


def _fee_standard(edition: ItemEdition) -> str:
    if edition.fee is None:
        return NOT_STATED
    if not edition.fee:
        return "不收费。"
    listed = "；".join(f"{fee.name} {fee.standard}".strip() for fee in map(_fee, edition.fees))
    return edition.fee_standard or f"{listed}。"


def _fee_basis(edition: ItemEdition) -> str:
    listed = "；".join(dict.fromkeys(str(fee.get("basis") or "") for fee in edition.fees if fee.get("basis")))
    if edition.fee_basis or (edition.fee and listed):
        return edition.fee_basis or listed
    if edition.fee is None:
        return NOT_STATED
    return ART_58 if edition.kind == ItemKind.LICENCE else "不收费，无收费依据。"


def _remedies(edition: ItemEdition) -> list[str]:
    found = []
    if edition.review_body:
        where = _where(edition.review_address, edition.review_phone)
        found.append(f"不服的，可以自知道决定之日起 60 日内向{edition.review_body}申请行政复议{where}。")
    if edition.suit_court:
        where = _where(edition.suit_address, edition.suit_phone)
        found.append(f"也可以自知道决定之日起 6 个月内向{edition.suit_court}提起行政诉讼{where}。")
    return found


def _where(address: str, phone: str) -> str:
    said = "，".join(part for part in (address, f"电话 {phone}" if phone else "") if part)
    return f"（{said}）" if said else ""


def _online(edition: ItemEdition) -> bool:
    """Whether it is taken in online: the guide says so, or says nothing about the ways at all."""
    return not edition.channels or bool({"online", "phone"} & set(edition.channels))


def _apply_url(code: str) -> str:
    """Where one applies online; "" in an installation that takes no applications."""
    try:
        return reverse("cases:apply", args=[code])
    except NoReverseMatch:
        return ""


def _procedure_label(edition: ItemEdition) -> str:
    """The procedure as people call it, with its version."""
    try:
        label = lifecycle.procedure(selectors.procedure_name(edition), edition.procedure_version).label
    except KeyError:
        label = f"{edition.procedure}（本机没有这个程序）"
    return f"{label} 第 {edition.procedure_version} 版"


def _steps(edition: ItemEdition, way: Course | None, limits: selectors.Limits) -> list[tuple[str, str]]:
    """The course in words: as the edition tells it, else as the procedure says it."""
    if edition.steps:
        return [(str(step.get("name", "")), str(step.get("text", ""))) for step in edition.steps]
    if way is None:
        return []
    return [(said(rule), _who(rule, limits, long=True)) for rule in way.way]


def _who(rule: lifecycle.StepRule, limits: selectors.Limits, *, long: bool = False) -> str:
    """Who takes a step and how long it may take, in a few words."""
    if rule.clock == "start" and rule.clock_name == "receipt":
        return "网上或任一窗口提交，当场得到收件凭证。" if long else "网上或窗口"
    if rule.clock == "start" and rule.clock_name == "handling":
        return "材料不齐的，当场或 5 个工作日内一次告知；逾期不告知，自收到之日起即为受理。" if long else "5 个工作日内"
    if rule.hold_point == "decide":
        limit = str(limits.working) if limits.working else ""
        if not limit:
            return "依法作出决定；不同意的，说明理由并告知复议、诉讼权利。" if long else ""
        within = limit if limits.working and limits.working.number == 0 else f"{limit}内"
        return f"受理后{within}作出决定；不同意的，说明理由并告知复议、诉讼权利。" if long else within
    if rule.clock == "finish" and rule.hold_point == "deliver":
        return "决定之日起 10 个工作日内送达，可到窗口领取或邮寄。" if long else "10 个工作日内"
    if rule.by in ("applicant", "either"):
        return "由您办理。" if long else "您来办"
    law = f"（{rule.law}）" if rule.law else ""
    return f"由实施部门办理{law}。" if long else "部门办理"


def _drawing(way: Course, limits: selectors.Limits) -> SafeString:
    boxes = [
        charts.Box(
            said(rule),
            _who(rule, limits),
            "you" if rule.by in ("applicant", "either") or rule.action == "deliver" else "",
        )
        for rule in way.way
    ]
    beside: dict[int, charts.Branch] = {}
    for side in way.sides:
        # One branch under each step: what stops the clock is told before what ends the matter; the words below tell all.
        if side.stops:
            beside[side.at] = charts.Branch(side.at, charts.Box(_short(said(side.rule)), "停止计时", "stop"))
    for side in way.sides:
        if side.at not in beside and side.rule.hold_point == "decide":
            beside[side.at] = charts.Branch(side.at, charts.Box(_short(said(side.rule)), "说明理由与救济"), ends=True)
    names = "、".join(said(rule) for rule in way.way)
    return charts.flow(boxes, [beside[at] for at in sorted(beside)], f"办理流程：{names}")


def _short(text: str) -> str:
    return text.split("，")[0][:8]


def _asides(way: Course) -> list[tuple[str, str]]:
    """What may happen beside the way, in words."""
    told = []
    for side in way.sides:
        where = said(way.way[side.at])
        law = f"（{side.rule.law}）" if side.rule.law else ""
        effect = "期间停止计时" if side.stops else "办理到此结束"
        told.append((_short(said(side.rule)), f"在“{where}”之前可能发生，{effect}{law}。"))
    return told


def _example(limit: Limit | None, today: date) -> Example | None:
    """If it were accepted today; None without a clock, for units not counted in days, or where the calendar ends."""
    if limit is None or limit.unit not in _UNITS:
        return None
    try:
        found = clocks.answer(today, limit.number, _UNITS[limit.unit], calendar.work_calendar())
    except Refusal:
        return None
    if found.due_on is None:
        return None
    number = 0
    days = []
    for entry in found.days:
        number += entry.counted
        kind: Kind = "due" if entry.day == found.due_on else "counted" if entry.counted else "off"
        days.append(
            Day(
                entry.day,
                kind,
                number if entry.counted else None,
                why=entry.why,
                law=entry.law,
                mark="" if entry.counted else "跳过",
            )
        )
    return Example(today, found.due_on, fold(days, today=today), found.provisional)
