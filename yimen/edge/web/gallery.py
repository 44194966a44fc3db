"""What the gallery of components shows: the teahouse of the look, invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms as django_forms

from yimen.ground.kit import charts, forms
from yimen.ground.kit.daybook import Day, Kind, fold
from yimen.ground.kit.moments import CHINA

TODAY = date(2026, 10, 12)
CLOCKS = (
    ("normal", "剩 3 个工作日"),
    ("warning", "剩 1 个工作日"),
    ("yellow", "今天 17:30 到期"),
    ("red", "超期 1 个工作日"),
    ("paused", "等补正 2 日"),
    ("closed", "10月12日 办结"),
)
COURSE = (
    {"what": "窗口提交申请", "when": "9月16日 10:14", "who": "综合窗口 3 号，取号 A103"},
    {
        "what": "一次告知补正：平面图缺消毒间",
        "when": "9月17日 09:32",
        "who": "综合窗口 3 号",
        "url": "#",
        "link": "看告知书",
    },
    {"what": "等待补正，停表", "when": "9月18日—9月20日", "kind": "paused"},
    {"what": "补正齐全，受理", "when": "9月21日 10:05", "who": "综合窗口 3 号", "url": "#", "link": "看受理通知书"},
    {"what": "卫生检测（特别程序），停表", "when": "9月28日—10月8日", "kind": "paused"},
    {"what": "审查中", "when": "10月8日起", "who": "县卫生健康局审批科", "kind": "now"},
    {"what": "作出决定", "when": "最晚 10月15日(周四)", "kind": "ahead"},
    {"what": "送达证件", "when": "决定后 10 个工作日内", "kind": "ahead"},
)
THREAD = (
    {"name": "取号", "said": "A103", "sub": "9月16日"},
    {"name": "收件", "said": "3 号窗", "sub": "9月16日"},
    {"name": "受理", "said": "王简", "sub": "9月21日"},
    {"name": "检测", "said": "停表 3 日", "sub": "10月8日"},
    {"name": "审查", "said": "赵临川", "sub": "今天", "kind": "now"},
    {"name": "决定", "said": "陈望舒", "sub": "10月15日前", "kind": "ahead"},
    {"name": "收费", "said": "不收费", "kind": "ahead"},
    {"name": "证照", "said": "卫生许可证", "kind": "ahead"},
)
ROWS = (
    (
        "red",
        "超期 1 个工作日",
        "特种设备使用登记",
        "清河县启明机械厂",
        "20261008-0012",
        "市场监管局",
        "待决定",
        date(2026, 10, 9),
    ),
    ("yellow", "今天 17:30 到期", "临时占用城市道路许可", "李沛然", "20260925-0031", "城市管理局", "待决定", TODAY),
    (
        "warning",
        "剩 1 个工作日",
        "食品经营许可（新办）",
        "小满汤粉店",
        "20260927-0008",
        "市场监管局",
        "审查中",
        date(2026, 10, 13),
    ),
    (
        "normal",
        "剩 3 个工作日",
        "公共场所卫生许可证核发（新办）",
        "清河县听泉茶馆",
        "20260916-0027",
        "卫生健康局",
        "审查中",
        date(2026, 10, 15),
    ),
    ("paused", "等补正 2 日", "建筑工程施工许可", "清河县第三中学", "20260929-0006", "住建局", "待补正", None),
    ("closed", "10月12日 办结", "社会保障卡补领", "何秀兰", "20261012-0051", "人社局", "已办结", None),
)
DEPARTMENTS = (
    charts.Mark("人社局", 507, "#"),
    charts.Mark("市场监管局", 412, "#"),
    charts.Mark("自然资源局", 286, "#"),
    charts.Mark("住建局", 241, "#"),
    charts.Mark("卫生健康局", 164, "#"),
)
KINDS = (
    charts.Mark("即办", 1207),
    charts.Mark("承诺", 742),
    charts.Mark("补办", 146),
    charts.Mark("联办", 98),
    charts.Mark("上报", 81),
    charts.Mark("退办", 58),
    charts.Mark("特办", 54),
)
WEEK = tuple(f"10月{day}日" for day in range(5, 13))
PROCEDURE = (
    charts.Box("申请", "网上或窗口", "you"),
    charts.Box("受理", "5 个工作日内"),
    charts.Box("审查", "2 人以上核查"),
    charts.Box("决定", "10 个工作日内"),
    charts.Box("送达", "10 个工作日内", "you"),
)
BESIDE = (
    charts.Branch(1, charts.Box("一次告知补正", "等您补齐，停表", "stop")),
    charts.Branch(2, charts.Box("特别程序", "检验、听证，停表", "stop")),
)


class PremisesForm(forms.Form):
    """One step of the teahouse's application, with every kind of field."""

    name = forms.Line(
        label="场所名称",
        help_text="取自营业执照，不用填写。",
        widget=django_forms.TextInput(attrs={"readonly": True}),
    )
    phone = forms.Phone(help_text="办结时发短信到这个号。")
    id_number = forms.IdNumber()
    area = forms.Measure(label="经营面积", unit="平方米", help_text="顾客能到的地方，不含仓库和后厨。")
    town = django_forms.ChoiceField(label="所在镇街", choices=[("", "---"), ("1", "柳溪镇"), ("2", "文澜街道")])
    kind = django_forms.ChoiceField(
        label="场所类别",
        choices=[
            ("tea", "茶座、咖啡馆、酒吧"),
            ("hair", "理发店、美容店"),
            ("inn", "宾馆、旅店"),
            ("other", "其他\n游泳馆、浴室、影剧院等"),
        ],
        widget=django_forms.RadioSelect(attrs={"class": "two"}),
    )
    services = django_forms.MultipleChoiceField(
        label="还提供什么",
        required=False,
        choices=[("food", "简餐"), ("show", "演出"), ("shop", "售卖茶具")],
        widget=django_forms.CheckboxSelectMultiple(attrs={"class": "two"}),
    )
    opens_on = forms.Day(label="打算哪天开业", required=False)
    deposit = forms.Yuan(label="装修投入", required=False)
    plan = forms.Attachment(label="平面图及卫生设施布局图", help_text="手画也行，标出门、洗手池、消毒柜。")
    remarks = forms.Paragraph(label="还想说明的", required=False)
    by_message = django_forms.BooleanField(label="办结后短信告诉我", required=False)


