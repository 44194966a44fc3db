"""Reorganisation 机构改革, up to its start: drafting, looking, approving by a second person, preparing letters.

Carrying it out and taking it back stand in `reforming`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, NotFound
from yimen.ground.organisations import lifecycle
from yimen.ground.organisations.models import (
    AuthorisationLetter,
    Post,
    Reorganisation,
    ReorganisationPart,
    Unit,
)
from yimen.ground.organisations.policies import APPROVE_REORGANISATION, REORGANISE, OutsideScope, may, require
from yimen.ground.organisations.selectors import reorganising as seen
from yimen.ground.organisations.selectors import seal_of
from yimen.ground.organisations.services.guarding import guarded

if TYPE_CHECKING:
    from yimen.ground.organisations.lifecycle import Section

OPEN = ("draft", "previewed", "approved", "applying", "undoing")
REORGANISED = ("department", "office", "section")
"""Kinds of unit that can be merged, split or dissolved; halls with windows are moved in the tree."""


class StalePreview(Conflict):
    """Something has moved since the plan was looked at."""

    code = "stale_preview"


class NotYet(Conflict):
    """What stands against carrying the plan out."""

    code = "reorganisation_not_ready"


@dataclass(frozen=True, slots=True)
class PartGiven:
    """One line of a plan as it is given: everything of `source` (items None) or these items and posts go to `target`."""

    source: Unit
    target: Unit | None = None
    items: Sequence[str] | None = None
    posts: Sequence[Post] = ()


@transaction.atomic
def draft_reorganisation(
    *,
    actor: Actor,
    kind: str,
    document: str,
    document_title: str,
    effective_on: date,
    parts: Sequence[PartGiven],
    at: datetime,
    new_name: str = "",
    new_short_name: str = "",
) -> Reorganisation:
    """Write a plan down. Every unit in it must be the actor's to reorganise. Raises `OutsideScope`, `Invalid`, `Conflict`."""
    if kind not in Reorganisation.Kind.values:
        raise Invalid("没有这种机构改革。", fields={"kind": "请选择种类。"})
    for part in parts:
        require(actor, part.source, REORGANISE)
        if part.target is not None:
            require(actor, part.target, REORGANISE)
    _fits(kind, parts, new_name)
    plan = Reorganisation.objects.create(
        kind=kind,
        document=tidy(document, "批准文号", 60, field="document"),
        document_title=tidy(document_title, "文件名称", 200, field="document_title"),
        effective_on=effective_on,
        new_name=tidy(new_name, "新名称", 100, field="new_name", needed=kind == lifecycle.RENAME),
        new_short_name=tidy(new_short_name, "新简称", 40, field="new_short_name", needed=False),
        drafted_by=actor.uid,
        drafted_by_name=actor.name,
        drafted_at=at,
    )
    for order, part in enumerate(parts, 1):
        codes = (
            None if part.items is None else sorted({tidy(code, "事项编码", 40, field="items") for code in part.items})
        )
        row = ReorganisationPart.objects.create(
            plan=plan, order=order, source=part.source, target=part.target, items=codes
        )
        row.posts.set(part.posts)
    _note("organisations.draft_reorganisation", actor, plan, kind=kind, sources=[part.source.pk for part in parts])
    return plan


@transaction.atomic
def choose_moving_posts(*, actor: Actor, plan: Reorganisation, posts: Iterable[Post], at: datetime) -> None:
    """Say which posts go along with the items of a plan of one part; the preview is made anew."""
    plan = locked(plan)
    _require_all(actor, plan, REORGANISE)
    parts = seen.plan_parts(plan)
    if plan.kind not in (lifecycle.SPLIT, lifecycle.MOVE_ITEMS) or plan.state not in ("draft", "previewed", "approved"):
        raise Conflict("这个方案现在不能选随转岗位。")
    chosen = list(posts)
    if any(not post.unit.path.startswith(parts[0].source.path) for post in chosen):
        raise Invalid("只能选原机构的岗位。", fields={"posts": "请选择原机构的岗位。"})
    parts[0].posts.set(chosen)
    preview_reorganisation(actor=actor, plan=plan, at=at)


