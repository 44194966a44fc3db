"""A superior's list beside ours: upload, look, settle, make a batch (R026, R027, R040)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity.policies import requires
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.service.catalogue.rules.vocabulary import ItemKind
from yimen.service.reform import forms, policies, services
from yimen.service.reform.models import Comparison, ComparisonRow
from yimen.service.reform.rules import RowDecision, Side
from yimen.service.reform.views.asking import actor_of, numbers_in, text_in, word_in

SEES = (policies.VIEW, policies.PROPOSE)
FIELDS = {"name": "名称", "kind": "类型", "basis": "依据", "limit": "法定时限"}
MATCHED = {"code": "按基本编码对上", "name": "按名称对上"}


@requires(*SEES)
def comparisons(request: HttpRequest) -> HttpResponse:
    """Upload a list; the comparisons so far."""
    actor = actor_of(request)
    may_compare = actor.holds(policies.PROPOSE)
    form = forms.ComparisonForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        file = cleaned.pop("file")
        try:
            made = services.compare_list(
                actor=actor, content=file.read(), file_name=file.name, at=moments.now(), **cleaned
            )
        except Refusal as refusal:
            if refusal.status not in (403, 422):
                raise
            refuse_form(form, refusal)
        else:
            return redirect("reform:comparison", made.uid)
    page = page_by_key(
        policies.comparisons(actor).select_related("department", "batch"),
        order=("-created_at", "-id"),
        asked=request.GET,
        size=20,
    )
    context = {"form": form, "page": page, "may_compare": may_compare}
    return render(request, "reform/comparisons.html", context, status=422 if form.errors else 200)


@requires(*SEES)
def comparison(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One comparison in three views, each line with what is done about it."""
    actor = actor_of(request)
    held = policies.access_comparison(actor, uid)
    form = forms.SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            count = services.settle_rows(
                actor=actor,
                comparison=held,
                rows=numbers_in(request.POST, "row"),
                at=moments.now(),
                **form.cleaned_data,
            )
        except Refusal as refusal:
            if refusal.status in (401, 404):
                raise
            refuse_form(form, refusal)
        else:
            messages.success(request, f"{count} 个事项已处理。")
            return redirect(f"{reverse('reform:comparison', args=[uid])}?{request.GET.urlencode()}")
    counts: dict[str, Any] = {
        row["side"]: row
        for row in held.rows.values("side").annotate(
            rows=Count("id"),
            open=Count("id", filter=Q(decision="open")),
            follow=Count("id", filter=Q(decision="follow")),
        )
    }
    side = word_in(request.GET, "side", Side.labels()) or next(
        (word for word in ("theirs", "different", "ours", "same") if word in counts), "same"
    )
    page = page_by_key(_rows(request, held, side), order=("id",), asked=request.GET, size=50)
    context = {
        "comparison": held,
        "form": form,
        "page": page,
        "rows": [(row, _differences(row), MATCHED.get(row.matched_by, "")) for row in page.rows],
        "side": side,
        "tabs": [(f"{label} {counts.get(word, {}).get('rows', 0):,}", f"?side={word}") for word, label in Side.pairs()],
        "current": f"?side={side}",
        "follow": sum(row["follow"] for row in counts.values()),
        "open": sum(row["open"] for word, row in counts.items() if word != "same"),
        "decisions": RowDecision.pairs(),
        "asked": request.GET,
        "may_settle": held.batch_id is None and policies.may(actor, policies.PROPOSE, held.department_id),
    }
    return render(request, "reform/comparison.html", context, status=422 if form.errors else 200)


def _rows(request: HttpRequest, held: Comparison, side: str) -> Any:
    asked = request.GET
    found = ComparisonRow.objects.filter(comparison=held, side=side).select_related("item__department", "department")
    if decision := word_in(asked, "decision", RowDecision.labels()):
        found = found.filter(decision=decision)
    if text := text_in(asked, "q"):
        found = found.filter(name__icontains=text)
    return found


def _differences(row: ComparisonRow) -> list[tuple[str, str, str]]:
    """(field, theirs, ours) as people read them."""
    kinds = ItemKind.labels()
    return [
        (
            FIELDS[each["field"]],
            *(
                kinds.get(each[side], each[side]) if each["field"] == "kind" else each[side]
                for side in ("theirs", "ours")
            ),
        )
        for each in row.differences
    ]


@requires(policies.PROPOSE)
def comparison_act(request: HttpRequest, uid: UUID, act: str) -> HttpResponseBase:
    """Make a batch, or throw the comparison away."""
    actor = actor_of(request)
    held = policies.access_comparison(actor, uid)
    back, at = reverse("reform:comparison", args=[uid]), moments.now()
    if act == "batch":

        def make(_: dict[str, Any]) -> HttpResponseBase:
            made = services.batch_of_comparison(actor=actor, comparison=held, at=at)
            return redirect("reform:batch", made.uid)

        return asking.ask(
            request, heading="转为清单调整", verb="建立批次", back=back, act=make,
            note="“随上级调整”的事项成为一个调整批次：只有上级有的承接，只有本级有的取消，内容不同的调整。批次送审、决定后才改动清单。",
        )  # fmt: skip
    if act == "discard":

        def discard(_: dict[str, Any]) -> HttpResponseBase:
            services.discard_comparison(actor=actor, comparison=held, at=at)
            return redirect("reform:comparisons")

        return asking.ask(
            request,
            heading="删除这次比对？",
            verb="删除",
            danger=True,
            back=back,
            act=discard,
            note="清单没有任何改动。",
        )
    raise NotFound("没有这个操作。", next_step="请从比对页进入。")


COLUMNS: list[exports.Column[Any]] = [
    exports.Column("结果", lambda row: row.get_side_display()),
    exports.Column("事项名称", lambda row: row.name, width=50),
    exports.Column("上级编码", lambda row: row.theirs.get("code") or row.theirs.get("base_code", ""), width=36),
    exports.Column("本级编码", lambda row: row.item.code if row.item else "", width=36),
    exports.Column(
        "本级部门", lambda row: row.item.department.name if row.item and row.item.department else "", width=28
    ),
    exports.Column(
        "不同之处",
        lambda row: "；".join(f"{name}：{theirs} ≠ {ours}" for name, theirs, ours in _differences(row)),
        width=60,
    ),
    exports.Column("处理", lambda row: row.get_decision_display()),
    exports.Column("理由", lambda row: row.reason, width=40),
]


@requires(*SEES)
def comparison_export(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """All lines as an Excel file."""
    held = policies.access_comparison(actor_of(request), uid)
    found = held.rows.select_related("item__department").order_by("side", "id")
    return exports.download(
        f"{held.title} 比对.xlsx", exports.xlsx(COLUMNS, found.iterator(chunk_size=2000), sheet="比对")
    )
