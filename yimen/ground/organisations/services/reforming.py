"""Carrying a reorganisation out, batch by batch, and taking it back (ADR 0022).

begin: one short transaction turns the tree, the posts and the windows; from then on the successor sees and works on what is
not moved yet. carry_on: the participants move what they keep, each call one short transaction, so that no window waits longer
than one batch; a killed worker goes on where it stood. finish: the old unit ends, and with it its letters; its seals are to be
handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, NotFound
from yimen.ground.organisations import lifecycle
from yimen.ground.organisations.models import (
    FormerName,
    Grant,
    Post,
    Reorganisation,
    ReorganisationPart,
    Seal,
    SealEvent,
    Tenure,
    Unit,
    UnitSuccession,
    Window,
)
from yimen.ground.organisations.policies import APPROVE_REORGANISATION, REORGANISE
from yimen.ground.organisations.selectors import reorganising as seen
from yimen.ground.organisations.services.guarding import guarded
from yimen.ground.organisations.services.reorganising import demand_fresh, locked, note_plan, require_plan
from yimen.ground.organisations.services.tree import lock_tree, rehang

Clock = Callable[[], datetime]
_PLAN_LOCK = 7_101_005
OWN = "organisations"
IN_FLIGHT_SECONDS = 2.0
"""A request reads its rights at its beginning; by then the last one from before the start is over."""


@transaction.atomic
def begin_reorganisation(*, actor: Actor, plan: Reorganisation, at: datetime) -> Reorganisation:
    """Start an approved plan on or after its day: tree, posts, windows and names turn at once; the rest follows by `carry_on`.

    Raises `StalePreview`, `NotYet`, `Conflict` before its day or when it is not approved.
    """
    lock_tree()
    plan = locked(plan)
    require_plan(actor, plan, REORGANISE, APPROVE_REORGANISATION)
    if plan.state != "approved":
        raise Conflict("方案没有批准，或已经开始实施。", next_step="请刷新页面查看。")
    if day_of(at) < plan.effective_on:
        raise Conflict(
            f"方案自 {plan.effective_on:%Y年%-m月%-d日} 起生效，现在还不能实施。", next_step="请到生效当日再实施。"
        )
    _nobody_else_runs(plan)
    demand_fresh(plan)
    record: dict[str, Any] = {"sections": [], "posts": [], "ended": [], "windows": [], "removed": [], "seals": []}
    for part in seen.plan_parts(plan):
        if part.target is None:
            _rename(plan, part.source, record)
        else:
            _turn(plan, part, part.target, actor, at, record)
    plan.record = {OWN: record}
    plan.state, plan.started_at, plan.last_actor = "applying", at, _said(actor)
    plan.save()
    note_plan("organisations.apply_reorganisation", actor, plan)
    return plan


def carry_on(plan_uid: UUID, clock: Clock, *, patience: int = 200) -> Reorganisation:
    """Go on with a plan that is being applied or undone, to its end. One process at a time; whoever comes second goes away.

    What others work on at the moment is tried again, up to `patience` times with a short pause; what then remains is left to
    the next call.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s, hashtext(%s))", [_PLAN_LOCK, str(plan_uid)])
        if not cursor.fetchone()[0]:
            return by_uid(plan_uid)
    try:
        plan = by_uid(plan_uid)
        if plan.state not in ("applying", "undoing"):
            return plan
        _let_pass(plan, clock)
        for participant in lifecycle.participants():
            if not _drive(participant, plan_uid, clock, patience):
                return by_uid(plan_uid)
        return _finish(plan_uid, clock())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s, hashtext(%s))", [_PLAN_LOCK, str(plan_uid)])


def _let_pass(plan: Reorganisation, clock: Clock) -> None:
    """Wait for the requests that had read their rights before the plan began; from then on everybody holds the new ones."""
    gone = (clock() - plan.started_at).total_seconds() if plan.started_at else IN_FLIGHT_SECONDS
    if plan.state == "applying" and 0 <= gone < IN_FLIGHT_SECONDS and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("select pg_sleep(%s)", [IN_FLIGHT_SECONDS - gone])


def _drive(participant: lifecycle.Participant, plan_uid: UUID, clock: Clock, patience: int) -> bool:
    """Batches of one participant until none is left; False where only busy ones remain."""
    while True:
        batch = _batch(participant, plan_uid, clock())
        if batch.done:
            return True
        if batch.moved == 0:
            patience -= 1
            if patience <= 0:
                return False
            with connection.cursor() as cursor:
                cursor.execute("select pg_sleep(0.05)")


