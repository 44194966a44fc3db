"""Paths that only some cases take: up to a superior, with materials that follow, on a promise, ahead of the others (R049–R080).

None of these steps is a button of the usual panel; the page of a case lists those that are open under "更多办理".
"""

from __future__ import annotations

from yimen.ground.matters.lifecycle import State, StepRule

PATH_STATES = (
    State("with_superior", "上级办理中", "已报上级机关，等上级决定", "stopped"),
    State("lapsed", "容缺终止", "承诺后补的材料没有补齐，已终止办理", "closed"),
)

IN_HAND = ("received", "correction_requested", "reviewing", "correcting", "suspended", "deciding", "with_superior")
"""States in which nobody has decided yet."""

FOLLOWS = ("reviewing", "correcting", "suspended", "deciding", "with_superior", "granted")
"""States in which materials that were promised may still come."""

PATHS = (
    # 上报件 (R055, R076): art. 43 lets the lower organ review within twenty days, then the superior decides.
    StepRule(
        "report_up", "上报上级机关", ("reviewing", "deciding"), "with_superior", "cases.review", power="review", clock="stop",
        document="report_up_letter", reason_needed=True, public_label="初审完毕，报上级机关决定", law="第四十三条", order=20,
        shown=False,
    ),
    StepRule(
        "note_superior", "登记上级办理情况", ("with_superior",), None, "cases.review", public_label="上级机关办理中", order=21,
        shown=False,
    ),
    StepRule(
        "urge_superior", "催办上级", ("with_superior",), None, "cases.review", reason_needed=True,
        public_label="已向上级机关催办", order=22, shown=False,
    ),
    StepRule(
        "superior_granted", "上级准予", ("with_superior",), "granted", "cases.review", clock="start", clock_name="delivery",
        public_label="上级机关准予", law="第四十三条", order=23, shown=False,
    ),
    StepRule(
        "superior_refused", "上级不予许可", ("with_superior",), "refused", "cases.review", clock="start",
        clock_name="delivery", reason_needed=True, public_label="上级机关不予许可", law="第四十三条", order=24, danger=True,
        shown=False,
    ),
    StepRule(
        "superior_returned", "上级退回", ("with_superior",), "reviewing", "cases.review", clock="resume", reason_needed=True,
        public_label="上级机关退回，继续审查", order=25, shown=False,
    ),
    # 特办件 (R056) and 绿色通道 (R075): declared by those who may, with the reason, and marked wherever the case is shown.
    StepRule(
        "declare_special", "定为特办件", IN_HAND, None, "cases.expedite", reason_needed=True, public_label="按特急事项办理",
        order=30, shown=False,
    ),
    StepRule(
        "clear_special", "取消特办", IN_HAND, None, "cases.expedite", reason_needed=True, public_label="恢复通常办理", order=31,
        shown=False,
    ),
    StepRule(
        "declare_green", "进入绿色通道", IN_HAND, None, "cases.expedite", reason_needed=True, public_label="进入绿色通道",
        order=32, shown=False,
    ),
    StepRule(
        "clear_green", "退出绿色通道", IN_HAND, None, "cases.expedite", reason_needed=True, public_label="退出绿色通道",
        order=33, shown=False,
    ),
    # The same case in another system (R076, R135): declared here once.
    StepRule(
        "hand_to_system", "推送到外部系统", IN_HAND, None, "cases.intake", public_label="同步到上级或部门系统", order=40, shown=False,
    ),
    StepRule(
        "note_external", "登记外部系统编号", (*IN_HAND, "granted", "refused"), None, "cases.intake",
        public_label="登记外部系统编号", order=41, shown=False,
    ),
    StepRule(
        "external_answered", "外部系统答复", (), None, "cases.intake", by="system", public_label="外部系统有答复", shown=False,
    ),
    # 容缺 (R068) and 告知承诺 (R069).
    StepRule(
        "tolerate", "容缺受理", ("received",), None, "cases.accept", power="accept", document="tolerance_notice",
        public_label="容缺受理，承诺后补材料", order=50, shown=False,
    ),
    StepRule(
        "supply_tolerated", "补交容缺材料", FOLLOWS, None, "cases.intake", by="either", public_label="补交容缺材料", order=51,
        shown=False, mandate="correct",
    ),
    StepRule(
        "confirm_tolerated", "核收容缺材料", FOLLOWS, None, "cases.intake", public_label="容缺材料已补齐", order=52, shown=False,
    ),
    StepRule(
        "lapse_tolerance", "容缺期满未补", FOLLOWS, None, "cases.accept", by="system", public_label="承诺的期限已过，材料没有补齐",
        order=53, shown=False,
    ),
    StepRule(
        "end_untolerated", "终止办理（容缺未补）", ("reviewing", "deciding", "granted"), "lapsed", "cases.decide", power="decide",
        clock="finish", document="termination_notice", reason_needed=True, public_label="材料没有补齐，终止办理", order=54,
        danger=True, shown=False,
    ),
    StepRule(
        "sign_promise", "签署告知承诺", ("received",), None, "cases.intake", by="either", document="promise_letter",
        public_label="签署告知承诺书", order=55, shown=False,
    ),
    StepRule(
        "check_promise", "核查承诺", ("granted", "concluded", "archived"), None, "cases.review", public_label="核查承诺", order=56,
        shown=False,
    ),
)  # fmt: skip
