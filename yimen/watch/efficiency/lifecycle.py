"""What may follow what: 整改通知, 效能投诉, 过错, 追责阶梯, 授权与进驻检查. Five tables; all else is derived from them."""

from __future__ import annotations

from yimen.ground.matters.lifecycle import BEFORE, Procedure, State, StepRule

MANAGE, RECTIFY = "efficiency.manage", "efficiency.rectify"
COMPLAINTS, INTAKE = "efficiency.complaints", "efficiency.intake"
DECIDE, OWN = "efficiency.decide", "efficiency.own"


def _remind(*states: str) -> StepRule:
    return StepRule("remind", "期限提醒", states, None, MANAGE, by="system", public_label="期限提醒", shown=False)


CORRECTION = Procedure(
    "correction",
    1,
    "整改通知",
    (
        State("rectifying", "待整改", "已通知整改"),
        State("reported", "待核验", "已报整改情况"),
        State("verified", "已整改", "已整改", "closed"),
        State("escalated", "转问责", "转问责", "closed"),
        State("withdrawn", "已撤回", "已撤回", "closed"),
    ),
    (
        StepRule("issue", "下达整改通知", (BEFORE,), "rectifying", MANAGE, clock="start", clock_name="rectifying",
                 document="correction_order", public_label="下达整改通知", law="R216、R240"),
        StepRule("sign", "签收", ("rectifying",), None, RECTIFY, public_label="签收", order=2),
        StepRule("report", "报整改情况", ("rectifying",), "reported", RECTIFY, clock="start", clock_name="verifying",
                 reason_needed=True, public_label="报整改情况", order=1),
        StepRule("verify", "核验通过", ("reported",), "verified", MANAGE, clock="finish", reason_needed=True,
                 public_label="核验通过", order=1),
        StepRule("send_back", "退回重新整改", ("reported",), "rectifying", MANAGE, clock="start", clock_name="rectifying",
                 reason_needed=True, public_label="退回重新整改", order=2),
        StepRule("urge", "催办", ("rectifying",), None, MANAGE, reason_needed=True, public_label="催办", order=3),
        StepRule("extend", "延长整改期限", ("rectifying",), None, MANAGE, clock="extend", reason_needed=True,
                 public_label="延长整改期限", order=4),
        StepRule("escalate", "整改不到位，转问责", ("rectifying", "reported"), "escalated", MANAGE, clock="finish",
                 reason_needed=True, public_label="转问责", order=80, danger=True, law="R234"),
        StepRule("withdraw", "撤回通知", ("rectifying", "reported"), "withdrawn", MANAGE, clock="finish",
                 reason_needed=True, public_label="撤回", order=95, danger=True),
        _remind("rectifying", "reported"),
    ),
)  # fmt: skip

COMPLAINT = Procedure(
    "complaint",
    1,
    "效能投诉",
    (
        State("received", "待受理", "已收到，等待受理"),
        State("investigating", "调查中", "已受理，正在调查"),
        State("found", "待答复", "已查清，准备答复"),
        State("answered", "待回访", "已答复"),
        State("closed", "已办结", "已办结", "closed"),
        State("declined", "不予受理", "不予受理", "closed"),
        State("withdrawn", "已撤回", "您已撤回", "closed"),
    ),
    (
        StepRule("submit", "提交", (BEFORE,), "received", INTAKE, by="system", clock="start", clock_name="accepting",
                 public_label="提交", law="R236", shown=False),
        StepRule("register", "登记", (BEFORE,), "received", INTAKE, clock="start", clock_name="accepting",
                 public_label="登记", law="R236"),
        StepRule("accept", "受理", ("received",), "investigating", COMPLAINTS, clock="start", clock_name="investigating",
                 public_label="受理", order=1),
        StepRule("answer_at_once", "当场答复咨询", ("received",), "closed", COMPLAINTS, clock="finish",
                 reason_needed=True, public_label="答复", order=2, law="R236"),
        StepRule("decline", "不予受理", ("received",), "declined", COMPLAINTS, clock="finish", reason_needed=True,
                 public_label="不予受理", order=80, danger=True),
        StepRule("note", "记调查情况", ("investigating", "found"), None, COMPLAINTS, public_label="调查", order=3),
        StepRule("find_effective", "认定有效", ("investigating",), "found", COMPLAINTS, public_label="查清",
                 order=1, law="R238"),
        StepRule("find_ineffective", "认定无效", ("investigating",), "found", COMPLAINTS, public_label="查清",
                 order=2, law="R238"),
        StepRule("extend", "延长办理期限", ("investigating",), None, COMPLAINTS, clock="extend", reason_needed=True,
                 public_label="延长办理期限", order=5),
        StepRule("answer", "答复投诉人", ("found",), "answered", COMPLAINTS, clock="start", clock_name="following",
                 reason_needed=True, public_label="答复", order=1),
        StepRule("follow_up", "登记回访", ("answered",), "closed", COMPLAINTS, clock="finish",
                 public_label="回访", order=1),
        StepRule("reinvestigate", "重新调查", ("answered",), "investigating", COMPLAINTS, clock="start",
                 clock_name="investigating", reason_needed=True, public_label="重新调查", order=2),
        StepRule("recuse", "本人回避", ("received", "investigating", "found", "answered"), None, COMPLAINTS,
                 reason_needed=True, public_label="更换办理人", order=90),
        StepRule("rate", "投诉人评价", ("answered",), "closed", COMPLAINTS, by="system", clock="finish",
                 public_label="您作了评价", shown=False),
        StepRule("supplement", "投诉人补充", ("received", "investigating"), None, COMPLAINTS, by="system",
                 public_label="您补充了情况", shown=False),
        StepRule("withdraw", "投诉人撤回", ("received", "investigating"), "withdrawn", COMPLAINTS, by="system",
                 clock="finish", public_label="您撤回了投诉", shown=False),
        _remind("received", "investigating", "found", "answered"),
    ),
)  # fmt: skip

