"""Tell the calendar: prepare a change, apply it, take it back; office hours.

Who may is asked by `matters`, which stands above and knows people; nothing else calls these. Each runs in the
transaction of its caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db import IntegrityError, transaction

from yimen.ground.calendar import statute
from yimen.ground.calendar.models import (
    CalendarChange,
    CalendarDay,
    CalendarNotice,
    ChangedDay,
    ClosingDay,
    HoursException,
    OfficeHours,
)
from yimen.ground.calendar.rules import ChangeKind, Closure, DayRow, WorkCalendar
from yimen.ground.calendar.selectors import KINDS, calendar_version, work_calendar
from yimen.ground.kit.refusals import Conflict, Invalid

State = CalendarChange.State


class YearConfirmed(Conflict):
    """The year rests on a published notice already."""

    code = "year_confirmed"


class SameNotice(Conflict):
    """Exactly this is what stands."""

    code = "same_notice"


class NotADraft(Conflict):
    """The change was applied, undone or discarded meanwhile."""

    code = "calendar_change_not_open"


class LaterChange(Conflict):
    """A later change rests on this one."""

    code = "later_calendar_change"


class UnsuitableChange(Invalid):
    """What was given cannot be a change of the calendar."""

    code = "unsuitable_calendar_change"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a change will be: see `CalendarChange`. `rows` are days off and make-up days; of a closure, its days."""

    kind: ChangeKind
    year: int
    title: str
    document_number: str
    rows: Sequence[DayRow]
    issued_on: date | None = None
    reason: str = ""
    source_text: str = ""
    division: str = ""
    division_name: str = ""
    centre_id: int | None = None
    centre_name: str = ""
    counts: bool = True
    basis: str = ""
    fields: dict[str, str] = field(default_factory=dict)


def draft_change(draft: Draft, *, by: str, at: datetime) -> CalendarChange:
    """Keep a change as a draft, with the days that it sets. Raises `YearConfirmed`, `SameNotice`, `UnsuitableChange`."""
    _suitable(draft)
    if draft.kind != "closure":
        _refuse_known_year(draft)
    rows = list(draft.rows) if draft.kind == "closure" else _differing(draft)
    if not rows and draft.kind == "amendment":
        raise SameNotice("这份通知写的日子与现行日历完全一样，没有什么要改。", next_step="请核对文号和年份。")
    change = CalendarChange.objects.create(
        kind=draft.kind,
        year=draft.year,
        title=draft.title,
        document_number=draft.document_number,
        issued_on=draft.issued_on,
        reason=draft.reason,
        source_text=draft.source_text,
        division=draft.division,
        division_name=draft.division_name,
        centre_id=draft.centre_id,
        centre_name=draft.centre_name,
        counts=draft.counts,
        basis=draft.basis,
        created_at=at,
        created_by=by,
    )
    ChangedDay.objects.bulk_create(ChangedDay(change=change, day=row.day, kind=row.kind, name=row.name) for row in rows)
    return change


def redraft_change(change: CalendarChange, draft: Draft) -> CalendarChange:
    """Correct a draft: its document and its days are taken anew. Raises as `draft_change`, and `NotADraft`."""
    held = _locked(change, State.DRAFT)
    _suitable(draft)
    if draft.kind != "closure":
        _refuse_known_year(draft)
    held.days.all().delete()
    for name in ("title", "document_number", "issued_on", "reason", "source_text"):
        setattr(held, name, getattr(draft, name))
    held.save()
    rows = list(draft.rows) if draft.kind == "closure" else _differing(draft)
    ChangedDay.objects.bulk_create(ChangedDay(change=held, day=row.day, kind=row.kind, name=row.name) for row in rows)
    return held


def discard_change(change: CalendarChange) -> None:
    """Put a draft aside. Raises `NotADraft`."""
    held = _locked(change, State.DRAFT)
    held.state = State.DISCARDED
    held.save(update_fields=["state"])


def apply_change(change: CalendarChange, *, by: str, at: datetime) -> CalendarChange:
    """Make a draft the calendar; from the commit on every reckoning uses it. Raises `NotADraft`, `YearConfirmed`."""
    held = _locked(change, State.DRAFT)
    if held.kind == "notice" and CalendarNotice.objects.filter(year=held.year, confirmed=True).exists():
        raise _confirmed(held.year)
    held.version_before = calendar_version()
    if held.kind == "closure":
        _close_days(held)
    else:
        _set_days(held)
    held.state, held.applied_at, held.applied_by = State.APPLIED, at, by
    held.version_after = calendar_version()
    try:
        with transaction.atomic():
            held.save()
    except IntegrityError:
        raise _confirmed(held.year) from None
    return held


