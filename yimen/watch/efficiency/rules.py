"""Words and numbers of 效能监督. Pure: no database, no clock, no request.

What a place sets for itself is a `Setting` with the default that stands here; the source documents name no number but the
stripped "…小时受理" (R236), so every number is the place's to set (R226, R234, R237, R240).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from yimen.ground.kit.refusals import Invalid


class OutOfOrder(Invalid):
    """A step of the ladder before the one below it, without a reason."""

    code = "out_of_order"


@dataclass(frozen=True, slots=True)
class Setting:
    """A number that a place sets: what it is called, its unit, the usual value, its bounds, where it comes from."""

    key: str
    label: str
    unit: str
    usual: int
    least: int
    most: int
    source: str


SETTINGS: dict[str, Setting] = {
    each.key: each
    for each in (
        Setting("rectify", "整改期限", "工作日", 5, 1, 60, "下达时可以另定，这里是默认值"),
        Setting("verify", "核验期限", "工作日", 3, 1, 30, "单位报送整改情况以后起算"),
        Setting("send_backs", "整改最多退回几次", "次", 2, 0, 9, "退回到这个次数还不到位的，转问责"),
        Setting("accept", "投诉受理期限", "工作日", 1, 1, 10, "制度原文写明小时数，数字缺失，按 24 小时即 1 个工作日"),
        Setting("investigate", "投诉办理期限", "工作日", 15, 1, 60, "各地 12345 办法多为 5 至 15 个工作日"),
        Setting("prolong", "投诉办理最多延长", "工作日", 15, 0, 60, "每件只能延长一次"),
        Setting("follow_up", "答复后回访期限", "工作日", 5, 1, 30, "投诉处理的检查评议"),
        Setting("statement", "当事人陈述申辩期限", "工作日", 5, 1, 30, "过错责任追究制"),
        Setting("decide", "过错认定期限", "工作日", 10, 1, 60, "过错责任追究制"),
        Setting("appeal", "申诉期限", "日", 30, 1, 90, "参照《公务员法》第九十五条三十日"),
        Setting("review", "申诉复核期限", "日", 30, 1, 90, "参照《政府督查工作条例》第十七条三十日"),
        Setting("self_check", "授权与进驻自查期限", "工作日", 5, 1, 60, "作为交办事项检查"),
        Setting("judge", "授权与进驻检查期限", "工作日", 10, 1, 60, "作为交办事项检查"),
        Setting("repeat_cards", "同类违规满几张牌提请追责", "张", 3, 2, 20, "屡纠屡犯的启动追责（R235），张数由各地定"),
        Setting("repeat_months", "同类违规看最近几个月", "个月", 12, 1, 36, "只算已生效的牌"),
        Setting("reward_first", "一级奖励上限", "元", 3000, 0, 1_000_000, "有奖举报制度，原文未列金额"),
        Setting("reward_second", "二级奖励上限", "元", 1000, 0, 1_000_000, "有奖举报制度，原文未列金额"),
        Setting("reward_third", "三级奖励上限", "元", 300, 0, 1_000_000, "有奖举报制度，原文未列金额"),
    )
}

REWARD_LEVELS = {"reward_first": "一级", "reward_second": "二级", "reward_third": "三级"}

VIOLATIONS = {
    "black_box": "暗箱操作",
    "not_entered": "应进未进",
    "authorisation": "授权不充分",
    "off_site": "体外循环",
    "inaction": "不作为",
    "slow": "慢作为",
    "wrongful": "乱作为",
    "extortion": "吃拿卡要",
    "obstruction": "中梗阻",
    "withdrawal": "擅自撤出项目、变更收费",
    "attitude": "服务态度差",
    "other": "其他",
}
"""Kinds of violation (R225; `attitude` from R219), as findings keep them."""

COMPLAINT_TITLE = "效能投诉"
"""What the matter of every complaint is called, the same for all. Lists, searches, workbooks, alerts, the calendar's previews and the
interface show matters by their title to whoever may see matters at all, the people of the accused unit among them."""

OF_SUPERVISION = {"under_authorised": "authorisation", "arbitrary": "withdrawal", "fees": "withdrawal"}
"""Kinds of violation that supervision calls otherwise; the rest have the same code."""


def violation_of(code: str) -> str:
    """The kind of violation of an order or a fault for that of an alert."""
    found = OF_SUPERVISION.get(code, code)
    return found if found in VIOLATIONS else "other"


SANCTIONS = {
    "education": "批评教育",
    "inspection": "责令书面检查",
    "criticism": "通报批评",
    "admonition": "诫勉谈话",
    "appraisal": "取消评先评优资格",
    "adjustment": "建议调整岗位",
    "handed_over": "移送有权机关处理",
}
"""From the mildest to the gravest (R234, R235)."""

RUNGS = {
    "veto": "一票否决",
    "criticism": "通报批评",
    "admonition": "诫勉谈话",
    "adjustment": "岗位调整建议",
}
"""The ladder for units that run empty or refuse to enter, in its order (R235)."""

ADDRESSEES = {"party": "党委（组织部门）", "superior": "上级主管部门（垂直管理单位）"}

POINTS = {
    "entered": ("进驻到位", "应进事项是否全部进驻中心办理"),
    "authorised": ("授权到位", "窗口是否有受理、审核、签发的有效授权委托书"),
    "guaranteed": ("项目落地保障", "重点项目落地有没有专人负责、有没有卡住"),
    "joint": ("联合办理", "需要几家一起办的，是否按联合办理执行"),
}
"""Points of the authorisation and entry inspection (R226)."""


def next_rungs(taken: Collection[str]) -> list[str]:
    """The rungs not taken yet that stand above the highest taken one."""
    order = list(RUNGS)
    highest = max((order.index(each) for each in taken), default=-1)
    return order[highest + 1 :]


def check_rung(rung: str, taken: Collection[str], skipped: str) -> None:
    """Let a rung be taken, or raise `OutOfOrder`: one after another, a skip needs its reason, never back, never twice."""
    ahead = next_rungs(taken)
    if rung not in ahead:
        raise OutOfOrder(
            f"“{RUNGS.get(rung, rung)}”已经采取过，或者已经采取了更重的措施。", next_step="请从上一级继续。",
            fields={"rung": "请另选一项"},
        )  # fmt: skip
    if rung != ahead[0] and len(skipped.strip()) < 4:
        raise OutOfOrder(
            f"前面还有“{RUNGS[ahead[0]]}”没有采取。", next_step="请按次序采取，或写明跳过的理由。",
            fields={"skipped": "跳过前面的措施，须写明理由"},
        )  # fmt: skip