@transaction.atomic
def _batch(participant: lifecycle.Participant, plan_uid: UUID, at: datetime) -> lifecycle.Batch:
    plan = Reorganisation.objects.select_for_update().get(uid=plan_uid)
    own: dict[str, Any] = plan.record.setdefault(participant.name, {})
    work = participant.undo if plan.state == "undoing" else participant.apply
    batch = work(seen.moves_of(plan), actor_of(plan), at, own)
    done = plan.progress.setdefault(participant.name, {"label": participant.label, "moved": 0})
    done["moved"] += batch.moved
    done["busy"], done["done"] = batch.busy, batch.done
    plan.save(update_fields=["record", "progress"])
    return batch


@transaction.atomic
def _finish(plan_uid: UUID, at: datetime) -> Reorganisation:
    lock_tree()
    plan = Reorganisation.objects.select_for_update().get(uid=plan_uid)
    actor = actor_of(plan)
    if plan.state == "undoing":
        if plan.kind != lifecycle.RENAME:
            _turn_back(plan, plan.record[OWN], actor, at)
        UnitSuccession.objects.filter(plan=plan).update(undone_at=at)
        plan.state, plan.undone_at = "undone", at
        plan.save()
        note_plan("organisations.finish_reorganisation", actor, plan, undone=True)
        return plan
    record = plan.record[OWN]
    for part in seen.plan_parts(plan):
        if plan.is_whole and part.target is not None:
            _end(plan, part.source, actor, at, record)
    UnitSuccession.objects.filter(plan=plan).update(moved_at=at)
    plan.state, plan.applied_at = "applied", at
    plan.save()
    note_plan("organisations.finish_reorganisation", actor, plan, progress=plan.progress)
    return plan


# One part turns


def _turn(
    plan: Reorganisation, part: ReorganisationPart, target: Unit, actor: Actor, at: datetime, record: dict[str, Any]
) -> None:
    whole = plan.is_whole
    UnitSuccession.objects.create(
        old=part.source,
        new=target,
        plan=plan,
        kind=plan.kind,
        document=plan.document,
        on=plan.effective_on,
        whole=whole,
    )
    windows = seen.windows_of(part)
    posts = seen.moving_posts(part, whole)
    chief = seen.has_chief(target)
    if whole:
        for section in part.source.children.filter(dissolved_on__isnull=True).order_by("order", "id"):
            for post in Post.objects.filter(unit__path__startswith=section.path, duty="chief", abolished_on=None):
                if chief:
                    _end_post(post, actor, at, record)
                chief = True
            record["sections"].append([section.pk, section.parent_id, section.name])
            _rehang_under(plan, section, part.source, target)
    for post in posts:
        if whole and seen.ends_with_its_unit(post, chief):
            _end_post(post, actor, at, record)
            continue
        chief = chief or post.duty == Post.Duty.CHIEF
        record["posts"].append([post.pk, post.unit_id])
        post.unit = target
        with guarded():
            post.save(update_fields=["unit"])
    for window in windows:
        if not window.departments.filter(pk=target.pk).exists():
            window.departments.add(target)
            record["windows"].append([window.pk, target.pk])


def _rehang_under(plan: Reorganisation, section: Unit, source: Unit, target: Unit) -> None:
    """Hang a section under the successor; one of the same name there keeps it, ours says where it came from."""
    if target.children.filter(name=section.name, dissolved_on__isnull=True).exists():
        FormerName.objects.create(
            unit=section, name=section.name, short_name=section.short_name, document=plan.document, plan=plan,
            until=plan.effective_on - timedelta(days=1),
        )  # fmt: skip
        section.name = f"{section.name[:60]}（原{source.short_name[:30]}）"
        section.save(update_fields=["name"])
    rehang(section, target)


def _rename(plan: Reorganisation, unit: Unit, record: dict[str, Any]) -> None:
    FormerName.objects.create(
        unit=unit, name=unit.name, short_name=unit.short_name, document=plan.document, plan=plan,
        until=plan.effective_on - timedelta(days=1),
    )  # fmt: skip
    record["name"] = [unit.pk, unit.name, unit.short_name]
    unit.name, unit.short_name = plan.new_name, plan.new_short_name or plan.new_name[:40]
    with guarded():
        unit.save(update_fields=["name", "short_name"])