def undo_change(change: CalendarChange, *, by: str, reason: str, at: datetime) -> CalendarChange:
    """Take an applied change back: each of its days becomes again what it was. Raises `NotADraft`, `LaterChange`."""
    held = _locked(change, State.APPLIED)
    refuse_with_later(held)
    if held.kind == "closure":
        held.closing_days.all().delete()
    else:
        for day in held.days.all():
            if day.was_source_id is None:
                CalendarDay.objects.filter(day=day.day).delete()
            else:
                CalendarDay.objects.filter(day=day.day).update(
                    kind=day.was_kind, name=day.was_name, source=day.was_source_id
                )
        if held.notice_id is not None:
            # Its other days rested on it too: they go back to what the year rested on before.
            before = CalendarNotice.objects.filter(year=held.year).exclude(pk=held.notice_id).order_by("id").first()
            rest = CalendarDay.objects.filter(source=held.notice_id)
            if before is not None:
                rest.update(source=before)
            else:
                rest.delete()
            notice, held.notice = held.notice_id, None
            held.save(update_fields=["notice"])
            CalendarNotice.objects.filter(pk=notice).delete()
    held.state, held.undone_at, held.undone_by, held.undo_reason = State.UNDONE, at, by, reason
    held.version_after = calendar_version()
    held.save()
    return held


def refuse_with_later(change: CalendarChange) -> None:
    """Raise `LaterChange` where a change applied after this one touched a day of it."""
    if change.kind == "closure":
        return
    days = change.days.values("day")
    later = (
        CalendarChange.objects.filter(state=State.APPLIED, version_after__gt=change.version_after or 0)
        .exclude(pk=change.pk)
        .exclude(kind="closure")
        .filter(days__day__in=days)
        .first()
    )
    if later is None and change.kind == "notice":
        later = CalendarChange.objects.filter(
            state=State.APPLIED, kind="amendment", year=change.year, version_after__gt=change.version_after or 0
        ).first()
    if later is not None:
        raise LaterChange(
            f"在它之后又实行了《{later.title}》（{later.document_number}），改的是同样的日子。",
            next_step="请先撤销后一次变更。",
        )


def proposed(change: CalendarChange, calendar: WorkCalendar | None = None) -> WorkCalendar:
    """The calendar as it would be if the draft were applied now."""
    calendar = calendar or work_calendar()
    rows = [DayRow(day.day, KINDS[day.kind], day.name) for day in change.days.all()]
    if change.kind != "closure":
        return calendar.changed(rows, confirm=[change.year])
    if not change.counts:
        return calendar
    closures = [Closure(row.day, row.name, change.division, change.centre_id) for row in rows]
    return calendar.changed((), closures=[*calendar.closures, *closures])


def without(change: CalendarChange, calendar: WorkCalendar | None = None) -> WorkCalendar:
    """The calendar as it would be if the applied change were taken back now."""
    calendar = calendar or work_calendar()
    if change.kind == "closure":
        mine = {(day.day, day.name, day.division, day.centre_id) for day in change.closing_days.all()}
        return calendar.changed((), closures=[each for each in calendar.closures if tuple(each) not in mine])
    rows = []
    for day in change.days.all():
        kind = KINDS[day.was_kind] if day.was_kind else ("workday" if day.day.weekday() < 5 else "weekend")
        rows.append(DayRow(day.day, kind, day.was_name))
    others = CalendarNotice.objects.filter(year=change.year, confirmed=True).exclude(pk=change.notice_id or 0).exists()
    return calendar.changed(rows, doubt=() if others else [change.year])


