"""The registers of supervision: what each is called, what it asks, how it goes on. Pure data; one shape for all.

A register is added by adding its row here: list, form, page, export and board follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FieldKind = Literal["line", "text", "choice", "yuan", "number"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that only this register asks."""

    name: str
    label: str
    kind: FieldKind = "line"
    choices: tuple[tuple[str, str], ...] = ()
    needed: bool = False
    help: str = ""
    listed: bool = False

    def said(self, value: object) -> str:
        """The value in words."""
        if self.kind == "choice":
            return dict(self.choices).get(str(value or ""), "")
        return "" if value in (None, "") else str(value)


@dataclass(frozen=True, slots=True)
class Register:
    """One register: its words, its fields, its stages, what may be noted later, what an order that comes of it is said to come from."""

    key: str
    prefix: str
    label: str
    says: str
    law: str
    unit_label: str = "单位"
    unit_needed: bool = True
    day_label: str = "日期"
    title_label: str = "标题"
    title_help: str = ""
    text_label: str = "情况"
    fields: tuple[Asked, ...] = ()
    stages: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = (("progress", "进展"),)
    source: str = ""
    due: bool = False
    linked: str = ""
    add: str = "登记"
    empty: str = "还没有登记"


REGISTERS: dict[str, Register] = {
    each.key: each
    for each in (
        Register(
            "visit", "AF", "暗访", "不打招呼到窗口看，发现问题当场记下，下达整改通知。", "R228",
            title_label="看到了什么", title_help="一句话，例如：3 号窗口工作人员上班玩手机。", text_label="详细情况",
            fields=(
                Asked("visitors", "暗访人员", needed=True, listed=True),
                Asked("place", "地点", help="例如：二楼 3 号窗口"),
                Asked("level", "组织单位", "choice", (("own", "本级"), ("upper", "上级")), listed=True),
                Asked("exposed", "是否曝光", "choice", (("no", "没有曝光"), ("yes", "已曝光"))),
            ),
            stages=(("found", "发现问题"), ("clean", "未发现问题")), source="visit",
        ),
        Register(
            "video", "SP", "视频巡查", "远距离巡看窗口时发现的问题。系统不接视频，只记发现和处理。", "R227、R240",
            title_label="看到了什么", text_label="详细情况",
            fields=(
                Asked("place", "窗口", needed=True, listed=True),
                Asked("watched", "巡查时段", help="例如：9:00 至 10:30"),
                Asked("watcher", "巡查人", needed=True, listed=True),
            ),
            stages=(("found", "发现问题"), ("clean", "未发现问题")), source="video",
        ),
        Register(
            "post", "JG", "效能监督岗", "派驻大厅的监督岗和监督人员；了结之前在投诉页上公布电话。", "R229",
            unit_label="派出单位", day_label="设立日期", title_label="岗位名称", text_label="职责",
            fields=(
                Asked("persons", "监督人员", needed=True, listed=True),
                Asked("phone", "监督电话", needed=True, listed=True, help="会公布给群众。"),
                Asked("place", "地点", needed=True, listed=True),
            ),
            add="设立监督岗",
        ),
        Register(
            "project", "XM", "重点项目监察", "立项专项监察的项目：到哪一阶段，卡在哪里，督促调度。", "R230、R233",
            unit_label="责任单位", day_label="立项监察日期", title_label="项目名称", text_label="监察内容",
            fields=(
                Asked("owner", "项目单位", needed=True, listed=True),
                Asked("command", "指挥部", help="发监察通知时的收件单位；没有的发责任单位。"),
                Asked("weight", "为什么重点", "choice", (("social", "社会影响大"), ("key", "重点项目"),
                      ("invest", "招商引资"), ("people", "民生工程")), needed=True, listed=True),
            ),
            stages=(("approval", "立项"), ("land", "用地"), ("plan", "规划"), ("permit", "施工许可"),
                    ("building", "在建"), ("checking", "竣工验收"), ("running", "投产使用")),
            notes=(("progress", "进展"), ("problem", "发现问题"), ("urge", "督促"), ("dispatch", "调度")),
            source="project", linked="相关办件编号", add="列入监察",
        ),
        Register(
            "keypost", "GW", "重要岗位监督", "有审批、收费、处罚权的岗位，逐岗监督。", "R231",
            day_label="列入日期", title_label="岗位", text_label="廉政效能风险点",
            fields=(
                Asked("person", "在岗人", listed=True),
                Asked("risk", "风险等级", "choice", (("high", "高"), ("middle", "中"), ("low", "低")), needed=True,
                      listed=True),
                Asked("measures", "防控措施", "text"),
            ),
            notes=(("check", "监督情况"), ("problem", "发现问题")), source="daily", add="列入监督",
        ),
        Register(
            "incident", "SL", "四乱与索拿卡要", "乱收费、乱罚款、乱封账、乱摊派和索拿卡要。没有发生的按月报零。", "R232",
            unit_label="涉事单位（报零时填报告单位）", title_label="事件", title_help="报零的写：某月没有发生。",
            fields=(
                Asked("sort", "种类", "choice", (("nil", "零报告"), ("fee", "乱收费"), ("fine", "乱罚款"),
                      ("freeze", "乱封账"), ("levy", "乱摊派"), ("extort", "索拿卡要")), needed=True, listed=True),
                Asked("party", "企业或项目", listed=True),
                Asked("amount", "涉及金额", "yuan"),
            ),
            notes=(("progress", "处理情况"),), source="daily", linked="相关编号", empty="还没有报告",
        ),
        Register(
            "media", "MT", "媒体宣传与曝光", "媒体报道的好典型和曝光的问题。", "R239",
            unit_needed=False, day_label="报道日期", title_label="报道标题", text_label="内容摘要",
            fields=(
                Asked("outlet", "媒体", needed=True, listed=True),
                Asked("tone", "性质", "choice", (("praise", "宣传推介"), ("exposure", "曝光")), needed=True,
                      listed=True),
                Asked("address", "版面或网址"),
            ),
            notes=(("progress", "处理情况"),), source="media", linked="相关办件或整改编号",
        ),
        Register(
            "campaign", "HD", "专项活动任务", "规范提升年、机关效能提升年等活动：任务、标准、措施，逐项检查执行。", "R241",
            unit_label="责任单位", day_label="布置日期", title_label="任务", text_label="标准",
            fields=(
                Asked("campaign", "活动名称", needed=True, listed=True, help="例如：2026 年政务服务规范提升年"),
                Asked("measures", "措施", "text", needed=True),
            ),
            stages=(("waiting", "未开始"), ("running", "进行中"), ("done", "已完成"), ("short", "未达标")),
            notes=(("progress", "进展"), ("check", "检查执行情况")), source="campaign", due=True, add="布置任务",
        ),
    )
}  # fmt: skip

NOTICE = "notice"
"""The note that is a letter: 监察通知."""

NOTE_LABELS = {
    **{key: label for each in REGISTERS.values() for key, label in each.notes},
    NOTICE: "监察通知",
    "close": "了结",
}
