"""The list of items for those who keep the catalogue, one item with its editions, and what may be done with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from yimen.ground.identity.policies import requires
from yimen.ground.kit import exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import policies, search, selectors, services
from yimen.service.catalogue.forms import NewItemForm, ReasonForm
from yimen.service.catalogue.models import ItemEdition, ServiceItem
from yimen.service.catalogue.rules.code_systems import SYSTEMS, label_of
from yimen.service.catalogue.rules.vocabulary import ItemKind
from yimen.service.catalogue.rules.words import tidy_query
from yimen.service.catalogue.services.codes import KEPT, CodeValues
from yimen.service.catalogue.views.asking import actor_of

STATES = (
    ("published", "现行"),
    ("draft", "有草稿"),
    ("legal_check", "审查中"),
    ("passed", "待发布"),
    ("unpublished", "没有发布过"),
    ("unmapped", "部门未对应"),
    ("frozen", "暂停办理"),
    ("cancelled", "已取消"),
)
SORTS = {"name": "name", "department": "department__name", "changed": "changed_at"}
BADGES = {"active": "normal", "frozen": "paused", "cancelled": "closed"}
PAGE = 30
LIMITS = (
    "legal_limit", "legal_unit", "legal_source", "legal_limit_basis", "promise_limit", "promise_unit",
)  # fmt: skip
"""What `selectors.limits` asks of an edition."""


@requires(*policies.STAFF_CODES)
def listing(request: HttpRequest) -> HttpResponse:
    """Items in the actor's scope: filtered, sorted, page by page, each with what the linter says."""
    asked = request.GET
    items = filtered(request)
    sort = asked.get("sort", "-changed")
    column = SORTS.get(sort.removeprefix("-"), "changed_at")
    order = (f"-{column}" if sort.startswith("-") else column, "-id" if sort.startswith("-") else "id")
    page = page_by_key(items, order=order, asked=asked, size=PAGE, load=selectors.listed_items)
    context = {
        "page": page,
        "rows": _rows(page.rows),
        "states": STATES,
        "kinds": ItemKind.pairs(),
        "departments": organisations.departments().order_by("name"),
        "asked": asked,
        "query": asked.urlencode(),
        "may_create": actor_of(request).holds(policies.EDIT),
        "may_import": actor_of(request).holds(policies.IMPORT),
    }
    return render(request, "catalogue/manage/items.html", context)


def filtered(request: HttpRequest) -> QuerySet[ServiceItem]:
    """The items in the scope of who asks that fit what the address asks for."""
    asked = request.GET
    items = policies.visible(actor_of(request))
    text = tidy_query(asked.get("q", ""))
    if text:
        items = items.filter(pk__in=search.best(search.Query(text, everything=True)))
    if asked.get("kind") in ItemKind.labels():
        items = items.filter(kind=asked["kind"])
    department = asked.get("department", "")
    if department.isascii() and department.isdigit() and len(department) < 10:
        items = items.filter(department=int(department))
    state = asked.get("state", "")
    if state in ("frozen", "cancelled"):
        return items.filter(status=state)
    if state == "published":
        return items.filter(current__isnull=False, status="active")
    if state == "unpublished":
        return items.filter(current__isnull=True)
    if state == "unmapped":
        return items.filter(department__isnull=True)
    if state in ("draft", "legal_check", "passed"):
        return items.filter(editions__status=state)
    return items


Row = tuple[ServiceItem, ItemEdition | None, Any, int, int, int]


def _rows(items: Sequence[ServiceItem]) -> Iterator[Row]:
    """Each item with the edition that matters now (an open one, else the current), its limits, errors, findings and materials.

    What the linter said is read, not asked again: it is kept with every change of an edition, and anew each night. Only what
    was never judged is judged here.
    """
    editions = (
        ItemEdition.objects.filter(item__in=[item.pk for item in items])
        .exclude(status__in=["retired", "withdrawn"])
        .select_related("kept_check")
        .only(*LIMITS, "item_id", "number", "status", "kept_check__errors", "kept_check__warnings")
    )
    by_item = {edition.item_id: edition for edition in editions.order_by("number")}
    materials = selectors.material_counts(edition.pk for edition in by_item.values())
    judged = _judged([edition for edition in by_item.values() if not hasattr(edition, "kept_check")])
    for item in items:
        held = by_item.get(item.pk)
        if held is None:
            yield item, None, None, 0, 0, 0
            continue
        errors, warnings = judged.get(held.pk) or (held.kept_check.errors, held.kept_check.warnings)
        yield item, held, selectors.limits(held), errors, errors + warnings, materials.get(held.pk, 0)


def _judged(editions: list[ItemEdition]) -> dict[int, tuple[int, int]]:
    """Errors and warnings of editions of which nothing is kept."""
    if not editions:
        return {}
    today, set_here = moments.day_of(moments.now()), selectors.severities()
    found = {}
    for edition in selectors.whole(ItemEdition.objects.filter(pk__in=[each.pk for each in editions])):
        weights = [finding.severity for finding in selectors.findings(edition, today, set_here)]
        found[edition.pk] = (weights.count("error"), weights.count("warning"))
    return found


