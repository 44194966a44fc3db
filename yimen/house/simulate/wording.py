"""A simulated case on its way, and the words of its acts: what the ledger keeps, what letters say, what the columns become.

Each act's facts are those that its service writes; a test compares clocks and results, another the ledger's text. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from yimen.ground.kit.moments import CHINA, say_date
from yimen.ground.matters import rules as clock_rules
from yimen.ground.matters.clocks import ClockMark
from yimen.ground.matters.lifecycle import BEFORE
from yimen.house.simulate import people, texts
from yimen.house.simulate.plotting import Act, Story
from yimen.house.simulate.world import Hand, Need, SimItem
from yimen.service.cases.services.delivery import METHODS

DELIVERIES = {"window": "signature", "post": "post", "online": "online"}


@dataclass(slots=True)
class CaseParty:
    """The applicant: id, uid, the invented person, the number as it is shown."""

    id: int
    uid: str
    invented: people.Invented
    masked: str
    phone: str


@dataclass(slots=True)
class MaterialLine:
    """One material of the case on its way."""

    need: Need
    state: str
    note: str = ""
    by: str = ""
    at: int | None = None


@dataclass(slots=True)
class SimCase:
    """A case while its story is being played."""

    story: Story
    item: SimItem
    matter_id: int
    code: str
    party: CaseParty
    materials: list[MaterialLine]
    state: str = BEFORE
    seq: int = 0
    last_link: bytes = b""
    marks: list[ClockMark] = field(default_factory=list)
    person: Hand | None = None
    closed_at: int | None = None
    outcome: str = ""
    work_days: int | None = None
    on_time: bool | None = None
    corrections: int = 0
    extended: int = 0
    slip: str = ""
    accepted_at: int | None = None
    decided_at: int | None = None
    decision: str = ""
    decision_number: str = ""
    decision_reason: str = ""
    delivered_at: int | None = None
    receiver: str = ""
    proof: str = ""


def facts_of(case: SimCase, act: Act, hand: Hand | None, number: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the ledger keeps of an act, as its service writes it; and the words that letters and columns repeat."""
    item, n = case.item, act.n
    said: dict[str, Any]
    match act.action:
        case "submit":
            facts = {
                "item": item.code,
                "edition": item.number,
                "form": item.form_version,
                "channel": case.story.channel,
            }
            return facts, {}
        case "accept":
            return {"slip": number, "kind": item.kind}, {}
        case "request_correction" | "request_review_correction":
            rows = _lacking(case, n)
            return {"reason": "材料不齐全或不符合法定形式", "items": rows}, {"items": rows, "reason": ""}
        case "supplement" | "supplement_review":
            return {"orders": [place for place, each in enumerate(case.materials, 1) if each.state == "returned"]}, {}
        case "find_not_required" | "decline":
            said = {
                "reason": _pick(texts.DECLINE if act.action == "decline" else texts.NOT_REQUIRED, n),
                "competent": _pick(texts.COMPETENT, n) if act.action == "decline" else "",
            }
            return {**said, "letter": number}, said
        case "record_opinion" | "pass_review" | "record_survey":
            survey = act.action == "record_survey"
            reviewed = texts.REVIEWED_REFUSE if act.why == "refuse" else texts.REVIEWED
            text = _pick(texts.SURVEY if survey else reviewed if act.action == "pass_review" else texts.OPINION, n)
            name = hand.name if hand else ""
            people_named = f"{name}、{_pick(texts.COMPANIONS, n)}" if survey else name
            conclusion = act.why if act.action == "pass_review" else ""
            return {"reason": text, "conclusion": conclusion, "people": people_named}, {"reason": text}
        case "suspend":
            said = {
                "reason": texts.SPECIAL[act.why],
                "procedure": clock_rules.STOPPED_FOR[act.why],
                "days_needed": act.days,
            }
            return dict(said), said
        case "extend_limit":
            said = {"reason": _pick(texts.EXTEND, n), "days": act.days}
            return dict(said), said
        case "grant" | "grant_at_once" | "refuse":
            words = {"grant": texts.GRANT, "grant_at_once": texts.AT_ONCE, "refuse": texts.REFUSE}[act.action]
            decision = "refused" if act.action == "refuse" else "granted"
            text = _pick(words, n)
            return {"reason": text, "decision": decision, "letter": number}, {"reason": text, "decision": decision}
        case "deliver":
            method = METHODS[DELIVERIES[case.story.delivery]]
            return {"method": method, "letter": number}, {"method": method}
        case "correct_on_spot" | "resume" | "return_to_review" | "withdraw":
            reasons = {
                "correct_on_spot": texts.SPOT, "resume": texts.RESUMED, "return_to_review": texts.RETURN,
                "withdraw": texts.WITHDRAW,
            }  # fmt: skip
            text = _pick(reasons[act.action], n)
            return {"reason": text}, {"reason": text}
    return {}, {}