@dataclass(frozen=True)
class Page:
    """As much of a page of rows as the paging tag asks."""

    shown: int
    before: str
    after: str


def context(frame: str) -> dict[str, Any]:
    """Everything the gallery's template needs."""
    days = teahouse_days()
    return {
        "frame": frame,
        "today": TODAY,
        "at": datetime(2026, 10, 12, 10, 42, tzinfo=CHINA),
        "clocks": CLOCKS,
        "course": COURSE,
        "thread": THREAD,
        "rows": ROWS,
        "days": days,
        "ledger_rows": fold(days, today=TODAY),
        "gallery_form": PremisesForm(
            {
                "name": "清河县听泉茶馆",
                "phone": "13800002671",
                "id_number": "99031219880412001",
                "area": "八十六",
                "town": "1",
                "kind": "tea",
                "services": ["food"],
            }
        ),
        "step_names": ("申请人", "经营场所", "从业人员", "领取方式", "核对提交"),
        "tab_pairs": (("本窗口 14", "?scope=window"), ("我的 8", "?scope=own"), ("本部门 96", "?scope=department")),
        "fact_pairs": (
            ("申请人", "清河县听泉茶馆"),
            ("信用代码", "9213**********7K4X"),
            ("负责人", "李秋禾"),
            ("面积", "86.5 平方米"),
            ("邮箱", ""),
        ),
        "files": ({"name": "听泉茶馆卫生检测报告.pdf", "size": 2_202_010, "remove_url": "#"},),
        "page": Page(shown=len(ROWS), before="", after="20261012-0051"),
        "bars": charts.figure(
            charts.bars(DEPARTMENTS, "在办件最多的五个部门，人社局 507 件最多"),
            DEPARTMENTS,
            title="在办最多的部门",
            name="部门",
            unit="件",
        ),
        "ring": charts.ring(KINDS, "在办 2,386 件，即办占一半", middle="2,386", under="在办"),
        "kinds": KINDS,
        "line": charts.line(
            (
                charts.Series("今年", (182, 175, 190, 214, 60, 0, 221, 240)),
                charts.Series("去年", (150, 160, 148, 170, 52, 0, 180, 188), past=True),
            ),
            WEEK,
            "近 8 天收件，今年多于去年",
        ),
        "spark": charts.spark((98.2, 98.9, 99.4, 99.1, 99.6, 99.1), "近 6 个月满意率在 98.2% 到 99.6% 之间"),
        "share": charts.share_bar(
            (
                charts.Mark("正常", 2286, status="normal"),
                charts.Mark("预警", 71, status="warning"),
                charts.Mark("黄牌", 22, status="yellow"),
                charts.Mark("红牌", 7, status="red"),
            ),
            "正常 2,286，预警 71，黄牌 22，红牌 7",
        ),
        "flow": charts.flow(
            PROCEDURE, BESIDE, "办理流程：申请、受理、审查、决定、送达；材料不齐走补正，需检测走特别程序"
        ),
    }


