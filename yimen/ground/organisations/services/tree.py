"""Divisions, units and windows (R001)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from stdnum.cn import uscc

from yimen.ground.identity.policies import require_role
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit
from yimen.ground.kit.checkpoints import run_checks
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.particulars import tidy
from yimen.ground.kit.refusals import Conflict, Invalid, NotFound
from yimen.ground.organisations.models import Division, FormerName, Post, Unit, Window
from yimen.ground.organisations.policies import require
from yimen.ground.organisations.services.guarding import guarded

LONGEST_PATH = 200
_TREE_LOCK = 7_101_001


@transaction.atomic
def add_division(*, actor: Actor, code: str, name: str, at: datetime, parent: Division | None = None) -> Division:
    """Add an administrative division; `code` has 12 digits (GB/T 2260 and 10114)."""
    require_role(actor, "system")
    if not re.fullmatch(r"[0-9]{12}", code):
        raise Invalid("区划代码是 12 位数字。", fields={"code": "区划代码是 12 位数字。"})
    with guarded():
        division = Division.objects.create(
            code=code,
            name=tidy(name, "名称", 60, field="name"),
            parent=parent,
            level=parent.level + 1 if parent else 1,
            path=f"{parent.path if parent else '/'}{code}/",
        )
    audit.record("organisations.add_division", actor=actor, target_kind="division", target=code)
    return division


@transaction.atomic
def create_unit(
    *,
    actor: Actor,
    kind: str,
    name: str,
    at: datetime,
    parent: Unit | None = None,
    division: Division | None = None,
    short_name: str = "",
    credit_code: str = "",
    use_level: str = "",
    phone: str = "",
    address: str = "",
    approval_section: bool = False,
    founded_on: date | None = None,
    order: int = 100,
) -> Unit:
    """Add a unit under `parent`, whose division it takes unless another is given. Raises `OutsideScope`, `Invalid`,
    `Conflict` for a second one of that name."""
    if parent is None:
        require_role(actor, "system")
    else:
        require(actor, parent)
    if kind not in Unit.Kind.values:
        raise Invalid("没有这种机构类型。", fields={"kind": "请选择机构类型。"})
    division = division or (parent.division if parent else None)
    if division is None:
        raise Invalid("请选择所属区划。", fields={"division": "请选择所属区划。"})
    name = tidy(name, "名称", 100, field="name")
    lock_tree()
    if parent is not None:
        parent = _living(parent)
    with guarded():
        unit = Unit.objects.create(
            kind=kind,
            name=name,
            short_name=tidy(short_name, "简称", 40, field="short_name", needed=False) or name[:40],
            parent=parent,
            division=division,
            credit_code=checked_credit_code(credit_code),
            use_level=use_level[:1],
            phone=tidy(phone, "电话", 40, field="phone", needed=False),
            address=tidy(address, "地址", 200, field="address", needed=False),
            approval_section=approval_section,
            founded_on=founded_on,
            order=min(max(order, 0), 32767),
        )
    unit.path = _path(parent, unit)
    unit.save(update_fields=["path"])
    _note("organisations.create_unit", actor, unit, kind=kind, parent=unit.parent_id)
    return unit


@transaction.atomic
def rename_unit(
    *, actor: Actor, unit: Unit, name: str, at: datetime, short_name: str = "", phone: str = "", address: str = ""
) -> Unit:
    """Change a unit's name and how it is reached."""
    require(actor, unit)
    unit = _living(unit)
    old = unit.name, unit.short_name
    unit.name = tidy(name, "名称", 100, field="name")
    unit.short_name = tidy(short_name, "简称", 40, field="short_name", needed=False) or unit.name[:40]
    unit.phone = tidy(phone, "电话", 40, field="phone", needed=False)
    unit.address = tidy(address, "地址", 200, field="address", needed=False)
    with guarded():
        unit.save(update_fields=["name", "short_name", "phone", "address"])
    if unit.name != old[0]:
        # Papers of the days before go on bearing the old name, and who looks for it finds the unit.
        FormerName.objects.create(unit=unit, name=old[0], short_name=old[1], until=day_of(at) - timedelta(days=1))
    _note("organisations.rename_unit", actor, unit)
    return unit


@transaction.atomic
def mark_approval_section(*, actor: Actor, section: Unit, at: datetime, on: bool = True) -> Unit:
    """Say that a section is (no longer) the department's approval-service section 行政审批服务科 (R005)."""
    require(actor, section)
    section = _living(section)
    if section.kind != Unit.Kind.SECTION:
        raise Invalid("只有科室可以挂行政审批服务科。", next_step="请选择部门下面的科室。")
    section.approval_section = on
    section.save(update_fields=["approval_section"])
    _note("organisations.mark_approval_section", actor, section, on=on)
    return section


@transaction.atomic
def move_unit(*, actor: Actor, unit: Unit, parent: Unit, at: datetime) -> Unit:
    """Hang a unit with all below it under another; both places must be the actor's. A cycle raises `Conflict`."""
    require(actor, unit)
    require(actor, parent)
    lock_tree()
    unit, parent = _living(unit), _living(parent)
    if parent.path.startswith(unit.path):
        raise Conflict("不能把机构移到它自己或它的下级之下。", next_step="请另选上级机构。")
    rehang(unit, parent)
    _note("organisations.move_unit", actor, unit, parent=parent.pk)
    return _living(unit)


