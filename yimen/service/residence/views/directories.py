"""应进驻目录: editions, lines by hand or from a file with a diff, publication (R020, R021)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity.policies import requires
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.residence import policies, rules, selectors, services
from yimen.service.residence.forms import DirectoryForm, LineForm, PublishForm, UploadForm
from yimen.service.residence.models import Directory, DirectoryLine, DirectoryUpload
from yimen.service.residence.services.reading import TEMPLATE
from yimen.service.residence.views.asking import actor_of, word
from yimen.service.residence.views.tables import Button, Cell, Table, heads, show

sees = requires(*policies.STAFF)
BADGES = {"draft": "warning", "published": "normal", "superseded": "closed"}
SHOWN = 200


@sees
def directories(request: HttpRequest) -> HttpResponse:
    """All editions, the newest first."""
    page = page_by_key(
        Directory.objects.select_related("centre"), order=("-made_at", "-id"), asked=request.GET, size=30
    )
    counts = selectors.directory_sizes([each.pk for each in page.rows])
    rows = [
        [
            Cell(
                f"{each.title}（第 {each.number} 版）",
                reverse("residence:directory", args=[each.pk]),
                sub=each.centre.name,
            ),
            Cell(each.get_state_display(), status=BADGES[each.state]),
            Cell(counts.get(each.pk, 0)),
            Cell(each.document_number),
            Cell(each.document_on),
            Cell(each.superseded_on),
            Cell(each.published_by or each.made_by),
        ]
        for each in page.rows
    ]
    may = actor_of(request).holds(policies.PUBLISH)
    table = Table(
        title="应进驻目录",
        lead="哪些事项必须进中心、进哪里。公布后，三集中报告按它比较应进未进。",
        heads=heads("目录", "状态", "行数#", "文号", "印发日期", "取代日期", "公布人"),
        rows=rows,
        buttons=(Button("起草新一版", reverse("residence:new_directory"), primary=True),) if may else (),
        page=page,
        unit="版",
        empty=("还没有应进驻目录", "起草一版，写入要进驻的事项、部门和类别，按文件公布。"),
    )
    return show(request, table)


@requires(policies.PUBLISH)
def new_directory(request: HttpRequest) -> HttpResponseBase:
    """Begin the next edition."""
    made: list[Directory] = []

    def act(given: dict[str, Any]) -> HttpResponseBase:
        made.append(services.new_directory(actor=actor_of(request), at=moments.now(), **given))
        return redirect("residence:directory", made[0].pk)

    main = organisations.main_centre()
    return asking.ask(
        request,
        heading="起草应进驻目录",
        note="从现行的一版抄起；没有现行的，就从空白开始。",
        verb="起草",
        form=DirectoryForm(
            request.POST if request.method == "POST" else None, initial={"centre": main.pk if main else None}
        ),
        act=act,
        back=reverse("residence:directories"),
    )


def _directory(pk: int) -> Directory:
    found = Directory.objects.select_related("centre").filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这一版目录。", next_step="请从目录清单进入。")
    return found


@sees
def directory(request: HttpRequest, pk: int) -> HttpResponse:
    """One edition: its lines, what it changes, and what may be done with it."""
    found, actor = _directory(pk), actor_of(request)
    may = found.state == "draft" and policies.may(actor, policies.PUBLISH, found.centre)
    form = LineForm(request.POST if may and request.method == "POST" else None)
    if may and request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        code = given.pop("code")
        item = selectors.items_by_code([code]).get(code) if given["kind"] == "item" else None
        try:
            services.put_line(actor=actor, directory=found, item=item, at=moments.now(), **given)
        except Refusal as refusal:
            if refusal.status not in (409, 422):
                raise
            if "item" in refusal.fields:
                refusal.fields["code"] = refusal.fields.pop("item")
            refuse_form(form, refusal)
        else:
            messages.success(request, "已写入目录。")
            return redirect("residence:directory", pk)
    lines = found.lines.select_related("item", "department")
    if text := word(request.GET.get("q", "")):
        lines = lines.filter(name__icontains=text)
    before = (
        Directory.objects.filter(centre=found.centre_id, number__lt=found.number)
        .exclude(state="draft")
        .order_by("-number")
        .first()
    )
    changes = _changes(before, found) if before is not None else []
    context = {
        "found": found,
        "badge": BADGES[found.state],
        "page": page_by_key(lines, order=("kind", "name", "id"), asked=request.GET, size=50),
        "count": found.lines.count(),
        "changes": changes[:SHOWN],
        "changed": {kind: sum(1 for each in changes if each.kind == kind) for kind in ("added", "changed", "removed")},
        "before": before,
        "moves": found.moves.order_by("-pk")[:SHOWN],
        "may": may,
        "form": form,
        "asked": request.GET,
        "uploads": found.uploads.filter(applied_at__isnull=True).order_by("-made_at")[:3] if may else (),
    }
    return render(request, "residence/directory.html", context, status=422 if form.errors else 200)


def _changes(before: Directory, after: Directory) -> list[rules.Change]:
    return rules.directory_changes(
        *({line.key: (line.name, line.place, line.note) for line in each.lines.all()} for each in (before, after))
    )


@requires(policies.PUBLISH)
def remove_line(request: HttpRequest, pk: int, line_id: int) -> HttpResponseBase:
    """Take a line out."""
    found = _directory(pk)
    line = DirectoryLine.objects.filter(directory=found, pk=line_id).first()
    if line is None:
        raise NotFound("没有这一行。", next_step="请从目录页进入。")
    return asking.ask(
        request,
        heading=f"从目录里删去“{line.name[:40]}”？",
        verb="删去",
        danger=True,
        act=lambda _: services.remove_line(actor=actor_of(request), directory=found, line_id=line_id, at=moments.now()),
        back=reverse("residence:directory", args=[pk]),
        said="已删去。",
    )


@requires(policies.PUBLISH)
def upload(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Read a file; nothing is written yet."""
    found = _directory(pk)

    def act(given: dict[str, Any]) -> HttpResponseBase:
        file = given["file"]
        made = services.check_upload(
            actor=actor_of(request), directory=found, content=file.read(), file_name=file.name, at=moments.now()
        )
        return redirect("residence:directory_upload", pk, made.uid)

    return asking.ask(
        request,
        heading="从 Excel 写入目录",
        note=f"列名：{'、'.join(TEMPLATE)}。一行写一个事项编码，或一个部门（可加基本编码），或一个类别。先看差异，再决定写不写。",
        verb="读入文件",
        form=UploadForm(
            request.POST if request.method == "POST" else None, request.FILES if request.method == "POST" else None
        ),
        act=act,
        back=reverse("residence:directory", args=[pk]),
    )


