"""What a reorganisation would touch, as it stands now: the numbers of its preview and the lists behind them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from django.db.models import Q

from yimen.ground.identity.policies import permissions
from yimen.ground.organisations import lifecycle
from yimen.ground.organisations.lifecycle import Line, Move, Moves, Section
from yimen.ground.organisations.models import (
    AuthorisationLetter,
    Grant,
    Post,
    Reorganisation,
    ReorganisationPart,
    Seal,
    Unit,
    Window,
)
from yimen.ground.organisations.rules import POWERS

SHOWN = 1000
"""Lines of a list that the page keeps; the number counts all of them."""


def plan_parts(plan: Reorganisation) -> list[ReorganisationPart]:
    """The parts of a plan with their units and posts."""
    return list(plan.parts.select_related("source__division", "target__division").prefetch_related("posts"))


def moves_of(plan: Reorganisation, parts: Sequence[ReorganisationPart] | None = None) -> Moves:
    """The plan as participants see it."""
    parts = plan_parts(plan) if parts is None else parts
    moves = []
    for part in parts:
        if part.target is None:
            continue
        whole = part.items is None
        windows = windows_of(part)
        moves.append(
            Move(
                source=part.source_id,
                target=part.target.pk,
                source_name=part.source.name,
                target_name=part.target.name,
                items=None if whole else tuple(part.items or ()),
                accounts=None if whole else tuple(post.account_id for post in part.posts.all() if post.account_id),
                windows=tuple(window.pk for window in windows),
                window=next((window.pk for window in windows if window.kind != Window.Kind.ISSUING), None),
            )
        )
    return Moves(
        plan=plan.uid,
        kind=plan.kind,
        document=plan.document,
        effective_on=plan.effective_on,
        moves=tuple(moves),
        renamed=tuple(part.source_id for part in parts if part.target_id is None),
        started_at=plan.started_at,
        record=plan.record,
    )


def windows_of(part: ReorganisationPart) -> list[Window]:
    """The open windows that serve the target once the part is carried out: its own, and those it takes over.

    A whole unit leaves all of its windows; with a few items only the comprehensive ones take the new department too.
    """
    taken = Q(departments=part.source)
    if part.items is not None:
        taken &= Q(kind__in=[Window.Kind.COMPREHENSIVE, Window.Kind.ISSUING])
    found = Window.objects.filter(taken | Q(departments=part.target), closed_on__isnull=True)
    return list(found.select_related("centre").distinct().order_by("centre_id", "number"))


def sections(plan: Reorganisation) -> list[Section]:
    """Every number of the preview, the organisation's own first, then each participant's."""
    parts = plan_parts(plan)
    sources = [part.source for part in parts]
    found = [_units(plan, parts), _posts(plan, parts), _windows(plan, parts)]
    if plan.kind != lifecycle.RENAME:
        letters = ending_letters(plan, parts)
        found += [_letters(plan, letters), _lacking(plan, parts, letters)]
    found += [_seals(plan, sources), _grants(plan, sources)]
    moves = moves_of(plan, parts)
    for participant in lifecycle.participants():
        found += participant.preview(moves)
    return found


def kept(found: Iterable[Section]) -> list[dict[str, Any]]:
    """Sections as the plan keeps them: with the first lines of each list."""
    rows: list[dict[str, Any]] = []
    for section in found:
        row = msgspec.to_builtins(section)
        row["lines"] = row["lines"][:SHOWN]
        rows.append(row)
    return rows


def stale(plan: Reorganisation, now: Sequence[Section]) -> list[str]:
    """Labels of the sections that have changed since the plan was previewed."""
    seen = {row["name"]: row["digest"] for row in plan.preview}
    return [section.label for section in now if section.digest and seen.get(section.name) != section.digest]


def blockers(plan: Reorganisation) -> list[str]:
    """What stands against carrying the plan out at all, in Chinese."""
    found = []
    parts = plan_parts(plan)
    for target in {part.target_id: part.target for part in parts if part.target is not None}.values():
        if target.dissolved_on is not None:
            found.append(f"“{target.name}”已经撤销")
        elif target.kind != Unit.Kind.SECTION and not _has_head(target):
            found.append(f"“{target.name}”还没有在任的负责人，没有人能签署授权委托书")
    return found + [f"“{part.source.name}”已经撤销" for part in parts if part.source.dissolved_on is not None]


def _has_head(unit: Unit) -> bool:
    return Post.objects.filter(unit=unit, duty=Post.Duty.HEAD, account__isnull=False).exists()


# The organisation's own sections


def _units(plan: Reorganisation, parts: Sequence[ReorganisationPart]) -> Section:
    lines, facts = [], []
    for part in parts:
        facts.append((part.source_id, part.source.name, part.source.parent_id, str(part.source.dissolved_on)))
        if plan.kind == lifecycle.RENAME:
            lines.append(Line(part.source.name, f"更名为 {plan.new_name}", _unit_url(part.source_id)))
            continue
        end = "撤销" if plan.is_whole else "保留"
        lines.append(Line(part.source.name, f"{end}；划入 {part.target}", _unit_url(part.source_id)))
        if plan.is_whole:
            for child in part.source.children.filter(dissolved_on__isnull=True).order_by("order", "id"):
                facts.append((child.pk, child.name, child.parent_id, ""))
                lines.append(Line(child.name, f"下级机构，改挂 {part.target}", _unit_url(child.pk)))
    return Section("units", "机构", len(lines), unit="个", lines=tuple(lines), digest=_digest(facts))


def moving_posts(part: ReorganisationPart, whole: bool) -> list[Post]:
    """Posts that go along: with a whole unit all that hang at it directly (its sections bring their own), else the chosen."""
    found = (
        part.source.posts.filter(abolished_on__isnull=True)
        if whole
        else part.posts.filter(abolished_on__isnull=True, unit__path__startswith=part.source.path)
    )
    return list(found.select_related("account", "unit", "window").order_by("id"))


def ends_with_its_unit(post: Post, chiefs_taken: bool) -> str:
    """Why a post does not go along with its unit; nothing where it does.

    Who led the old unit does not lead the new one by that: nobody may come to sign for a department by a reorganisation.
    """
    if post.duty == Post.Duty.HEAD:
        return "负责人岗位随机构撤销，任职另按任免文件"
    if post.duty == Post.Duty.CHIEF and chiefs_taken:
        return "新机构已有首席代表，岗位撤销"
    return ""


def has_chief(unit: Unit) -> bool:
    """Whether the department has a chief representative's post (R007: one a department)."""
    return Post.objects.filter(
        unit__path__startswith=unit.path, duty=Post.Duty.CHIEF, abolished_on__isnull=True
    ).exists()


