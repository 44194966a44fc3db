"""What is examined about a case away from the desk, each a matter with clocks of its own: 现场踏勘 (R071), 中心会审 (R072),
行政复议与行政诉讼 (R077). The tables are the truth; buttons, guards and drawings come from them.
"""

from __future__ import annotations

from yimen.ground.matters.lifecycle import BEFORE, Procedure, State, StepRule

SURVEY, CONVENE, CHALLENGE = "scrutiny.survey", "scrutiny.convene", "scrutiny.challenge"

SURVEYS = Procedure(
    "survey",
    1,
    "现场踏勘",
    (
        State("appointed", "待踏勘", "已约定上门踏勘的时间"),
        State("rectifying", "待整改", "等您整改后复查", "stopped"),
        State("passed", "符合", "踏勘符合要求", "closed"),
        State("failed", "不符合", "踏勘不符合要求", "closed"),
        State("cancelled", "已取消", "不再踏勘", "closed"),
    ),
    (
        StepRule(
            "appoint", "约定踏勘", (BEFORE,), "appointed", SURVEY, clock="start", clock_name="survey",
            document="survey_notice", public_label="约定踏勘时间", law="第三十四条第三款",
        ),
        StepRule(
            "rearrange", "改期或换人", ("appointed",), "appointed", SURVEY, clock="start", clock_name="survey",
            document="survey_notice", reason_needed=True, public_label="踏勘改期", order=4,
        ),
        StepRule(
            "appoint_again", "约定复查", ("rectifying",), "appointed", SURVEY, clock="start", clock_name="survey",
            document="survey_notice", public_label="约定复查时间", order=1,
        ),
        StepRule(
            "find_compliant", "踏勘符合", ("appointed",), "passed", SURVEY, clock="finish", document="survey_record",
            public_label="踏勘符合要求", law="第三十四条第三款", order=1, shown=False,
        ),
        StepRule(
            "order_rectification", "踏勘后要求整改", ("appointed",), "rectifying", SURVEY, clock="finish",
            document="survey_record", reason_needed=True, public_label="踏勘后要求整改", order=2, shown=False,
        ),
        StepRule(
            "find_noncompliant", "踏勘不符合", ("appointed",), "failed", SURVEY, clock="finish", document="survey_record",
            reason_needed=True, public_label="踏勘不符合要求", law="第三十四条第三款", order=3, shown=False,
        ),
        StepRule(
            "report_rectified", "报告已整改", ("rectifying",), None, SURVEY, by="either", reason_needed=True,
            public_label="报告已整改", order=2,
        ),
        StepRule(
            "correct_record", "更正踏勘记录", ("rectifying", "passed", "failed"), None, SURVEY, document="survey_record",
            reason_needed=True, public_label="更正踏勘记录", order=80,
        ),
        StepRule(
            "correct_to_pass", "更正为符合", ("failed",), "passed", SURVEY, document="survey_record", reason_needed=True,
            public_label="更正踏勘结论", order=81, shown=False,
        ),
        StepRule(
            "correct_to_fail", "更正为不符合", ("passed",), "failed", SURVEY, document="survey_record", reason_needed=True,
            public_label="更正踏勘结论", order=82, shown=False,
        ),
        StepRule(
            "cancel", "取消踏勘", ("appointed",), "cancelled", SURVEY, clock="finish", reason_needed=True,
            public_label="取消踏勘", order=90, danger=True,
        ),
        StepRule(
            # The clock ended with the visit: while the applicant rectifies, none of the organ's runs.
            "give_up", "不再复查", ("rectifying",), "cancelled", SURVEY, reason_needed=True, public_label="不再复查", order=90,
            danger=True,
        ),
        StepRule(
            "lapse", "办件已了结，不再踏勘", ("appointed",), "cancelled", SURVEY, by="system", clock="finish",
            public_label="不再踏勘", shown=False,
        ),
        StepRule(
            "lapse_rectifying", "办件已了结，不再复查", ("rectifying",), "cancelled", SURVEY, by="system",
            public_label="不再复查", shown=False,
        ),
    ),
)  # fmt: skip

