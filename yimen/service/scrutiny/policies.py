"""Who surveys on the spot, who convenes joint reviews and attends them, who observes, who keeps the book of legal challenges.

The guard of the steps stands in `matters.policies`; here stands who sees what.
"""

from __future__ import annotations

from django.db.models import Q

from yimen.ground.identity.policies import name_actions, register_permission
from yimen.ground.identity.rules import Actor
from yimen.service.scrutiny.lifecycle import CHALLENGE as CHALLENGE
from yimen.service.scrutiny.lifecycle import CONVENE as CONVENE
from yimen.service.scrutiny.lifecycle import SURVEY as SURVEY

VIEW = "scrutiny.view"
FORMS = "scrutiny.survey_forms"
ATTEND = "scrutiny.attend"
OBSERVE = "scrutiny.observe"

register_permission(
    VIEW, "查看踏勘、会审、复议诉讼", scopes=("department", "centre", "division", "all"),
    usual={"reviewer": "department", "approver": "department", "chief": "department", "head": "department",
           "manager": "centre", "supervisor": "all", "leader": "division", "legal": "all"},
)  # fmt: skip
register_permission(
    SURVEY, "约定和进行现场踏勘", scopes=("department",), usual={"reviewer": "department", "chief": "department"}
)
register_permission(
    FORMS, "编辑踏勘表", scopes=("department", "centre", "all"),
    usual={"chief": "department", "head": "department", "manager": "centre"},
)  # fmt: skip
register_permission(CONVENE, "召集中心会审", scopes=("centre", "all"), usual={"manager": "centre"})
register_permission(
    ATTEND, "参加中心会审、发表部门意见", scopes=("department",),
    usual={"reviewer": "department", "approver": "department", "chief": "department", "head": "department"},
)  # fmt: skip
register_permission(OBSERVE, "安排中心人员全程参与", scopes=("centre", "all"), usual={"manager": "centre"})
register_permission(
    CHALLENGE, "登记行政复议、行政诉讼", scopes=("department", "centre", "all"),
    usual={"chief": "department", "head": "department", "manager": "centre", "legal": "all"},
)  # fmt: skip

name_actions(
    {
        "scrutiny.add_challenge_paper": "补充复议诉讼文书",
        "scrutiny.set_panel_terms": "设置会审",
        "scrutiny.reply_panel": "回复会审邀请",
        "scrutiny.say_opinion": "写会审意见",
        "scrutiny.sign_minutes": "签会审纪要",
        "scrutiny.attach_observer": "安排全程参与",
        "scrutiny.end_observing": "结束全程参与",
        "scrutiny.remark": "写参与意见",
        "scrutiny.set_survey_terms": "设置踏勘",
        "scrutiny.save_survey_form": "编辑踏勘表",
        "scrutiny.save_survey_draft": "保存踏勘草稿",
        "scrutiny.add_survey_photos": "上传踏勘照片",
        "scrutiny.remove_survey_photo": "移除踏勘照片",
        "scrutiny.sign_survey": "踏勘签名",
        "scrutiny.begin_survey_correction": "开始更正踏勘记录",
        "scrutiny.drop_survey_correction": "放弃更正踏勘记录",
    }
)


def placed(actor: Actor, permission: str, prefix: str = "matter__") -> Q:
    """`matters.policies.scope` from where a row stands: `prefix` is the way to its matter."""
    found = Q(pk__in=[])
    if actor.kind == "system":
        return Q()
    for held in actor.held(permission):
        match held.scope:
            case "all":
                return Q()
            case "department":
                found |= Q(**{f"{prefix}department": held.scope_id or actor.department_id or 0})
            case "centre":
                found |= Q(**{f"{prefix}centre": held.scope_id or actor.centre_id or 0})
            case "division":
                found |= Q(**{f"{prefix}division__code__startswith": held.scope_path})
            case _:
                pass
    return found
