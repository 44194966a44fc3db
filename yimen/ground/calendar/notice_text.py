"""Reading a holiday notice: its well-known wording, or a plain table of days. Pure.

    一、元旦：1月1日（周五）至3日（周日）放假调休，共3天。1月4日（周一）上班。

Each line of the text is answered by what was understood of it, so that whoever brings the notice in can check it against
the paper and correct the table.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from yimen.ground.calendar.rules import DayKind, DayRow
from yimen.ground.kit.moments import WEEKDAYS
from yimen.ground.kit.refusals import Invalid

LONGEST_TEXT = 20_000
LONGEST_LINE = 2_000
MOST_DAYS = 400
WORDS: dict[DayKind, str] = {
    "holiday": "放假",
    "make_up_workday": "上班",
    "weekend": "周末",
    "workday": "工作日",
}
_KINDS: dict[str, DayKind] = {
    "放假": "holiday", "休息": "holiday", "holiday": "holiday", "上班": "make_up_workday", "调休上班": "make_up_workday",
    "补班": "make_up_workday", "make_up_workday": "make_up_workday", "周末": "weekend", "weekend": "weekend",
    "工作日": "workday", "workday": "workday",
}  # fmt: skip


class UnreadableNotice(Invalid):
    """Nothing of the text could be read as a day off."""

    code = "unreadable_notice"


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line of the text: what was understood, and what does not fit together in it."""

    number: int
    text: str
    said: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeRead:
    """What a notice says: its days in order, and what stands at its head and foot where it was found."""

    days: tuple[DayRow, ...]
    lines: tuple[ReadLine, ...] = ()
    year: int | None = None
    title: str = ""
    document_number: str = ""
    issued_on: date | None = None

    @property
    def problems(self) -> list[str]:
        """Everything that does not fit together, with its line."""
        return [f"第 {line.number} 行：{problem}" for line in self.lines for problem in line.problems]


_DATE = r"(?:(?P<y{0}>\d{{4}})年)?(?:(?P<m{0}>\d{{1,2}})月)?(?P<d{0}>\d{{1,2}})日(?:\((?P<w{0}>[^()]{{1,16}})\))?"
_TOKEN = re.compile(
    rf"{_DATE.format(1)}(?:(?:至|到|-|—|–|~){_DATE.format(2)})?"
    r"|(?P<total>共\d{1,2}天|放假\d{1,2}天)|(?P<off>放假|补休)|(?P<on>上班)"
)
_HEAD = re.compile(
    r"^(?:[一二三四五六七八九十]+、|\(?[一二三四五六七八九十\d]+[).、])?(?P<name>[一-鿿、和]{2,14}):(?P<rest>.+)$"
)
_TITLE = re.compile(r"关于(?P<y>(?:19|20|21)\d\d)年(?:部分节假日|.{0,12}(?:放假|节假日))[^。]{0,20}通知")
_NUMBER = re.compile(r"[一-鿿]{2,8}[〔\[(【](?:19|20|21)\d\d[〕\])】]第?\d{1,4}号")
_SIGNED = re.compile(r"^(?P<y>(?:19|20|21)\d\d)年(?P<m>\d{1,2})月(?P<d>\d{1,2})日$")
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")


