"""What may follow what with a ticket. Pure. A ticket is no matter: nobody is owed an answer by it (docs/decisions/0045)."""

from __future__ import annotations

from dataclasses import dataclass

STATES = {
    "waiting": "等候", "called": "已叫号", "serving": "办理中", "held": "挂起", "passed": "过号", "done": "办结", "no_show": "未到",
    "withdrawn": "已退号", "expired": "作废",
}  # fmt: skip
OPEN = ("waiting", "called", "serving", "held", "passed")
AT_WINDOW = ("called", "serving")


@dataclass(frozen=True, slots=True)
class Act:
    """One act: what it is called, from which states, into which ("" leaves it), whether it needs a reason, and whether it
    happens at the window that has the ticket."""

    name: str
    label: str
    before: tuple[str, ...]
    after: str
    reason: bool = False
    at_window: bool = True


ACTS = {
    act.name: act
    for act in (
        Act("issue", "取号", (), "waiting", at_window=False),
        Act("call", "叫号", ("waiting",), "called"),
        Act("recall", "重呼", ("called", "serving"), ""),
        Act("begin", "开始办理", ("called",), "serving"),
        Act("finish", "办结", ("called", "serving"), "done"),
        Act("pass", "过号", ("called",), "passed"),
        Act("no_show", "没有来", ("called",), "no_show"),
        Act("hold", "挂起", ("serving",), "held", reason=True),
        Act("resume", "接着办", ("held",), "serving"),
        Act("transfer", "转出", ("called", "serving"), "waiting", reason=True),
        Act("back", "退回队列", ("called", "serving"), "waiting", reason=True),
        Act("requeue", "过号重排", ("passed",), "waiting", at_window=False),
        Act("withdraw", "退号", ("waiting", "passed"), "withdrawn", at_window=False),
        Act("expire", "作废", OPEN, "expired", at_window=False),
        Act("print", "打印", OPEN, "", at_window=False),
        Act("link", "关联办件", tuple(STATES), "", at_window=False),
    )
}
"""The acts of a ticket; the log names each."""