def rehang(unit: Unit, parent: Unit) -> None:
    """Hang a unit with all below it under `parent`; the caller holds `lock_tree` and has looked for rings. Raises `Invalid`
    where the path would grow too long, `Conflict` for a ring or a second unit of that name."""
    unit = Unit.objects.get(pk=unit.pk)
    old = unit.path
    unit.parent = parent
    new = _path(parent, unit)
    below = Unit.objects.filter(path__startswith=old)
    longest = max(len(path) for path in below.values_list("path", flat=True))
    if longest - len(old) + len(new) > LONGEST_PATH:
        raise Invalid("层级太深，不能再往下移。")
    with guarded():
        unit.save(update_fields=["parent"])
        with connection.cursor() as cursor:
            cursor.execute(
                "update organisations_unit set path = %s || substr(path, %s) where path like %s",
                [new, len(old) + 1, old + "%"],
            )


@transaction.atomic
def dissolve_unit(*, actor: Actor, unit: Unit, at: datetime) -> Unit:
    """Take a unit out of use; refused while it has units, held posts or open windows."""
    require(actor, unit)
    lock_tree()
    unit = _living(unit)
    if unit.children.filter(dissolved_on__isnull=True).exists():
        raise Conflict("这个机构还有下级机构。", next_step="请先移走或撤销下级机构。")
    if Post.objects.filter(unit=unit, account__isnull=False).exists():
        raise Conflict("这个机构还有在任人员。", next_step="请先免去各岗位的任职。")
    if unit.windows.filter(closed_on__isnull=True).exists():
        raise Conflict("这个机构还有在用的窗口。", next_step="请先停用窗口。")
    unit.dissolved_on = day_of(at)
    unit.save(update_fields=["dissolved_on"])
    _note("organisations.dissolve_unit", actor, unit)
    return unit


@transaction.atomic
def open_window(
    *, actor: Actor, centre: Unit, number: str, name: str, kind: str, at: datetime, departments: Iterable[Unit] = ()
) -> Window:
    """Open a window in a centre for the departments whose items it accepts."""
    require(actor, centre)
    centre = _living(centre)
    if centre.kind not in ("centre", "subcentre", "town", "village"):
        raise Invalid("窗口只能设在中心、分中心或便民服务中心、服务站。")
    if kind not in Window.Kind.values:
        raise Invalid("没有这种窗口类型。", fields={"kind": "请选择窗口类型。"})
    number = tidy(number, "窗口号", 10, field="number")
    with guarded():
        window = Window.objects.create(
            centre=centre, number=number, name=tidy(name, "名称", 60, field="name"), kind=kind
        )
    window.departments.set(departments)
    _note("organisations.open_window", actor, window, number=number)
    return window


@transaction.atomic
def set_window(*, actor: Actor, window: Window, name: str, departments: Iterable[Unit], at: datetime) -> Window:
    """Change a window's name and the departments it serves. Upper modules may object to a department's leaving at the point
    `organisations.window_changes` (window, leaving, closing, actor, at)."""
    require(actor, window.centre)
    window = _locked(window)
    window.name = tidy(name, "名称", 60, field="name")
    departments = list(departments)
    serving = {unit.pk for unit in departments}
    leaving = frozenset(window.departments.values_list("pk", flat=True)) - serving
    if leaving:
        _may_change(window, leaving, actor, at, closing=False)
    window.save(update_fields=["name"])
    window.departments.set(departments)
    _note("organisations.set_window", actor, window, departments=sorted(serving))
    return window


@transaction.atomic
def close_window(*, actor: Actor, window: Window, at: datetime) -> Window:
    """Take a window out of use; refused while somebody holds a post at it, and where the checks at
    `organisations.window_changes` object."""
    require(actor, window.centre)
    window = _locked(window)
    if window.posts.filter(account__isnull=False).exists():
        raise Conflict("这个窗口还有在任人员。", next_step="请先免去该窗口各岗位的任职。")
    _may_change(window, frozenset(window.departments.values_list("pk", flat=True)), actor, at, closing=True)
    window.closed_on = day_of(at)
    window.save(update_fields=["closed_on"])
    _note("organisations.close_window", actor, window)
    return window


def _locked(window: Window) -> Window:
    """The window as it stands, until the end of the transaction: whoever places an item there waits."""
    return Window.objects.select_for_update(of=("self",)).get(pk=window.pk)


def _may_change(window: Window, leaving: frozenset[int], actor: Actor, at: datetime, *, closing: bool) -> None:
    run_checks("organisations.window_changes", window=window, leaving=leaving, closing=closing, actor=actor, at=at)


def checked_credit_code(code: str) -> str:
    """A unit's unified social credit code, or ""; raises `Invalid`."""
    code = code.strip().upper()
    if code and not uscc.is_valid(code):
        message = "统一社会信用代码不对，请核对 18 位。"
        raise Invalid(message, fields={"credit_code": message})
    return code


def lock_tree() -> None:
    """One change of the tree at a time, so that two moves cannot close a ring together."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_TREE_LOCK])


def _living(unit: Unit) -> Unit:
    found = Unit.objects.select_related("division").filter(pk=unit.pk).first()
    if found is None:
        raise NotFound("没有这个机构。")
    if found.dissolved_on is not None:
        raise Conflict("这个机构已经撤销。")
    return found


def _path(parent: Unit | None, unit: Unit) -> str:
    path = f"{parent.path if parent else '/'}{unit.pk}/"
    if len(path) > LONGEST_PATH:
        raise Invalid("层级太深，不能再往下设。")
    return path


def _note(action: str, actor: Actor, thing: Unit | Window, **facts: object) -> None:
    audit.record(
        action,
        actor=actor,
        target_kind="unit" if isinstance(thing, Unit) else "window",
        target=str(thing.uid),
        facts=facts,
    )
