"""Texts of several lines as they are kept."""

from __future__ import annotations

from yimen.ground.kit.refusals import Invalid
from yimen.ground.kit.text import clean_text


def paragraph(text: str, label: str, limit: int, *, field: str, needed: bool = True) -> str:
    """Several clean lines; raises `Invalid` at the field."""
    try:
        said = clean_text(text, label=label, limit=limit) if text else ""
    except Invalid as unusable:
        unusable.fields = {field: unusable.message}
        raise
    if needed and not said.strip():
        raise Invalid(f"请填写{label}。", fields={field: f"请填写{label}。"})
    return said
