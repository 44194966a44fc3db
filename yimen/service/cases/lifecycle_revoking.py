"""撤销决定 (行政许可法第六十九条): a matter of its own beside the case that was decided.

Nobody's right is taken away unheard: told first, with the reason (第七条：陈述权、申辩权), then statements or a hearing, then a decision
by whoever may decide. The ledger of the case itself stays as it is: what was decided was decided.
"""

from __future__ import annotations

from yimen.ground.matters.lifecycle import BEFORE, Procedure, State, StepRule

PROPOSE = "cases.propose_revocation"

REVOCATION = Procedure(
    "revocation",
    1,
    "撤销决定",
    (
        State("notified", "陈述申辩中", "等您陈述、申辩"),
        State("hearing", "待听证", "正在安排听证"),
        State("deciding", "待决定", "陈述申辩已结束，等本机关决定"),
        State("revoked", "已撤销", "决定已撤销", "closed"),
        State("kept", "不予撤销", "决定不撤销，仍然有效", "closed"),
        State("recalled", "已撤回告知", "告知已撤回，决定仍然有效", "closed"),
        State("restored", "撤销已更正", "撤销已更正，决定恢复有效", "closed"),
    ),
    (
        StepRule(
            "notify", "拟撤销告知", (BEFORE,), "notified", PROPOSE, clock="start", clock_name="statement",
            document="revocation_notice", reason_needed=True, public_label="告知拟撤销决定", law="第七条、第六十九条",
        ),
        StepRule(
            "state", "陈述申辩", ("notified", "hearing"), None, PROPOSE, by="either", reason_needed=True,
            public_label="陈述、申辩", law="第七条", order=1, mandate="correct",
        ),
        StepRule(
            "request_hearing", "要求听证", ("notified",), "hearing", PROPOSE, by="either", clock="start",
            clock_name="revocation_hearing", public_label="要求听证", law="第四十六条、第四十七条", order=2, mandate="correct",
        ),
        StepRule(
            "finish_stating", "没有别的要说", ("notified",), "deciding", PROPOSE, by="either", clock="start",
            clock_name="revoking", public_label="陈述申辩完毕", order=3, mandate="correct",
        ),
        StepRule(
            "end_period", "陈述申辩期满", ("notified",), "deciding", PROPOSE, by="system", clock="start",
            clock_name="revoking", public_label="陈述申辩的期限已满", shown=False,
        ),
        StepRule(
            "record_hearing", "登记听证情况", ("hearing",), "deciding", PROPOSE, clock="start", clock_name="revoking",
            reason_needed=True, public_label="听证结束", order=1,
        ),
        StepRule(
            "revoke", "撤销决定", ("deciding",), "revoked", "cases.decide", power="decide", clock="finish",
            document="decision_revoke", reason_needed=True, public_label="决定撤销", law="第六十九条", order=1, danger=True,
        ),
        StepRule(
            "keep", "不予撤销", ("deciding",), "kept", "cases.decide", power="decide", clock="finish",
            document="revocation_dropped", reason_needed=True, public_label="决定不撤销", law="第六十九条", order=2,
        ),
        StepRule(
            "recall", "撤回告知", ("notified", "hearing", "deciding"), "recalled", PROPOSE, clock="finish",
            reason_needed=True, public_label="撤回拟撤销告知", order=90, danger=True,
        ),
        StepRule(
            "restore", "更正撤销", ("revoked",), "restored", "cases.decide", power="decide", reason_needed=True,
            public_label="更正：撤销已取消，决定恢复有效", order=93, danger=True,
        ),
    ),
)  # fmt: skip

OPEN = ("notified", "hearing", "deciding")
