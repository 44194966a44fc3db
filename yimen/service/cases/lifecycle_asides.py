"""What is asked or held beside a case, each a matter with a clock of its own: 征求意见 (R054, R061) and 听证 (行政许可法 arts. 46–48)."""

from __future__ import annotations

from yimen.ground.matters.lifecycle import BEFORE, Procedure, State, StepRule
from yimen.service.cases.lifecycle_revoking import REVOCATION

ASK, GIVE, HOLD_HEARING, UNDO = "cases.ask_opinion", "cases.give_opinion", "cases.hold_hearing", "cases.undo_effect"

OPINION = Procedure(
    "opinion_request",
    1,
    "征求意见",
    (
        State("asked", "待答复", "正在征求其他部门意见"),
        State("answered", "已答复", "其他部门已答复", "closed"),
        State("deemed", "视为同意", "其他部门逾期没有答复，视为同意", "closed"),
        State("withdrawn", "已收回", "不再征求", "closed"),
        State("lapsed", "随办件终止", "不再征求", "closed"),
    ),
    (
        StepRule(
            "ask", "征求意见", (BEFORE,), "asked", ASK, clock="start", clock_name="opinion", public_label="征求意见",
        ),
        StepRule(
            "answer", "答复意见", ("asked",), "answered", GIVE, clock="finish", reason_needed=True, public_label="答复",
            order=1,
        ),
        StepRule("urge", "催办", ("asked",), None, ASK, reason_needed=True, public_label="催办", order=3),
        StepRule(
            "extend_answer", "延长答复期限", ("asked",), None, ASK, clock="extend", reason_needed=True,
            public_label="延长答复期限", order=4,
        ),
        StepRule(
            "withdraw", "收回", ("asked",), "withdrawn", ASK, clock="finish", reason_needed=True, public_label="收回",
            order=90, danger=True,
        ),
        StepRule(
            "deem_agreed", "超时默认，视为同意", ("asked",), "deemed", GIVE, by="system", clock="finish",
            public_label="逾期没有答复，视为同意", shown=False,
        ),
        StepRule(
            "undo_agreed", "撤销视为同意", ("deemed",), "asked", UNDO, clock="start", clock_name="opinion", reason_needed=True,
            public_label="更正：撤销视为同意，重新征求", order=93, danger=True, reopens=True,
        ),
        StepRule(
            "lapse", "办件已了结，不再征求", ("asked",), "lapsed", GIVE, by="system", clock="finish", public_label="不再征求",
            shown=False,
        ),
    ),
)  # fmt: skip

HEARING = Procedure(
    "hearing",
    1,
    "听证",
    (
        State("told", "等申请人决定是否听证", "您可以要求听证"),
        State("requested", "待组织", "已要求听证，正在安排"),
        State("noticed", "待举行", "已通知听证的时间和地点"),
        State("held", "已举行", "听证已举行", "closed"),
        State("waived", "放弃听证", "没有要求听证", "closed"),
        State("called_off", "已取消", "听证已取消", "closed"),
    ),
    (
        StepRule(
            "tell_right", "告知听证权利", (BEFORE,), "told", HOLD_HEARING, clock="start", clock_name="hearing_request",
            document="hearing_right_notice", public_label="告知可以要求听证", law="第四十七条第一款",
        ),
        StepRule(
            "announce", "决定举行听证并公告", (BEFORE,), "requested", HOLD_HEARING, clock="start", clock_name="hearing",
            public_label="决定举行听证", law="第四十六条",
        ),
        StepRule(
            "request", "要求听证", ("told",), "requested", HOLD_HEARING, by="either", clock="start", clock_name="hearing",
            public_label="要求听证", law="第四十七条第一款", order=1,
        ),
        StepRule(
            "waive", "放弃听证", ("told",), "waived", HOLD_HEARING, by="either", clock="finish", public_label="放弃听证",
            law="第四十七条第一款", order=2,
        ),
        StepRule(
            "deem_waived", "逾期没有要求听证", ("told",), "waived", HOLD_HEARING, by="system", clock="finish",
            public_label="没有在五个工作日内要求听证", law="第四十七条第一款", shown=False,
        ),
        StepRule(
            "notify", "通知听证的时间、地点", ("requested",), "noticed", HOLD_HEARING, document="hearing_notice",
            public_label="通知听证的时间、地点", law="第四十八条第一款第（一）项", order=1,
        ),
        StepRule(
            "challenge", "申请主持人回避", ("noticed",), None, HOLD_HEARING, by="either", reason_needed=True,
            public_label="申请主持人回避", law="第四十八条第一款第（三）项", order=3,
        ),
        StepRule(
            "rearrange", "改期或换主持人", ("noticed",), "noticed", HOLD_HEARING, document="hearing_notice", reason_needed=True,
            public_label="听证改期或换主持人", law="第四十八条第一款", order=4,
        ),
        StepRule(
            "record", "登记听证笔录", ("noticed",), "held", HOLD_HEARING, clock="finish", document="hearing_record",
            reason_needed=True, public_label="举行听证，制作笔录", law="第四十八条第一款第（五）项", order=1,
        ),
        StepRule(
            "lapse", "办件已了结，不再听证", ("told", "requested", "noticed"), "called_off", HOLD_HEARING, by="system",
            clock="finish", public_label="不再听证", shown=False,
        ),
        StepRule(
            "call_off", "取消听证", ("told", "requested", "noticed"), "called_off", HOLD_HEARING, by="either", clock="finish",
            reason_needed=True, public_label="取消听证", order=90, danger=True,
        ),
    ),
)  # fmt: skip

ASIDES = (OPINION, HEARING, REVOCATION)
