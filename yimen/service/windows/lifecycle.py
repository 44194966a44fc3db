"""What may follow what: 股室协办 (a window asks a section, R080) and 首问登记 (whoever is asked first answers, R059)."""

from __future__ import annotations

from yimen.ground.matters.lifecycle import BEFORE, Procedure, State, StepRule

ASK, ANSWER, FIRST = "windows.ask_section", "windows.answer_pull", "windows.first_ask"

PULL = Procedure(
    "pull",
    1,
    "股室协办",
    (
        State("asked", "待股室答复", "股室正在办"),
        State("answered", "待窗口确认", "股室已答复"),
        State("declined", "股室不办，待窗口处理", "股室说明不能办"),
        State("done", "已确认", "已办好", "closed"),
        State("undone", "未能协办", "未能协办", "closed"),
        State("withdrawn", "已撤回", "窗口已撤回", "closed"),
    ),
    (
        StepRule("ask", "要求协办", (BEFORE,), "asked", ASK, clock="start", clock_name="pull_answer",
                 public_label="窗口要求股室协办", law="R080"),
        StepRule("answer", "答复", ("asked",), "answered", ANSWER, clock="start", clock_name="pull_confirm",
                 reason_needed=True, public_label="股室答复", order=1),
        StepRule("ask_extension", "申请延期", ("asked",), None, ANSWER, reason_needed=True, public_label="申请延期",
                 order=2),
        StepRule("decline", "不能办，说明理由", ("asked",), "declined", ANSWER, clock="start",
                 clock_name="pull_confirm", reason_needed=True, public_label="股室说明不能办", order=3),
        StepRule("confirm", "确认", ("answered",), "done", ASK, clock="finish", public_label="窗口确认", order=1),
        StepRule("send_back", "退回重办", ("answered", "declined"), "asked", ASK, clock="start",
                 clock_name="pull_answer", reason_needed=True, public_label="退回重办", order=2),
        StepRule("accept_decline", "同意不办", ("declined",), "undone", ASK, clock="finish", reason_needed=True,
                 public_label="同意不办", order=1),
        StepRule("grant_extension", "同意延期", ("asked",), None, ASK, clock="extend", public_label="同意延期", order=3),
        StepRule("deny_extension", "不同意延期", ("asked",), None, ASK, reason_needed=True, public_label="不同意延期",
                 order=4),
        StepRule("urge", "催办", ("asked",), None, ASK, reason_needed=True, public_label="催办", order=5),
        StepRule("withdraw", "撤回", ("asked", "answered", "declined"), "withdrawn", ASK, clock="finish",
                 reason_needed=True, public_label="撤回", order=95, danger=True),
        StepRule("remind", "期限提醒", ("asked", "answered", "declined"), None, ASK, by="system",
                 public_label="期限提醒", shown=False),
    ),
)  # fmt: skip

FIRST_ASK = Procedure(
    "first_ask",
    1,
    "首问登记",
    (
        State("open", "待答复", "首问责任人正在办"),
        State("offered", "转交中", "正在转交，首问责任人跟踪"),
        State("answered", "已答复", "已答复", "closed"),
        State("dropped", "已撤销", "登记已撤销", "closed"),
    ),
    (
        StepRule("record", "登记首问", (BEFORE,), "open", FIRST, clock="start", clock_name="first_answer",
                 public_label="登记", law="R059"),
        StepRule("answer", "答复", ("open",), "answered", FIRST, clock="finish", reason_needed=True,
                 public_label="答复", order=1),
        StepRule("note", "记办理情况", ("open", "offered"), None, FIRST, reason_needed=True, public_label="正在办",
                 order=4),
        StepRule("offer", "转交", ("open",), "offered", FIRST, reason_needed=True, public_label="转交", order=3),
        StepRule("take", "接收", ("offered",), "open", FIRST, public_label="接收", order=1),
        StepRule("refuse", "不接收", ("offered",), "open", FIRST, reason_needed=True, public_label="没有接收，退回",
                 order=2),
        StepRule("recall", "收回", ("offered",), "open", FIRST, reason_needed=True, public_label="收回", order=3),
        StepRule("urge", "催办", ("open", "offered"), None, FIRST, reason_needed=True, public_label="催办", order=5),
        StepRule("drop", "登记有误，撤销", ("open",), "dropped", FIRST, clock="finish", reason_needed=True,
                 public_label="撤销", order=95, danger=True),
        StepRule("remind", "期限提醒", ("open", "offered"), None, FIRST, by="system", public_label="期限提醒",
                 shown=False),
    ),
)  # fmt: skip

PROCEDURES = (PULL, FIRST_ASK)

CLOCKS = {"pull_answer": "股室答复", "pull_confirm": "窗口确认", "first_answer": "首问答复"}
"""What the clocks are called."""
