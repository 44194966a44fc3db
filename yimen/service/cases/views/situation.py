"""Answers to an item's situational guidance as they travel in an address and in hidden fields."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from yimen.service.catalogue.rules.guidance import Guidance, walk


def situation_of(known: Guidance | None, data: QueryDict) -> dict[str, Any]:
    """The answers that were sent along, as far as they can be read; {} without guidance."""
    if known is None:
        return {}
    raw: dict[str, Any] = {}
    for question in known.form.questions():
        if question.key in data:
            many = question.kind == "multi_choice"
            raw[question.key] = data.getlist(question.key)[:40] if many else data[question.key]
    return walk(known, raw).answers


def pairs_of(answers: dict[str, Any]) -> list[tuple[str, str]]:
    """Answers as hidden fields."""
    found: list[tuple[str, str]] = []
    for key, value in answers.items():
        found += [(key, str(each)) for each in value] if isinstance(value, list) else [(key, str(value))]
    return found
