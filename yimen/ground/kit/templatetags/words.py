"""How numbers, days and moments are said in a template. Loaded in every template (`builtins` in the settings)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from yimen.ground.kit import moments
from yimen.ground.kit.money import Fen, say_yuan

register = template.Library()


@register.filter
def thousands(value: Any) -> str:
    """`23,014`; what is not a whole number is left as it is."""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


@register.filter
def money(fen: Any) -> str:
    """Fen as `1,234.50 元`."""
    return say_yuan(Fen(fen)) if isinstance(fen, int) else "—"


@register.filter
def day(value: Any, form: str = "") -> SafeString | str:
    """`2026年12月18日(周五)`; `day:"short"` leaves this year's number out (never another's), `day:"plain"` the weekday."""
    if isinstance(value, datetime):
        value = moments.day_of(value)
    if not isinstance(value, date):
        return ""
    year = form != "short" or value.year != moments.now().year
    said = moments.say_date(value, year=year, weekday=form != "plain")
    return format_html('<time class="number" datetime="{}">{}</time>', value.isoformat(), said)


@register.filter
def moment(value: Any, form: str = "") -> SafeString | str:
    """`2026年12月18日 09:05`; `moment:"short"` leaves this year's number out, never another's."""
    if not isinstance(value, datetime):
        return ""
    when = moments.local(value)
    said = moments.say_moment(when, year=form != "short" or when.year != moments.now().year)
    return format_html('<time class="number" datetime="{}">{}</time>', when.isoformat(timespec="minutes"), said)


@register.filter
def moment_plain(value: datetime) -> str:
    """`10月12日(周一) 10:42` for the top bar."""
    when = moments.local(value)
    return f"{moments.say_date(when.date(), year=False)} {when:%H:%M}"


@register.filter
def span(value: timedelta) -> str:
    """`2 天 3 小时`."""
    return moments.say_span(value)


@register.filter
def size(count: Any) -> str:
    """Bytes as `2.1 MB`."""
    value = float(count or 0)
    for unit in ("B", "KB", "MB"):
        if value < 1024 or unit == "MB":
            return f"{value:.0f} {unit}" if unit != "MB" else f"{value:.1f} MB"
        value /= 1024
    return ""


_DATE = re.compile(r"(?:\d{4}年)?\d{1,2}月\d{1,2}日(?:\(周.\))?")


@register.filter
def whole_dates(words: str) -> SafeString:
    """A sentence whose dates are never broken over two lines."""
    parts: list[tuple[str, str]] = []
    end = 0
    for found in _DATE.finditer(words):
        parts.append((words[end : found.start()], found.group()))
        end = found.end()
    whole = format_html_join("", '{}<span class="number">{}</span>', parts)
    return format_html("{}{}", whole, words[end:])


_SYSTEMS = (
    ("Windows", "Windows 电脑"), ("iPhone", "苹果手机"), ("iPad", "苹果平板"), ("HarmonyOS", "鸿蒙设备"), ("Android", "安卓手机"),
    ("Mac OS X", "苹果电脑"), ("Linux", "Linux 电脑"),
)  # fmt: skip
_BROWSERS = (
    ("MicroMessenger", "微信"), ("Edg", "Edge 浏览器"), ("QQBrowser", "QQ 浏览器"), ("Firefox", "火狐浏览器"),
    ("Chrome", "谷歌内核浏览器"), ("Safari", "Safari 浏览器"),
)  # fmt: skip


@register.filter
def device(agent: str) -> str:
    """What a browser says of itself in words its owner knows: `Windows 电脑，火狐浏览器`."""
    known = [next((name for mark, name in names if mark in (agent or "")), "") for names in (_SYSTEMS, _BROWSERS)]
    return "，".join(name for name in known if name) or "没有认出的设备"


@register.filter
def split(words: str) -> list[str]:
    """Words as a list, for a loop in a template."""
    return words.split()


@register.filter
def said(value: Any) -> str:
    """`是`, `否`, or `—` for nothing; everything else as it is."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    return conditional_escape(value)
