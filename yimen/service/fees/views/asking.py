"""What every list here reads from its address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from yimen.ground.documents.services import store_file
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import exports
from yimen.ground.kit.money import Fen, say_yuan
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.questions import EXPORT_MOST, file_url, tabs_of, wants_file, workbook

Row = TypeVar("Row", bound=Model)


def stored(request: HttpRequest, actor: Actor, at: datetime) -> Any:
    """The file of a form, through the gate; None where none was chosen. Raises `kit.uploads.FileRefused`."""
    upload = request.FILES.get("file")
    return store_file(upload, actor=actor, at=at) if upload is not None else None


def listed(
    request: HttpRequest, found: QuerySet[Row], *, title: str, columns: Sequence[exports.Column[Row]], boxes: Mapping[str, str],
    box: str, order: tuple[str, ...], template: str, at: datetime, **more: Any,
) -> HttpResponseBase:  # fmt: skip
    """A list under tabs: one page of it, or all of it as a workbook where that is asked for."""
    if wants_file(request):
        return workbook(title, columns, found.order_by(*order)[:EXPORT_MOST], at)
    tabs, here = tabs_of(request, boxes, box)
    page = page_by_key(found, order=order, asked=request.GET)
    context = {"page": page, "tabs": tabs, "here": here, "box": box, "export_url": file_url(request), **more}
    return render(request, template, context)


def yuan(fen: int) -> float:
    """A sum as a number of yuan for a workbook's cell; exact up to ten thousand million."""
    return round(fen / 100, 2)


def said(fen: int) -> str:
    """A sum in words."""
    return say_yuan(Fen(fen))
