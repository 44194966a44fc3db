"""办件: what may follow what, from the application to the archive. The table is the truth; the rest is derived from it.

Articles are those of 行政许可法 unless another law is named.
"""

from __future__ import annotations

from dataclasses import replace

from yimen.ground.matters.lifecycle import BEFORE, Procedure, State, StepRule
from yimen.service.cases.lifecycle_paths import PATH_STATES, PATHS
from yimen.service.catalogue.rules.powers import POWERS, Power

RECEIPT_WORKDAYS = 5
"""Art. 32: incomplete materials are told on the spot or within five working days, once."""

EXTENSION_WORKDAYS = 10
"""Art. 42: the head of the organ may extend once, by ten working days, telling the reasons."""

DELIVERY_WORKDAYS = 10
"""Art. 44: the result is issued and delivered within ten working days of the decision."""

STATES = (
    State("received", "待受理", "已收到，正在核对材料"),
    State("correction_requested", "待补正", "等您补齐材料", "stopped"),
    State("reviewing", "审查中", "已受理，正在审查"),
    State("correcting", "审查补正", "等您补齐材料", "stopped"),
    State("suspended", "特别程序", "正在听证、检验等，期间不计入时限", "stopped"),
    State("deciding", "待决定", "已审完，等待作出决定"),
    State("granted", "待送达（准予）", "已准予，等您领取"),
    State("refused", "待送达（不予）", "已作出不予许可决定，等您领取"),
    State("concluded", "已办结", "已办结", "closed"),
    State("archived", "已归档", "已办结", "closed"),
    State("not_required", "不需许可", "不需要办理许可", "closed"),
    State("declined", "不予受理", "不予受理", "closed"),
    State("withdrawn", "已撤回", "您已撤回", "closed"),
)

UNDECIDED = ("received", "correction_requested", "reviewing", "correcting", "suspended", "deciding")