def _fits(kind: str, parts: Sequence[PartGiven], new_name: str) -> None:
    """Whether the parts are what the kind needs. Raises `Invalid`."""
    if not parts:
        raise Invalid("请选择要改革的机构。", fields={"source": "请选择机构。"})
    sources = [part.source.pk for part in parts]
    for part in parts:
        if part.source.dissolved_on is not None or (part.target is not None and part.target.dissolved_on is not None):
            raise Invalid("方案里有已经撤销的机构。", next_step="请从机构树中重新选择。")
        if kind == lifecycle.RENAME:
            if part.target is not None:
                raise Invalid("更名不涉及另一个机构。")
            if new_name.strip() == part.source.name:
                raise Invalid("新名称与现名称相同。", fields={"new_name": "与现名称相同。"})
            continue
        if part.source.kind not in REORGANISED:
            raise Invalid(
                f"“{part.source.name}”是{part.source.get_kind_display()}，不能这样改革。",
                next_step="中心、便民服务中心的调整，请在机构树中移动，或新设、停用窗口。",
            )
        if part.target is None or part.target.pk == part.source.pk:
            raise Invalid("请选择承接的机构，不能是它自己。", fields={"target": "请选择另一个机构。"})
        if part.target.pk in sources:
            raise Invalid("承接的机构自己也在被并入的名单里。", fields={"target": "请选择不在名单里的机构。"})
        if part.target.path.startswith(part.source.path) or part.source.path.startswith(part.target.path):
            raise Invalid("承接的机构是它的上级或下级，不能这样划转。", fields={"target": "请选择平级的机构。"})
        whole = kind in lifecycle.WHOLE
        if whole and (part.items is not None or part.posts):
            raise Invalid("合并、撤销是整体划转，不选事项和岗位。")
        if not whole and not part.items:
            raise Invalid("请写明划出的事项。", fields={"items": "请至少填一个事项编码。"})
    _fits_together(kind, parts)


def _fits_together(kind: str, parts: Sequence[PartGiven]) -> None:
    sources = {part.source.pk for part in parts}
    targets = {part.target.pk for part in parts if part.target is not None}
    if kind in (lifecycle.RENAME, lifecycle.DISSOLVE, lifecycle.MOVE_ITEMS) and len(parts) != 1:
        raise Invalid("这种方案一次只办一个机构。")
    if kind in lifecycle.WHOLE and (len(targets) != 1 or len(sources) != len(parts)):
        raise Invalid("合并的各机构要划入同一个机构，每个机构只写一次。")
    if kind == lifecycle.SPLIT:
        if len(sources) != 1 or len(targets) != len(parts):
            raise Invalid("分设是把一个机构的事项分给几个不同的机构。")
        codes = [code for part in parts for code in part.items or ()]
        if len(codes) != len(set(codes)):
            raise Invalid("同一个事项分给了两个机构。", fields={"items": "每个事项只能写一次。"})


@transaction.atomic
def preview_reorganisation(*, actor: Actor, plan: Reorganisation, at: datetime) -> list[Section]:
    """Count what the plan touches and keep it with the plan; a former approval no longer counts."""
    plan = locked(plan)
    _require_all(actor, plan, REORGANISE, APPROVE_REORGANISATION)
    if plan.state not in ("draft", "previewed", "approved"):
        raise Conflict("方案已经开始实施，不能再预览。")
    found = seen.sections(plan)
    plan.preview, plan.previewed_at, plan.state = seen.kept(found), at, "previewed"
    plan.approved_by, plan.approved_by_name, plan.approved_at = None, "", None
    plan.save()
    _note("organisations.preview_reorganisation", actor, plan)
    return found


@transaction.atomic
def approve_reorganisation(*, actor: Actor, plan: Reorganisation, at: datetime) -> Reorganisation:
    """A second person lets the plan pass, as it was previewed. Raises `NotAllowed` for its author, `StalePreview`, `NotYet`."""
    plan = locked(plan)
    _require_all(actor, plan, APPROVE_REORGANISATION)
    if plan.drafted_by == actor.uid:
        raise NotAllowed("拟定方案的人不能批准自己的方案。", next_step="请由另一位有批准权限的负责人批准。")
    if plan.state != "previewed":
        raise Conflict("方案还没有预览，或已经批准。", next_step="请先预览，看过影响再批准。")
    demand_fresh(plan)
    plan.state, plan.approved_by, plan.approved_by_name, plan.approved_at = "approved", actor.uid, actor.name, at
    with guarded():
        plan.save()
    _note("organisations.approve_reorganisation", actor, plan)
    return plan


@transaction.atomic
def drop_reorganisation(*, actor: Actor, plan: Reorganisation, at: datetime) -> Reorganisation:
    """Put a plan aside that has not begun; it stays on record."""
    plan = locked(plan)
    _require_all(actor, plan, REORGANISE)
    if plan.state not in ("draft", "previewed", "approved"):
        raise Conflict("方案已经实施，不能作废；可以撤回。")
    plan.state = "dropped"
    plan.approved_by, plan.approved_by_name, plan.approved_at = None, "", None
    plan.save()
    _note("organisations.drop_reorganisation", actor, plan)
    return plan


