"""Which rules hold, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from yimen.ground.kit.refusals import NotFound
from yimen.watch.supervision import rules
from yimen.watch.supervision.models import Rule, RuleVersion


def rules_in_force(at: datetime, *, kind: str = "", in_use: bool = True) -> list[RuleVersion]:
    """The versions that hold at this moment, each for its place; one query. `in_use=False` also those switched off.

    For what holds at one place ask `rules_at`: a version for a centre or a department outdoes the one for everywhere.
    """
    return [each for each in newest_versions(at, kind=kind) if (each.in_use and not each.lifted) or not in_use]


def newest_versions(at: datetime, *, kind: str = "") -> list[RuleVersion]:
    """The newest version of each rule and place, also those switched off and lifted: what `rules.chosen` chooses from."""
    newest = RuleVersion.objects.filter(valid_from__lte=at)
    newest = newest.order_by("rule_id", "place_id", "-number").distinct("rule_id", "place_id")
    if kind:
        newest = newest.filter(kind=kind)
    return list(newest.select_related("rule", "place"))


def rules_at(at: datetime, kind: str, department: int | None, centre: int | None) -> list[RuleVersion]:
    """The versions of this kind that hold for a department in a centre, one a rule."""
    return rules.chosen(newest_versions(at, kind=kind), department, centre)


def signal_terms(at: datetime) -> list[rules.SignalTerms]:
    """The signals that hold at this moment."""
    return terms_of(rules_in_force(at, kind=rules.SIGNAL.code))


def terms_of(found: Sequence[RuleVersion]) -> list[rules.SignalTerms]:
    """What the signals among these rules say."""
    return [rules.SignalTerms.of(each.pk, each.params) for each in found if each.kind == rules.SIGNAL.code]


def rule_by_code(code: str) -> Rule:
    """The rule of this code; raises `NotFound`."""
    found = Rule.objects.filter(code=code[:40]).first()
    if found is None:
        raise NotFound("没有这条监察规则。", next_step="请从规则清单进入。")
    return found


def versions_of(rule: Rule) -> QuerySet[RuleVersion]:
    """Every version, newest first."""
    return RuleVersion.objects.filter(rule=rule).select_related("relook", "place").order_by("-number")


def rule_list(at: datetime) -> Sequence[RuleVersion]:
    """Every rule in the versions that hold now (of one that is still to come, its first), in the order of the kinds.

    What is said for one place alone stands below what is said for everywhere.
    """
    order = {kind.code: place for place, kind in enumerate(rules.kinds())}
    found = [each for each in newest_versions(at) if not each.lifted]
    known = {each.rule_id for each in found}
    found += RuleVersion.objects.select_related("rule", "place").filter(number=1).exclude(rule_id__in=known)
    return sorted(found, key=lambda each: (order.get(each.kind, 99), each.rule_id, each.place_id or 0))
