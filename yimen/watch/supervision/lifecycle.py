"""预警和红黄牌: what may follow what, from the finding to the end. The table is the truth; the rest is derived from it.

Whoever is responsible explains before anybody judges; whoever is given a card may appeal within a limit; another person than the
one who gave it decides on the appeal. What the derivation of a clock no longer bears is withdrawn by the system, in any state.
"""

from __future__ import annotations

from yimen.ground.matters.lifecycle import BEFORE, Procedure, State, StepRule

RAISE, EXPLAIN, JUDGE, APPEAL, REVIEW = (
    "supervision.raise",
    "supervision.explain",
    "supervision.judge",
    "supervision.appeal",
    "supervision.review",
)

STATES = (
    State("raised", "待说明", "已发出预警，等责任岗位说明"),
    State("explained", "待认定", "已说明，等监察认定"),
    State("carded", "已发牌", "已发牌，可以申诉"),
    State("appealed", "申诉中", "已申诉，等复核"),
    State("accepted", "说明成立", "说明成立，不发牌", "closed"),
    State("noted", "已提醒", "已提醒，不发牌", "closed"),
    State("confirmed", "牌已生效", "牌已生效", "closed"),
    State("softened", "减轻后生效", "减轻后生效", "closed"),
    State("withdrawn", "已撤销", "已撤销", "closed"),
)

STEPS = (
    StepRule(
        "detect", "规则发现", (BEFORE,), "raised", RAISE, by="system", clock="start", clock_name="explaining",
        public_label="发出预警", law="R216",
    ),
    StepRule(
        "raise", "人工发出预警", (BEFORE,), "raised", RAISE, clock="start", clock_name="explaining", reason_needed=True,
        public_label="发出预警", law="R216",
    ),
    StepRule(
        "explain", "说明情况", ("raised",), "explained", EXPLAIN, clock="start", clock_name="judging", reason_needed=True,
        public_label="说明情况", order=1,
    ),
    StepRule(
        "lapse_explanation", "逾期未说明", ("raised",), "explained", JUDGE, by="system", clock="start",
        clock_name="judging", public_label="逾期未说明", shown=False,
    ),
    StepRule(
        "accept_explanation", "说明成立，不发牌", ("explained",), "accepted", JUDGE, clock="finish", reason_needed=True,
        public_label="说明成立", order=1,
    ),
    StepRule(
        "give_card", "发牌", ("explained",), "carded", JUDGE, clock="start", clock_name="appealing", reason_needed=True,
        public_label="发牌", order=2, danger=True,
    ),
    StepRule(
        "note", "只作提醒", ("raised", "explained"), "noted", JUDGE, clock="finish", reason_needed=True,
        public_label="已提醒", order=3,
    ),
    StepRule(
        "appeal", "申诉", ("carded",), "appealed", APPEAL, clock="start", clock_name="reviewing", reason_needed=True,
        public_label="申诉", order=1,
    ),
    StepRule(
        "lapse_appeal", "申诉期满，牌生效", ("carded",), "confirmed", JUDGE, by="system", clock="finish",
        public_label="申诉期满，牌生效", shown=False,
    ),
    StepRule(
        "take_back", "自行撤销", ("carded",), "withdrawn", JUDGE, clock="finish", reason_needed=True,
        public_label="撤销", order=8,
    ),
    StepRule(
        "confirm", "维持", ("appealed",), "confirmed", REVIEW, clock="finish", reason_needed=True, public_label="维持",
        order=1,
    ),
    StepRule(
        "soften", "减轻", ("appealed",), "softened", REVIEW, clock="finish", reason_needed=True, public_label="减轻",
        order=2,
    ),
    StepRule(
        "revoke", "撤销", ("appealed",), "withdrawn", REVIEW, clock="finish", reason_needed=True, public_label="撤销",
        order=3,
    ),
    StepRule(
        "rejudge", "期限重算后撤销", ("raised", "explained", "carded", "appealed"), "withdrawn", JUDGE, by="system",
        clock="finish", public_label="期限重算后不再成立，自动撤销", shown=False,
    ),
    StepRule(
        "rejudge_later", "期限重算后撤销", ("confirmed", "softened"), "withdrawn", JUDGE, by="system",
        public_label="期限重算后不再成立，自动撤销", shown=False,
    ),
    StepRule(
        "rejudge_softer", "期限重算后减轻", ("carded", "appealed", "confirmed"), None, JUDGE, by="system",
        public_label="期限重算后减轻", shown=False,
    ),
)  # fmt: skip

ALERT = Procedure("alert", 1, "监察预警", STATES, STEPS)

CLOCKS = {"explaining": "说明", "judging": "认定", "appealing": "申诉", "reviewing": "复核"}
"""What the clocks are called."""

STANDING = ("carded", "appealed", "confirmed", "softened")
"""States in which a card stands."""
