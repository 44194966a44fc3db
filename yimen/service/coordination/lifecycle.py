"""协调事项: what may follow what, from the question to its end (R015). The table is the truth; the rest is derived from it.

The office assigns, the department answers, the office confirms; each has its own clock. What the office cannot settle goes
to the government, and while it decides no clock of the department runs.
"""

from __future__ import annotations

from yimen.ground.matters.lifecycle import BEFORE, Procedure, State, StepRule

RAISE, MANAGE, ANSWER = "coordination.raise", "coordination.manage", "coordination.answer"

STATES = (
    State("raised", "待交办", "已提出，等管理办公室交办"),
    State("assigned", "待答复", "已交办，等承办单位答复"),
    State("answered", "待确认", "已答复，等管理办公室确认"),
    State("reported", "已报政府", "已报政府，等批示", "stopped"),
    State("solved", "已解决", "已解决", "closed"),
    State("closed", "未解决结案", "已结案", "closed"),
    State("withdrawn", "已撤回", "已撤回", "closed"),
)

STEPS = (
    StepRule(
        "raise", "提出", (BEFORE,), "raised", RAISE, clock="start", clock_name="assigning", public_label="提出", law="R015",
    ),
    StepRule(
        "send_across", "直送对应部门", (BEFORE,), "assigned", RAISE, clock="start", clock_name="answering",
        public_label="直送对应部门", law="R002",
    ),
    StepRule(
        "assign", "交办", ("raised",), "assigned", MANAGE, clock="start", clock_name="answering", reason_needed=True,
        public_label="交办", order=1,
    ),
    StepRule(
        "solve_on_spot", "现场解决", ("raised",), "solved", MANAGE, clock="finish", reason_needed=True,
        public_label="现场解决", order=2,
    ),
    StepRule(
        "answer", "答复", ("assigned",), "answered", ANSWER, clock="start", clock_name="confirming", reason_needed=True,
        public_label="答复", order=1,
    ),
    StepRule(
        "redirect", "改交其他单位", ("assigned", "answered"), "assigned", MANAGE, clock="start", clock_name="answering",
        reason_needed=True, public_label="改交其他单位", order=6,
    ),
    StepRule(
        "return_answer", "退回重办", ("answered",), "assigned", MANAGE, clock="start", clock_name="answering",
        reason_needed=True, public_label="退回重办", order=2,
    ),
    StepRule(
        "extend_answer", "延长答复期限", ("assigned",), None, MANAGE, clock="extend", reason_needed=True,
        public_label="延长答复期限", order=5,
    ),
    StepRule("urge", "催办", ("assigned",), None, MANAGE, reason_needed=True, public_label="催办", order=3),
    StepRule(
        "confirm", "确认已解决", ("answered", "reported"), "solved", MANAGE, clock="finish", reason_needed=True,
        public_label="确认已解决", order=1,
    ),
    StepRule(
        "report", "报政府", ("raised", "assigned", "answered"), "reported", MANAGE, clock="stop", reason_needed=True,
        public_label="报政府", order=7, shown=False,
    ),
    StepRule(
        "instruct", "落实批示", ("reported",), "assigned", MANAGE, clock="start", clock_name="answering",
        reason_needed=True, public_label="落实批示", order=2,
    ),
    StepRule(
        "close_unsolved", "未解决结案", ("answered", "reported"), "closed", MANAGE, clock="finish", reason_needed=True,
        public_label="结案", order=90, danger=True,
    ),
    StepRule(
        "withdraw", "撤回", ("raised",), "withdrawn", RAISE, clock="finish", reason_needed=True, public_label="撤回",
        order=95, danger=True,
    ),
    StepRule(
        "remind", "期限提醒", ("raised", "assigned", "answered"), None, MANAGE, by="system", public_label="期限提醒",
        shown=False,
    ),
)  # fmt: skip

COORDINATION = Procedure("coordination", 1, "协调事项", STATES, STEPS)

CLOCKS = {"assigning": "交办", "answering": "答复", "confirming": "确认"}
"""What the clocks are called."""

LAST_STATES = ("solved", "closed", "withdrawn")
