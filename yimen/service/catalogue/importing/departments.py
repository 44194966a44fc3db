"""Matching the departments of a catalogue with ours, by credit code, else by name. None is invented here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue.importing.parsed import ParsedItem
from yimen.service.catalogue.models import SourceDepartment
from yimen.service.catalogue.rules import codes


def match_departments(items: Sequence[ParsedItem]) -> dict[tuple[str, str], SourceDepartment]:
    """The source department of each (catalogue, name) among the items, made where it is new, matched where that
    is sure.
    """
    wanted: dict[tuple[str, str], Counter[str]] = {}
    for item in items:
        wanted.setdefault((item.catalogue, item.department[:200]), Counter())[item.department_code] += 1
    held = {
        (known.system, known.name): known
        for known in SourceDepartment.objects.filter(system__in={system for system, _ in wanted})
    }
    by_code, by_name = _our_departments()
    for key, counted in wanted.items():
        known = held.get(key) or SourceDepartment(system=key[0], name=key[1])
        best = best_code([known.code, *(code for code, _ in counted.most_common())])
        known.other_codes = sorted({*known.other_codes, *counted, known.code} - {best, ""})[:20]
        known.code = best
        if known.unit_id is None:
            _match(known, by_code, by_name)
        known.save()
        held[key] = known
    return held


def best_code(candidates: Sequence[str]) -> str:
    """The first code that passes its check, else the first that is not empty."""
    given = [code for code in candidates if code]
    return next((code for code in given if codes.valid_credit_code(code)), given[0] if given else "")


def _our_departments() -> tuple[dict[str, int], dict[str, list[int]]]:
    by_code: dict[str, int] = {}
    by_name: dict[str, list[int]] = {}
    for unit in organisations.departments():
        if unit.credit_code:
            by_code[unit.credit_code] = unit.pk
        for name in {unit.name, unit.short_name} - {""}:
            by_name.setdefault(name, []).append(unit.pk)
    return by_code, by_name


def _match(known: SourceDepartment, by_code: dict[str, int], by_name: dict[str, list[int]]) -> None:
    named = by_name.get(known.name, [])
    if known.code in by_code:
        known.unit_id, known.reason = by_code[known.code], "统一社会信用代码相同"
    elif len(named) == 1:
        known.unit_id, known.reason = named[0], "名称相同"
    elif named:
        known.reason = f"有 {len(named)} 个部门叫这个名字，请人工对应"
    else:
        known.reason = "本级机构里没有这个代码和名称，请人工对应，或先建部门"
