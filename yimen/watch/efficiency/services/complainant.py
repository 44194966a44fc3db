"""What whoever complained may do with number and secret, or signed in: look, add, take back, rate. Always unnamed."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from yimen.ground.kit import audit, keyring, ratelimit
from yimen.ground.kit.refusals import Invalid, NotFound
from yimen.ground.kit.text import clean_text
from yimen.ground.matters.services import Taken
from yimen.watch.efficiency.models import Complaint
from yimen.watch.efficiency.services.complaints import COMPLAINANT, _rated, _take, owner_index, secret_index

if TYPE_CHECKING:
    from yimen.ground.documents.models import StoredFile

TRIES, PER_SECOND = 20, 1 / 30
TRIES_OF_A_NUMBER, PER_SECOND_OF_A_NUMBER = 8, 1 / 300
COMPLAINTS_AT_ONCE, COMPLAINTS_PER_SECOND = 5, 1 / 600


def allow_lodging(address: str) -> None:
    """Slow down whoever floods the centre; the address is kept in a form nobody reads. Raises `TooFast`."""
    key = keyring.blind_index(address or "none", kind="complaint_address")[4:36]
    ratelimit.limit(f"complain:{key}", capacity=COMPLAINTS_AT_ONCE, per_second=COMPLAINTS_PER_SECOND)


def look_up(*, code: str, secret: str, address: str) -> Complaint:
    """The complaint of this number and secret; a wrong number and a wrong secret get the same answer.

    Each try counts before it is answered. Call it outside a transaction. Raises `NotFound`, `TooFast`.
    """
    code = code.strip().upper()[:60]
    key = keyring.blind_index(address or "none", kind="complaint_address")[4:36]
    ratelimit.limit(f"complaint:{key}", capacity=TRIES, per_second=PER_SECOND)
    ratelimit.limit(f"complaint-code:{code}", capacity=TRIES_OF_A_NUMBER, per_second=PER_SECOND_OF_A_NUMBER)
    found = Complaint.objects.select_related("matter", "accused", "reward").filter(matter__code=code).first()
    wanted = secret_index(code, secret[:40])
    if not hmac.compare_digest(found.secret_index if found else "no complaint", wanted) or found is None:
        raise NotFound("编号或查询码不对。", next_step="请核对提交时给您的编号和查询码；遗失了查询码可以致电投诉中心。")
    return found


def of_owner(party_id: int, code: str) -> Complaint:
    """A complaint that this party lodged signed in; raises `NotFound`."""
    rows = Complaint.objects.select_related("matter", "accused", "reward")
    found = rows.filter(owner_index=owner_index(party_id), matter__code=str(code)[:60]).first()
    if found is None:
        raise NotFound("没有这件投诉。", next_step="请从“我的投诉”进入。")
    return found


def supplement(*, complaint: Complaint, text: str, at: datetime, files: Sequence[StoredFile] = ()) -> Taken:
    """补充情况, before it is found out."""
    text = clean_text(text, label="补充的情况", limit=4000)
    if not text:
        raise Invalid("请写明要补充的情况。", fields={"text": "请填写"})
    with unseen(), transaction.atomic():
        return _take(complaint, "supplement", text, COMPLAINANT, at, None, files=files, told=True)


def withdraw(*, complaint: Complaint, text: str, at: datetime) -> Taken:
    """撤回, before it is found out; what was found out by then stays with the centre."""
    with unseen(), transaction.atomic():
        return _take(complaint, "withdraw", text, COMPLAINANT, at, None, told=True)


def rate(*, complaint: Complaint, satisfied: bool, text: str, at: datetime) -> Taken:
    """Whether the answer satisfies; closes the complaint."""
    with unseen(), transaction.atomic():
        return _rated(complaint, "rate", satisfied, text, COMPLAINANT, at, None)


def unseen() -> AbstractContextManager[audit.RequestContext]:
    """Whatever is recorded inside bears no address."""
    return audit.request_context(audit.current().request_id, None)
