"""委托代办, what both sides share: choosing items, keeping the scanned paper, how a mandate reads on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, QueryDict

from yimen.ground.documents import selectors as documents
from yimen.ground.documents.services import store_file
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.selectors import mandate as access_mandate
from yimen.ground.kit.exports import Column, download, xlsx
from yimen.ground.kit.moments import day_of, say_moment
from yimen.ground.kit.refusals import NotFound
from yimen.service.catalogue import selectors as catalogue

if TYPE_CHECKING:
    from yimen.ground.identity.models import Mandate

STATES = {
    "offered": ("等代理人接受", "warning"),
    "waiting": ("未到开始日期", "paused"),
    "in_force": ("有效", "normal"),
    "expired": ("已到期", "closed"),
    "revoked": ("已撤销", "closed"),
    "resigned": ("代理人已辞去", "closed"),
    "declined": ("代理人没有接受", "closed"),
    "closed": ("已终止", "closed"),
}
FOUND = 8


@dataclass(frozen=True, slots=True)
class Said:
    """A mandate as lists and its page show it."""

    mandate: Mandate
    code: str
    state: str
    status: str

    @property
    def open(self) -> bool:
        """Whether it can still be ended."""
        return self.code in ("offered", "waiting", "in_force")

    @property
    def scope(self) -> str:
        """`全部事项`, or the items by name."""
        return "、".join(each["name"] for each in self.mandate.items) or "全部事项"


def said(mandate: Mandate, on: date) -> Said:
    """The mandate with its state in words."""
    code = mandate.state(on)
    return Said(mandate, code, *STATES[code])


COLUMNS: Sequence[Column[Said]] = (
    Column("委托编号", lambda row: row.mandate.number, width=24),
    Column("方式", lambda row: row.mandate.get_kind_display()),
    Column("委托人", lambda row: row.mandate.principal.name, width=24),
    Column("代理人", lambda row: row.mandate.agent_name, width=24),
    Column("可以做", lambda row: "、".join(row.mandate.power_labels()), width=30),
    Column("事项", lambda row: row.scope, width=50),
    Column("自", lambda row: row.mandate.valid_from),
    Column("至", lambda row: row.mandate.valid_to),
    Column("状态", lambda row: row.state),
    Column("出具时间", lambda row: row.mandate.given_at),
    Column("结束时间", lambda row: row.mandate.ended_at),
)
EXPORT_MOST = 5000


def workbook(found: QuerySet[Mandate], title: str, at: datetime) -> HttpResponseBase:
    """The mandates of a list as an Excel file, the newest first; document numbers are not in it."""
    rows = [
        said(each, day_of(at)) for each in found.select_related("principal").order_by("-given_at", "-id")[:EXPORT_MOST]
    ]
    return download(f"{title} {say_moment(at).replace(':', '')}.xlsx", xlsx(COLUMNS, rows, sheet="委托"))


def item_choices(data: QueryDict, query: QueryDict) -> list[tuple[str, str]]:
    """The items ticked so far and those that the typed words find, each once."""
    ticked = catalogue.named_items([*data.getlist("items"), *query.getlist("item")])
    text = data.get("q", "").replace("\x00", "").strip()[:60]
    found = catalogue.find(catalogue.Query(text=text), size=FOUND).items if text else []
    return list({**ticked, **{item.code31: item.name for item in found if item.code31}}.items())


def keep_paper(upload: Any, actor: Actor, at: datetime) -> UUID | None:
    """Store the scanned paper through the gate; raises `FileRefused`."""
    return store_file(upload, actor=actor, at=at).uid if upload else None


def paper_of(request: HttpRequest, uid: UUID, actor: Actor) -> HttpResponseBase:
    """The scanned paper, for whoever may see the mandate."""
    mandate = access_mandate(uid, actor)
    stored = documents.file_by_uid(mandate.paper) if mandate.paper is not None else None
    if stored is None:
        raise NotFound("这份委托没有扫描件。")
    return documents.file_response(stored)