def _posts(plan: Reorganisation, parts: Sequence[ReorganisationPart]) -> Section:
    lines, facts, ended = [], [], 0
    for part in parts:
        if part.target is None:
            continue
        held = moving_posts(part, plan.is_whole)
        if plan.is_whole:
            held += list(
                Post.objects.filter(unit__path__startswith=part.source.path, abolished_on__isnull=True)
                .exclude(unit=part.source)
                .select_related("account", "unit", "window")
                .order_by("unit__path", "id")
            )
        chief = has_chief(part.target)
        for post in held:
            why = ends_with_its_unit(post, chief) if plan.is_whole else ""
            holder = post.account.name if post.account else "空缺"
            facts.append((post.pk, post.unit_id, post.account_id, post.duty, post.window_id))
            lines.append(
                Line(f"{post.title}（{holder}）", f"{post.unit.name}；{why or f'划入 {part.target}'}",
                     f"/manage/posts/{post.pk}/", "撤销" if why else "")
            )  # fmt: skip
            ended += bool(why)
    note = f"其中 {ended} 个岗位随机构撤销，任职人要另行任命。" if ended else ""
    return Section("posts", "岗位和任职人", len(lines), unit="个", note=note, lines=tuple(lines), digest=_digest(facts))


def _windows(plan: Reorganisation, parts: Sequence[ReorganisationPart]) -> Section:
    lines, facts = [], []
    for part in parts:
        served = Window.objects.filter(departments=part.source, closed_on__isnull=True).select_related("centre")
        for window in served.order_by("centre_id", "number"):
            facts.append((part.source_id, window.pk))
            if part.target is None:
                said = "继续受理，显示新名称"
            elif plan.is_whole:
                said = f"改为受理 {part.target} 的事项"
            elif window.kind in (Window.Kind.COMPREHENSIVE, Window.Kind.ISSUING):
                said = f"增加受理 {part.target} 的事项"
            else:
                said = "不变；划出的事项改到新机构的窗口"
            lines.append(Line(str(window), f"{window.centre.name}；{said}", _unit_url(window.centre_id)))
    return Section("windows", "窗口", len(lines), unit="个", lines=tuple(lines), digest=_digest(facts))


