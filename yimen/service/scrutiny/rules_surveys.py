"""What is asked on the spot: questions as data, checked; answers read and judged against their standard. Pure.

Kinds: 是否, 选择, 数值 (with unit, lower and upper bound), 文字. A question may name the standard it is measured against; an
answer that the question calls compliant is 符合, another 不符合, one without a standard is neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from yimen.ground.kit.refusals import Invalid

KINDS = {"yes_no": "是否", "choice": "选择", "number": "数值", "text": "文字"}
MOST_QUESTIONS = 60
YES_NO = {"yes": "是", "no": "否"}


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `good` is the compliant answer of a yes/no or a choice (empty: any); `low` and `high` bound a number."""

    key: str
    label: str
    kind: str
    options: tuple[str, ...] = ()
    unit: str = ""
    standard: str = ""
    good: str = ""
    low: str = ""
    high: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is read: `complies` is None where there is nothing to measure by."""

    question: Question
    said: str
    note: str
    complies: bool | None

    @property
    def verdict(self) -> str:
        """`符合`, `不符合` or nothing."""
        return {True: "符合", False: "不符合", None: ""}[self.complies]


DEFAULT: tuple[Question, ...] = (
    Question("address", "实际地址与申请材料一致", "yes_no", standard="与申请材料一致", good="yes"),
    Question("area", "使用面积", "number", unit="平方米", required=False, standard="与申请表一致"),
    Question("layout", "布局与所交图纸一致", "yes_no", standard="与图纸一致", good="yes"),
    Question("facilities", "主要设施设备到位并能使用", "yes_no", standard="申请材料所列设施齐备", good="yes"),
    Question("safety", "有没有明显的安全隐患", "yes_no", standard="没有安全隐患", good="no"),
    Question("staff", "从业人员在岗情况", "text", required=False),
)
"""The default for all items, until a centre makes its own."""


def read_questions(rows: Sequence[Mapping[str, Any]]) -> tuple[Question, ...]:
    """Questions as a screen or a stored version gives them; raises `Invalid` with `fields` by row (`label-3`)."""
    made: list[Question] = []
    wrong: dict[str, str] = {}
    for at, row in enumerate(rows):
        label = str(row.get("label", "")).strip()
        if not label:
            continue
        found, faults = _question(at, label, row)
        wrong |= {f"{name}-{at}": said for name, said in faults.items()}
        made.append(found)
    if len(made) > MOST_QUESTIONS:
        wrong["label-0"] = f"最多 {MOST_QUESTIONS} 个问题。"
    labels = [question.label for question in made]
    for at, label in enumerate(labels):
        if label in labels[:at]:
            wrong[f"label-{at}"] = f"“{label}”写了两次。"
    if wrong:
        raise Invalid("踏勘表还有几处要改。", fields=wrong)
    return tuple(made)


def _question(at: int, label: str, row: Mapping[str, Any]) -> tuple[Question, dict[str, str]]:
    kind = str(row.get("kind", ""))
    options = tuple(
        part.strip() for part in str(row.get("options", "")).replace("，", "、").split("、") if part.strip()
    )
    given = row.get("options")
    if isinstance(given, list | tuple):
        options = tuple(str(part).strip() for part in given if str(part).strip())
    good, low, high = (str(row.get(name, "")).strip() for name in ("good", "low", "high"))
    wrong: dict[str, str] = {}
    if kind not in KINDS:
        wrong["kind"] = "请选择类型。"
    if len(label) > 100:
        wrong["label"] = "最多 100 个字。"
    if kind == "choice" and len(options) < 2:
        wrong["options"] = "选择题至少写两个选项，用顿号隔开。"
    if kind == "choice" and good and good not in options:
        wrong["good"] = "合格的选项要是选项之一。"
    if kind == "yes_no" and good:
        good = {"是": "yes", "否": "no"}.get(good, good)
        if good not in YES_NO:
            wrong["good"] = "填“是”或“否”。"
    if kind == "number":
        for name, value in (("low", low), ("high", high)):
            if value and _number(value) is None:
                wrong[name] = "请填写数字。"
        if not wrong and low and high and Decimal(low) > Decimal(high):
            wrong["high"] = "上限不能小于下限。"
    made = Question(
        key=str(row.get("key") or f"q{at + 1}")[:40], label=label, kind=kind, options=options if kind == "choice" else (),
        unit=str(row.get("unit", "")).strip()[:20], standard=str(row.get("standard", "")).strip()[:200],
        good=good if kind in ("choice", "yes_no") else "", low=low if kind == "number" else "",
        high=high if kind == "number" else "", required=bool(row.get("required", True)),
    )  # fmt: skip
    return made, wrong


def as_data(questions: Sequence[Question]) -> list[dict[str, Any]]:
    """As a version stores them."""
    return [asdict(question) | {"options": list(question.options)} for question in questions]


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip().replace("，", "").replace(",", ""))
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < Decimal(10) ** 12 else None


def read_answers(questions: Sequence[Question], given: Mapping[str, Any], *, whole: bool) -> dict[str, dict[str, str]]:
    """Answers with their notes, by key; `whole`: every required one must be there. Raises `Invalid` with `fields` by key."""
    kept: dict[str, dict[str, str]] = {}
    wrong: dict[str, str] = {}
    for question in questions:
        said = str(given.get(question.key, "") or "").strip()[:2000]
        note = str(given.get(f"{question.key}__note", "") or "").strip()[:500]
        if said and (fault := _fault(question, said)):
            wrong[question.key] = fault
        elif not said and whole and question.required:
            wrong[question.key] = "请填写。"
        if said or note:
            kept[question.key] = {"said": said, "note": note}
    if wrong:
        raise Invalid(f"踏勘表还有 {len(wrong)} 项要填或者要改。", fields=wrong)
    return kept


def _fault(question: Question, said: str) -> str:
    match question.kind:
        case "yes_no":
            return "" if said in YES_NO else "请选择“是”或“否”。"
        case "choice":
            return "" if said in question.options else "请从选项里选择。"
        case "number":
            return "" if _number(said) is not None else "请填写数字，不带单位。"
    return ""


def judged(questions: Sequence[Question], answers: Mapping[str, Mapping[str, str]]) -> list[Answer]:
    """Each question with what was said and whether it complies."""
    found = []
    for question in questions:
        kept = answers.get(question.key, {})
        said = kept.get("said", "")
        found.append(Answer(question, _shown(question, said), kept.get("note", ""), _complies(question, said)))
    return found


def _shown(question: Question, said: str) -> str:
    if question.kind == "yes_no":
        return YES_NO.get(said, "")
    return f"{said} {question.unit}".strip() if said and question.kind == "number" else said


def _complies(question: Question, said: str) -> bool | None:
    if not said:
        return None
    if question.kind in ("yes_no", "choice"):
        return said == question.good if question.good else None
    if question.kind == "number" and (question.low or question.high):
        value = _number(said)
        low, high = _number(question.low), _number(question.high)
        return value is not None and (low is None or value >= low) and (high is None or value <= high)
    return None
