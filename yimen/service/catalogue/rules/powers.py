"""What each type of power calls its acts: 准予许可, 予以确认, 予以给付, 予以办理. The one place that says it.

Screens, letters and the step table are written in the words of a licence; `Power.say` puts them into the words of another
power. The course of things is the same for all. 行政许可法 binds licences alone, so no other power cites it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from yimen.service.catalogue.rules.vocabulary import ItemKind

_CITED = re.compile("（《行政许可法》[^（）]*）")


@dataclass(frozen=True)
class Power:
    """One type of power. `procedure` is the name under which its step table is registered; `title` begins its letters'
    titles (行政确认申请受理通知书) and may be empty; `done` is what the applicant reads of a grant.
    """

    procedure: str
    title: str
    grant: str
    refuse: str
    done: str

    @property
    def licence(self) -> bool:
        """Whether 行政许可法 binds it."""
        return self.procedure == "licence"

    def say(self, text: str) -> str:
        """A sentence in the words of a licence, put into this power's words."""
        if self.licence:
            return text
        return self._licence_words.sub(lambda found: self._words[found.group()], _CITED.sub("", text))

    @cached_property
    def _words(self) -> dict[str, str]:
        return {
            "不需要取得许可": "不需要办理",
            "不需要办理许可": "不需要办理",
            "不需要许可": "不需要办理",
            "不需许可": "不需办理",
            "待送达（不予）": f"待送达（{self.refuse}）",
            "建议不予": f"建议{self.refuse}",
            "未获准予": f"决定{self.refuse}",
            "不予许可": self.refuse,
            "准予许可": self.grant,
            "已准予": self.done,
            "准予": self.grant,
        }

    @cached_property
    def _licence_words(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, self._words)))


LICENCE = Power("licence", "行政许可", "准予许可", "不予许可", "已准予")
CONFIRMATION = Power("confirmation", "行政确认", "予以确认", "不予确认", "已予确认")
PAYMENT = Power("payment", "行政给付", "予以给付", "不予给付", "已同意给付")
AWARD = Power("award", "行政奖励", "予以奖励", "不予奖励", "已同意奖励")
REGISTRATION = Power("registration", "登记", "予以登记", "不予登记", "已予登记")
APPROVAL = Power("approval", "行政审批", "予以批准", "不予批准", "已获批准")
SERVICE = Power("service", "", "予以办理", "不予办理", "已办好")

POWERS: tuple[Power, ...] = (LICENCE, CONFIRMATION, PAYMENT, AWARD, REGISTRATION, APPROVAL, SERVICE)

_OF_KIND = {
    ItemKind.LICENCE: LICENCE,
    ItemKind.CONFIRMATION: CONFIRMATION,
    ItemKind.PAYMENT: PAYMENT,
    ItemKind.AWARD: AWARD,
    ItemKind.REGISTRATION: REGISTRATION,
    ItemKind.APPROVAL: APPROVAL,
}
_BY_KIND = {str(kind): power for kind, power in _OF_KIND.items()}
_BY_PROCEDURE = {power.procedure: power for power in POWERS}


def power_of(kind: str) -> Power:
    """The power of an item's kind; kinds without words of their own (公共服务, 其他行政权力 …) are simply 办理."""
    return _BY_KIND.get(str(kind), SERVICE)


def power_by(procedure: str) -> Power:
    """The power that follows the step table of this name; the licence's words for any other table."""
    return _BY_PROCEDURE.get(procedure, LICENCE)
