"""Templates of messages: fixed words with named gaps, checked when they are registered and when they are filled. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from yimen.ground.kit.refusals import Invalid

LONGEST_SUBJECT = 120
LONGEST_BODY = 4000
_GAP = re.compile(r"\{([a-z_]+)\}")


class TemplateError(ValueError):
    """A template or its facts do not fit together: a fault of the program."""


class UnsuitableMessage(Invalid):
    """The message is empty, too long, or its link leads out of the site."""

    code = "unsuitable_message"


@dataclass(frozen=True, slots=True)
class Template:
    """`subject` and `body` with gaps such as `{item}`; `code` is `module.name`. `email=False`: in-site only.

    `kind` is what sort of news it is (`KINDS`): people choose their channels for each sort.
    """

    code: str
    subject: str
    body: str
    email: bool = True
    kind: str = "progress"

    @property
    def gaps(self) -> frozenset[str]:
        """The names that facts must give, no more and no fewer."""
        return frozenset(_GAP.findall(self.subject) + _GAP.findall(self.body))

    def filled(self, facts: Mapping[str, str | int]) -> tuple[str, str]:
        """(subject, body); what stands in the facts is never taken for a gap. Raises `TemplateError`."""
        if set(facts) != self.gaps:
            raise TemplateError(f"{self.code}: needs {sorted(self.gaps)}, given {sorted(facts)}")
        return (
            _GAP.sub(lambda gap: str(facts[gap[1]]), self.subject),
            _GAP.sub(lambda gap: str(facts[gap[1]]), self.body),
        )


_templates: dict[str, Template] = {}


def register_template(template: Template) -> None:
    """Make a template known, from the `apps.py` of the module whose news it tells; raises `TemplateError`."""
    rest = _GAP.sub("", template.subject + template.body)
    if "{" in rest or "}" in rest:
        raise TemplateError(f"{template.code}: a gap is written {{name}}")
    held = _templates.setdefault(template.code, template)
    if held != template:
        raise TemplateError(f"{template.code} is registered already")


def template_of(code: str) -> Template:
    """The template by its code; raises `TemplateError`."""
    if code not in _templates:
        raise TemplateError(f"no template {code}")
    return _templates[code]


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