@requires(*policies.STAFF_CODES)
def export(request: HttpRequest) -> HttpResponseBase:
    """The filtered list as an Excel file."""
    items = filtered(request).select_related("department", "source_department", "current").order_by("id")
    columns: list[exports.Column[ServiceItem]] = [
        exports.Column("事项编码", lambda item: item.code, width=36),
        exports.Column("实施编码", lambda item: item.code31, width=34),
        exports.Column("事项名称", lambda item: item.name, width=50),
        exports.Column("类型", lambda item: item.get_kind_display()),
        exports.Column("实施部门", search.department_name, width=28),
        exports.Column("状态", lambda item: item.get_status_display()),
        exports.Column("现行版本", lambda item: item.current.number if item.current else None),
        exports.Column("法定时限", lambda item: _limit(item, "legal")),
        exports.Column("承诺时限", lambda item: _limit(item, "promise")),
        exports.Column("更新时间", lambda item: item.changed_at, width=18),
    ]
    return exports.download("事项目录.xlsx", exports.xlsx(columns, items.iterator(chunk_size=2000), sheet="事项"))


def _limit(item: ServiceItem, which: str) -> str:
    limit = getattr(selectors.limits(item.current), which) if item.current else None
    return str(limit) if limit else ""


@requires(policies.EDIT)
def create(request: HttpRequest) -> HttpResponse:
    """A new item, then straight to its first draft."""
    departments = organisations.departments().order_by("name")
    own = [
        held.scope_id for held in actor_of(request).held(policies.EDIT) if held.scope == "department" and held.scope_id
    ]
    if own and not any(held.scope != "department" for held in actor_of(request).held(policies.EDIT)):
        departments = departments.filter(pk__in=own)
    initial = {"department": own[0]} if len(own) == 1 else {}
    form = NewItemForm(request.POST or None, departments=departments, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            item = services.create_item(actor=actor_of(request), at=moments.now(), **form.cleaned_data)
        except Refusal as refusal:
            refuse_form(form, refusal)
        else:
            return redirect("catalogue:edit", item.code, 1)
    status = 422 if form.errors else 200
    return render(request, "catalogue/manage/create.html", {"form": form}, status=status)


@requires(*policies.STAFF_CODES)
def page(request: HttpRequest, code: str) -> HttpResponse:
    """One item: codes, editions, what may be done."""
    item = policies.access_item(actor_of(request), code)
    return render(request, "catalogue/manage/item.html", _item_context(request, item))


def _item_context(request: HttpRequest, item: ServiceItem) -> dict[str, Any]:
    editions = ItemEdition.objects.filter(item=item).select_related("form").order_by("-number")
    return {
        "item": item,
        "editions": editions,
        "open": next((each for each in editions if each.status in ItemEdition.open_statuses), None),
        "codes": [
            (each, label_of(each.system), each.system not in KEPT) for each in item.codes.order_by("system", "code")
        ],
        "systems": [(key, known.label) for key, known in SYSTEMS.items() if key not in KEPT],
        "department": search.department_name(item),
        "badge": BADGES.get(item.status, ""),
        "may_edit": policies.may(actor_of(request), policies.EDIT, item),
        "may_publish": policies.may(actor_of(request), policies.PUBLISH, item),
        "reason_form": ReasonForm(auto_id="state_%s"),
    }


@requires(policies.EDIT)
@require_POST
def codes(request: HttpRequest, code: str) -> HttpResponse:
    """Put another code beside the item's own, or take one off."""
    item = policies.access_item(actor_of(request), code)
    actor, at, sent = actor_of(request), moments.now(), request.POST
    gone = sent.get("remove", "")
    try:
        if gone:
            pk = int(gone) if gone.isascii() and gone.isdigit() and len(gone) < 18 else 0
            services.remove_code(actor=actor, item=item, code_id=pk, at=at)
            messages.success(request, "编码已去掉。")
        else:
            values = CodeValues(
                *(sent.get(name, "").replace("\x00", "")[:200] for name in ("system", "code", "place", "note"))
            )
            services.add_code(actor=actor, item=item, values=values, at=at)
            messages.success(request, "编码已加上，按它也能查到这个事项。")
    except Refusal as refusal:
        if refusal.status not in (409, 422):
            raise
        context = {**_item_context(request, item), "refused": refusal, "sent": sent}
        return render(request, "catalogue/manage/item.html", context, status=refusal.status)
    return redirect("catalogue:item", item.code)


@requires(policies.PUBLISH)
def state(request: HttpRequest, code: str) -> HttpResponse:
    """Suspend, resume, take out of force, cancel. GET asks the same as a page."""
    item = policies.access_item(actor_of(request), code)
    act = (request.POST or request.GET).get("act", "")
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and (act == "thaw" or form.is_valid()):
        cleaned = getattr(form, "cleaned_data", {})
        try:
            _do(request, item, act, cleaned.get("reason", ""), cleaned.get("basis", ""))
        except Refusal as refusal:
            if not refusal.fields:
                raise
            refuse_form(form, refusal)
        else:
            return redirect("catalogue:item", item.code)
    said = {"cancel": "取消事项", "freeze": "暂停办理", "thaw": "恢复办理", "retire": "停用现行版本"}.get(act, "")
    context = {"item": item, "form": form, "act": act, "said": said}
    return render(request, "catalogue/manage/state.html", context, status=422 if form.errors else 200)


def _do(request: HttpRequest, item: ServiceItem, act: str, reason: str, basis: str) -> None:
    actor, at = actor_of(request), moments.now()
    if act == "cancel":
        services.cancel_item(actor=actor, item=item, reason=reason, basis=basis, at=at)
        messages.success(request, "事项已取消，今后不能再录入。")
    elif act == "freeze":
        services.freeze_item(actor=actor, item=item, reason=reason, at=at)
        messages.success(request, "已暂停办理，办事指南上写明了原因。")
    elif act == "thaw":
        services.thaw_item(actor=actor, item=item, at=at)
        messages.success(request, "已恢复办理。")
    elif act == "retire":
        services.retire_edition(actor=actor, item=item, reason=reason, at=at)
        messages.success(request, "现行版本已停用，办理中的件不受影响。")
