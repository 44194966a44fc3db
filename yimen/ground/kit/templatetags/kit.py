"""The components of the design system as template tags; every one of them stands in the gallery at `/manage/look/`.

Loaded in every template (`builtins` in the settings), `{% load kit %}` does no harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import template
from django.forms import BaseForm
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from yimen.ground.kit import daybook, pages
from yimen.ground.kit.templatetags.words import thousands

register = template.Library()

STATUSES = ("normal", "warning", "yellow", "red", "paused", "closed")
ALERT_ICONS = {"": "info", "good": "tick", "warn": "warn", "bad": "warn", "law": "scale"}
MESSAGE_KINDS = {"debug": "", "info": "", "success": "good", "warning": "warn", "error": "bad"}
DONE = mark_safe(' class="done"')
CURRENT_STEP = mark_safe(' aria-current="step"')
MARK = (
    '<svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">'
    '<rect width="32" height="32" rx="5" fill="#b5341f"/>'
    '<path d="M8 26V9.5A2.5 2.5 0 0 1 10.5 7h11A2.5 2.5 0 0 1 24 9.5V26" fill="none" stroke="#fff" stroke-width="2.6"/>'
    '<path d="M13 26V13.5l6-1.5v14z" fill="#fff"/></svg>'
)


# --- Signs


@register.simple_tag
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """A picture from `icons.svg`; silent to readers unless it is given a label of its own."""
    says = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    kind = f"icon {extra}" if extra else "icon"
    return format_html('<svg class="{}" {}><use href="{}#i-{}"/></svg>', kind, says, static("kit/icons.svg"), name)


@register.simple_tag
def brand_mark() -> SafeString:
    """The door, white on cinnabar."""
    return mark_safe(MARK)  # noqa: S308  # a constant


@register.simple_tag
def clock_chip(status: str, text: str) -> SafeString:
    """`剩 3 个工作日` with its shape and colour; `status` is one of normal, warning, yellow, red, paused, closed."""
    return format_html(
        '<span class="clock" data-status="{}">{}</span>', status if status in STATUSES else "closed", text
    )


@register.simple_tag
def badge(text: str, status: str = "", kind: str = "") -> SafeString:
    """A category or an identity; `status` colours it, `kind` is `plain` or `seal`."""
    tail = format_html(' data-status="{}"', status) if status else ""
    return format_html('<span class="badge{}"{}>{}</span>', f" {kind}" if kind else "", tail, text)


@register.simple_block_tag
def alert(content: str, kind: str = "", role: str = "") -> SafeString:
    """`{% alert "warn" %}…{% endalert %}`; kinds: "", good, warn, bad, law."""
    says = format_html(' role="{}"', role) if role else ""
    sign = icon(ALERT_ICONS.get(kind, "info"))
    return format_html(
        '<div class="alert{}"{}>{}<span>{}</span></div>', f" {kind}" if kind else "", says, sign, content
    )


@register.simple_tag
def meter(value: float, most: float, label: str) -> SafeString:
    """A bar of progress; always with a number in words beside it."""
    part = 0 if most <= 0 else max(0.0, min(100.0, 100 * value / most))
    return format_html(
        '<svg class="meter" role="progressbar" aria-label="{}" aria-valuenow="{}" aria-valuemin="0"'
        ' aria-valuemax="100">'
        '<rect width="{}%" height="100%"/></svg>',
        label,
        round(part),
        f"{part:.1f}",
    )


@register.simple_tag
def stat(label: str, value: Any, unit: str = "", trend: str = "", url: str = "") -> SafeString:
    """One number with its name, unit, and what it is compared with; `url` opens the list behind it."""
    shown = thousands(value)
    if url:
        shown = format_html('<a href="{}">{}</a>', url, shown)
    unit_html = format_html("<small>{}</small>", unit) if unit else ""
    trend_html = format_html('<span class="trend">{}</span>', trend) if trend else ""
    return format_html(
        '<div class="stat"><span class="label">{}</span><span class="value">{}{}</span>{}</div>',
        label,
        shown,
        unit_html,
        trend_html,
    )


@register.simple_tag
def nothing_here(title: str, hint: str = "", url: str = "", link: str = "") -> SafeString:
    """Nothing here: what there is none of, and what to do."""
    more = format_html('<a href="{}">{}</a>', url, link) if url else ""
    return format_html('<div class="empty"><h2>{}</h2><p>{}{}</p></div>', title, hint, more)


@register.simple_tag(takes_context=True)
def parts(context: Context, place: str, subject: Any = None) -> SafeString:
    """What upper modules say at this place about its subject (`pages.register_part`)."""
    request = context.get("request")
    return SafeString("".join(pages.parts_of(place, request, subject))) if request is not None else SafeString("")


@register.simple_tag
def htmx() -> SafeString:
    """htmx 4 for the pages that use it (in `{% block js %}`), told to write no styles of its own."""
    settings = '{"includeIndicatorCSS":false}'
    script = static("django_htmx/htmx-4.min.js")
    return format_html('<meta name="htmx-config" content="{}"><script src="{}" defer></script>', settings, script)


# --- Where am I


@register.simple_tag
def crumbs(*pairs: str) -> SafeString:
    """`{% crumbs "办件查询" url "查询结果" %}`: label, address, …, the last label alone; `首页` comes first."""
    labels, addresses = pairs[::2], pairs[1::2]
    links = format_html_join("", '<li><a href="{}">{}</a></li>', zip(addresses, labels, strict=False))
    here = format_html('<li aria-current="page">{}</li>', labels[-1]) if len(labels) > len(addresses) else ""
    return format_html(
        '<nav class="page" aria-label="当前位置"><ol class="crumbs"><li><a href="/">首页</a></li>{}{}</ol></nav>',
        links,
        here,
    )


@register.simple_tag(takes_context=True)
def tabs(context: Context, label: str, entries: Iterable[tuple[str, str]], current: str = "") -> SafeString:
    """A row of links: pairs of (text, address); the one whose address is `current`, or the page's own, is marked."""
    request = context.get("request")
    now = current or (request.get_full_path() if request else "")
    rows = format_html_join(
        "",
        '<a href="{}"{}>{}</a>',
        ((url, mark_safe(' aria-current="page"') if url == now else "", text) for text, url in entries),
    )
    return format_html('<nav class="tabs" aria-label="{}">{}</nav>', label, rows)