def ending_letters(plan: Reorganisation, parts: Sequence[ReorganisationPart]) -> list[AuthorisationLetter]:
    """Signed letters that the plan ends: of a whole unit all, else those that name what is moved or all of its items."""
    found: list[AuthorisationLetter] = []
    for part in parts:
        letters = AuthorisationLetter.objects.filter(
            department=part.source, state=AuthorisationLetter.State.SIGNED, valid_to__gte=plan.effective_on
        ).select_related("department", "post__unit", "post__account", "post__window__centre")
        found += [
            letter
            for letter in letters.order_by("id")
            if part.items is None or letter.items is None or set(letter.items) & set(part.items)
        ]
    return found


def power_words(powers: Iterable[str]) -> str:
    """`受理、审核` for codes of powers."""
    return "、".join(POWERS.get(power, power) for power in powers)


def _letters(plan: Reorganisation, letters: Sequence[AuthorisationLetter]) -> Section:
    lines = [
        Line(letter.number, f"{_receiver(letter.post)}；{power_words(letter.powers)}；至 {letter.valid_to:%Y-%m-%d}",
             f"/manage/letters/{letter.pk}/")
        for letter in letters
    ]  # fmt: skip
    facts = [(letter.pk, letter.post_id, str(letter.valid_to), letter.post.account_id) for letter in letters]
    note = (
        "随原机构撤销而失效；以前按它作出的决定继续有效，文书照旧可以核验。"
        if plan.is_whole
        else "对划出的事项不再有效；其余事项照旧。"
    )
    return Section(
        "letters", "受影响的授权委托书", len(lines), unit="份", note=note, lines=tuple(lines), digest=_digest(facts)
    )


def lacking_letters(
    plan: Reorganisation, parts: Sequence[ReorganisationPart], letters: Sequence[AuthorisationLetter] | None = None
) -> list[tuple[Post, Unit, tuple[str, ...]]]:
    """Posts that lose powers and have no letter of the new department for them yet: (post, department, powers)."""
    letters = ending_letters(plan, parts) if letters is None else letters
    targets = {part.source_id: part.target for part in parts}
    lost: dict[tuple[int, int], tuple[Post, Unit, set[str]]] = {}
    for letter in letters:
        target = targets.get(letter.department_id)
        if target is None or letter.post.account_id is None:
            continue
        if plan.is_whole and ends_with_its_unit(letter.post, has_chief(target)) and letter.post.unit_id in targets:
            continue
        entry = lost.setdefault((letter.post_id, target.pk), (letter.post, target, set()))
        entry[2].update(letter.powers)
    held: dict[tuple[int, int], set[str]] = {}
    for post_id, department_id, powers in AuthorisationLetter.objects.filter(
        department__in={target for _, target in lost},
        state=AuthorisationLetter.State.SIGNED,
        valid_from__lte=plan.effective_on,
        valid_to__gte=plan.effective_on,
    ).values_list("post_id", "department_id", "powers"):
        held.setdefault((post_id, department_id), set()).update(powers)
    return [
        (post, target, tuple(power for power in POWERS if power in powers - held.get(key, set())))
        for key, (post, target, powers) in lost.items()
        if powers - held.get(key, set())
    ]


