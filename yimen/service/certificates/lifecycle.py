"""What may happen to a certificate. The table is the truth: guards, buttons and the public page are derived from it.

Nobody waits for a certificate, so it is no matter: it has a log of its own, and each act is a row there (ADR 0047).
Articles are those of 行政许可法.
"""

from __future__ import annotations

from dataclasses import dataclass

ISSUE, WITHHOLD = "certificates.issue", "certificates.withhold"

STATES = {
    "draft": "待制证",
    "valid": "有效",
    "suspended": "暂停",
    "lost": "挂失",
    "expired": "已过期",
    "revoked": "已撤销",
    "stripped": "已吊销",
    "cancelled": "已注销",
    "discarded": "不再制证",
}

PUBLIC = {
    "draft": ("还没有制证", "warn"),
    "valid": ("这张证照有效", "good"),
    "suspended": ("这张证照已暂停使用", "warn"),
    "lost": ("这张证照已挂失", "warn"),
    "expired": ("这张证照已过有效期", "bad"),
    "revoked": ("这张证照已被撤销", "bad"),
    "stripped": ("这张证照已被吊销", "bad"),
    "cancelled": ("这张证照已注销", "bad"),
    "discarded": ("没有这张证照", "bad"),
}
"""What the public page says, and in which colour."""

GOOD = ("valid",)
ENDED = ("revoked", "stripped", "cancelled", "discarded")
_STANDING = ("valid", "suspended", "lost", "expired")


@dataclass(frozen=True, slots=True)
class Act:
    """One act: from which states, to which (None: it stays), by which permission, and whether the certificate is made anew."""

    action: str
    label: str
    origins: tuple[str, ...]
    target: str | None
    permission: str
    remade: bool = False
    reason_needed: bool = True
    document_needed: bool = False
    said: str = ""
    law: str = ""
    by_system: bool = False
    danger: bool = False


ACTS: dict[str, Act] = {
    act.action: act
    for act in (
        Act("draw_up", "拟制", (), "draft", ISSUE, reason_needed=False, said="决定作出后拟制"),
        Act("issue", "制证", ("draft",), "valid", ISSUE, remade=True, reason_needed=False, said="制发", law="第四十四条"),
        Act("discard", "不制证", ("draft",), "discarded", ISSUE, said="没有制证", danger=True),
        Act("change", "变更", ("valid",), "valid", ISSUE, remade=True, said="变更内容后换发", law="第四十九条"),
        Act("renew", "延续", ("valid",), "valid", ISSUE, remade=True, said="延续有效期", law="第五十条"),
        Act("annotate", "注记", ("valid", "suspended"), None, ISSUE, remade=True, said="加注"),
        Act("report_lost", "挂失", ("valid",), "lost", ISSUE, said="持证人挂失"),
        Act("find", "撤销挂失", ("lost",), "valid", ISSUE, said="找回，恢复使用"),
        Act("replace", "遗失补发", ("lost",), "valid", ISSUE, remade=True, said="补发，原件作废"),
        Act("suspend", "暂停", ("valid",), "suspended", WITHHOLD, document_needed=True, said="暂停使用", danger=True),
        Act("resume", "恢复", ("suspended",), "valid", WITHHOLD, said="恢复使用"),
        Act("revoke", "撤销", _STANDING, "revoked", WITHHOLD, document_needed=True, said="撤销", law="第六十九条",
            danger=True),
        Act("strip", "吊销", _STANDING, "stripped", WITHHOLD, document_needed=True, said="吊销",
            law="行政处罚法第九条", danger=True),
        Act("cancel", "注销", (*_STANDING, "revoked", "stripped"), "cancelled", WITHHOLD, said="注销", law="第七十条",
            danger=True),
        Act("restore", "更正，恢复有效", ("revoked", "stripped", "cancelled"), "valid", WITHHOLD, document_needed=True,
            said="更正，恢复有效"),
        Act("expire", "到期", ("valid", "suspended", "lost"), "expired", WITHHOLD, reason_needed=False, said="有效期届满",
            law="第七十条", by_system=True),
    )
}  # fmt: skip


def open_acts(state: str) -> tuple[Act, ...]:
    """What a person may do to a certificate in a state."""
    return tuple(act for act in ACTS.values() if state in act.origins and not act.by_system)