@transaction.atomic
def draft_successor_letters(*, actor: Actor, plan: Reorganisation, at: datetime) -> list[AuthorisationLetter]:
    """Draft the letters that the new department's head has to sign, after those that end: same posts, powers and items.

    Where a post had letters of several departments with different items, the draft names only the items that were named.
    """
    plan = locked(plan)
    _require_all(actor, plan, REORGANISE)
    if plan.state not in ("previewed", "approved"):
        raise Conflict("请先预览方案，再起草新委托书。")
    parts = seen.plan_parts(plan)
    ending = seen.ending_letters(plan, parts)
    made = []
    for post, target, powers in seen.lacking_letters(plan, parts, ending):
        if AuthorisationLetter.objects.filter(post=post, department=target, state="draft").exists():
            continue
        sources = [part.source_id for part in parts if part.target_id == target.pk]
        old = [letter for letter in ending if letter.post_id == post.pk and letter.department_id in sources]
        with guarded():
            letter = AuthorisationLetter.objects.create(
                number=_next_number(old[0].number, plan),
                department=target,
                post=post,
                powers=sorted(powers),
                items=_items_of(old, parts),
                seal=seal_of(target, "approval", plan.effective_on),
                valid_from=plan.effective_on,
                valid_to=max([*(each.valid_to for each in old), plan.effective_on]),
                drafted_by=actor.uid,
                drafted_at=at,
            )
        made.append(letter)
    _note("organisations.draft_successor_letters", actor, plan, letters=[letter.number for letter in made])
    return made


def _items_of(old: Sequence[AuthorisationLetter], parts: Sequence[ReorganisationPart]) -> list[str] | None:
    moved = {part.source_id: part.items for part in parts}
    codes: set[str] = set()
    everything = True
    for letter in old:
        of_part = moved.get(letter.department_id)
        if letter.items is None and of_part is None:
            continue
        everything = False
        codes |= set(letter.items or of_part or ()) & set(of_part or letter.items or ())
    return None if everything else sorted(codes)


def _next_number(number: str, plan: Reorganisation) -> str:
    base = f"{number[:50]}（{plan.effective_on:%Y}续）"
    taken = set(AuthorisationLetter.objects.filter(number__startswith=base).values_list("number", flat=True))
    return next(each for each in (base, *(f"{base}{n}" for n in range(2, 100))) if each not in taken)


# What the others need


def locked(plan: Reorganisation) -> Reorganisation:
    """The plan, held until the transaction ends; raises `NotFound`."""
    found = Reorganisation.objects.select_for_update().filter(pk=plan.pk).first()
    if found is None:
        raise NotFound("没有这个机构改革方案。")
    return found


def demand_fresh(plan: Reorganisation) -> None:
    """Raise `StalePreview` where something moved since the preview, `NotYet` for what stands against the plan."""
    changed = seen.stale(plan, seen.sections(plan))
    if changed:
        raise StalePreview(
            f"预览以后，{'、'.join(changed)}有了变动，看到的影响已经不是现在的情况。",
            next_step="请重新预览，看过新的影响，再批准、实施。",
        )
    against = seen.blockers(plan)
    if against:
        raise NotYet("；".join(against) + "。", next_step="请先处理，再批准、实施。")


def _require_all(actor: Actor, plan: Reorganisation, *codes: str) -> None:
    """One of the codes for every unit of the plan; raises `OutsideScope`."""
    for part in seen.plan_parts(plan):
        for unit in (part.source, part.target):
            if unit is not None and actor.kind != "system" and not any(may(actor, unit, code) for code in codes):
                raise OutsideScope(f"“{unit.name}”不在您可以改革的范围内。", next_step="请由有权限的管理人员办理。")


def _note(action: str, actor: Actor, plan: Reorganisation, *, reason: str = "", **facts: object) -> None:
    audit.record(action, actor=actor, target_kind="reorganisation", target=str(plan.uid), reason=reason, facts=facts)


def require_plan(actor: Actor, plan: Reorganisation, *codes: str) -> None:
    """One of the codes for every unit of the plan; raises `OutsideScope`."""
    _require_all(actor, plan, *codes)


def note_plan(action: str, actor: Actor, plan: Reorganisation, *, reason: str = "", **facts: object) -> None:
    """An audit row about a plan."""
    _note(action, actor, plan, reason=reason, **facts)
