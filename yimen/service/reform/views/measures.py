"""Items as the reform sees them: the rows behind every number, the five figures, the four handlings, rebuilt courses."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yimen.ground.identity.policies import requires
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue.rules.vocabulary import ItemKind, LimitUnit
from yimen.service.reform import forms, policies, selectors, services
from yimen.service.reform.models import ItemClass, ItemTags, Rebuilding, Simplification
from yimen.service.reform.selectors.progress import rebuilt
from yimen.service.reform.views.asking import (
    actor_of,
    asked_of,
    choosable,
    numbers_in,
    page_of,
    text_in,
    today,
    word_in,
)

TAGS = ("at_once", "online", "nearby", "once")


# The rows behind a number


@requires(policies.VIEW, policies.RECORD)
def behind(request: HttpRequest) -> HttpResponseBase:
    """The items behind a number of a report; as a page or as an Excel file."""
    get = request.GET
    asked = asked_of(request, policies.VIEW, policies.RECORD)
    measure = word_in(get, "of", selectors.MEASURES) or word_in(get, "of", selectors.CLASS_MEASURES) or "in_force"
    among, condition, title = _condition(request, measure)
    reach = selectors.Reach(asked.day, asked.departments)
    narrowed: dict[str, Any] = {
        "text": text_in(get, "q"),
        "kind": word_in(get, "kind", ItemKind.labels()),
        "condition": condition,
        "among": among,
    }
    if get.get("department") == "none":
        narrowed["condition"] = " and ".join(filter(None, [condition, "department_id is null"]))
        reach = selectors.Reach(asked.day, policies.departments(actor_of(request), policies.VIEW, policies.RECORD))
    key = "all" if measure in selectors.CLASS_MEASURES else measure
    if get.get("export"):
        found = selectors.behind(reach, key, most=None, **narrowed)
        return exports.download(f"{title}.xlsx", exports.xlsx(COLUMNS, found, sheet="事项"))
    page = page_of(partial(selectors.behind, reach, key, **narrowed), get, lambda row: int(row["id"]))
    words = _words()
    context = {
        "page": page,
        "rows": [(row | {"tags_said": _tags(row, words)}, _reduction(row)) for row in page.rows],
        "title": title, "asked": get, "span": asked, "measure": measure,
        "query": get.urlencode(), "kinds": ItemKind.pairs(),
        "departments": choosable(request, policies.VIEW, policies.RECORD),
    }  # fmt: skip
    return render(request, "reform/behind.html", context)


def _words() -> dict[str, str]:
    """The labels of the four handlings."""
    words = selectors.wordings()
    return {tag: words[f"tag.{tag}"] for tag in TAGS}


def _tags(row: dict[str, Any], words: dict[str, str]) -> str:
    """The four handlings that a row meets, in the words of this place."""
    return "、".join(words[tag] for tag in TAGS if row[f"tag_{tag}"])


def _condition(request: HttpRequest, measure: str) -> tuple[str, str, str]:
    """What narrows a list to a class of items (over items, over their figures), and what the list is called."""
    words = selectors.wordings()
    title = selectors.MEASURES.get(measure, ("", ""))[0]
    if measure.startswith("tag_"):
        title = f"“{words['tag.' + measure.removeprefix('tag_')]}”的事项"
    code = text_in(request.GET, "class", 40)
    if not code and measure not in selectors.CLASS_MEASURES:
        return "true", "", title
    chosen = ItemClass.objects.filter(code=code).first()
    if chosen is None:
        raise NotFound("没有这个提速类别。", next_step="请从提速报告进入。")
    said = selectors.CLASS_MEASURES[measure][0] if measure in selectors.CLASS_MEASURES else title
    return *selectors.of_class(chosen, measure), f"{chosen.name}：{said}"


def _reduction(row: dict[str, Any]) -> str:
    """The speed-up of a row in words: a share, or why there is none."""
    if row["reduction"] is not None:
        return f"{100 * float(row['reduction']):.0f}%"
    if not row["published"]:
        return "没有发布"
    if not row["legal_limit"] or row["promise_limit"] is None:
        return "缺时限"
    return "单位不同，不能比"


def _limit(row: dict[str, Any], which: str) -> str:
    number = row[f"{which}_limit"]
    if number is None:
        return ""
    return f"{number} {LimitUnit.labels().get(row[f'{which}_unit'], '')}" if number else "当场办结"


COLUMNS: list[exports.Column[dict[str, Any]]] = [
    exports.Column("事项编码", lambda row: row["code"], width=36),
    exports.Column("事项名称", lambda row: row["name"], width=50),
    exports.Column("类型", lambda row: ItemKind.labels().get(row["kind"], "")),
    exports.Column("部门", lambda row: row["department"] or "", width=28),
    exports.Column("法定时限", lambda row: _limit(row, "legal")),
    exports.Column("承诺时限", lambda row: _limit(row, "promise")),
    exports.Column("提速", _reduction),
    exports.Column("环节", lambda row: row["steps"]),
    exports.Column("到现场次数", lambda row: row["visits"]),
    exports.Column("可网上办", lambda row: row["online"]),
    exports.Column("全程网办", lambda row: row["full_online"]),
    exports.Column("网办深度", lambda row: row["online_depth"] or ""),
    exports.Column("引用上级目录", lambda row: row["referenced"]),
    exports.Column("已发布", lambda row: row["published"]),
]


# The five figures (R046)


@requires(policies.VIEW, policies.RECORD)
def five(request: HttpRequest) -> HttpResponseBase:
    """Each item with its flow, steps, fee, real time and rating, and its place among items of its type."""
    get = request.GET
    asked = asked_of(request, policies.VIEW, policies.RECORD)
    reach = selectors.Reach(asked.day, asked.departments)
    narrowed: dict[str, Any] = {"text": text_in(get, "q"), "kind": word_in(get, "kind", ItemKind.labels())}
    if get.get("export"):
        return exports.download(
            "五最标准.xlsx", exports.xlsx(FIVE_COLUMNS, selectors.five_of(reach, most=None, **narrowed), sheet="五最")
        )
    page = page_of(partial(selectors.five_of, reach, **narrowed), get, lambda each: int(each.item["id"]))
    tags = {row.item_id: row for row in ItemTags.objects.filter(item__in=[each.item["id"] for each in page.rows])}
    context = {
        "page": page, "rows": [(each, tags.get(each.item["id"])) for each in page.rows], "asked": get, "span": asked,
        "query": get.urlencode(), "kinds": ItemKind.pairs(),
        "departments": choosable(request, policies.VIEW, policies.RECORD), "words": _words(),
        "may_record": actor_of(request).holds(policies.RECORD),
    }  # fmt: skip
    return render(request, "reform/five.html", context)


FIVE_COLUMNS: list[exports.Column[Any]] = [
    exports.Column("事项编码", lambda row: row.item["code"], width=36),
    exports.Column("事项名称", lambda row: row.item["name"], width=50),
    exports.Column("类型", lambda row: ItemKind.labels().get(row.item["kind"], "")),
    exports.Column("部门", lambda row: row.item["department"] or "", width=28),
    exports.Column("承诺时限", lambda row: _limit(row.item, "promise")),
    exports.Column("时限名次", lambda row: f"{row.flow.rank}/{row.flow.of}" if row.flow else ""),
    exports.Column("环节", lambda row: row.item["steps"]),
    exports.Column("环节名次", lambda row: f"{row.steps.rank}/{row.steps.of}" if row.steps else ""),
    exports.Column("收费", lambda row: row.item["fee"]),
    exports.Column("近一年办结", lambda row: row.cases),
    exports.Column("实际平均（工作日）", lambda row: row.days),
    exports.Column("评价", lambda row: "暂无评价"),
]


@requires(policies.RECORD)
@require_POST
def tag_chosen(request: HttpRequest) -> HttpResponse:
    """Give chosen items of a list the four handlings that are ticked below it."""
    actor = actor_of(request)
    chosen = numbers_in(request.POST, "item")[:500]
    items = list(catalogue.items_of(policies.departments(actor, policies.RECORD)).filter(pk__in=chosen))
    tags = {name: name in request.POST.getlist("tag") for name in TAGS}
    count = services.tag_items(actor=actor, items=items, tags=tags, at=moments.now())
    messages.success(request, f"{count} 个事项的四办已认定。")
    return redirect(f"{reverse('reform:five')}?{request.GET.urlencode()}")


# One item


def _item(request: HttpRequest, code: str, *codes: str) -> Any:
    """The item, for who may see it in the reform; a stranger's is `NotFound`."""
    item = catalogue.item_by_code(code)
    actor = actor_of(request)
    if not any(
        policies.may(actor, each, item.department_id)
        for each in codes or (policies.VIEW, policies.RECORD, policies.PROPOSE)
    ):
        raise NotFound("没有这个事项，或它不在您的管理范围内。", next_step="请核对事项编码。")
    return item