def _end_post(post: Post, actor: Actor, at: datetime, record: dict[str, Any]) -> None:
    tenure = Tenure.objects.filter(post=post, ended_at__isnull=True).first()
    grants = list(post.grants.filter(ended_at__isnull=True).values_list("pk", flat=True))
    record["ended"].append(
        {
            "post": post.pk,
            "account": post.account_id,
            "from": post.held_from.isoformat() if post.held_from else None,
            "to": post.held_to.isoformat() if post.held_to else None,
            "tenure": tenure.pk if tenure else None,
            "grants": grants,
        }
    )
    if tenure is not None:
        tenure.held_to = max(day_of(at), tenure.held_from)
        tenure.ended_by, tenure.ended_at = actor.uid, at
        tenure.save(update_fields=["held_to", "ended_by", "ended_at"])
    post.account = post.held_from = post.held_to = None
    post.abolished_on = day_of(at)
    post.save(update_fields=["account", "held_from", "held_to", "abolished_on"])
    Grant.objects.filter(pk__in=grants).update(ended_at=at, ended_by=actor.uid)


def _end(plan: Reorganisation, source: Unit, actor: Actor, at: datetime, record: dict[str, Any]) -> None:
    """Everything has gone: the unit ends, its windows no longer serve it, its seals are to be handed in."""
    for window in source.served_at.all():
        window.departments.remove(source)
        record["removed"].append([window.pk, source.pk])
    for seal in Seal.objects.select_for_update().filter(unit=source, ended_on__isnull=True):
        record["seals"].append(seal.pk)
        seal.ended_on = max(day_of(at), seal.valid_from)
        seal.save(update_fields=["ended_on"])
        SealEvent.objects.create(
            seal=seal, kind=SealEvent.Kind.SUPERSEDED, happened_at=at, actor_uid=actor.uid, actor_name=actor.name,
            reason=f"{plan.get_kind_display()}，机构撤销，待缴销", document=plan.document,
        )  # fmt: skip
    source.dissolved_on = day_of(at)
    source.save(update_fields=["dissolved_on"])


# Undoing


def what_was_built(plan: Reorganisation) -> list[str]:
    """What has been built on an applied plan, in Chinese; nothing where it can still be undone."""
    parts = seen.plan_parts(plan)
    units = {part.source_id for part in parts} | {part.target_id for part in parts if part.target_id}
    found = []
    later = Reorganisation.objects.exclude(pk=plan.pk).filter(
        state__in=["applying", "applied"], started_at__gte=plan.started_at
    )
    if later.filter(parts__source__in=units).exists() or later.filter(parts__target__in=units).exists():
        found.append("这些机构以后又有改革")
    record = plan.record.get(OWN, {})
    moved = [post for post, _ in record.get("posts", ())]
    if Tenure.objects.filter(post__in=moved, appointed_at__gt=plan.started_at).exists():
        found.append("随转的岗位已有新的任命")
    if SealEvent.objects.filter(seal__in=record.get("seals", ()), kind=SealEvent.Kind.DESTROYED).exists():
        found.append("原机构的印章已经销毁")
    if "name" in record:
        letters = Unit.objects.get(pk=record["name"][0]).letters
        if letters.filter(state="signed", signed_at__gt=plan.started_at).exists():
            found.append("已用新名称签署委托书")
    moves = seen.moves_of(plan, parts)
    return found + [said for each in lifecycle.participants() if (said := each.built_on(moves))]


@transaction.atomic
def begin_undoing(*, actor: Actor, plan: Reorganisation, reason: str, at: datetime) -> Reorganisation:
    """Take an applied plan back, as long as nothing was built on it; the rest follows by `carry_on`. Raises `Conflict`."""
    lock_tree()
    plan = locked(plan)
    require_plan(actor, plan, APPROVE_REORGANISATION)
    if plan.state != "applied":
        raise Conflict("方案没有实施，不用撤回。", next_step="请刷新页面查看。")
    reason = tidy(reason, "撤回原因", 200, field="reason")
    _nobody_else_runs(plan)
    against = what_was_built(plan)
    if against:
        raise Conflict(f"不能撤回：{'；'.join(against)}。", next_step="请另拟一个方案，把机构调整到需要的样子。")
    record = plan.record[OWN]
    _names_free(plan, record)
    if plan.is_whole:
        # The old unit is there again before anything goes back to it; its people return when all has gone back.
        Unit.objects.filter(pk__in=[part.source_id for part in seen.plan_parts(plan)]).update(dissolved_on=None)
        for pk, unit in record["removed"]:
            Window.objects.get(pk=pk).departments.add(unit)
    if plan.kind == lifecycle.RENAME:
        _turn_back(plan, record, actor, at)
    UnitSuccession.objects.filter(plan=plan).update(moved_at=None)
    plan.state, plan.undo_reason, plan.last_actor, plan.progress = "undoing", reason, _said(actor), {}
    plan.save()
    note_plan("organisations.undo_reorganisation", actor, plan, reason=reason)
    return plan