FAULT = Procedure(
    "fault",
    1,
    "过错责任",
    (
        State("hearing", "听取陈述", "等当事人陈述申辩"),
        State("deliberating", "待认定", "正在认定"),
        State("decided", "可申诉", "已认定，可以申诉"),
        State("appealed", "申诉复核", "已申诉，正在复核"),
        State("final", "已生效", "已生效", "closed"),
        State("dismissed", "不予追究", "不予追究", "closed"),
        State("revoked", "已撤销", "复核后撤销", "closed"),
    ),
    (
        StepRule("open", "立案并告知当事人", (BEFORE,), "hearing", MANAGE, clock="start", clock_name="statement",
                 public_label="立案并告知", law="R234"),
        StepRule("state", "陈述申辩", ("hearing",), "deliberating", OWN, clock="start", clock_name="deciding",
                 reason_needed=True, public_label="陈述申辩", order=1),
        StepRule("record_statement", "代记陈述", ("hearing",), "deliberating", MANAGE, clock="start",
                 clock_name="deciding", reason_needed=True, public_label="陈述申辩", order=2),
        StepRule("silent", "逾期未陈述", ("hearing",), "deliberating", MANAGE, clock="start", clock_name="deciding",
                 public_label="逾期未陈述", order=3),
        StepRule("decide", "认定过错", ("deliberating",), "decided", DECIDE, clock="start", clock_name="appealing",
                 reason_needed=True, public_label="认定过错", order=1),
        StepRule("dismiss", "不予追究", ("deliberating",), "dismissed", DECIDE, clock="finish", reason_needed=True,
                 public_label="不予追究", order=2),
        StepRule("appeal", "申诉", ("decided",), "appealed", OWN, clock="start", clock_name="reviewing",
                 reason_needed=True, public_label="申诉", order=1),
        StepRule("become_final", "申诉期满，生效", ("decided",), "final", DECIDE, clock="finish",
                 public_label="申诉期满，生效", order=3),
        StepRule("uphold", "维持", ("appealed",), "final", DECIDE, clock="finish", reason_needed=True,
                 public_label="复核维持", order=1),
        StepRule("soften", "减轻", ("appealed",), "final", DECIDE, clock="finish", reason_needed=True,
                 public_label="复核减轻", order=2),
        StepRule("revoke", "撤销", ("appealed",), "revoked", DECIDE, clock="finish", reason_needed=True,
                 public_label="复核撤销", order=3),
        _remind("hearing", "deliberating", "decided", "appealed"),
    ),
)  # fmt: skip

LADDER = Procedure(
    "ladder",
    1,
    "追责阶梯",
    (
        State("open", "追责中", "追责中"),
        State("relieved", "已解除", "已改正，解除", "closed"),
    ),
    (
        StepRule("begin", "启动追责", (BEFORE,), "open", DECIDE, public_label="启动追责", law="R235"),
        StepRule("take_rung", "采取措施", ("open",), None, DECIDE, reason_needed=True, public_label="采取措施", order=1),
        StepRule("relieve", "已改正，解除", ("open",), "relieved", DECIDE, reason_needed=True,
                 public_label="解除", order=9),
    ),
)  # fmt: skip

ENTRY_CHECK = Procedure(
    "entry_check",
    1,
    "授权与进驻检查",
    (
        State("assigned", "待自查", "已交办，等单位自查"),
        State("reported", "待检查", "已报自查，等检查"),
        State("concluded", "已检查", "已检查", "closed"),
        State("withdrawn", "已撤回", "已撤回", "closed"),
    ),
    (
        StepRule("assign", "交办", (BEFORE,), "assigned", MANAGE, clock="start", clock_name="self_check",
                 public_label="交办", law="R226"),
        StepRule("report", "报自查情况", ("assigned",), "reported", RECTIFY, clock="start", clock_name="judging",
                 reason_needed=True, public_label="报自查情况", order=1),
        StepRule("judge", "下检查结论", ("assigned", "reported"), "concluded", MANAGE, clock="finish",
                 reason_needed=True, public_label="检查结论", order=2),
        StepRule("urge", "催办", ("assigned",), None, MANAGE, reason_needed=True, public_label="催办", order=3),
        StepRule("withdraw", "撤回", ("assigned", "reported"), "withdrawn", MANAGE, clock="finish", reason_needed=True,
                 public_label="撤回", order=95, danger=True),
        _remind("assigned", "reported"),
    ),
)  # fmt: skip

PROCEDURES = (CORRECTION, COMPLAINT, FAULT, LADDER, ENTRY_CHECK)

CLOCKS = {
    "rectifying": "整改",
    "verifying": "核验",
    "accepting": "受理",
    "investigating": "办理",
    "following": "回访",
    "statement": "陈述申辩",
    "deciding": "认定",
    "appealing": "申诉",
    "reviewing": "复核",
    "self_check": "自查",
    "judging": "检查",
}
"""What the clocks are called."""
