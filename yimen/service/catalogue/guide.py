"""What a guide page says about an item (R031, R032): put together once, shown on the web, on paper and through the interface."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from yimen.ground.kit import moments
from yimen.service.catalogue import search, selectors
from yimen.service.catalogue.disclosing import standard_of
from yimen.service.catalogue.guide_course import Example, asides, drawing, example, procedure_label, steps_of
from yimen.service.catalogue.rules import guidance
from yimen.service.catalogue.rules.conditions import say
from yimen.service.catalogue.rules.disclosures import Entry
from yimen.service.catalogue.rules.limits import ART_42
from yimen.service.catalogue.rules.questions import as_form
from yimen.service.catalogue.rules.vocabulary import ItemKind, LimitSource

if TYPE_CHECKING:
    from yimen.service.catalogue.models import EditionMaterial, ItemEdition

NOT_STATED = "来源目录未载明，请向实施部门咨询。"
ART_58 = "《行政许可法》第五十八条：实施行政许可和对行政许可事项进行监督检查，不得收取任何费用；法律、行政法规另有规定的除外。"
_NUMBERED = re.compile(r"^[（(]?[一二三四五六七八九十\d]{1,2}[)）、.．]\s*")
_SUM = re.compile(r"\d{1,10}(\.\d{1,2})?")


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
    wanted: bool = True


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
    in_person: str
    fees: list[FeeLine]
    more: list[tuple[str, str]]
    disclosure: str
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
    situation_url: str
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


def build(edition: ItemEdition, at: datetime, *, answers: Mapping[str, Any] | None = None) -> Guide:
    """The guide of an edition as it stands at this moment; cancelled materials are not listed (R030).

    With `answers` to its situational guidance only the materials that these call for, `wanted` where they must be given.
    """
    item, limits, today = edition.item, selectors.limits(edition), moments.day_of(at)
    if answers is None:
        materials = [_material(each, edition) for each in selectors.materials_of(edition, today)]
    else:
        called = selectors.materials_needed(edition, answers, today)
        materials = [_material(each, edition, wanted=wanted) for each, wanted in called]
    way = selectors.course_of(edition)
    steps = steps_of(edition, way, limits)
    standard = standard_of(item.department)
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
        in_person=_agents(edition) if edition.agents_refused else "",
        fees=[_fee(each) for each in edition.fees] if edition.fee else [],
        more=_more(edition),
        disclosure=standard.name,
        six=_disclosed(standard.entries, edition, limits, materials, steps),
        flow=drawing(way, limits) if way else SafeString(""),
        procedure=procedure_label(edition),
        steps=steps,
        asides=asides(way) if way else [],
        example=example(limits.working, today),
        channels=[label for word, label in _CHANNELS if word in edition.channels],
        objects=[label for word, label in selectors.SERVICE_OBJECTS if word in edition.service_objects],
        remedies=_remedies(edition),
        apply_url=_apply_url(item.code) if _online(edition) else "",
        situation_url=reverse("catalogue:situation", args=[item.code]) if edition.guidance else "",
        printed_at=at,
    )


_CHANNELS = (("online", "网上办"), ("phone", "手机办"), ("window", "窗口办"), ("kiosk", "自助机"), ("post", "邮寄办"))


def _title(edition: ItemEdition) -> str:
    inner = edition.sub_item_name.strip("（）()")
    return edition.name if not inner or inner in edition.name else f"{edition.name}（{inner}）"


def _lead(edition: ItemEdition) -> str:
    daily = edition.daily_name or edition.short_name
    return f"俗称“{daily}”。" if daily and daily not in edition.name else ""


def _material(material: EditionMaterial, edition: ItemEdition, *, wanted: bool = True) -> MaterialLine:
    needed = material.get_necessity_display()
    if material.necessity == "conditional":
        labels = as_form(selectors.form_of(edition)).labels() | guidance.labels(edition.guidance)
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
        wanted=wanted,
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


IN_PERSON = "须本人到场办理，不能委托他人代办"
_SAID_FLAGS = (
    ("agents_refused", "代办", IN_PERSON, "可以委托他人代办"),
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


def _disclosed(
    entries: Sequence[Entry], edition: ItemEdition, limits: selectors.Limits, materials: list[MaterialLine],
    steps: list[tuple[str, str]],
) -> list[tuple[str, str]]:  # fmt: skip
    """The disclosures (R032, R033) of a set, in its order, each with what the edition states for it."""
    said_of = _texts(edition, limits, materials, steps)
    return [(entry.label, " ".join(said_of[name] for name in entry.elements)) for entry in entries]


def _texts(
    edition: ItemEdition, limits: selectors.Limits, materials: list[MaterialLine], steps: list[tuple[str, str]]
) -> dict[str, str]:
    results = "、".join(str(result.get("name", "")) for result in edition.results if result.get("name"))
    content = edition.content or f"{_title(edition)}。"
    if results:
        content = f"{content.rstrip('。')}，办结发给{results}。"
    named = [f"法定 {limits.legal}" if limits.legal else "", f"承诺 {limits.promise}" if limits.promise else ""]
    said_limit = "，".join(part for part in named if part)
    default = f"（{ART_42}）" if limits.source == LimitSource.STATUTORY_DEFAULT else ""
    windows = "；".join(f"{each.get('name', '')} {each.get('address', '')}".strip() for each in edition.windows)
    return {
        "content": content,
        "materials": f"共 {len(materials)} 份，见“带什么”。" if materials else "不需要提交材料，或来源目录未载明。",
        "steps": "、".join(name for name, _ in steps) + f"，共 {len(steps)} 步。" if steps else NOT_STATED,
        "fee_standard": _fee_standard(edition),
        "fee_basis": _fee_basis(edition),
        "limit": f"{said_limit}{default}。" if said_limit else "没有规定时限，也没有承诺。",
        "conditions": edition.conditions or NOT_STATED,
        "legal_basis": edition.legal_basis or NOT_STATED,
        "results": results or NOT_STATED,
        "place": edition.place or windows or NOT_STATED,
        "hours": edition.hours
        or "；".join(str(each["hours"]) for each in edition.windows if each.get("hours"))
        or NOT_STATED,
        "consult": edition.consult_phone or NOT_STATED,
        "complaint": edition.complaint_phone or NOT_STATED,
        "remedy": "".join(_remedies(edition)) or NOT_STATED,
        "department": search.department_name(edition.item) or NOT_STATED,
        "objects": "、".join(label for word, label in selectors.SERVICE_OBJECTS if word in edition.service_objects)
        or NOT_STATED,
        "agents": _agents(edition) or NOT_STATED,
    }


def _agents(edition: ItemEdition) -> str:
    """Whether somebody else may apply for one; "" where the edition does not say."""
    if not edition.agents_refused:
        return "可以委托他人代办。" if edition.agents_refused is False else ""
    return f"{IN_PERSON}（{edition.agents_refused_basis}）。" if edition.agents_refused_basis else f"{IN_PERSON}。"


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