def _lacking(
    plan: Reorganisation, parts: Sequence[ReorganisationPart], letters: Sequence[AuthorisationLetter]
) -> Section:
    lines = []
    drafts = set(
        AuthorisationLetter.objects.filter(
            state=AuthorisationLetter.State.DRAFT, department__in=[part.target_id for part in parts if part.target_id]
        ).values_list("post_id", "department_id")
    )
    missing = lacking_letters(plan, parts, letters)
    for post, target, powers in missing:
        place = f"{post.window} 在签署前不能" if post.window else "在签署前不能"
        drafted = "，已起草待签" if (post.pk, target.pk) in drafts else ""
        lines.append(
            Line(_receiver(post), f"{place}以“{target.short_name}”名义{power_words(powers)}{drafted}",
                 f"/manage/posts/{post.pk}/", "待签" if drafted else "未起草")
        )  # fmt: skip
    windows = {post.window_id for post, _, _ in missing if post.window_id}
    note = (
        f"涉及 {len(windows)} 个窗口。请新机构负责人在实施前签署，否则这些岗位从实施起不能办理。"
        if lines
        else "受影响的岗位都已有新机构签署的委托书。"
    )
    return Section(
        "lacking", "还缺的新委托书", len(lines), unit="份", note=note, warning=bool(lines), lines=tuple(lines)
    )


def _seals(plan: Reorganisation, sources: Sequence[Unit]) -> Section:
    if plan.kind in (lifecycle.SPLIT, lifecycle.MOVE_ITEMS):
        return Section("seals", "印章", 0, unit="枚", note="原机构保留，印章照旧使用。", digest=_digest([]))
    seals = Seal.objects.filter(unit__in=sources, ended_on__isnull=True).select_related("unit", "keeper").order_by("id")
    lines = [
        Line(
            seal.text, f"{seal.number}；保管：{seal.keeper.title if seal.keeper else '—'}", f"/manage/seals/{seal.pk}/"
        )
        for seal in seals
    ]
    if plan.kind == lifecycle.RENAME:
        note = "仍是旧印文。新章登记启用后，旧章停用并缴销；在那以前照旧使用。"
    else:
        note = "实施后停用，列为待缴销；旧文书上的印照旧可以核验。"
    return Section(
        "seals", "要缴销的印章", len(lines), unit="枚", note=note if lines else "", lines=tuple(lines),
        digest=_digest([(seal.pk, str(seal.ended_on)) for seal in seals]),
    )  # fmt: skip


def _grants(plan: Reorganisation, sources: Sequence[Unit]) -> Section:
    grants = Grant.objects.none()
    if plan.is_whole:
        grants = Grant.objects.filter(scope_unit__in=sources, ended_at__isnull=True)
    grants = grants.select_related("post__unit", "account", "scope_unit").order_by("id")
    names = {entry.code: entry.label for entry in permissions()}
    lines = [
        Line(
            names.get(grant.code, grant.code),
            f"{grant.account or grant.post}；范围：{grant.scope_unit}",
            "/manage/grants/",
        )
        for grant in grants
    ]
    note = "指明了原机构的授权，不会自动改到新机构：请安全管理员看过后另行授权。" if lines else ""
    return Section(
        "grants", "指明原机构的授权", len(lines), note=note, warning=bool(lines), lines=tuple(lines),
        digest=_digest([grant.pk for grant in grants]),
    )  # fmt: skip


def _receiver(post: Post) -> str:
    holder = post.account.name if post.account else "空缺"
    return f"{post.unit.short_name} {post.title}（{holder}）"


def _unit_url(unit_id: int) -> str:
    return f"/manage/units/{unit_id}/"


def _digest(facts: Sequence[object]) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