def teahouse_days() -> list[Day]:
    """The teahouse's days from receipt to the last day, as the look tells them; no clock is asked."""
    art45 = "《行政许可法》第四十五条"
    told: dict[date, tuple[Kind, int | None, str, str, str, str]] = {}

    def put(
        first: tuple[int, int], last: tuple[int, int], kind: Kind, label: str, why: str, law: str, mark: str = ""
    ) -> None:
        day, end = date(2026, *first), date(2026, *last)
        while day <= end:
            told[day] = (kind, None, label, why, law, mark)
            day += timedelta(days=1)

    put((9, 16), (9, 16), "event", "收件", "收到申请材料。收到当日不计。", "《行政许可法》第三十二条", "0")
    put(
        (9, 17),
        (9, 17),
        "event",
        "审查1",
        "审查材料，一次告知补正内容。",
        "第三十二条第（四）项，限 5 个工作日",
        "审查 1",
    )
    put((9, 18), (9, 20), "paused", "补正", "等您补正，停表。", "补正期间不计")
    put((9, 21), (9, 21), "event", "受理", "收到补正，当日受理。受理当日不计。", "第四十二条", "0")
    put((9, 22), (10, 15), "counted", "", "工作日。", "")
    put((9, 25), (9, 27), "off", "中秋", "中秋节放假。", "第八十二条：不含法定节假日")
    put((9, 29), (10, 8), "paused", "检测", "检测期间停表，恢复当日不计。", art45)
    put((10, 11), (10, 11), "off", "周末", "周末。", "第八十二条")
    put((10, 15), (10, 15), "due", "", "承诺期满，最晚这天作出决定。", "承诺 10 个工作日")
    days, ordinal = [], 0
    for day in sorted(told):
        kind, _, label, why, law, mark = told[day]
        if kind in ("counted", "due"):
            ordinal += 1
        number = ordinal if kind in ("counted", "due") else None
        if kind == "counted" and day > TODAY:
            kind = "to-come"
        holiday = date(2026, 10, 1) <= day <= date(2026, 10, 7)
        resting = holiday or day == date(2026, 9, 19)
        label = "国庆" if holiday else "周末" if resting else label
        made_up = day in (date(2026, 9, 20), date(2026, 10, 10))
        days.append(Day(day, kind, number, label, why, law, mark, made_up=made_up, resting=resting))
    return days
