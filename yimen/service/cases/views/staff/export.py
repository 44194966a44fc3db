"""A list taken along: the rows of a desk list as an Excel file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import StreamingHttpResponse

from yimen.ground.kit.exports import Column, download, xlsx
from yimen.ground.kit.moments import say_moment
from yimen.service.cases.views.staff.rows import Row

COLUMNS: Sequence[Column[Row]] = (
    Column("办件编号", lambda row: row.matter.code, width=48),
    Column("事项", lambda row: row.matter.title, width=40),
    Column("申请人", lambda row: row.matter.applicant_name, width=24),
    Column("部门", lambda row: str(row.matter.department), width=24),
    Column("到哪一步", lambda row: row.state),
    Column("期限", lambda row: row.clock.text),
    Column("承诺期限", lambda row: row.matter.due_on),
    Column("法定期限", lambda row: row.matter.legal_due_on),
    Column("提交时间", lambda row: row.matter.opened_at),
    Column("办结时间", lambda row: row.matter.closed_at),
    Column("经办人", lambda row: row.matter.person_name),
)


def workbook(title: str, rows: Sequence[Row], *, at: datetime) -> StreamingHttpResponse:
    """The rows as a file whose name says what it is and when it was made."""
    stamp = say_moment(at).replace(":", "")
    return download(f"{title} {stamp}.xlsx", xlsx(COLUMNS, rows, sheet="办件"))