def _lacking(case: SimCase, n: int) -> list[dict[str, Any]]:
    """One or two materials with what is wrong with them."""
    own = [place for place, each in enumerate(case.materials, 1) if not each.need.exempt] or [1]
    chosen = sorted({own[n % len(own)], own[(n // 7) % len(own)]})
    return [
        {"order": order, "name": case.materials[order - 1].need.name, "problem": _pick(texts.CORRECTION, n + order)}
        for order in chosen
    ]


def note(case: SimCase, act: Act, hand: Hand | None, number: str, said: dict[str, Any]) -> None:
    """What the act changes in the case's own columns and materials."""
    name = hand.name if hand else ""
    match act.action:
        case "claim":
            case.person = hand
        case "accept":
            case.slip, case.accepted_at = number, act.at
            _check(case, ("provided", "paper"), "accepted", name, act.at)
        case "request_correction" | "request_review_correction":
            case.corrections += 1
            for row in said["items"]:
                each = case.materials[row["order"] - 1]
                each.state, each.note, each.by, each.at = "returned", row["problem"], name, act.at
        case "supplement" | "supplement_review":
            for each in case.materials:
                if each.state == "returned":
                    each.state, each.note = "paper", ""
        case "pass_review":
            _check(case, ("provided", "paper"), "accepted", name, act.at)
        case "find_not_required" | "decline":
            case.decision = "declined" if act.action == "decline" else "not_required"
            case.decision_reason, case.decision_number = said["reason"], number
        case "extend_limit":
            case.extended = act.days
        case "grant" | "grant_at_once" | "refuse":
            case.decided_at, case.decision, case.decision_number = act.at, said["decision"], number
            case.decision_reason = said["reason"] if act.action == "refuse" else ""
        case "deliver":
            case.delivered_at, case.receiver = (
                act.at,
                case.party.invented.legal_representative or case.party.invented.name,
            )
            case.proof = f"EY{act.at % 10**9:09d}CN" if case.story.delivery == "post" else ""


def _check(case: SimCase, states: Sequence[str], to: str, by: str, at: int) -> None:
    for each in case.materials:
        if each.state in states:
            each.state, each.by, each.at = to, by, at


def letter_facts(case: SimCase, act: Act, said: dict[str, Any]) -> dict[str, Any]:
    """What the letter of an act says besides what every letter says."""
    day = say_date(china_day(act.at))
    match act.action:
        case "submit":
            states = {"paper": "已收纸质件", "provided": "已交，待核", "exempt": "免提交", "missing": "未交"}
            return {
                "materials": [
                    {"order": 0, "name": "申请表", "state": "已填写"},
                    *(
                        {"order": order, "name": each.need.name, "state": states[each.state]}
                        for order, each in enumerate(case.materials, 1)
                    ),
                ]
            }
        case "accept":
            item = case.item
            limits = {"limit": item.promise_label or "未作承诺", "legal_limit": item.legal_label or "没有规定"}
            return {"accepted_on": day, **limits}
        case "request_correction" | "request_review_correction":
            stage = {"stage": "review"} if act.action == "request_review_correction" else {}
            return {"items": said["items"], "reason": "", **stage}
        case "grant" | "grant_at_once" | "refuse":
            reason = said["reason"] if act.action == "refuse" else ""
            return {"reason": reason, "decided_on": day, "slip": case.slip, "results": list(case.item.results)}
        case "deliver":
            return {
                "method": said["method"], "receiver": case.receiver, "decision": case.decision_number,
            }  # fmt: skip
    return dict(said)


def _pick(words: Sequence[str], n: int) -> str:
    return words[n % len(words)]


def china_day(at: int) -> date:
    """The day in China on which a second falls."""
    return datetime.fromtimestamp(at, tz=CHINA).date()