def set_hours(centre_id: int | None, sessions: Sequence[tuple[int, time, time]]) -> None:
    """Set a centre's week (Monday = 0, opens, closes); an empty week gives it the default hours back.

    Raises `UnsuitableChange` for sessions that overlap.
    """
    for before, after in zip(sorted(sessions), sorted(sessions)[1:], strict=False):
        if before[0] == after[0] and after[1] < before[2]:
            raise UnsuitableChange(
                f"周{'一二三四五六日'[after[0]]}的两段办公时间重叠。", next_step="请核对上午和下午的起止时间。"
            )
    for _, opens, closes in sessions:
        if closes <= opens:
            raise UnsuitableChange("办公时间的结束应在开始之后。", next_step="请核对起止时间。")
    if centre_id is None and not sessions:
        raise UnsuitableChange("共用的办公时间不能为空。", next_step="请至少填写一天。")
    OfficeHours.objects.filter(centre_id=centre_id).delete()
    OfficeHours.objects.bulk_create(
        OfficeHours(centre_id=centre_id, weekday=weekday, opens=opens, closes=closes)
        for weekday, opens, closes in sessions
    )


def set_exception(
    centre_id: int | None, day: date, why: str, opens: time | None = None, closes: time | None = None
) -> HoursException:
    """Give a centre (every centre) other hours on one day; without hours it stays shut. A second one takes the first's place."""
    if (opens is None) != (closes is None) or (opens is not None and closes is not None and closes <= opens):
        raise UnsuitableChange(
            "例外日的起止时间要么都填，要么都不填；结束应在开始之后。", fields={"closes": "请核对起止时间。"}
        )
    HoursException.objects.filter(centre_id=centre_id, day=day).delete()
    return HoursException.objects.create(centre_id=centre_id, day=day, opens=opens, closes=closes, why=why)


def end_exception(exception_id: int) -> HoursException | None:
    """Take an exception back; None where it is gone already."""
    found = HoursException.objects.filter(pk=exception_id).first()
    if found is not None:
        found.delete()
    return found


def _suitable(draft: Draft) -> None:
    fields = {
        name: says
        for name, missing, says in (
            ("title", not draft.title.strip(), "请填写标题。"),
            ("document_number", not draft.document_number.strip(), "请填写文号。"),
            ("reason", draft.kind != "notice" and not draft.reason.strip(), "请写明原因。"),
            ("text", draft.kind != "notice" and not draft.rows, "请写明哪些天。"),
        )
        if missing
    }
    if fields:
        raise UnsuitableChange("还有要填的内容。", next_step="请补全后再试。", fields=fields)
    if not 2000 <= draft.year <= 2190:
        raise UnsuitableChange("年份应在 2000 至 2190 之间。", fields={"year": "请核对年份。"})
    first, last = date(draft.year - 1, 12, 1), date(draft.year + 1, 1, 31)
    stray = [row.day for row in draft.rows if not first <= row.day <= last]
    if stray and draft.kind != "closure":
        raise UnsuitableChange(
            f"{stray[0].isoformat()} 不在 {draft.year} 年前后。",
            next_step="请核对年份和日期。",
            fields={"text": "有日子不在这一年。"},
        )


def _refuse_known_year(draft: Draft) -> None:
    known = list(CalendarNotice.objects.filter(year=draft.year, confirmed=True))
    same_number = any(notice.document_number == draft.document_number for notice in known)
    if draft.kind == "notice" and known:
        if same_number and not _differing(draft):
            raise SameNotice(
                f"《{known[0].title}》（{draft.document_number}）已经导入过，内容相同，什么都没有改变。",
                next_step="不用再做什么。",
            )
        raise _confirmed(draft.year)
    if draft.kind == "amendment" and not known:
        raise UnsuitableChange(
            f"{draft.year} 年的放假通知还没有导入，不能先导入对它的调整。", next_step="请按年度放假通知导入。"
        )
    if draft.kind == "amendment" and same_number:
        raise YearConfirmed(
            f"文号 {draft.document_number} 就是 {draft.year} 年原来的通知。",
            next_step="调整须依据新的文件，请填写新文件的文号。",
            fields={"document_number": "请填写新文件的文号。"},
        )


def _confirmed(year: int) -> YearConfirmed:
    notice = CalendarNotice.objects.filter(year=year, confirmed=True).order_by("-id").first()
    said = (
        f"《{notice.title}》{f'（{notice.document_number}）' if notice and notice.document_number else ''}"
        if notice
        else ""
    )
    return YearConfirmed(
        f"{year} 年的日历已经依据{said}确认，不能再按年度通知导入。",
        next_step="如国务院又发了新的通知，请选“对已确认年份的调整”，填写新文件的文号和原因。",
        fields={"year": "这一年已经确认。"},
    )


