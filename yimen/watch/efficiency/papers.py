"""电子监察四项制度 (R221): what each is for, and where the system carries it out. Pure data; the texts are published versions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where the system carries a rule out: in words, and the name of the screen (empty for none); `public` for everybody."""

    said: str
    screen: str = ""
    public: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """One of the four."""

    key: str
    name: str
    about: str
    places: tuple[Place, ...]


SUBJECTS: dict[str, Subject] = {
    each.key: each
    for each in (
        Subject(
            "approval", "电子监察行政审批制度", "每件审批的受理、时限、步骤、结果都在监察之内，临期预警，超期亮牌。",
            (
                Place("每个期限的信号灯", "supervision:board"), Place("监察规则和版本", "supervision:rules"),
                Place("预警、说明、认定", "supervision:alerts"), Place("部门结果和办件核对", "supervision:results"),
                Place("办理环节在不在中心", "supervision:places"),
            ),
        ),
        Subject(
            "reply", "网上咨询、建议、投诉、求助答复制度", "网上来的咨询、建议、投诉、求助，限时受理、答复、回访。",
            (
                Place("提交和查询效能投诉", "efficiency:complain", public=True), Place("投诉的受理、调查、答复", "efficiency:complaints"),
                Place("受理率、答复率、满意率", "efficiency:figures"),
            ),
        ),
        Subject(
            "network", "网络维护制度", "系统日常检查、备份、恢复演练，故障有记录、有时限。",
            (Place("运行状况、备份、恢复演练（系统管理员）"), Place("监察大屏的接入和停用", "supervision:walls")),
        ),
        Subject(
            "accountability", "电子监察责任追究制度", "违规行为认定到人，先听说明，可以申诉，处理有依据、有记录。",
            (
                Place("红牌、黄牌", "supervision:cards"), Place("整改通知", "efficiency:corrections"),
                Place("过错责任", "efficiency:faults"), Place("追责阶梯", "efficiency:ladders"),
            ),
        ),
    )
}  # fmt: skip