@requires(policies.PUBLISH)
def directory_upload(request: HttpRequest, pk: int, uid: Any) -> HttpResponse:
    """What a file would change; write it, or leave it."""
    found = _directory(pk)
    held = DirectoryUpload.objects.filter(directory=found, uid=uid).first()
    if held is None:
        raise NotFound("没有这份文件。", next_step="请重新读入。")
    if request.method == "POST":
        written = services.apply_upload(
            actor=actor_of(request), upload=held, replace=request.POST.get("mode") == "replace", at=moments.now()
        )
        messages.success(request, f"已写入 {written} 行。")
        return redirect("residence:directory", pk)
    standing = {line.key: (line.name, line.place, line.note) for line in found.lines.all()}
    changes = rules.directory_changes(
        standing, {line["key"]: (line["name"], line["place"], line["note"]) for line in held.lines}
    )
    context = {
        "found": found,
        "held": held,
        "changes": changes[:SHOWN],
        "changed": {kind: sum(1 for each in changes if each.kind == kind) for kind in ("added", "changed", "removed")},
        "same": len(held.lines) - sum(1 for each in changes if each.kind in ("added", "changed")),
        "shown": SHOWN,
    }
    return render(request, "residence/directory_upload.html", context)


@requires(policies.PUBLISH)
def publish_directory(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Publish a draft."""
    found = _directory(pk)
    return asking.ask(
        request,
        heading=f"公布《{found.title}》第 {found.number} 版",
        note="公布后不能再改，现行的一版从印发日期起被取代；应进未进从此按它比较。",
        verb="公布",
        form=PublishForm(
            request.POST if request.method == "POST" else None, initial={"document_on": moments.day_of(moments.now())}
        ),
        act=lambda given: services.publish_directory(
            actor=actor_of(request), directory=found, at=moments.now(), **given
        ),
        back=reverse("residence:directory", args=[pk]),
        said="目录已公布。",
    )


@requires(policies.PUBLISH)
def discard_directory(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Throw a draft away."""
    found = _directory(pk)
    return asking.ask(
        request,
        heading=f"删除第 {found.number} 版草稿？",
        warning="写入的行都会删掉，不能恢复。",
        verb="删除草稿",
        danger=True,
        act=lambda _: services.discard_directory(actor=actor_of(request), directory=found, at=moments.now()),
        back=reverse("residence:directory", args=[pk]),
        then=reverse("residence:directories"),
        said="草稿已删除。",
    )


@sees
def directory_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """An edition in the form in which it can be read in again."""
    found = _directory(pk)
    return directory_file(found)


def directory_file(found: Directory) -> HttpResponseBase:
    """The workbook of an edition; the public page offers the same."""
    values: dict[str, Any] = {
        "事项编码": lambda line: line.item.code if line.item else "",
        "事项名称": lambda line: line.name,
        "部门": lambda line: line.department.name if line.department else "",
        "基本编码": lambda line: line.base_code,
        "类别": lambda line: line.get_wide_class_display(),
        "进驻方式": lambda line: line.get_place_display(),
        "备注": lambda line: line.note,
    }
    columns: list[exports.Column[DirectoryLine]] = [
        exports.Column(name, values[name], width=50 if name == "事项名称" else 24) for name in TEMPLATE
    ]
    rows = found.lines.select_related("item", "department").order_by("kind", "name", "id").iterator(chunk_size=2000)
    day: date = found.document_on or moments.day_of(found.made_at)
    return exports.download(f"应进驻目录-第{found.number}版-{day}.xlsx", exports.xlsx(columns, rows, sheet="目录"))