PANELS = Procedure(
    "joint_review",
    1,
    "中心会审",
    (
        State("convened", "待召开", "中心正在组织会审"),
        State("concluded", "已形成结论", "会审已形成结论", "closed"),
        State("cancelled", "已取消", "会审已取消", "closed"),
    ),
    (
        StepRule(
            "convene", "召集会审", (BEFORE,), "convened", CONVENE, clock="start", clock_name="joint_review",
            public_label="召集会审", law="R072",
        ),
        StepRule(
            "postpone", "改期", ("convened",), "convened", CONVENE, clock="start", clock_name="joint_review",
            reason_needed=True, public_label="会审改期", order=4,
        ),
        StepRule(
            "invite_more", "增加部门或办件", ("convened",), None, CONVENE, public_label="增加部门或办件", order=3,
        ),
        StepRule(
            "conclude", "登记纪要和结论", ("convened",), "concluded", CONVENE, clock="finish",
            document="joint_review_minutes", reason_needed=True, public_label="会审形成结论", order=1,
        ),
        StepRule(
            "cancel", "取消会审", ("convened",), "cancelled", CONVENE, clock="finish", reason_needed=True,
            public_label="取消会审", order=90, danger=True,
        ),
    ),
)  # fmt: skip

CHALLENGES = Procedure(
    "challenge",
    1,
    "复议诉讼",
    (
        State("answering", "待答复", "等被申请人（被告）答复"),
        State("pending", "审理中", "复议机关或者法院正在审理", "stopped"),
        State("complying", "待履行", "等行政机关履行"),
        State("closed", "已审结", "已审结", "closed"),
        State("complied", "已履行", "已履行", "closed"),
        State("annulled", "登记作废", "登记作废", "closed"),
    ),
    (
        StepRule(
            "register", "登记复议、诉讼", (BEFORE,), "answering", CHALLENGE, clock="start", clock_name="defence",
            public_label="登记复议、诉讼", law="《行政复议法》第四十八条、《行政诉讼法》第六十七条",
        ),
        StepRule(
            "answer", "登记已答复", ("answering",), "pending", CHALLENGE, clock="stop", reason_needed=True,
            public_label="提交答复", law="《行政复议法》第四十八条、《行政诉讼法》第六十七条", order=1,
        ),
        StepRule(
            "move_on", "转入下一审级", ("pending",), None, CHALLENGE, reason_needed=True, public_label="转入下一审级",
            law="《行政诉讼法》第八十五条", order=3,
        ),
        StepRule(
            "decide", "登记结果，不用履行", ("answering", "pending"), "closed", CHALLENGE, clock="finish", reason_needed=True,
            public_label="审结", order=1,
        ),
        StepRule(
            "order", "登记结果，要求履行", ("answering", "pending"), "complying", CHALLENGE, clock="start",
            clock_name="complying", reason_needed=True, public_label="审结，要求履行", law="《行政复议法》第七十七条", order=2,
        ),
        StepRule(
            "comply", "登记已履行", ("complying",), "complied", CHALLENGE, clock="finish", reason_needed=True,
            public_label="已履行", law="《行政复议法》第七十七条", order=1,
        ),
        StepRule(
            "annul", "登记作废", ("answering", "pending", "complying"), "annulled", CHALLENGE, clock="finish",
            reason_needed=True, public_label="登记作废", order=95, danger=True,
        ),
        StepRule(
            "annul_closed", "作废已结的登记", ("closed", "complied"), "annulled", CHALLENGE, reason_needed=True,
            public_label="登记作废", order=95, danger=True,
        ),
    ),
)  # fmt: skip

TABLES = (SURVEYS, PANELS, CHALLENGES)
CLOCKS = {"survey": "踏勘", "joint_review": "会审", "defence": "答复", "complying": "履行"}
"""What the clocks are called."""

RUNNING = ("answering", "pending", "complying")
"""A challenge that is not over: the file of its case must stay as it is."""
