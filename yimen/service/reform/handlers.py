"""What follows news: spans of suspension, and telling the hall and the departments (R026)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from yimen.ground.kit import moments
from yimen.ground.kit.outbox import handles
from yimen.ground.notices.services import notify_account
from yimen.ground.organisations import selectors as organisations
from yimen.ground.organisations.selectors import Place
from yimen.service.catalogue import events as catalogue_events
from yimen.service.catalogue import selectors as catalogue
from yimen.service.reform import events, policies
from yimen.service.reform.models import Change, ChangeBatch, CleanUp, Suspension
from yimen.service.reform.selectors.lists import counts_said


@handles(catalogue_events.ItemFrozen)
def begin_suspension(event: catalogue_events.ItemFrozen) -> None:
    """From this day on the list says that the item is suspended; told twice it stands once."""
    item = catalogue.items_of().filter(uid=event.item).first()
    if item is not None:
        Suspension.objects.get_or_create(
            item=item, until=None, defaults={"since": moments.day_of(event.at), "reason": event.reason[:300]}
        )


@handles(catalogue_events.ItemThawed)
def end_suspension(event: catalogue_events.ItemThawed) -> None:
    """The span ends on the day of the thaw; of one that was never written down nothing can be said."""
    day = moments.day_of(event.at)
    Suspension.objects.filter(item__uid=event.item, until__isnull=True, since__lte=day).update(until=day)


@handles(events.ListChanged)
def tell_of_changes(event: events.ListChanged) -> None:
    """The hall's management and the departments concerned learn what is new and what is gone (R026: 及时通报大厅管理机构)."""
    batch = ChangeBatch.objects.filter(uid=event.batch).first()
    if batch is None:
        return
    counts: dict[str, int] = {}
    departments = set()
    for kind, department in Change.objects.filter(batch=batch, state="applied").values_list("kind", "department_id"):
        counts[kind] = counts.get(kind, 0) + 1
        departments.add(department)
    if not counts:
        return
    body = f"《{batch.title}》（{batch.document}）已实施：{counts_said(counts)}。请核对窗口的受理事项和办事指南。"
    link = reverse("reform:batch", args=[batch.uid])
    # A further call for what had failed is news of its own.
    key = f"reform.changed:{batch.uid}:{sum(counts.values())}"
    _tell(departments, (policies.DECIDE, policies.PROPOSE), key, "权责清单有调整", body, link, event.at)


@handles(events.ListChangeUndone)
def tell_of_undoing(event: events.ListChangeUndone) -> None:
    """The same people learn that it has been taken back."""
    batch = ChangeBatch.objects.filter(uid=event.batch).first()
    if batch is None:
        return
    departments = set(Change.objects.filter(batch=batch).values_list("department_id", flat=True))
    kept = Change.objects.filter(batch=batch, state="kept").count()
    more = f"有 {kept} 项已生效不能撤回，" if kept else ""
    body = f"《{batch.title}》已撤回（{batch.undone_reason}）。{more}详见批次页。"
    link = reverse("reform:batch", args=[batch.uid])
    _tell(
        departments,
        (policies.DECIDE, policies.PROPOSE),
        f"reform.undone:{batch.uid}",
        "清单调整已撤回",
        body,
        link,
        event.at,
    )


@handles(events.CleanUpOpened)
def tell_of_cleanup(event: events.CleanUpOpened) -> None:
    """Those who answer for the departments' items are asked to check them."""
    cleanup = CleanUp.objects.filter(uid=event.cleanup).first()
    if cleanup is None:
        return
    departments = set(cleanup.departments.values_list("department_id", flat=True))
    body = f"{cleanup.document}：请在 {moments.say_date(cleanup.due_on)} 前逐项填写自查意见并报送。"
    link = reverse("reform:cleanup", args=[cleanup.uid])
    _tell(
        departments,
        (policies.PROPOSE,),
        f"reform.cleanup:{cleanup.uid}",
        f"请自查：{cleanup.title}"[:60],
        body,
        link,
        event.at,
    )


@handles(events.CleanUpPrompted)
def remind_of_cleanup(event: events.CleanUpPrompted) -> None:
    """Departments that have not handed in are reminded, once for each prompting."""
    cleanup = CleanUp.objects.filter(uid=event.cleanup).first()
    if cleanup is None:
        return
    waiting = set(cleanup.departments.filter(submitted_at__isnull=True).values_list("department_id", flat=True))
    body = f"{cleanup.title}的自查还没有报送，截止 {moments.say_date(cleanup.due_on)}。"
    link = reverse("reform:cleanup", args=[cleanup.uid])
    key = f"reform.prompt:{cleanup.uid}:{int(event.at.timestamp())}"
    _tell(waiting, (policies.PROPOSE,), key, "请尽快报送清理自查", body, link, event.at)


def _tell(
    departments: Iterable[int], codes: tuple[str, ...], key: str, subject: str, body: str, link: str, at: datetime
) -> None:
    """One message to each account that holds any of these rights at one of these departments."""
    told: set[int] = set()
    day = moments.day_of(at)
    for department in sorted(departments):
        for holder in organisations.holders(codes, Place(department), day):
            if holder.account_id not in told:
                told.add(holder.account_id)
                notify_account(
                    key=f"{key}:{holder.account_id}",
                    account_id=holder.account_id,
                    subject=subject,
                    body=body,
                    link=link,
                )