STEPS = (
    StepRule(
        "submit", "提交申请", (BEFORE,), "received", "cases.intake", by="either", clock="start", clock_name="receipt",
        document="materials_receipt", public_label="提交申请", law="第二十九条、第三十二条",
    ),
    # The five lawful outcomes at receipt (art. 32).
    StepRule(
        "accept", "受理", ("received",), "reviewing", "cases.accept", power="accept", clock="start", clock_name="handling",
        document="acceptance_slip", public_label="受理", law="第三十二条第一款第（五）项", order=1,
    ),
    StepRule(
        "request_correction", "一次告知补正", ("received",), "correction_requested", "cases.accept", clock="stop",
        document="correction_notice", reason_needed=True, public_label="告知补正", law="第三十二条第一款第（四）项", order=2,
    ),
    StepRule(
        "correct_on_spot", "当场更正", ("received",), None, "cases.accept", reason_needed=True,
        public_label="当场更正", law="第三十二条第一款第（三）项", order=3,
    ),
    StepRule(
        "find_not_required", "不需许可", ("received",), "not_required", "cases.accept", power="accept", clock="finish",
        document="not_required_notice", reason_needed=True, public_label="告知不需要许可",
        law="第三十二条第一款第（一）项", order=4,
    ),
    StepRule(
        "decline", "不予受理", ("received",), "declined", "cases.accept", power="accept", clock="finish",
        document="not_accepted_notice", reason_needed=True, public_label="不予受理",
        law="第三十二条第一款第（二）项", order=5, danger=True,
    ),
    StepRule(
        "supplement", "补齐材料", ("correction_requested",), "received", "cases.intake", by="either", clock="resume",
        document="materials_receipt", public_label="补交材料", law="第三十二条第一款第（五）项", order=1, mandate="correct",
    ),
    # Review, special procedures, extension.
    StepRule(
        "record_opinion", "写审查意见", ("reviewing", "deciding"), None, "cases.review", public_label="审查",
        law="第三十四条", order=2, withheld=True,
    ),
    StepRule(
        "record_survey", "现场踏勘", ("reviewing",), None, "cases.review", public_label="现场踏勘", law="第三十四条第三款", order=3,
        withheld=True,
    ),
    StepRule(
        "pass_review", "审查完毕，送决定", ("reviewing",), "deciding", "cases.review", power="review",
        reason_needed=True, public_label="审查完毕", law="第三十四条", order=1, withheld=True,
    ),
    StepRule(
        "request_review_correction", "审查中告知补正", ("reviewing",), "correcting", "cases.review", clock="stop",
        # Art. 32 speaks of what is lacking before acceptance; no article orders a second chance during review.
        document="correction_notice", reason_needed=True, public_label="告知补正", order=5,
    ),
    StepRule(
        "supplement_review", "补齐材料", ("correcting",), "reviewing", "cases.intake", by="either", clock="resume",
        document="materials_receipt", public_label="补交材料", order=1, mandate="correct",
    ),
    StepRule(
        "suspend", "启动特别程序", ("reviewing",), "suspended", "cases.review", clock="stop",
        document="suspension_notice", reason_needed=True, public_label="特别程序，停止计时", law="第四十五条", order=6,
    ),
    StepRule(
        "resume", "特别程序结束", ("suspended",), "reviewing", "cases.review", clock="resume", reason_needed=True,
        public_label="恢复审查", law="第四十五条", order=1,
    ),
    StepRule(
        "extend_limit", "延长期限", ("reviewing", "deciding"), None, "cases.extend", clock="extend",
        document="extension_notice", reason_needed=True, public_label="延长办理期限", law="第四十二条第一款", order=7,
    ),
    StepRule(
        "return_to_review", "退回审查", ("deciding",), "reviewing", "cases.decide", reason_needed=True,
        public_label="退回补充审查", order=9, withheld=True,
    ),
    StepRule(
        # Drawn apart: only where somebody of another tier answers to the department.
        "hand_across", "移送上下级对口单位", ("received", "reviewing", "deciding"), None, "cases.hand_across",
        reason_needed=True, public_label="转由上下级对口单位接着办理", order=92, shown=False, withheld=True,
    ),
    # Decision.
    StepRule(
        "grant", "准予", ("deciding",), "granted", "cases.decide", power="decide", clock="start", clock_name="delivery",
        document="decision_grant", hold_point="decide", public_label="准予", law="第三十八条第一款", order=1,
    ),
    StepRule(
        "grant_at_once", "当场办结，准予", ("reviewing",), "granted", "cases.decide", power="decide", clock="start",
        clock_name="delivery", document="decision_grant", hold_point="decide", public_label="准予", law="第三十四条第二款",
        order=1,
    ),
    StepRule(
        "refuse", "不予许可", ("deciding",), "refused", "cases.decide", power="decide", clock="start",
        clock_name="delivery", document="decision_refuse", reason_needed=True, hold_point="decide",
        public_label="不予许可", law="第三十八条第二款", order=2, danger=True,
    ),
    # Delivery and the end.
    StepRule(
        "deliver", "送达", ("granted", "refused"), "concluded", "cases.deliver", clock="finish",
        document="delivery_receipt", hold_point="deliver", public_label="领取结果", law="第四十四条", order=1,
    ),
    StepRule("archive", "归档", ("concluded",), "archived", "cases.deliver", public_label="归档", order=1),
    StepRule(
        "withdraw", "撤回申请", UNDECIDED, "withdrawn", "cases.intake", by="either", clock="finish",
        reason_needed=True, public_label="撤回申请", order=99, danger=True, mandate="withdraw",
    ),
)  # fmt: skip

EFFECTS = (
    # What comes by itself when a limit runs out, and what takes it back.
    StepRule(
        "deem_accepted", "视为受理", ("received",), "reviewing", "cases.accept", by="system", clock="start",
        clock_name="handling", document="acceptance_slip", public_label="逾期未告知，依法视为受理",
        law="第三十二条第一款第（四）项", order=8, shown=False,
    ),
    StepRule(
        "undo_deemed", "撤销视为受理", ("reviewing",), "received", "cases.undo_effect", clock="start", clock_name="receipt",
        reason_needed=True, public_label="更正：撤销视为受理，重新核对材料", order=93, danger=True, shown=False,
    ),
)  # fmt: skip

LIFE_STATES = (State("abandoned", "视为放弃", "没有在期限内补齐材料，视为放弃申请", "closed"),)