@register.simple_tag
def steps_bar(names: Iterable[str], current: int, *, said: bool = True) -> SafeString:
    """Where in a form of several steps one stands; `current` counts from 1."""
    names = list(names)
    items = format_html_join(
        "",
        "<li{}>{}</li>",
        ((DONE if at < current else CURRENT_STEP if at == current else "", name) for at, name in enumerate(names, 1)),
    )
    after = format_html('<span class="quiet">　下一步：{}</span>', names[current]) if current < len(names) else ""
    head = format_html("<p><b>第 {} 步，共 {} 步</b>{}</p>", current, len(names), after) if said else ""
    return format_html('<nav class="progress" aria-label="填写进度">{}<ol class="steps">{}</ol></nav>', head, items)


@register.simple_tag(takes_context=True)
def elder_switch(context: Context, *, plain: bool = False) -> SafeString:
    """The link that turns elder mode on and off."""
    shell = context.get("shell")
    if shell is None:
        return mark_safe("")
    says = "退出长者模式" if shell.elder else "长者模式"
    kind = "" if plain else mark_safe(' class="button bare"')
    return format_html('<a{} href="{}" rel="nofollow" data-elder-switch>{}</a>', kind, shell.elder_url, says)


@register.simple_tag(takes_context=True)
def messages_here(context: Context) -> SafeString:
    """What the last act left to say (django.contrib.messages), as alerts that stay until the next page."""
    said = list(context.get("messages") or ())
    if not said:
        return mark_safe("")
    rows = [
        (MESSAGE_KINDS.get(m.level_tag, ""), icon(ALERT_ICONS[MESSAGE_KINDS.get(m.level_tag, "")]), m) for m in said
    ]
    alerts = format_html_join("", '<div class="alert {}">{}<span>{}</span></div>', rows)
    return format_html('<div class="messages no-print" role="status">{}</div>', alerts)


# --- Forms


@register.simple_tag(takes_context=True)
def mistakes_in_title(context: Context) -> str:
    """`有 2 处要改 · ` before the title of a page whose form came back."""
    form = context.get("form")
    count = _mistakes(form) if isinstance(form, BaseForm) and form.is_bound else 0
    return f"有 {count} 处要改 · " if count else ""


@register.simple_tag
def error_summary(*forms: Any) -> SafeString:
    """All that must be changed, each line a link to its field; nothing when there is nothing."""
    lines: list[tuple[str, str]] = []
    for form in forms:
        if not isinstance(form, BaseForm) or not form.is_bound:
            continue
        lines += [("", str(message)) for message in form.non_field_errors()]
        for name in form.errors:
            if name in form.fields:
                bound = form[name]
                lines += [(_first_control(bound), str(message)) for message in form.errors[name]]
    if not lines:
        return mark_safe("")
    # Where no field is wrong there is nothing to correct: the act itself was refused.
    said = not any(target for target, _ in lines)
    return render_to_string("kit/parts/error_summary.html", {"lines": lines, "said": said})


@register.simple_tag
def choice_words(label: str) -> SafeString:
    """A choice and, after a line break in its label, the small words under it."""
    head, _, small = str(label).partition("\n")
    return format_html("<span>{}{}</span>", head, format_html("<small>{}</small>", small) if small else "")


def _mistakes(form: BaseForm) -> int:
    return sum(len(messages) for messages in form.errors.values())


def _first_control(bound: Any) -> str:
    """The id a link must lead to: the control, or the first of several."""
    ident = bound.id_for_label
    return str(ident or (f"{bound.auto_id}_0" if bound.use_fieldset else bound.auto_id))


