"""Batches of changes: drawn up, reviewed, decided, applied, undone (R027)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity.policies import requires
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.service.catalogue import selectors as catalogue
from yimen.service.reform import forms, policies, selectors, services
from yimen.service.reform.models import Change, ChangeBatch
from yimen.service.reform.rules import BatchSource, BatchState, ChangeKind, ChangeState
from yimen.service.reform.views.asking import actor_of, asked_of, choosable, page_of, text_in, today, word_in

SEES = (policies.VIEW, policies.PROPOSE, policies.REVIEW, policies.DECIDE)
BADGES = {
    "draft": "", "review": "warning", "reviewed": "warning", "decided": "warning", "applied": "normal", "undone": "closed",
    "dropped": "closed",
}  # fmt: skip
CHANGE_BADGES = {"pending": "", "applied": "normal", "failed": "red", "undone": "closed", "kept": "warning"}


@requires(*SEES)
def batches(request: HttpRequest) -> HttpResponse:
    """The batches that the actor sees, newest first, with their counts by kind."""
    asked = request.GET
    found = policies.batches(actor_of(request))
    if state := word_in(asked, "state", BatchState.labels()):
        found = found.filter(state=state)
    if source := word_in(asked, "source", BatchSource.labels()):
        found = found.filter(source=source)
    if text := text_in(asked, "q"):
        found = found.filter(title__icontains=text) | found.filter(document__icontains=text)
    page = page_by_key(found, order=("-created_at", "-id"), asked=asked, size=30)
    counts = selectors.tallies(page.rows)
    context = {
        "page": page,
        "rows": [(batch, BADGES[batch.state], counts.get(batch.pk, "还没有事项")) for batch in page.rows],
        "asked": asked,
        "states": BatchState.pairs(),
        "sources": BatchSource.pairs(),
        "may_propose": actor_of(request).holds(policies.PROPOSE),
    }
    return render(request, "reform/batches.html", context)


@requires(policies.PROPOSE)
def new_batch(request: HttpRequest) -> HttpResponseBase:
    """A new batch."""
    form = forms.BatchForm(request.POST or None)

    def act(cleaned: dict[str, Any]) -> HttpResponseBase:
        made = services.propose_batch(actor=actor_of(request), at=moments.now(), **cleaned)
        return redirect("reform:batch", made.uid)

    return asking.ask(
        request, heading="拟定清单调整", verb="建立批次", act=act, back=reverse("reform:batches"), form=form,
        note="先立批次，再逐项加入；送合法性审查、按文件决定后才改动清单。",
    )  # fmt: skip


@requires(*SEES)
def batch(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One batch: counts by kind, each change with what became of it, the way it has gone, what may be done next."""
    held = policies.access_batch(actor_of(request), uid)
    found = Change.objects.filter(batch=held).select_related("item", "department").prefetch_related("units")
    if kind := word_in(request.GET, "kind", ChangeKind.labels()):
        found = found.filter(kind=kind)
    page = page_by_key(found, order=("order",), asked=request.GET, size=50)
    tally = selectors.tally(held)
    context: dict[str, Any] = {
        "batch": held,
        "badge": BADGES[held.state],
        "page": page,
        "rows": [(change, CHANGE_BADGES[change.state]) for change in page.rows],
        "tally": tally,
        "total": sum(number for _, _, number in tally),
        "kind": kind,
        "course": _course(held),
        "acts": list(_acts(request, held)),
        "may_add": held.state == "draft" and actor_of(request).holds(policies.PROPOSE),
        "failed": Change.objects.filter(batch=held, state="failed").count(),
    }
    return render(request, "reform/batch.html", context)


def _course(held: ChangeBatch) -> list[dict[str, Any]]:
    """The way of a batch, each step taken with who and when."""
    steps = [
        ("拟定", held.author, held.created_at, ""),
        ("送合法性审查", held.author, held.submitted_at, ""),
        ("审查", held.reviewer, held.reviewed_at, held.opinion),
        ("决定", held.decider, held.decided_at, held.document),
        ("实施", held.applier, held.applied_at, ""),
        ("撤回", held.undone_by, held.undone_at, held.undone_reason),
    ]
    return [{"what": what, "who": who, "when": when, "note": note} for what, who, when, note in steps if when]


