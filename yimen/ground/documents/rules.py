"""The kinds of letters, what each must say, and how numbers of verification look. Pure.

Wording and layout stand in `typst/<kind>.typ`; a fact named here as needed may not be empty, so that for example no
refusal is issued without its reason and remedies (行政许可法 art. 38).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from yimen.ground.kit.refusals import Invalid

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U, which people misread
CODE_LENGTH = 12
LARGEST_FACTS = 200_000
_MISREAD = str.maketrans("ILO", "110")
_ALWAYS = ("department", "applicant", "item")
_REMEDIES = ("reason", "review_body", "suit_court")


class IncompleteLetter(Invalid):
    """A letter lacks something it must say, or its kind is unknown."""

    code = "incomplete_letter"


@dataclass(frozen=True, slots=True)
class LetterKind:
    """One kind of letter: its title, and the facts that may not be missing or empty."""

    code: str
    title: str
    needs: tuple[str, ...]


KINDS: dict[str, LetterKind] = {
    kind.code: kind
    for kind in (
        LetterKind("materials_receipt", "行政许可申请材料接收凭证", (*_ALWAYS, "materials")),
        LetterKind("acceptance_slip", "行政许可申请受理通知书", (*_ALWAYS, "accepted_on", "limit", "legal_limit")),
        LetterKind("correction_notice", "行政许可申请材料补正告知书", (*_ALWAYS, "items")),
        LetterKind("not_required_notice", "不需要取得行政许可告知书", (*_ALWAYS, *_REMEDIES)),
        LetterKind("not_accepted_notice", "行政许可申请不予受理决定书", (*_ALWAYS, *_REMEDIES)),
        LetterKind("suspension_notice", "行政许可特别程序告知书", (*_ALWAYS, "procedure", "days_needed", "reason")),
        LetterKind("extension_notice", "行政许可延期决定通知书", (*_ALWAYS, "days", "reason")),
        LetterKind(
            "tolerance_notice", "容缺受理告知承诺书", (*_ALWAYS, "project", "promised_by", "follow_by", "items")
        ),
        LetterKind("termination_notice", "终止办理告知书", (*_ALWAYS, *_REMEDIES)),
        LetterKind("promise_letter", "告知承诺书", (*_ALWAYS, "promise", "signer", "items")),
        LetterKind("report_up_letter", "行政许可初审意见上报函", (*_ALWAYS, "superior", "reason")),
        LetterKind("decision_grant", "准予行政许可决定书", (*_ALWAYS, "decided_on")),
        LetterKind("decision_refuse", "不予行政许可决定书", (*_ALWAYS, "decided_on", *_REMEDIES)),
        LetterKind("delivery_receipt", "送达回证", (*_ALWAYS, "method")),
        LetterKind("hearing_right_notice", "行政许可听证告知书", (*_ALWAYS, "subject")),
        LetterKind("hearing_notice", "行政许可听证通知书", (*_ALWAYS, "subject", "planned", "hearing_place", "host")),
        LetterKind(
            "hearing_record", "行政许可听证笔录", (*_ALWAYS, "subject", "record", "participants", "signed_by_names")
        ),
        LetterKind("survey_notice", "现场踏勘通知书", (*_ALWAYS, "planned", "survey_place", "surveyors")),
        LetterKind(
            "survey_record",
            "现场踏勘记录",
            (*_ALWAYS, "survey_place", "surveyors", "conclusion", "digest", "signatures"),
        ),
        LetterKind("joint_review_minutes", "会审纪要", ("department", "item", "planned", "conclusion", "attendance")),
        LetterKind(
            "revocation_notice", "拟撤销行政许可决定告知书", (*_ALWAYS, "ground", "reason", "days", "old_number")
        ),
        LetterKind(
            "decision_revoke", "撤销行政许可决定书", (*_ALWAYS, "decided_on", "ground", "old_number", *_REMEDIES)
        ),
        LetterKind("revocation_dropped", "不予撤销行政许可决定告知书", (*_ALWAYS, "reason", "old_number")),
        LetterKind("withdrawal_up_letter", "申请撤回告知函", (*_ALWAYS, "superior", "reason")),
        LetterKind("correction_order", "整改通知书", (*_ALWAYS, "paragraphs")),
        LetterKind("supervision_notice", "监察通知书", (*_ALWAYS, "paragraphs")),
    )
}

FACT_NAMES = {
    "department": "机关名称",
    "applicant": "申请人",
    "item": "事项名称",
    "materials": "材料清单",
    "accepted_on": "受理日期",
    "limit": "承诺期限",
    "legal_limit": "法定期限",
    "items": "补正内容",
    "reason": "理由",
    "review_body": "行政复议机关",
    "suit_court": "行政诉讼法院",
    "procedure": "特别程序",
    "superior": "上级机关",
    "project": "项目",
    "promised_by": "承诺人",
    "follow_by": "补齐期限",
    "promise": "承诺内容",
    "signer": "签署人",
    "days_needed": "所需时间",
    "days": "天数",
    "ground": "撤销的依据",
    "old_number": "原决定文号",
    "decided_on": "决定日期",
    "method": "送达方式",
    "subject": "听证的内容",
    "planned": "听证的时间",
    "hearing_place": "听证的地点",
    "host": "主持人",
    "record": "笔录",
    "participants": "参加人",
    "signed_by_names": "签字的人",
    "paragraphs": "正文",
    "survey_place": "踏勘地点",
    "surveyors": "踏勘人员",
    "conclusion": "结论",
    "digest": "记录摘要",
    "signatures": "签名",
    "attendance": "参加部门",
}

_ROWS = {
    "materials": ("order", "name", "state"),
    "items": ("order", "name", "problem"),
    "derivation": ("days", "why", "count", "law"),
    "answers": ("order", "question", "standard", "said", "verdict"),
    "pictures": ("digest", "words"),
    "signatures": ("digest", "words"),
    "attendance": ("department", "who", "opinion", "text"),
}
SEAL_USES = ("行政审批专用章", "政务服务受理专用章", "联合审批专用章", "行政许可专用章", "专用章")


def title_of(code: str, facts: Mapping[str, Any]) -> str:
    """The title of a letter in the words of its power: facts without `grant` are a licence's.

    `grant`, `refuse` and `power` (行政确认, may be empty) come from the module whose letter it is.
    """
    title = kind_of(code).title
    if not facts.get("grant"):
        return title
    title = title.replace("不需要取得行政许可", "不需要办理").replace("准予行政许可", str(facts["grant"]))
    title = title.replace("不予行政许可", str(facts.get("refuse", "")))
    return title.replace("行政许可", str(facts.get("power", "")))


def kind_of(code: str) -> LetterKind:
    """The kind by its code; raises `IncompleteLetter` for an unknown one."""
    try:
        return KINDS[code]
    except KeyError:
        raise IncompleteLetter(f"没有“{code}”这种文书。", next_step="请联系系统管理员。") from None


def checked_facts(kind: LetterKind, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts in the form they are kept and drawn: text, whole numbers and rows; raises `IncompleteLetter`.

    Rows of `materials`, `items` and `derivation` may be tuples in the order of their columns or mappings.
    """
    kept = {name: _plain(name, value) for name, value in facts.items() if value is not None}
    missing = [name for name in kind.needs if kept.get(name) in (None, "", [])]
    if missing:
        said = "、".join(FACT_NAMES.get(name, name) for name in missing)
        raise IncompleteLetter(f"《{kind.title}》还缺：{said}。", next_step="请补全后再出具文书。")
    # The JSON text is quickly made and never shorter than what it holds.
    if len(facts_text(kept)) > LARGEST_FACTS and sum(map(len, texts_in(kept))) > LARGEST_FACTS:
        raise IncompleteLetter(f"《{kind.title}》的内容太长，一份文书写不下。", next_step="请精简内容，或另附材料。")
    return kept


