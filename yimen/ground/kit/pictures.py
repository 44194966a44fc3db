"""A chart of a page as a picture file: the same drawing with its colours written in, for a report, a slide or the press.

    return picture("办件量 2026年第三季度.svg", charts.bars(marks, says), title="办件量", source="清河县政务服务中心")

The page's drawing takes its colours from the style sheet, which a file does not carry; everything else is the same.
"""

from __future__ import annotations

import re

from django.http import HttpResponse
from django.utils.html import escape
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString

HEAD, FOOT = 40, 28
STYLE = """
text { font: 13px "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif; fill: #5d5a53; }
.strong { fill: #1f1d1a; font-weight: 700; } .big { font-size: 32px; } .title { font-size: 17px; font-weight: 700; fill: #1f1d1a; }
.grid { stroke: #e3dfd6; } .mark { fill: var(--mark, #1d4169); }
.stroke { stroke: var(--mark, #1d4169); fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round; }
.past { stroke: #b9b2a6; stroke-width: 2; stroke-dasharray: 5 5; }
.m1 { --mark: #1d4169; } .m2 { --mark: #5b8bbf; } .m3 { --mark: #a78a56; } .m4 { --mark: #6f9c8f; }
.m5 { --mark: #9c7fa6; } .m6 { --mark: #b9b2a6; } .m7 { --mark: #cf9a86; }
[data-status=normal] { --mark: #2f7d5b; } [data-status=warning] { --mark: #a35c00; } [data-status=yellow] { --mark: #d9a400; }
[data-status=red] { --mark: #b5341f; } [data-status=paused] { --mark: #5c6f86; } [data-status=closed] { --mark: #8b877e; }
rect, .flow rect { stroke: none; } .go { fill: none; stroke: #8b877e; } .tip { fill: #8b877e; }
"""
_VIEW = re.compile(r'viewBox="([-\d.]+) ([-\d.]+) ([\d.]+) ([\d.]+)"')
_LINKS = re.compile(r"</?a\b[^>]*>")


def picture(name: str, drawing: SafeString, *, title: str, source: str) -> HttpResponse:
    """The drawing of `kit.charts` as an SVG file to be saved under `name`, with its title above and who says so below.

    Links are taken out: outside the system they would lead nowhere. Raises ValueError for what is no such drawing.
    """
    found = _VIEW.search(drawing)
    if found is None:
        raise ValueError("not a drawing of kit.charts")
    left, top, width, height = (float(part) for part in found.groups())
    inner = _LINKS.sub("", drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")])
    name_of = re.search(r'aria-label="([^"]*)"', drawing)
    says = name_of.group(1) if name_of else ""
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height + HEAD + FOOT:g}" '
        f'viewBox="{left:g} {top - HEAD:g} {width:g} {height + HEAD + FOOT:g}" role="img" aria-label="{says}">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
        f'<rect x="{left:g}" y="{top - HEAD:g}" width="{width:g}" height="{height + HEAD + FOOT:g}" fill="#fff"/>'
        f'<text class="title" x="{left + 4:g}" y="{top - HEAD + 24:g}">{escape(title)}</text>{inner}'
        f'<text x="{left + 4:g}" y="{top + height + FOOT - 8:g}">{escape(source)}</text></svg>'
    )
    response = HttpResponse(text.encode(), content_type="image/svg+xml; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
