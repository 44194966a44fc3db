"""Templates of messages: fixed words with named gaps, checked when they are registered and when they are filled. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from yimen.ground.kit.refusals import Invalid

LONGEST_SUBJECT = 120
LONGEST_BODY = 4000
_GAP = re.compile(r"\{([a-z_]+)\}")


class TemplateError(ValueError):
    """A template or its facts do not fit together: a fault of the program."""


class UnsuitableMessage(Invalid):
    """The message is empty, too long, or its link leads out of the site."""

    code = "unsuitable_message"


Channel = Literal["email", "sms", "push"]
CHANNELS: dict[str, str] = {"sms": "短信", "push": "手机推送", "email": "电子邮件"}
"""The ways out of this site, in the order in which one is chosen where the law wants at least one."""

KINDS: dict[str, str] = {
    "law": "法定告知（受理、补正、决定、送达）",
    "progress": "办理进度",
    "work": "工作提醒",
    "security": "账号安全",
}
"""What sort of news it is. Of `law` nobody can be left without: it always stands on this site and goes out one way at least."""

GapKind = Literal["text", "number", "day", "code", "phone"]
_GAP_LENGTH: dict[GapKind, int] = {"text": 40, "number": 12, "day": 24, "code": 60, "phone": 20}
_PERSONAL = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx]|[1-9]\d{15,18})(?!\d)")
SEGMENT, LONG_SEGMENT, MOST_SEGMENTS = 70, 67, 5
"""Characters of a short message in one piece, of each piece of a longer one, and the most pieces we pay for."""


@dataclass(frozen=True, slots=True)
class Template:
    """`subject` and `body` with gaps such as `{item}`; `code` is `module.name`. `email=False`: in-site only.

    `kind` is what sort of news it is (`KINDS`): people choose their channels for each sort. `sms` is the text of the short
    message, registered with the operator word by word; without it none is sent. `gaps_of` names the kind of each of its
    gaps, `text` where nothing is said.
    """

    code: str
    subject: str
    body: str
    email: bool = True
    kind: str = "progress"
    sms: str = ""
    gaps_of: Mapping[str, GapKind] = field(default_factory=dict, hash=False)

    @property
    def gaps(self) -> frozenset[str]:
        """The names that facts must give, no more and no fewer."""
        return frozenset(_GAP.findall(self.subject) + _GAP.findall(self.body))

    @property
    def sms_gaps(self) -> tuple[str, ...]:
        """The gaps of the short message, in order."""
        return tuple(dict.fromkeys(_GAP.findall(self.sms)))

    def filled(self, facts: Mapping[str, str | int]) -> tuple[str, str]:
        """(subject, body); what stands in the facts is never taken for a gap. Raises `TemplateError`."""
        if set(facts) != self.gaps:
            raise TemplateError(f"{self.code}: needs {sorted(self.gaps)}, given {sorted(facts)}")
        return (
            _GAP.sub(lambda gap: str(facts[gap[1]]), self.subject),
            _GAP.sub(lambda gap: str(facts[gap[1]]), self.body),
        )

    def short(self, facts: Mapping[str, str | int]) -> tuple[str, dict[str, str]]:
        """(text of the short message, its variables). Raises `TemplateError`, `UnsuitableMessage`.

        Each variable is there, is of its kind, is no longer than its kind allows (a text is cut), and carries no number of
        a person unless the template says that it does.
        """
        missing = [gap for gap in self.sms_gaps if gap not in facts]
        if missing:
            raise TemplateError(f"{self.code}: the short message needs {missing}")
        variables = {gap: self._variable(gap, str(facts[gap])) for gap in self.sms_gaps}
        return _GAP.sub(lambda gap: variables[gap[1]], self.sms), variables

    def _variable(self, gap: str, value: str) -> str:
        kind, value = self.gaps_of.get(gap, "text"), " ".join(value.split())
        if not value:
            raise UnsuitableMessage(f"短信变量“{gap}”是空的。")
        if kind == "number" and not value.lstrip("-").isdigit():
            raise UnsuitableMessage(f"短信变量“{gap}”应是数字。")
        if kind == "day" and not any(each.isdigit() for each in value):
            raise UnsuitableMessage(f"短信变量“{gap}”应是日期。")
        if kind in ("text", "day") and _PERSONAL.search(value):
            raise UnsuitableMessage(f"短信变量“{gap}”里有证件号或手机号，模板没有写明可以发。")
        longest = _GAP_LENGTH[kind]
        if len(value) > longest:
            if kind != "text":
                raise UnsuitableMessage(f"短信变量“{gap}”超过 {longest} 个字。")
            value = value[: longest - 1] + "…"
        return value


def segments(text: str, sign: str = "") -> int:
    """How many short messages the text costs with its signature 【…】."""
    length = len(text.encode("utf-16-le")) // 2 + (len(sign) + 2 if sign else 0)
    return 1 if length <= SEGMENT else math.ceil(length / LONG_SEGMENT)


_templates: dict[str, Template] = {}


def register_template(template: Template) -> None:
    """Make a template known, from the `apps.py` of the module whose news it tells; raises `TemplateError`."""
    rest = _GAP.sub("", template.subject + template.body + template.sms)
    if "{" in rest or "}" in rest:
        raise TemplateError(f"{template.code}: a gap is written {{name}}")
    if template.kind not in KINDS or not set(template.gaps_of) <= set(template.sms_gaps):
        raise TemplateError(f"{template.code}: unknown kind, or a kind for a gap that is not there")
    if segments(template.sms, "一门政务服务") > MOST_SEGMENTS:
        raise TemplateError(f"{template.code}: the short message is too long")
    held = _templates.setdefault(template.code, template)
    if held != template:
        raise TemplateError(f"{template.code} is registered already")


def template_of(code: str) -> Template:
    """The template by its code; raises `TemplateError`."""
    if code not in _templates:
        raise TemplateError(f"no template {code}")
    return _templates[code]


def templates() -> tuple[Template, ...]:
    """Every registered template, by code."""
    return tuple(_templates[code] for code in sorted(_templates))


def checked(subject: str, body: str, link: str) -> tuple[str, str]:
    """Subject as one line and body, fit to send; raises `UnsuitableMessage`."""
    subject, body = " ".join(subject.split()), body.strip()
    if not subject or not body:
        raise UnsuitableMessage("通知缺少标题或内容。")
    if len(body) > LONGEST_BODY:
        raise UnsuitableMessage(f"通知内容最多 {LONGEST_BODY} 个字。", next_step="请精简后再发。")
    if link and (not link.startswith("/") or link.startswith("//") or "\\" in link or len(link) > 300):
        raise UnsuitableMessage("通知里的链接必须是本站的页面。")
    if len(subject) > LONGEST_SUBJECT:
        subject = subject[: LONGEST_SUBJECT - 1] + "…"
    return subject, body