@requires(policies.VIEW, policies.RECORD, policies.PROPOSE)
def item(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that the reform knows of one item, before and after side by side."""
    held, day, actor = _item(request, code), today(), actor_of(request)
    measures = selectors.measures_of(held, day)
    current = held.current
    suggested = selectors.suggested_tags(current, nearby=bool(measures.exercises)) if current else {}
    words = selectors.wordings()
    fives = selectors.five_of(selectors.Reach(day), only=held.pk)
    context = {
        "item": held,
        "measures": measures,
        "five": fives[0] if fives else None,
        "reduction": _reduction(fives[0].item) if fives else "",
        "tags": [
            (words[f"tag.{tag}"], getattr(measures.tags, tag) if measures.tags else None, suggested.get(tag))
            for tag in TAGS
        ],
        "rebuilt": [_beside(each) for each in measures.rebuildings],
        "may_record": policies.may(actor, policies.RECORD, held.department_id),
        "may_propose": policies.may(actor, policies.PROPOSE, held.department_id),
    }
    return render(request, "reform/item.html", context)


def _beside(each: Rebuilding) -> dict[str, Any]:
    """A rebuilding for the page: rows of (what, before, after, change)."""
    rows = []
    for label, name, unit in (
        ("内部环节", "steps", "个"), ("经手岗位", "people", "个"), ("内部用时", "days", "个工作日"), ("申请材料", "materials", "份"),
        ("跑动次数", "visits", "次"),
    ):  # fmt: skip
        before, after = getattr(each, f"{name}_before"), getattr(each, f"{name}_after")
        if before is not None and after is not None:
            rows.append(
                (
                    label,
                    f"{before:g}" if name == "days" else before,
                    f"{after:g}" if name == "days" else after,
                    unit,
                    after - before,
                )
            )
    gain = 100 * (1 - each.days_after / each.days_before) if each.days_before else None
    return {"row": each, "rows": rows, "gain": f"{gain:.0f}" if gain is not None else ""}


@requires(policies.RECORD)
def tags(request: HttpRequest, code: str) -> HttpResponseBase:
    """Say which of the four handlings an item meets; what the edition suggests is ticked where nothing has been said."""
    held, day = _item(request, code, policies.RECORD), today()
    measures = selectors.measures_of(held, day)
    suggested = selectors.suggested_tags(held.current, nearby=bool(measures.exercises)) if held.current else {}
    initial = {tag: getattr(measures.tags, tag) for tag in TAGS} if measures.tags else suggested
    form = forms.TagsForm(request.POST or None, words=selectors.wordings(), initial=initial)
    return asking.ask(
        request, heading=f"{held.name[:40]}：四办", verb="认定", form=form, back=reverse("reform:item", args=[code]), said="已认定。",
        note="没有认定过的，先按现行版本的办件类型、渠道、跑动次数勾好，请核对。",
        act=lambda cleaned: (services.tag_items(actor=actor_of(request), items=[held], tags=cleaned, at=moments.now()), None)[1],
    )  # fmt: skip


@requires(policies.RECORD)
def simplify(request: HttpRequest, code: str) -> HttpResponseBase:
    """Enter a measure of simplification."""
    held = _item(request, code, policies.RECORD)
    form = forms.SimplifyForm(request.POST or None, initial={"since": today()})
    return asking.ask(
        request, heading=f"{held.name[:40]}：简化举措", verb="登记", form=form, back=reverse("reform:item", args=[code]), said="已登记。",
        act=lambda cleaned: (services.simplify(actor=actor_of(request), item=held, at=moments.now(), **cleaned), None)[1],
    )  # fmt: skip


@requires(policies.RECORD)
def end_simplification(request: HttpRequest, code: str, measure_id: int) -> HttpResponseBase:
    """The measure no longer holds."""
    held = _item(request, code, policies.RECORD)
    measure = Simplification.objects.filter(item=held, pk=measure_id).first()
    if measure is None:
        raise NotFound("没有这项举措。", next_step="请从事项页进入。")
    return asking.ask(
        request, heading=f"结束“{measure.get_kind_display()}”？", verb="结束", danger=True, back=reverse("reform:item", args=[code]),
        act=lambda _: services.end_simplification(actor=actor_of(request), measure=measure, at=moments.now()), said="已结束。",
    )  # fmt: skip


@requires(policies.RECORD)
def rebuild(request: HttpRequest, code: str) -> HttpResponseBase:
    """Record a rebuilt course."""
    held = _item(request, code, policies.RECORD)
    editions = list(catalogue.whole(held.editions.all()).order_by("number"))
    choices = [(str(each.number), f"第 {each.number} 版（{each.get_status_display()}）") for each in editions]
    initial: dict[str, Any] = {"on": today()}
    if held.current is not None:
        names = catalogue.step_names(catalogue.edition_of(held, held.current.number))
        initial |= {
            "after": "\n".join(f"{name}｜{name}岗｜1" for name in names),
            "edition_after": str(held.current.number),
        }
    form = forms.RebuildForm(request.POST or None, editions=choices, initial=initial)

    def act(cleaned: dict[str, Any]) -> None:
        known = {str(each.number): each for each in editions}
        for name in ("edition_before", "edition_after"):
            cleaned[name] = known.get(cleaned[name])
        services.record_rebuilding(actor=actor_of(request), item=held, at=moments.now(), **cleaned)

    return asking.ask(
        request, heading=f"{held.name[:40]}：登记流程再造", verb="登记", form=form, act=act, back=reverse("reform:item", args=[code]),
        said="已登记。", note="环节、岗位、用时逐行写；材料数、跑动次数由所选版本算出。",
    )  # fmt: skip


@requires(policies.RECORD)
def withdraw_rebuilding(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Take a record back."""
    found = Rebuilding.objects.filter(uid=uid).select_related("item").first()
    if found is None or not policies.may(actor_of(request), policies.RECORD, found.item.department_id):
        raise NotFound("没有这条登记。", next_step="请从事项页进入。")
    return asking.ask(
        request, heading="撤销这条流程再造登记？", verb="撤销", danger=True, back=reverse("reform:item", args=[found.item.code]),
        act=lambda _: services.withdraw_rebuilding(actor=actor_of(request), rebuilding=found, at=moments.now()), said="已撤销。",
    )  # fmt: skip


@requires(policies.VIEW)
def rebuildings(request: HttpRequest) -> HttpResponse:
    """The records behind the report of rebuilding."""
    asked = asked_of(request)
    page = page_by_key(rebuilt(asked), order=("-on", "-id"), asked=request.GET, size=30)
    context = {"page": page, "rows": [_beside(each) for each in page.rows], "span": asked, "asked": request.GET,
               "departments": choosable(request)}  # fmt: skip
    return render(request, "reform/rebuildings.html", context)


# Classes with a target (R028)


@requires(policies.VIEW, policies.RECORD)
def classes(request: HttpRequest) -> HttpResponseBase:
    """The classes with their rule; a new one below."""
    actor = actor_of(request)
    asked = asked_of(request, policies.VIEW, policies.RECORD)
    report = selectors.build("speed", selectors.Asked(asked.day, asked.departments, asked.since, asked.until, "class"))
    context = {"report": report, "may_record": policies.may(actor, policies.RECORD, None)}
    return render(request, "reform/classes.html", context)


@requires(policies.RECORD)
def save_class(request: HttpRequest) -> HttpResponseBase:
    """A new class, or another rule for one that stands."""
    held = ItemClass.objects.filter(code=text_in(request.GET, "code", 40)).first()
    initial = (
        {name: getattr(held, name) for name in ("code", "name", "numerator", "denominator", "document", "note")}
        if held
        else {}
    )
    form = forms.ClassForm(request.POST or None, initial=initial)
    back = reverse("reform:class", args=[held.code]) if held else reverse("reform:classes")
    return asking.ask(
        request, heading="提速类别", verb="保存", form=form, back=back, said="已保存。",
        note="例如“项目建设类”：在法定的基础上压缩三分之二以上，即承诺不超过法定的 1/3。",
        act=lambda cleaned: (services.save_class(actor=actor_of(request), at=moments.now(), **cleaned), None)[1],
    )  # fmt: skip


def _class(code: str) -> ItemClass:
    found = ItemClass.objects.filter(code=code).first()
    if found is None:
        raise NotFound("没有这个提速类别。", next_step="请从提速类别进入。")
    return found


CLASS_TABS = (("class_violating", "不达标"), ("class_unclear", "不能比"), ("class_kept", "达标"))


@requires(policies.VIEW, policies.RECORD)
def item_class(request: HttpRequest, code: str) -> HttpResponse:
    """One class: its items, each with its speed-up; the violations by themselves."""
    held, actor = _class(code), actor_of(request)
    asked = asked_of(request, policies.VIEW, policies.RECORD)
    reach = selectors.Reach(asked.day, asked.departments)
    show = word_in(request.GET, "show", selectors.CLASS_MEASURES)
    among, condition = selectors.of_class(held, show)
    page = page_of(
        partial(selectors.behind, reach, "all", condition=condition, among=among),
        request.GET,
        lambda row: int(row["id"]),
    )
    counts = selectors.class_counts(held, reach)
    context = {
        "held": held, "page": page, "rows": [(row, _reduction(row), _kept(row, held)) for row in page.rows],
        "whole": counts["all"], "wrong": counts["class_violating"],
        "tabs": [(f"全部 {counts['all']:,}", "?")] + [
            (f"{label} {counts[name]:,}", f"?show={name}") for name, label in CLASS_TABS
        ],
        "current": f"?show={show}" if show else "?",
        "may_record": policies.may(actor, policies.RECORD, None),
    }  # fmt: skip
    return render(request, "reform/class.html", context)


def _kept(row: dict[str, Any], held: ItemClass) -> bool | None:
    if not row["comparable"]:
        return None
    return bool(row["promise_limit"] * held.denominator <= row["legal_limit"] * held.numerator)


@requires(policies.RECORD)
def class_items(request: HttpRequest, code: str) -> HttpResponseBase:
    """Put items into a class."""
    held = _class(code)
    form = forms.CodesForm(request.POST or None)
    return asking.ask(
        request, heading=f"列入“{held.name}”", verb="列入", form=form, back=reverse("reform:class", args=[code]), said="已列入。",
        act=lambda cleaned: (services.put_into_class(
            actor=actor_of(request), item_class=held, codes=cleaned["codes"].split(), at=moments.now()), None)[1],
    )  # fmt: skip


@requires(policies.RECORD)
def class_item_out(request: HttpRequest, code: str, item_id: int) -> HttpResponseBase:
    """Take an item out of a class."""
    held = _class(code)
    return asking.ask(
        request, heading=f"移出“{held.name}”？", verb="移出", danger=True, back=reverse("reform:class", args=[code]), said="已移出。",
        act=lambda _: services.take_out_of_class(actor=actor_of(request), item_class=held, item_id=item_id, at=moments.now()),
    )  # fmt: skip