@register.simple_block_tag(takes_context=True)
def dialog(
    context: Context,
    content: str,
    ident: str,
    title: str,
    action: str = "",
    verb: str = "",
    stay: str = "先不",
    danger: bool = False,
    opened: bool = False,
) -> SafeString:
    """A native dialog around a body; with `action` a form that posts there with `verb` on its button.

    Open it with a link to the page that asks the same without JavaScript:
    `<a class="button" href="{{ url }}" data-opens="ident">`.
    """
    token = context.get("csrf_token", "")
    return render_to_string(
        "kit/parts/dialog.html",
        {
            "ident": ident,
            "title": title,
            "body": content,
            "action": action,
            "verb": verb,
            "stay": stay,
            "danger": danger,
            "opened": opened,
            "csrf_token": token,
        },
    )


# --- Tables


@register.simple_tag(takes_context=True)
def sort_th(context: Context, label: str, key: str, *, num: bool = False, default: str = "") -> SafeString:
    """A heading that sorts: `?sort=key`, then `?sort=-key`. `default` is the order when nothing was asked."""
    request: HttpRequest = context["request"]
    now = request.GET.get("sort", default)
    asked = request.GET.copy()
    for gone in ("after", "before"):
        asked.pop(gone, None)
    asked["sort"] = f"-{key}" if now == key else key
    state = "ascending" if now == key else "descending" if now == f"-{key}" else "none"
    kind = mark_safe(' class="num"') if num else ""
    return format_html(
        '<th scope="col"{} aria-sort="{}"><a href="?{}">{}</a></th>', kind, state, asked.urlencode(), label
    )


@register.inclusion_tag("kit/parts/paging.html", takes_context=True)
def paging(context: Context, page: Any, unit: str = "件", note: str = "") -> dict[str, Any]:
    """Previous and next by key, never page numbers. `page` has `before`, `after` (cursor or "") and `shown` (rows)."""
    request: HttpRequest = context["request"]

    def link(name: str, cursor: str) -> str:
        asked = request.GET.copy()
        for gone in ("after", "before"):
            asked.pop(gone, None)
        asked[name] = cursor
        return "?" + asked.urlencode()

    before, after = getattr(page, "before", ""), getattr(page, "after", "")
    return {
        "before": link("before", before) if before else "",
        "after": link("after", after) if after else "",
        "shown": getattr(page, "shown", None),
        "unit": unit,
        "note": note,
    }


@register.simple_tag
def facts(pairs: Mapping[str, Any] | Iterable[tuple[str, Any]], extra: str = "") -> SafeString:
    """Names and values; a value that is empty is shown as `—`."""
    items = pairs.items() if isinstance(pairs, Mapping) else pairs
    rows = format_html_join("", "<dt>{}</dt><dd>{}</dd>", ((k, "—" if v in ("", None) else v) for k, v in items))
    return format_html('<dl class="facts{}">{}</dl>', f" {extra}" if extra else "", rows)


# --- The course of a matter


@register.inclusion_tag("kit/parts/timeline.html")
def timeline(entries: Iterable[Any]) -> dict[str, Any]:
    """Each has `what`, `when` (text), `kind` ("", now, paused, ahead), `who`, `note`, `url`, `link`, `late`."""
    return {"entries": entries}


@register.inclusion_tag("kit/parts/thread.html")
def thread(links: Iterable[Any], label: str = "一条线：办到哪一步") -> dict[str, Any]:
    """From ticket to score in one row: each link has `name`, `said`, `sub` and `kind` ("", now, ahead)."""
    return {"links": links, "label": label}


@register.inclusion_tag("kit/parts/ledger.html")
def ledger(rows: Iterable[daybook.Row], caption: str = "期限账本", *, opened: bool = True) -> dict[str, Any]:
    """逐日账目: rows from `daybook.fold(days)`."""
    return {"rows": rows, "caption": caption, "opened": opened}


@register.inclusion_tag("kit/parts/month.html")
def month(days: Iterable[daybook.Day], today: date | None = None) -> dict[str, Any]:
    """The same days as a calendar for the eye; hidden from readers, who have the ledger."""
    return {"cells": daybook.cells(days, today=today)}


@register.inclusion_tag("kit/parts/material.html")
def material(
    name: str,
    state: str = "",
    note: str = "",
    said: str = "",
    optional: bool = False,
    error: str = "",
    files: Iterable[Any] = (),
    field: Any = None,
    ident: str = "",
) -> dict[str, Any]:
    """One material: `state` is "", ready or bad; `said` is the badge (`免提交`, `已上传`).

    Each file has `name`, and may have `size` in bytes, `url`, `remove_url`. `field` is the control that uploads.
    """
    sign = {"ready": "tick", "bad": "warn"}.get(state, "upload")
    return {
        "name": name,
        "state": state,
        "note": note,
        "said": said,
        "optional": optional,
        "error": error,
        "files": files,
        "field": field,
        "ident": ident,
        "sign": sign,
    }


@register.inclusion_tag("kit/parts/masked.html", takes_context=True)
def masked(context: Context, shown: str, ident: str, action: str, what: str = "完整号码") -> dict[str, Any]:
    """A covered value with a way to see it whole: the reason is asked and recorded.

    `action` takes POST `why`, and answers GET with the same question as a page, for those without JavaScript.
    """
    return {"shown": shown, "ident": ident, "action": action, "what": what, "csrf_token": context.get("csrf_token", "")}