def _names_free(plan: Reorganisation, record: dict[str, Any]) -> None:
    """Raise `Conflict` where a name that comes back has been given to another unit meanwhile."""
    coming = [(pk, parent, name) for pk, parent, name in record["sections"]]
    if "name" in record:
        pk, name, _ = record["name"]
        coming.append((pk, Unit.objects.get(pk=pk).parent_id, name))
    coming += [(part.source_id, part.source.parent_id, part.source.name) for part in seen.plan_parts(plan)]
    for pk, parent, name in coming:
        if Unit.objects.filter(parent=parent, name=name, dissolved_on__isnull=True).exclude(pk=pk).exists():
            raise Conflict(f"不能撤回：同一上级下已有另一个“{name}”。", next_step="请先给那个机构改名。")


def _turn_back(plan: Reorganisation, record: dict[str, Any], actor: Actor, at: datetime) -> None:
    if "name" in record:
        pk, name, short_name = record["name"]
        _bear_again(plan, Unit.objects.get(pk=pk), name, short_name, at)
    for pk, parent, name in record["sections"]:
        section = Unit.objects.get(pk=pk)
        _bear_again(plan, section, name, section.short_name, at)
        rehang(section, Unit.objects.get(pk=parent))
    for pk, unit in record["posts"]:
        Post.objects.filter(pk=pk).update(unit=unit)
    for ended in record["ended"]:
        Post.objects.filter(pk=ended["post"]).update(
            account=ended["account"], held_from=ended["from"], held_to=ended["to"], abolished_on=None
        )
        Tenure.objects.filter(pk=ended["tenure"]).update(held_to=ended["to"], ended_by=None, ended_at=None)
        Grant.objects.filter(pk__in=ended["grants"]).update(ended_at=None, ended_by=None)
    for pk, unit in record["windows"]:
        Window.objects.get(pk=pk).departments.remove(unit)
    for seal in Seal.objects.filter(pk__in=record["seals"]):
        seal.ended_on = None
        seal.save(update_fields=["ended_on"])
        SealEvent.objects.create(
            seal=seal, kind=SealEvent.Kind.RESTORED, happened_at=at, actor_uid=actor.uid, actor_name=actor.name,
            reason="机构改革撤回", document=plan.document,
        )  # fmt: skip


def _bear_again(plan: Reorganisation, unit: Unit, name: str, short_name: str, at: datetime) -> None:
    """A unit bears its old name again; the name that it bore meanwhile stays in its history."""
    if unit.name == name:
        return
    meanwhile = unit.name, unit.short_name
    unit.name, unit.short_name = name, short_name
    with guarded():
        unit.save(update_fields=["name", "short_name"])
    if day_of(at) > plan.effective_on:
        FormerName.objects.create(
            unit=unit, name=meanwhile[0], short_name=meanwhile[1], document=plan.document, plan=plan,
            until=day_of(at) - timedelta(days=1),
        )  # fmt: skip
    else:
        unit.former_names.filter(plan=plan).delete()


# Small things


def by_uid(uid: UUID) -> Reorganisation:
    """A plan, without any check of access; raises `NotFound`."""
    plan = Reorganisation.objects.filter(uid=uid).first()
    if plan is None:
        raise NotFound("没有这个机构改革方案。")
    return plan


def plan_named(name: str) -> Reorganisation:
    """The plan of a uid, or the latest of a document number, without any check of access: for commands on the server only.

    Raises `NotFound`.
    """
    found = Reorganisation.objects.filter(document=name).order_by("-id").first()
    if found is None:
        try:
            found = Reorganisation.objects.filter(uid=UUID(name)).first()
        except ValueError:
            found = None
    if found is None:
        raise NotFound("没有这个机构改革方案。", next_step="请核对文号。")
    return found


def unfinished() -> list[UUID]:
    """Plans that are on their way: a worker takes them up again after a kill."""
    return list(Reorganisation.objects.filter(state__in=["applying", "undoing"]).values_list("uid", flat=True))


def _nobody_else_runs(plan: Reorganisation) -> None:
    if Reorganisation.objects.exclude(pk=plan.pk).filter(state__in=["applying", "undoing"]).exists():
        raise Conflict("另一个机构改革方案正在实施。", next_step="请等它完成后再办理，进度在机构改革页可以看到。")


def _said(actor: Actor) -> dict[str, Any]:
    return {"uid": str(actor.uid), "name": actor.name, "post": actor.post, "department": actor.department}


def actor_of(plan: Reorganisation) -> Actor:
    """Who ordered what the worker does: the ledger names this person, the step itself is the system's."""
    said = plan.last_actor
    return Actor(
        uid=UUID(said["uid"]),
        name=said["name"],
        kind="system",
        post=said["post"],
        department=said.get("department", ""),
    )