def _differing(draft: Draft) -> list[DayRow]:
    """The days that the document makes different from what stands.

    A year's notice says all of its year: what it does not name is an ordinary day, unless a neighbouring year's confirmed
    notice has set it. An amendment says only what it names.
    """
    calendar = work_calendar()
    named = {row.day: row for row in draft.rows}
    if draft.kind == "notice":
        others = CalendarDay.objects.filter(day__year=draft.year, source__confirmed=True).exclude(
            source__year=draft.year
        )
        neighbours = set(others.values_list("day", flat=True))
        day = date(draft.year, 1, 1)
        while day.year == draft.year:
            if day not in named and day not in neighbours:
                named[day] = DayRow(day, "workday" if day.weekday() < 5 else "weekend", "")
            day = date.fromordinal(day.toordinal() + 1)
    return [
        row
        for _, row in sorted(named.items())
        if (calendar.kind(row.day), _name(calendar, row.day)) != (row.kind, row.name)
    ]


def _name(calendar: WorkCalendar, day: date) -> str:
    return calendar.why(day) if calendar.kind(day) in ("holiday", "make_up_workday") else ""


def _set_days(change: CalendarChange) -> None:
    notice = CalendarNotice.objects.create(
        year=change.year,
        title=change.title if not CalendarNotice.objects.filter(year=change.year, title=change.title).exists()
        else f"{change.title[:60]}（{change.document_number}）",
        document_number=change.document_number,
        issued_on=change.issued_on,
        confirmed=True,
    )  # fmt: skip
    change.notice = notice
    rows = list(change.days.all())
    held = {day.day: day for day in CalendarDay.objects.filter(day__in=[row.day for row in rows])}
    for row in rows:
        before = held.get(row.day)
        if before is not None:
            row.was_kind, row.was_name, row.was_source_id = before.kind, before.name, before.source_id
    ChangedDay.objects.bulk_update(rows, ["was_kind", "was_name", "was_source"], batch_size=500)
    CalendarDay.objects.bulk_create(
        [CalendarDay(day=row.day, kind=row.kind, name=row.name, source=notice) for row in rows],
        update_conflicts=True, unique_fields=["day"], update_fields=["kind", "name", "source"],
    )  # fmt: skip
    if change.kind == "notice":
        # The year's ordinary days rest on the notice now, no longer on our own reckoning.
        _fill_year(change.year, notice)
        CalendarDay.objects.filter(day__year=change.year, source__confirmed=False).update(source=notice)


def _fill_year(year: int, notice: CalendarNotice) -> None:
    """Every day of the year has a row, ordinary ones too; rows that stand are left alone."""
    first = date(year, 1, 1).toordinal()
    days = (date.fromordinal(n) for n in range(first, date(year, 12, 31).toordinal() + 1))
    CalendarDay.objects.bulk_create(
        [
            CalendarDay(day=day, kind="workday" if day.weekday() < 5 else "weekend", name="", source=notice)
            for day in days
        ],
        ignore_conflicts=True,
    )


def _close_days(change: CalendarChange) -> None:
    ClosingDay.objects.bulk_create(
        ClosingDay(
            change=change, day=row.day, name=row.name, division=change.division, centre_id=change.centre_id,
            counts=change.counts,
        )
        for row in change.days.all()
    )  # fmt: skip


def _locked(change: CalendarChange, state: CalendarChange.State) -> CalendarChange:
    held = CalendarChange.objects.select_for_update().get(pk=change.pk)
    if held.state != state:
        raise NotADraft(
            f"这次日历变更现在是“{held.get_state_display()}”，不能这样办理。",
            next_step="请刷新页面，看过新情况后再办理。",
        )
    return held


def findings(change: CalendarChange, calendar: WorkCalendar) -> list[statute.Finding]:
    """What the regulation has to say about the year of a notice as it would be."""
    return [] if change.kind == "closure" else statute.check(change.year, calendar)


def changed_days(days: Iterable[DayRow], before: WorkCalendar) -> list[tuple[date, str, str]]:
    """(day, what it was, what it becomes) in words, for the days that become worked or not worked."""
    said = []
    for row in days:
        now_worked = row.kind in ("workday", "make_up_workday")
        if before.is_workday(row.day) != now_worked:
            after = row.name or ("工作日" if now_worked else "周末")
            said.append((row.day, before.why(row.day), after))
    return said
