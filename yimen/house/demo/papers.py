"""Papers that applicants of the demo hand in: one page each, saying that it is a sample."""

from __future__ import annotations

import io
from datetime import datetime
from functools import cache

import typst

from yimen.ground.documents.fonts import font_files
from yimen.ground.documents.services import store_file
from yimen.ground.identity.rules import Actor

_PAGE = """#set page(width: 210mm, height: 148mm, margin: 24mm)
#set text(size: 20pt, lang: "zh")
#align(center + horizon)[
  #text(size: 26pt)[#sys.inputs.title]
  #v(8mm)
  #text(size: 13pt)[演示材料，不是真实的证件或文书]
]
"""


def paper(title: str, actor: Actor, at: datetime) -> int:
    """Store a sample of this material through the upload gate; returns the stored file's id."""
    stored = store_file(io.BytesIO(_drawn(title)), actor=actor, at=at, name=f"{title[:60]}.pdf", kinds=("pdf",))
    return stored.pk


@cache
def _drawn(title: str) -> bytes:
    """The page as PDF; the same title gives the same bytes, which are kept once."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[file.parent for file in font_files()]
    )
    made = typst.compile(_PAGE.encode(), format="pdf", font_paths=fonts, sys_inputs={"title": title}, timestamp=0)
    if not isinstance(made, bytes):
        raise TypeError("one page is one document")
    return made