def facts_text(facts: Mapping[str, Any]) -> str:
    """The one JSON text of facts that is stored and signed over."""
    return msgspec.json.encode(facts, order="sorted").decode()


def texts_in(value: Any) -> Iterator[str]:
    """Every piece of text in facts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from texts_in(each)


def new_code() -> str:
    """A verification code nobody can guess: 60 random bits."""
    bits = secrets.randbits(5 * CODE_LENGTH)
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(0, 5 * CODE_LENGTH, 5))


def shown_code(code: str) -> str:
    """`7K4XQ2P9M3TA` → `7K4X-Q2P9-M3TA`."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def read_code(typed: str) -> str:
    """A code as somebody typed or scanned it, in the form it is stored; "" when it cannot be one."""
    if len(typed) > 60:
        return ""
    code = "".join(typed.upper().replace("-", "").split()).translate(_MISREAD)
    return code if len(code) == CODE_LENGTH and all(letter in ALPHABET for letter in code) else ""


def seal_lines(text: str) -> tuple[str, str]:
    """A seal's text as (what stands on the arc, what stands on the line under the star)."""
    for use in SEAL_USES:
        if text.endswith(use) and text != use:
            return text.removesuffix(use), use
    return text, ""


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple):
        columns = _ROWS.get(name)
        if columns and isinstance(value, tuple):
            return _fixed_rows(name, columns, value)
        return [_row(name, columns, each) if columns else _plain(name, each) for each in value]
    raise IncompleteLetter(f"文书内容“{FACT_NAMES.get(name, name)}”的格式不对。", next_step="请联系系统管理员。")


@lru_cache(maxsize=1024)
def _fixed_rows(name: str, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> tuple[dict[str, Any], ...]:
    """Rows that come as tuples of text do not change: the derivation on the slips of one day is checked once."""
    return tuple(_row(name, columns, each) for each in rows)


def _row(name: str, columns: tuple[str, ...], row: Any) -> dict[str, Any]:
    cells = dict(row) if isinstance(row, Mapping) else dict(zip(columns, row, strict=True))
    if set(columns) - set(cells):
        raise IncompleteLetter(f"文书内容“{FACT_NAMES.get(name, name)}”的格式不对。", next_step="请联系系统管理员。")
    return {column: _plain(column, cells[column]) for column in columns}
