"""Which rules hold, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from yimen.ground.kit.refusals import NotFound
from yimen.watch.supervision import rules
from yimen.watch.supervision.models import Rule, RuleVersion


def rules_in_force(at: datetime, *, kind: str = "", in_use: bool = True) -> list[RuleVersion]:
    """The version of each rule that holds at this moment; one query. `in_use=False` also those switched off."""
    newest = RuleVersion.objects.filter(valid_from__lte=at).order_by("rule_id", "-number").distinct("rule_id")
    if kind:
        newest = newest.filter(kind=kind)
    return [each for each in newest.select_related("rule") if each.in_use or not in_use]


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
    return RuleVersion.objects.filter(rule=rule).select_related("relook").order_by("-number")


def rule_list(at: datetime) -> Sequence[RuleVersion]:
    """Every rule in the version that holds now (of one that is still to come, its first), in the order of the kinds."""
    order = {kind.code: place for place, kind in enumerate(rules.kinds())}
    found = {each.rule_id: each for each in rules_in_force(at, in_use=False)}
    for each in RuleVersion.objects.select_related("rule").filter(number=1).exclude(rule_id__in=found):
        found[each.rule_id] = each
    return sorted(found.values(), key=lambda each: (order.get(each.kind, 99), each.rule_id))
