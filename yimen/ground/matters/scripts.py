"""Clock scripts: the JSON by which the clock is checked from outside (`yimen clock`). The arithmetic is in `rules`.

{"limit": 20, "unit": "workday", "events": [{"at": "2026-09-24T10:00:00+08:00", "event": "started"}]}

Further events are `stopped` (with `why`), `resumed`, `extended` (with `by`) and `finished`. `business_close` ("17:30")
ends the last day with business; without it the last day ends at 24:00.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, get_args

from yimen.ground.calendar.rules import WorkCalendar
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters.rules import ClockEvent, ClockTerms, Derivation, EventKind, ImpossibleScript, Unit, explain

SIZE_MAX = 16 * 1024 * 1024
EVENTS_MAX = 10_000
KINDS: tuple[EventKind, ...] = get_args(EventKind)


class UnreadableScript(Refusal):
    """The text is not JSON, or not of the form of a script."""

    code = "unreadable_script"

    def __init__(self, message: str) -> None:
        super().__init__(message, next_step="请按 docs/deadlines.md 中的格式改正后重试。")


def read_scripts(text: bytes) -> Any:
    """The JSON in `text`; raises `UnreadableScript`."""
    if len(text) > SIZE_MAX:
        raise UnreadableScript(f"脚本超过 {SIZE_MAX // 1024 // 1024} MB，无法读取。")
    try:
        # JSON's own rule for telling UTF-8, UTF-16 and UTF-32 apart; Windows shells write UTF-16.
        return json.loads(text.decode(json.detect_encoding(text)), object_pairs_hook=_once_each)
    except (ValueError, RecursionError):
        raise UnreadableScript("脚本不是有效的 JSON（UTF-8 编码）。") from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are each given once: of two limits one would be passed over in silence."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise UnreadableScript(f"脚本里同一个对象中“{_short(twice)}”写了两次，不知以哪一个为准。")
    return found


def answer_script(script: object, calendar: WorkCalendar) -> dict[str, Any]:
    """One script's answer; raises a `Refusal` that says why a script has none."""
    terms, events = parse_script(script)
    return as_json(explain(terms, events, calendar)) | {"calendar": calendar.origin}


def as_json(derivation: Derivation) -> dict[str, Any]:
    """A derivation in the form scripts are answered in; days in ISO form."""
    return {
        "due_on": derivation.due_on.isoformat() if derivation.due_on else None,
        "state": derivation.state,
        "limit": derivation.limit,
        "counted": derivation.counted,
        "remaining": derivation.remaining,
        "provisional": derivation.provisional,
        "derivation": [
            {"day": entry.day.isoformat(), "counted": entry.counted, "why": entry.why} for entry in derivation.days
        ],
    }


def parse_script(script: object) -> tuple[ClockTerms, list[ClockEvent]]:
    """Terms and events of one script; raises `UnreadableScript` or `ImpossibleScript`."""
    if not isinstance(script, Mapping):
        raise UnreadableScript("脚本应为一个 JSON 对象，含 limit、unit 和 events。")
    for needed in ("limit", "events"):
        if needed not in script:
            raise UnreadableScript(f"脚本缺少 {needed}。")
    events = script["events"]
    if not isinstance(events, list):
        raise UnreadableScript("events 应为事件的列表。")
    if not events:
        raise ImpossibleScript("脚本里没有任何事件，至少要有一个 started。", next_step="请补上起算的事件。")
    if len(events) > EVENTS_MAX:
        raise UnreadableScript(f"一个脚本最多 {EVENTS_MAX} 个事件。")
    unit = script.get("unit", "workday")
    if unit not in get_args(Unit):
        raise ImpossibleScript(f"不认识的期限单位“{_short(unit)}”。", next_step="单位应为 workday 或 calendar。")
    close = _close(script.get("business_close"))
    return ClockTerms(script["limit"], unit, close), [_event(number, each) for number, each in enumerate(events, 1)]


def _event(number: int, event: object) -> ClockEvent:
    if not isinstance(event, Mapping):
        raise UnreadableScript(f"第 {number} 个事件应为 JSON 对象，含 at 和 event。")
    said, why, at = event.get("event"), event.get("why", ""), event.get("at")
    kind = next((each for each in KINDS if each == said), None)
    if kind is None:
        raise ImpossibleScript(
            f"第 {number} 个事件：不认识的事件“{_short(said)}”。", next_step=f"事件应为 {'、'.join(KINDS)} 之一。"
        )
    if not isinstance(why, str) or len(why) > 200 or not why.isprintable():
        raise UnreadableScript(f"第 {number} 个事件：why 应为不超过 200 字的一行文字。")
    if kind == "extended" and "by" not in event:
        raise ImpossibleScript(f"第 {number} 个事件：延长没有写明天数（by）。", next_step="请写明延长几日。")
    return ClockEvent(_moment(number, at), kind, why, event.get("by", 0))


def _moment(number: int, text: object) -> datetime:
    """The moment as written; one without a zone is refused by the clock itself."""
    try:
        if not isinstance(text, str) or len(text) > 40:
            raise ValueError
        return datetime.fromisoformat(text)
    except ValueError:
        raise ImpossibleScript(
            f"第 {number} 个事件：时间“{_short(text)}”不存在或写法不对。",
            next_step="请写成 2026-09-24T10:00:00+08:00，并核对年、月、日。",
        ) from None


def _close(text: object) -> time | None:
    if text is None:
        return None
    try:
        if not isinstance(text, str) or len(text) != 5:
            raise ValueError
        return time.fromisoformat(text)
    except ValueError:
        raise UnreadableScript(f"business_close“{_short(text)}”应写成 17:30 的样子。") from None


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=True)
    return "".join(letter for letter in text if letter.isprintable())[:40]