LIFE = (
    # The full life of a case: renewal by silence, hearings, extension by the government, an application given up.
    StepRule(
        "deem_renewed", "视为准予延续", ("received", "reviewing", "suspended", "deciding"), "granted", "cases.decide",
        by="system", clock="start", clock_name="delivery", document="decision_grant",
        public_label="有效期届满前未作决定，依法视为准予延续", law="第五十条第二款", order=8, shown=False,
    ),
    StepRule(
        "undo_renewed", "撤销视为准予延续", ("granted",), "reviewing", "cases.undo_effect", clock="start",
        clock_name="handling", reason_needed=True, public_label="更正：撤销视为准予延续，接着审查", order=93, danger=True,
        shown=False,
    ),
    StepRule(
        "deem_abandoned", "视为放弃申请", ("correction_requested",), "abandoned", "cases.accept", by="system", clock="finish",
        public_label="逾期没有补齐材料，视为放弃申请", order=8, shown=False,
    ),
    StepRule(
        "undo_abandoned", "恢复办理", ("abandoned",), "received", "cases.undo_effect", clock="start", clock_name="receipt",
        reason_needed=True, public_label="更正：恢复办理，重新核对材料", order=93, shown=False, reopens=True,
    ),
    StepRule(
        "extend_joint", "延长期限（政府批准）", ("reviewing", "deciding"), None, "cases.extend_joint", clock="extend",
        document="extension_notice", reason_needed=True, public_label="延长办理期限", law="第四十二条第二款", order=7,
    ),
    StepRule(
        "begin_hearing", "听证开始，停止计时", ("reviewing", "deciding"), "suspended", "cases.hold_hearing", by="system",
        clock="stop", document="suspension_notice", public_label="进入听证，停止计时", law="第四十五条", order=8, shown=False,
    ),
    StepRule(
        "end_hearing", "听证结束，恢复审查", ("suspended",), "reviewing", "cases.hold_hearing", by="system", clock="resume",
        public_label="听证结束，恢复审查", law="第四十五条", order=8, shown=False,
    ),
)  # fmt: skip


def _also_while_superior_decides(rule: StepRule) -> StepRule:
    """An application may be taken back as long as nobody has decided: also while it lies with the superior (R055)."""
    return replace(rule, origins=(*rule.origins, "with_superior")) if rule.action == "withdraw" else rule


_THIRD = (*STEPS, *EFFECTS, *LIFE, *PATHS)
VERSIONS = {
    1: STEPS,
    2: (*STEPS, *EFFECTS),
    3: _THIRD,
    4: tuple(_also_while_superior_decides(rule) for rule in _THIRD),
}
"""The steps of each version. A case keeps the one it began with, unless it is moved on purpose; in version 1 no effect comes by
itself, before version 3 no kind has a path of its own, since version 4 an application can be taken back from the superior."""

WITH_PATHS = 3
"""The version of the procedure since which kinds have paths of their own."""

_WITH_PATHS = (*STATES, *LIFE_STATES, *PATH_STATES)
STATES_OF = {1: STATES, 2: STATES, 3: _WITH_PATHS, 4: _WITH_PATHS}

NEWEST = max(VERSIONS)


def licence(version: int = NEWEST) -> Procedure:
    """The lifecycle of a licence in a version."""
    return Procedure("licence", version, "依申请办件", STATES_OF[version], VERSIONS[version])


LICENCE = licence()


def _spoken(power: Power, version: int) -> Procedure:
    """The same table in the words of another power; articles of 行政许可法 do not bind it."""
    return Procedure(
        power.procedure,
        version,
        f"{LICENCE.label}（{power.title or '服务'}）",
        tuple(
            replace(state, label=power.say(state.label), public_label=power.say(state.public_label))
            for state in STATES_OF[version]
        ),
        tuple(
            replace(rule, label=power.say(rule.label), public_label=power.say(rule.public_label), law="")
            for rule in VERSIONS[version]
        ),
    )


def in_version(version: int) -> tuple[Procedure, ...]:
    """One lifecycle, once in the words of each power."""
    whole = LICENCE if version == NEWEST else licence(version)
    return (whole, *(_spoken(power, version) for power in POWERS if not power.licence))


PROCEDURES = in_version(NEWEST)
OLDER = tuple(table for version in VERSIONS if version != NEWEST for table in in_version(version))

OUTCOMES_AT_RECEIPT = ("find_not_required", "decline", "correct_on_spot", "request_correction", "accept")
