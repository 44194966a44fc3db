"""办件不出中心: which steps belong in the centre, and where they were taken. Pure (R064)."""

from __future__ import annotations

from collections.abc import Iterable

from yimen.watch.supervision.rules.kinds import Kind, Param, register_kind

GROUPS = {"accept": "受理", "review": "审查", "decide": "决定", "deliver": "送达"}
"""What a step is, for the question where it belongs."""

ACTIONS = {
    "accept": "accept", "request_correction": "accept", "correct_on_spot": "accept", "decline": "accept",
    "find_not_required": "accept", "record_opinion": "review", "pass_review": "review", "request_review_correction": "review",
    "grant": "decide", "grant_at_once": "decide", "refuse": "decide", "deliver": "deliver",
}  # fmt: skip
"""The staff's steps by group. A survey on the spot is outside by its nature and is none of them."""

IN_PERSON = ("accept", "deliver")
"""Groups for which the applicant comes."""

HOW = {
    "window": "步骤记有窗口",
    "post": "按办理时的岗位",
    "derived": "由当时任职推定",
    "unknown": "说不清在哪里",
}

LEFT = register_kind(
    Kind(
        "left-centre",
        "办理环节离开中心",
        "应当在中心办理的环节，由不在中心的岗位办理；窗口成了“收发室”“中转站”。",
        "act",
        (
            Param(
                "steps", "应在中心办理的环节", tuple(GROUPS), kind="codes",
                help="accept 受理、review 审查、decide 决定、deliver 送达，用顿号隔开；单个事项可以另设。",
            ),
        ),
        violation="off_site",
        per="unit",
        law="该进入中心的办理环节，必须进入中心运作",
        checks=lambda params: (
            {} if params["steps"] and set(params["steps"]) <= set(GROUPS) else {"steps": "只能写 accept、review、decide、deliver"}
        ),
    )
)  # fmt: skip
TWO_ENDS = register_kind(
    Kind(
        "two-ends",
        "申请人两头跑",
        "同一办件，受理、补正、领取分在两处，申请人要跑两头。",
        "act",
        violation="off_site",
        per="unit",
        law="防止两头跑、跑两头",
    )
)


def two_ends(places: Iterable[str]) -> bool:
    """Whether somebody had to go to two places; several windows of one hall are one place, nowhere known is none."""
    return len({place for place in places if place}) > 1
