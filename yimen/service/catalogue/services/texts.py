"""Text from a form as it is stored."""

from __future__ import annotations

from yimen.ground.kit.refusals import Invalid
from yimen.service.catalogue.rules.answers import AnswerProblem, plain


def tidy(text: str, label: str, longest: int, *, field: str, needed: bool = True, lines: bool = False) -> str:
    """Trimmed text of one line (or lines); raises `Invalid` with the field where it is missing, too long or unreadable."""
    try:
        said = plain(text, lines=lines, label=label)
    except AnswerProblem as problem:
        raise Invalid(str(problem), fields={field: str(problem)}) from None
    if needed and not said:
        raise Invalid(f"请填写“{label}”。", fields={field: f"请填写“{label}”。"})
    if len(said) > longest:
        message = f"“{label}”最多 {longest} 个字，现在有 {len(said)} 个。"
        raise Invalid(message, fields={field: message})
    return said