def _acts(request: HttpRequest, held: ChangeBatch) -> Iterator[tuple[str, str, str]]:
    """(act, label, style) for the buttons that are open to this actor now, the way onward first."""
    actor = actor_of(request)
    mine = actor.holds(policies.PROPOSE) and (
        held.author_uid == actor.uid or policies.departments(actor, policies.PROPOSE) is None
    )
    if held.state == "draft" and mine:
        yield "submit", "送合法性审查", "primary"
        yield "drop", "放弃", "bare"
    if held.state == "review" and actor.holds(policies.REVIEW) and held.author_uid != actor.uid:
        yield "pass", "审查通过", "primary"
        yield "return", "退回修改", ""
    if held.state == "reviewed" and actor.holds(policies.DECIDE):
        yield "decide", "登记决定文件", "primary"
    if held.state in ("review", "reviewed") and mine:
        yield "recall", "撤回修改", ""
    if actor.holds(policies.DECIDE):
        if held.state == "decided":
            yield "apply", "实施", "primary"
        if held.state == "applied":
            if Change.objects.filter(batch=held, state="failed").exists():
                yield "apply", "再试未能实施的", "primary"
            yield "undo", "撤回实施", "danger"


@requires(policies.PROPOSE)
def add_change(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Put a change into a batch."""
    actor = actor_of(request)
    held = policies.access_batch(actor, uid)
    form = forms.ChangeForm(
        request.POST or None,
        initial={"kind": request.GET.get("kind", "undertake"), "item": text_in(request.GET, "item")},
    )

    def act(cleaned: dict[str, Any]) -> None:
        values = {name: cleaned.pop(name) for name in ("legal_limit", "legal_unit", "legal_basis")}
        if cleaned["kind"] == ChangeKind.ADJUST:
            values |= {"name": cleaned.pop("name"), "kind": cleaned.pop("item_kind")}
        services.add_change(actor=actor, batch=held, values=values, at=moments.now(), **cleaned)

    return asking.ask(
        request, heading=f"加入“{held.title}”", verb="加入批次", act=act, back=reverse("reform:batch", args=[uid]), form=form,
        said="已加入批次。", note="承接填新事项；取消、冻结、调整、赋权、下放填事项编码。调整时填写要改的内容，不改的不填。",
    )  # fmt: skip


@requires(*SEES)
def batch_act(request: HttpRequest, uid: UUID, act: str) -> HttpResponseBase:
    """One step of a batch, asked and done."""
    actor = actor_of(request)
    held = policies.access_batch(actor, uid)
    back, data = reverse("reform:batch", args=[uid]), request.POST or None
    at = moments.now()

    def with_batch(service: Any, **more: Any) -> Any:
        return lambda cleaned: (service(actor=actor, batch=held, at=at, **more, **cleaned), None)[1]

    def carry_out(_: dict[str, Any]) -> None:
        done = services.apply_batch(actor=actor, batch=held, at=at)
        failed = Change.objects.filter(batch=done, state="failed").count()
        if failed:
            messages.warning(request, f"已实施，其中 {failed} 项未能实施，原因见各项。")
        else:
            messages.success(request, "已全部实施，已通知大厅管理机构和相关部门。")

    pages: dict[str, dict[str, Any]] = {
        "submit": {"heading": "送合法性审查", "verb": "送审", "act": with_batch(services.submit_batch), "said": "已送审。",
                   "note": "送审后不能再改；审查前可以撤回。"},
        "recall": {"heading": "撤回修改", "verb": "撤回", "act": with_batch(services.recall_batch), "said": "已撤回，可以修改。",
                   "note": "撤回后原来的审查意见作废，要重新送审。"},
        "drop": {"heading": "放弃这个批次", "verb": "放弃", "act": with_batch(services.drop_batch), "said": "已放弃。", "danger": True,
                 "note": "批次留档可查，不能再用。"},
        "pass": {"heading": "审查通过", "verb": "审查通过", "form": forms.OpinionForm(data), "said": "审查通过，等待决定。",
                 "act": with_batch(services.review_batch, passed=True)},
        "return": {"heading": "退回修改", "verb": "退回", "form": forms.OpinionForm(data), "said": "已退回。",
                   "act": with_batch(services.review_batch, passed=False)},
        "decide": {"heading": "登记决定文件", "verb": "登记", "said": "已登记，等待实施。", "act": with_batch(services.decide_batch),
                   "form": forms.DecisionForm(data, initial={"document": held.document, "document_on": held.document_on})},
        "apply": {"heading": "实施这个批次", "verb": "实施", "act": carry_out,
                  "warning": "实施后立即改动事项目录：取消的不能再录入，冻结的停止受理，调整和承接的生成草稿。取消生效后不能恢复。"},
        "undo": {"heading": "撤回已实施的批次", "verb": "撤回", "form": forms.ReasonForm(data), "act": with_batch(services.undo_batch),
                 "danger": True, "said": "已撤回；不能撤回的已逐项注明。",
                 "warning": "取消已经生效的、草稿已经发布的不能撤回，会逐项写明。"},
    }  # fmt: skip
    if act not in pages:
        raise NotFound("没有这个操作。", next_step="请从批次页进入。")

    return asking.ask(request, back=back, **pages[act])


@requires(policies.PROPOSE)
def remove_change(request: HttpRequest, uid: UUID, order: int) -> HttpResponseBase:
    """Take a change out of a batch."""
    actor = actor_of(request)
    held = policies.access_batch(actor, uid)
    change = Change.objects.filter(batch=held, order=order).first()
    if change is None:
        raise NotFound("批次里没有这一项。", next_step="请从批次页进入。")
    return asking.ask(
        request, heading=f"移出“{change.name[:40]}”？", verb="移出", danger=True, back=reverse("reform:batch", args=[uid]), said="已移出。",
        act=lambda _: services.remove_change(actor=actor, batch=held, order=order, at=moments.now()),
    )  # fmt: skip


CHANGE_COLUMNS: list[exports.Column[Any]] = [
    exports.Column("序号", lambda row: row.order, width=8),
    exports.Column("调整方式", lambda row: row.get_kind_display()),
    exports.Column("事项名称", lambda row: row.name, width=50),
    exports.Column("事项编码", lambda row: row.item.code if row.item else row.base_code, width=36),
    exports.Column("部门", lambda row: row.department.name, width=28),
    exports.Column("承接机关", lambda row: "、".join(unit.name for unit in row.units.all()), width=40),
    exports.Column("理由", lambda row: row.reason, width=40),
    exports.Column("依据", lambda row: row.basis, width=30),
    exports.Column("状态", lambda row: row.get_state_display()),
    exports.Column("实施情况", lambda row: row.outcome, width=40),
]


@requires(*SEES)
def batch_export(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """A batch as an Excel file."""
    held = policies.access_batch(actor_of(request), uid)
    found = (
        Change.objects.filter(batch=held)
        .select_related("item", "department")
        .prefetch_related("units")
        .order_by("order")
    )
    return exports.download(
        f"{held.title}.xlsx", exports.xlsx(CHANGE_COLUMNS, found.iterator(chunk_size=1000), sheet="清单调整")
    )


@requires(policies.VIEW)
def changes(request: HttpRequest) -> HttpResponseBase:
    """Single changes of a span: what stands behind the numbers of the report; as a page or as an Excel file."""
    asked, get = asked_of(request), request.GET
    kind, state = word_in(get, "kind", ChangeKind.labels()), word_in(get, "state", ChangeState.labels())
    month = text_in(get, "month", 7)
    find = partial(selectors.changes, asked.since, asked.until, asked.departments, kind=kind, state=state, month=month)
    if get.get("export"):
        return exports.download("清单调整事项.xlsx", exports.xlsx(FOUND_COLUMNS, find(most=None), sheet="调整事项"))
    context = {
        "page": page_of(find, get, lambda row: int(row["id"])),
        "asked": get,
        "span": asked,
        "kinds": ChangeKind.pairs(),
        "states": ChangeState.pairs(),
        "departments": choosable(request),
        "query": get.urlencode(),
    }
    return render(request, "reform/changes.html", context)


FOUND_COLUMNS: list[exports.Column[dict[str, Any]]] = [
    exports.Column("施行日期", lambda row: row["day"]),
    exports.Column("调整方式", lambda row: row["kind_said"]),
    exports.Column("事项名称", lambda row: row["name"], width=50),
    exports.Column("部门", lambda row: row["department"], width=24),
    exports.Column("承接机关（个）", lambda row: row["receivers"]),
    exports.Column("状态", lambda row: row["state_said"]),
    exports.Column("实施情况", lambda row: row["outcome"], width=40),
    exports.Column("批次", lambda row: row["title"], width=40),
    exports.Column("文号", lambda row: row["document"], width=30),
]


@requires(policies.PROPOSE)
def duty(request: HttpRequest, code: str) -> HttpResponse:
    """Write the duty that goes with a power."""
    actor = actor_of(request)
    item = catalogue.item_by_code(code)
    if not policies.may(actor, policies.PROPOSE, item.department_id):
        raise NotFound("没有这个事项，或它不在您的管理范围内。")
    stands = selectors.measures_of(item, today()).duty
    initial = {"text": stands.text, "accountable": stands.accountable, "basis": stands.basis} if stands else {}
    form = forms.DutyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_duty(actor=actor, item=item, at=moments.now(), **form.cleaned_data)
        except Refusal as refusal:
            if not refusal.fields:
                raise
            refuse_form(form, refusal)
        else:
            return redirect("reform:item", item.code)
    return render(
        request, "reform/duty.html", {"form": form, "item": item, "stands": stands}, status=422 if form.errors else 200
    )
