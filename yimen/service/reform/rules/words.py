"""Whole words as they are stored, each with the label that people read; and what may follow what."""

from __future__ import annotations

from yimen.service.catalogue.rules.vocabulary import Word


class ChangeKind(Word):
    """How a list is changed (R027): 承接、取消、冻结、调整、赋权、下放."""

    UNDERTAKE = "undertake", "承接"
    CANCEL = "cancel", "取消"
    FREEZE = "freeze", "冻结"
    ADJUST = "adjust", "调整"
    EMPOWER = "empower", "赋权乡镇"
    DELEGATE = "delegate", "下放"


class BatchState(Word):
    """How far a batch of changes has come."""

    DRAFT = "draft", "拟定中"
    REVIEW = "review", "合法性审查中"
    REVIEWED = "reviewed", "审查通过，待决定"
    DECIDED = "decided", "已决定，待实施"
    APPLIED = "applied", "已实施"
    UNDONE = "undone", "已撤回"
    DROPPED = "dropped", "已放弃"


class BatchSource(Word):
    """Why a batch was drawn up."""

    SUPERIOR = "superior", "承接上级决定"
    OWN = "own", "本级调整"
    CLEANUP = "cleanup", "定期清理"
    COMPARISON = "comparison", "清单比对"


class ChangeState(Word):
    """What became of one change."""

    PENDING = "pending", "待实施"
    APPLIED = "applied", "已实施"
    FAILED = "failed", "未能实施"
    UNDONE = "undone", "已撤回"
    KEPT = "kept", "不能撤回"


class ExerciseMode(Word):
    """Whether a unit exercises a power beside the department or in its place."""

    EMPOWERED = "empowered", "赋权"
    DELEGATED = "delegated", "下放"


class CleanUpOutcome(Word):
    """What a round of cleaning finds for an item (R026); whatever can be delegated must be."""

    KEEP = "keep", "保留"
    CANCEL = "cancel", "取消"
    ADJUST = "adjust", "调整"
    DELEGATE = "delegate", "下放"


class Side(Word):
    """Where a line of a comparison stands."""

    THEIRS = "theirs", "只有上级有"
    OURS = "ours", "只有本级有"
    DIFFERENT = "different", "内容不同"
    SAME = "same", "一致"


class RowDecision(Word):
    """What is done about a line of a comparison."""

    OPEN = "open", "未处理"
    FOLLOW = "follow", "随上级调整"
    KEEP = "keep", "保留本级"


class SimplificationKind(Word):
    """Measures of simplification (R044)."""

    FILING = "filing", "备案简化"
    DELEGATED = "delegated", "管理权下放"
    PAPERLESS = "paperless", "业务无纸化"


class ProofKind(Word):
    """What is on the list of proofs (R030)."""

    PROOF = "proof", "证明"
    STAMP = "stamp", "盖章环节"
    MATERIAL = "material", "申请材料"


class Replacement(Word):
    """What takes the place of a cancelled proof."""

    SHARED_DATA = "shared_data", "数据共享"
    PROMISE = "promise", "告知承诺"
    INTERNAL_CHECK = "internal_check", "部门内部核验"
    CERTIFICATE = "certificate", "出示法定证照"
    VISIT = "visit", "工作人员实地核查"
    NOTHING = "nothing", "不再需要"


class StandardField(Word):
    """Fields of the standardisation programme, as the source documents name them (R047)."""

    ENTRY = "entry", "事项进驻"
    HANDLING = "handling", "办事制度"
    SERVICE = "service", "服务标准"
    TEAM = "team", "队伍建设"
    SYSTEM = "system", "政务服务体系建设"


class CheckResult(Word):
    """How a standard is kept."""

    MET = "met", "达标"
    PARTLY = "partly", "部分达标"
    UNMET = "unmet", "未达标"


MOVES: dict[str, tuple[tuple[str, ...], str]] = {
    "submit": (("draft",), "review"),
    "recall": (("review", "reviewed"), "draft"),
    "pass": (("review",), "reviewed"),
    "return": (("review",), "draft"),
    "decide": (("reviewed",), "decided"),
    "apply": (("decided",), "applied"),
    "undo": (("applied",), "undone"),
    "drop": (("draft",), "dropped"),
}
"""Steps of a batch: from which states, to which."""

WORDINGS: dict[str, tuple[str, str, str]] = {
    "tag.at_once": ("四办之一", "马上办", "来源文件只有“四办”之名，标签可改"),
    "tag.online": ("四办之二", "网上办", "同上"),
    "tag.nearby": ("四办之三", "就近办", "同上"),
    "tag.once": ("四办之四", "一次办", "同上"),
    "programme.name": ("标准化建设工程名称", "标准化建设工程", "来源文件称“590工程”，名称可改"),
    "target.published": ("填报发布率目标（%）", "99", "实施清单填报发布率 99%"),
    "target.online": ("网上可办率目标（%）", "100", "网上可办率达 100%"),
}
"""Words and numbers that vary by place: key → (what it is, default, source)."""
