"""Setting the rules. What is saved holds at once in every process: nobody keeps a copy of a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from yimen.ground.identity.policies import require_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, outbox
from yimen.ground.kit.refusals import Conflict, Invalid
from yimen.ground.matters import services as matters
from yimen.watch.supervision import policies, rules
from yimen.watch.supervision.events import RelookDue
from yimen.watch.supervision.models import Relook, Rule, RuleVersion
from yimen.watch.supervision.selectors.rules import rules_in_force

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit

BATCH = 4000
"""Open matters turned in one transaction when a rule changed."""

FARTHEST = timedelta(days=366)
PLACES = ("centre", "subcentre", "department", "town")
"""Kinds of unit for which a rule may say something of its own."""


class StaleRule(Conflict):
    """Somebody saved another version meanwhile."""

    code = "stale_rule"


class NoChange(Invalid):
    """The new version says what the present one says."""

    code = "no_change"


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """What a version is to say; for one centre or department alone with a `place`.

    `level` is a value of `RuleVersion.Level`; for a signal it is `signal` whatever is given."""

    kind: str
    label: str
    text: str = ""
    law: str = ""
    level: str = "notice"
    params: Mapping[str, Any] = field(default_factory=dict)
    in_use: bool = True
    valid_from: datetime | None = None
    why: str = ""
    place: Unit | None = None
    lifted: bool = False


@transaction.atomic
def add_rule(*, actor: Actor, code: str, draft: RuleDraft, at: datetime) -> RuleVersion:
    """Set up a rule. Raises `NotAllowed`, `Invalid` (nonsense thresholds, a taken code)."""
    require_permission(actor, policies.RULES)
    code = code.strip()[:40]
    if not code or not code.replace("-", "_").replace("_", "a").isalnum() or not code.isascii():
        raise Invalid("规则代号只能用英文字母、数字和连接线。", fields={"code": "例如 late-handling"})
    rule, made = Rule.objects.get_or_create(code=code, defaults={"made_at": at, "made_by": actor.name})
    if not made:
        raise Invalid("已经有这个代号的规则。", fields={"code": "请换一个代号，或修改原来的规则"})
    return _save(rule, 1, actor, draft, at, "supervision.add_rule")


@transaction.atomic
def change_rule(*, actor: Actor, rule: Rule, draft: RuleDraft, at: datetime, seen: int) -> RuleVersion:
    """Write the next version. `seen` is the version that the page showed. Raises `StaleRule`, `NoChange`, `Invalid`."""
    require_permission(actor, policies.RULES)
    held = Rule.objects.select_for_update().get(pk=rule.pk)
    last = held.versions.order_by("-number").first()
    if last is None or last.number != seen:
        raise StaleRule("这条规则刚被别人修改过。", next_step="请刷新页面，看过新的版本再修改。")
    if draft.kind != last.kind:
        raise Invalid("规则的种类不能改变。", next_step="请停用这条规则，另设一条。", fields={"kind": "不能改变"})
    if not draft.why.strip():
        raise Invalid("修改规则要写明原因。", fields={"why": "请写明为什么修改"})
    return _save(held, last.number + 1, actor, draft, at, "supervision.change_rule")


def _save(rule: Rule, number: int, actor: Actor, draft: RuleDraft, at: datetime, action: str) -> RuleVersion:
    kind = rules.kind(draft.kind)
    params = rules.checked(kind, draft.params)
    label = draft.label.strip()
    if not label:
        raise Invalid("规则要有名称。", fields={"label": "请填写名称"})
    level = "signal" if kind.family == "signal" else draft.level
    if level not in RuleVersion.Level.values or (level == "signal") != (kind.family == "signal"):
        raise Invalid("没有这种处置。", fields={"level": "请选择预警提示、黄牌或红牌"})
    valid_from = draft.valid_from or at
    if valid_from < at - timedelta(minutes=5):
        raise Invalid("规则不能倒签生效。", fields={"valid_from": "生效时间不能早于现在"})
    if valid_from > at + FARTHEST:
        raise Invalid("生效时间太远。", fields={"valid_from": "要在一年以内"})
    if draft.place is not None and (draft.place.kind not in PLACES or draft.place.dissolved_on is not None):
        raise Invalid("规则只能单独适用于一个中心或一个部门。", fields={"place": "请选择中心或部门"})
    before = rule.versions.filter(place=draft.place).order_by("-number").first()
    if draft.lifted and (before is None or draft.place is None or before.lifted):
        raise Invalid("这里没有单独的规定。", fields={"lifted": "没有单独规定的地方，不用取消"})
    text, law = draft.text.strip()[:500], draft.law.strip()[:200]
    made = RuleVersion(
        rule=rule, number=number, kind=kind.code, label=label[:60], text=text, law=law, level=level, params=params,
        in_use=draft.in_use, valid_from=valid_from, why=draft.why.strip()[:300], made_at=at,
        made_by=actor.name, place=draft.place, lifted=draft.lifted,
    )  # fmt: skip
    if before is not None and _same(made, before):
        raise NoChange("没有修改任何内容。", next_step="不需要修改就不用保存。")
    made.save()
    audit.record(
        action, actor=actor, target_kind="rule", target=rule.code, reason=made.why,
        facts={"version": number, "kind": kind.code, "in_use": draft.in_use, "level": level,
               "place": draft.place.name if draft.place is not None else "", "lifted": draft.lifted},
    )  # fmt: skip
    if kind.family == "signal":
        look_ahead()
        begin_relook(at, f"规则“{made.label}”第 {number} 版", version=made)
    return made


def _same(made: RuleVersion, last: RuleVersion) -> bool:
    said = ("label", "text", "law", "level", "params", "in_use", "lifted")
    return all(getattr(made, each) == getattr(last, each) for each in said) and made.valid_from <= made.made_at


# --- Bringing a change to what is open already


def look_ahead() -> int:
    """Let the watch look as far ahead as any rule in force, or to come, wants; returns the calendar days.

    Twice the working days and a fortnight: no run of days off is longer. Looking too early costs one look.
    """
    found = RuleVersion.objects.filter(kind=rules.SIGNAL.code, in_use=True)
    ahead = max(
        (rules.SignalTerms.of(each.pk, each.params).ahead for each in found if not _superseded(each)), default=0
    )
    days = days_ahead(ahead)
    matters.watch_ahead("supervision", days)
    return days


def days_ahead(workdays: int) -> int:
    """Calendar days in which so many working days surely lie."""
    return 2 * workdays + 14 if workdays > 3 else 0


def _superseded(version: RuleVersion) -> bool:
    """Whether a later version holds already, or is the newest and not in use; one that is to come leaves this one its say."""
    return RuleVersion.objects.filter(
        rule=version.rule_id, place=version.place_id, number__gt=version.number, valid_from__lte=F("made_at")
    ).exists()


def begin_relook(at: datetime, why: str, *, version: RuleVersion | None = None) -> Relook:
    """Note that the open matters must be looked at anew, and let the worker do it batch by batch.

    For one `version` those that it or any other version of its rule concerns; without, as after a change of the calendar, those that
    any signal in force concerns.
    """
    workdays, concerned = 0, set[str]()
    concerning = (
        list(version.rule.versions.all()) if version is not None else rules_in_force(at, kind=rules.SIGNAL.code)
    )
    for each in concerning:
        terms = rules.SignalTerms.of(each.pk, each.params)
        workdays = max(workdays, terms.ahead)
        concerned |= set(terms.procedures or [""])
    made = Relook.objects.create(
        version=version, why=why, days=2 * workdays + 14, procedures=[] if "" in concerned else sorted(concerned),
        started_at=at,
    )  # fmt: skip
    if version is None or version.valid_from <= at:
        outbox.publish(RelookDue(made.pk))
    return made


def relook(relook_id: int, at: datetime) -> bool:
    """Turn the next batch in the open transaction; whether there is more. The sweeps then look at what was turned."""
    held = Relook.objects.select_for_update().get(pk=relook_id)
    if held.finished_at is not None:
        return False
    held.cursor, turned = matters.look_again(held.cursor, BATCH, days=held.days, procedures=held.procedures, at=at)
    held.turned += turned
    if not held.cursor:
        held.finished_at = at
    held.save(update_fields=["cursor", "turned", "finished_at"])
    return held.finished_at is None


@transaction.atomic
def begin_those_due(at: datetime) -> int:
    """Start the relooks of versions that come into force now; called every minute."""
    due = Relook.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        finished_at=None, version__valid_from__lte=at, version__valid_from__gt=F("started_at")
    )
    found = list(due.values_list("pk", flat=True))
    Relook.objects.filter(pk__in=found).update(started_at=at)
    for pk in found:
        outbox.publish(RelookDue(pk))
    return len(found)