def read(text: str, year: int | None = None) -> NoticeRead:
    """Read a notice in either form: a table, where its first line is one of a table, else the wording.

    `year` is what was typed beside it; without it the notice's own title says the year. Raises `UnreadableNotice`.
    """
    if len(text) > LONGEST_TEXT:
        raise UnreadableNotice(f"内容超过 {LONGEST_TEXT} 个字，不像一份放假通知。", next_step="只粘贴通知正文。")
    lines = [_plain(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    rows = [line for line in lines if line]
    if rows and any(_table_row(line) for line in rows[:3]):
        return read_table(lines, year)
    return read_wording(lines, year)


def read_wording(lines: Sequence[str], year: int | None = None) -> NoticeRead:
    """Read the wording of the State Council's notices, line by line; see `read`."""
    whole = "".join(lines)
    titled = _TITLE.search(whole)
    year = year or (int(titled["y"]) if titled else None)
    number = next((found for line in lines if (found := _NUMBER.search(line))), None)
    signed = [found for line in lines if (found := _SIGNED.match(line))]
    if year is None:
        raise UnreadableNotice(
            "通知里没有写明是哪一年的。", next_step="请填写年份，或把标题“关于…年部分节假日安排的通知”一起粘贴。",
            fields={"year": "请填写年份。"},
        )  # fmt: skip
    reader = _Reader(year)
    shown = [reader.line(place, line) for place, line in enumerate(lines, 1) if line]
    if not reader.days:
        raise UnreadableNotice(
            "没有读出放假或上班的日子。",
            next_step="请粘贴通知中“一、元旦：1月1日至3日放假……”这样的段落，或改用日期表。",
            fields={"text": "没有读出日子。"},
        )
    return NoticeRead(
        days=tuple(reader.days[day] for day in sorted(reader.days)),
        lines=tuple(shown),
        year=year,
        title=f"国务院办公厅关于{year}年部分节假日安排的通知" if titled and int(titled["y"]) == year else "",
        document_number=_numbered(number[0]) if number else "",
        issued_on=_day(int(signed[-1]["y"]), int(signed[-1]["m"]), int(signed[-1]["d"])) if signed else None,
    )


class _Reader:
    """Line after line; a feast's name holds until the next heading."""

    def __init__(self, year: int) -> None:
        self.year, self.name = year, ""
        self.days: dict[date, DayRow] = {}

    def line(self, number: int, line: str) -> ReadLine:
        head = _HEAD.match(line)
        if head:
            self.name = head["name"].replace("和", "、")
        if _SIGNED.match(line) or (not head and not self.name):
            return ReadLine(number, line[:LONGEST_LINE])
        said: list[str] = []
        problems: list[str] = []
        for sentence in re.split(r"[。;]", head["rest"] if head else line):
            self._sentence(sentence, said, problems)
        return ReadLine(number, line[:LONGEST_LINE], "；".join(said), tuple(problems))

    def _sentence(self, sentence: str, said: list[str], problems: list[str]) -> None:
        pending: list[date] = []
        last_off = 0
        for token in _TOKEN.finditer(sentence):
            if token["total"]:
                total = int(re.sub(r"\D", "", token["total"]))
                if token["total"].startswith("放假"):
                    last_off = self._take(pending, "holiday", said)
                if last_off and total != last_off:
                    problems.append(f"写着共 {total} 天，日期却是 {last_off} 天")
            elif token["off"] or token["on"]:
                if pending:
                    taken = self._take(pending, "holiday" if token["off"] else "make_up_workday", said)
                    last_off = taken if token["off"] else last_off
            else:
                pending += self._span(token, problems)
        if pending:
            problems.append(f"{_spans(pending)}没有写明是放假还是上班")

    def _take(self, pending: list[date], kind: DayKind, said: list[str]) -> int:
        name = f"{self.name}{'放假' if kind == 'holiday' else '调休上班'}"[:40]
        for day in pending:
            self.days[day] = DayRow(day, kind, name)
        if pending:
            said.append(f"{_spans(pending)} {WORDS[kind]}")
        taken = len(pending)
        pending.clear()
        return taken

    def _span(self, token: re.Match[str], problems: list[str]) -> list[date]:
        try:
            first = self._date(token["y1"], token["m1"], token["d1"], None)
            last = self._date(token["y2"], token["m2"], token["d2"], first) if token["d2"] else first
        except ValueError:
            problems.append(f"“{token[0]}”不是存在的日期")
            return []
        self._month = last.month
        if not first <= last <= first + timedelta(days=31):
            problems.append(f"“{token[0]}”的起止日期先后不对")
            return []
        for day, words in ((first, token["w1"]), (last, token["w2"])):
            weekday = _WEEKDAY.search(words or "")
            if weekday and weekday[1].replace("天", "日") != WEEKDAYS[day.weekday()]:
                problems.append(f"{day.month}月{day.day}日是周{WEEKDAYS[day.weekday()]}，通知写的是周{weekday[1]}")
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    _month = 0

    def _date(self, year: str | None, month: str | None, day: str, first: date | None) -> date:
        """A date whose year or month may be said before it; a December day of 元旦 lies in the year before."""
        m = int(month) if month else (first.month if first else self._month)
        if year:
            y = int(year)
        elif first is not None:
            y = first.year + (m < first.month)
        else:
            y = self.year - ("元旦" in self.name and m == 12)
        found = _day(y, m, int(day))
        if found is None:
            raise ValueError(day)
        return found


def read_table(lines: Iterable[str], year: int | None = None) -> NoticeRead:
    """Read `2027-01-01,2027-01-03,放假,元旦`: first day, last day (may be left out), kind, name; see `as_table`."""
    days: dict[date, DayRow] = {}
    shown: list[ReadLine] = []
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        row = _table_row(line)
        if row is None:
            heading = number == 1 or not days
            shown.append(ReadLine(number, line[:LONGEST_LINE], problems=() if heading else ("没有看懂这一行",)))
            continue
        first, last, kind, name = row
        problems: tuple[str, ...] = ()
        if not first <= last <= first + timedelta(days=31):
            problems = ("起止日期先后不对，或超过 31 天",)
        else:
            span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
            twice = [day for day in span if day in days and days[day].kind != kind]
            if twice:
                problems = (f"{_spans(twice)}在前面已写作{WORDS[days[twice[0]].kind]}",)
            for day in span:
                days[day] = DayRow(day, kind, _named(name, kind))
        shown.append(ReadLine(number, line[:LONGEST_LINE], f"{_spans([first, last])} {WORDS[kind]} {name}", problems))
    if not days:
        raise UnreadableNotice(
            "日期表里没有读出日子。",
            next_step="每行写：首日,末日,放假或上班,名称。例如 2027-01-01,2027-01-03,放假,元旦。",
        )
    if len(days) > MOST_DAYS:
        raise UnreadableNotice(f"日期表超过 {MOST_DAYS} 天。", next_step="一次只导入一年。")
    return NoticeRead(tuple(days[day] for day in sorted(days)), tuple(shown), year or min(days).year)


def as_table(days: Iterable[DayRow]) -> str:
    """The days as lines of a table that `read` reads, neighbours of one kind and name together."""
    lines: list[str] = []
    for first, last, kind, name in runs(days):
        lines.append(f"{first.isoformat()},{last.isoformat()},{WORDS[kind]},{name}")
    return "\n".join(lines)


def runs(days: Iterable[DayRow]) -> Iterator[tuple[date, date, DayKind, str]]:
    """Neighbouring days of one kind and name as (first, last, kind, name)."""
    held: list[DayRow] = []
    for row in sorted(days):
        if held and (row.day - held[-1].day).days == 1 and row[1:] == held[-1][1:]:
            held.append(row)
            continue
        if held:
            yield held[0].day, held[-1].day, held[0].kind, held[0].name
        held = [row]
    if held:
        yield held[0].day, held[-1].day, held[0].kind, held[0].name


def _table_row(line: str) -> tuple[date, date, DayKind, str] | None:
    cells = [cell.strip() for cell in next(csv.reader([line.replace("\t", ",")]))]
    dates = [found for cell in cells[:2] if (found := _iso(cell))]
    rest = cells[len(dates) :]
    if not dates or not rest or rest[0] not in _KINDS:
        return None
    return dates[0], dates[-1], _KINDS[rest[0]], (rest[1] if len(rest) > 1 else "")[:30]


def _named(name: str, kind: DayKind) -> str:
    """`元旦` as the calendar says it; an ordinary day has no name."""
    if kind in ("weekend", "workday"):
        return ""
    tail = "放假" if kind == "holiday" else "调休上班"
    return name if name.endswith(("放假", "上班")) else f"{name}{tail}"


def _iso(text: str) -> date | None:
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text)
    return _day(*map(int, found.groups())) if found else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2199 else None


def _spans(days: Sequence[date]) -> str:
    """`1月1日至3日`, `1月26日、2月8日`."""
    said: list[str] = []
    ordered = sorted(set(days))
    start = ordered[0]
    for here, following in zip(ordered, [*ordered[1:], None], strict=True):
        if following is not None and (following - here).days == 1:
            continue
        head = f"{start.month}月{start.day}日"
        if start != here:
            head += "至" + (f"{here.month}月{here.day}日" if here.month != start.month else f"{here.day}日")
        said.append(head)
        start = following or here
    return "、".join(said)


def _plain(line: str) -> str:
    """Full-width signs as plain ones, without spaces; the brackets of a document's number stay."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", line)) if "\t" not in line else line.strip()


def _numbered(text: str) -> str:
    """`国办发明电〔2026〕7号`, whatever brackets it was typed with."""
    return re.sub(r"[\[(【]", "〔", re.sub(r"[\])】]", "〕", text)).replace("第", "")
