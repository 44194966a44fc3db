"""More items, of which the register `data/items.csv` says everything but the forms: one line an item, one column a thing.

In the column of papers the application form comes first; who applies is shown from the licence library (`applicants`). All papers of
an item rest on the article of `papers_basis`. Read as `parts.DemoItem` says.
"""

from __future__ import annotations

from typing import Any

from yimen.house.demo.county import rows
from yimen.house.demo.items.parts import (
    Applicants,
    DemoItem,
    LegalUnit,
    ask,
    asked_for,
    choose,
    either,
    enterprise,
    form,
    person,
    section,
)

WHO: dict[str, Applicants] = {"person": "person", "enterprise": "enterprise", "either": "either"}
UNITS: dict[str, LegalUnit] = {"": "working_day", "working_day": "working_day", "calendar_day": "calendar_day"}
CARD = {"card": "打到社保卡", "bank": "打到银行卡"}

FORMS: dict[str, dict[str, Any]] = {
    "mortgage": form(
        "不动产抵押登记申请表",
        either(),
        section(
            "mortgage",
            "抵押情况",
            ask("deed", "text", "不动产权证书号", longest=60),
            ask("amount", "amount", "被担保的主债权数额"),
            choose("kind", "抵押方式", {"ordinary": "一般抵押", "highest": "最高额抵押"}),
            ask("highest", "amount", "最高债权额", show_if=["==", "kind", "highest"]),
        ),
    ),
    "works_planning": form(
        "建设工程规划许可申请表",
        enterprise("建设单位"),
        section(
            "works",
            "工程情况",
            ask("project", "text", "项目名称", longest=120),
            ask("site", "address", "建设地点"),
            choose("kind", "工程类别", {"building": "建筑物", "road": "道路", "pipe": "管线"}),
            ask(
                "floor_area",
                "decimal",
                "总建筑面积",
                unit="平方米",
                least="1",
                most="9999999",
                show_if=["==", "kind", "building"],
            ),
            ask(
                "length",
                "decimal",
                "长度",
                unit="米",
                least="1",
                most="999999",
                show_if=["in", "kind", ["road", "pipe"]],
            ),
        ),
    ),
    "public_housing": form(
        "公共租赁住房申请表",
        person(),
        section(
            "family",
            "家庭情况",
            ask("members", "integer", "家庭人口", least="1", most="15", unit="人"),
            ask("income", "amount", "家庭人均月收入"),
            choose("housing", "现在住在哪里", {"rent": "租房", "relative": "借住", "own": "自有住房"}),
            ask(
                "own_area",
                "decimal",
                "人均住房面积",
                unit="平方米",
                least="0",
                most="500",
                show_if=["==", "housing", "own"],
            ),
        ),
    ),
    "dig_road": form(
        "城市道路挖掘申请表",
        enterprise(),
        section(
            "dig",
            "挖掘情况",
            ask("road", "text", "路段", longest=120),
            ask("area", "decimal", "挖掘面积", unit="平方米", least="0.1", most="99999"),
            ask("begins", "date", "开工日期", least="2000-01-01", most="2099-12-31"),
            ask("days", "integer", "工期", least="1", most="365", unit="天"),
            ask("closed", "yes_no", "要封闭车道吗？"),
        ),
    ),
    "project_filing": form(
        "企业投资项目备案信息表",
        enterprise(),
        section(
            "project",
            "项目",
            ask("title", "text", "项目名称", longest=120),
            ask("site", "address", "建设地点"),
            ask("investment", "amount", "总投资额"),
            ask("scale", "long_text", "建设规模和内容", longest=1000),
            ask("policy", "yes_no", "符合产业政策吗？"),
        ),
    ),
    "unemployment_pay": form(
        "失业保险金申领表",
        person(),
        section(
            "job",
            "原来的工作",
            ask("employer", "text", "原单位", longest=120),
            ask("ended", "date", "解除日期", least="2000-01-01", most="2099-12-31"),
            choose("why", "为什么失业", {"ended": "合同到期", "dismissed": "单位解除", "closed": "单位破产、关闭"}),
            choose("pay", "怎么领取", CARD),
        ),
    ),
    "injury": form(
        "工伤认定申请表",
        person("受伤职工"),
        section(
            "accident",
            "事故情况",
            ask("employer", "text", "用人单位", longest=120),
            ask("when", "date", "受伤日期", least="2000-01-01", most="2099-12-31"),
            ask("where", "text", "地点", longest=120),
            choose("kind", "什么情形", {"work": "工作时间和场所内", "way": "上下班途中", "disease": "职业病"}),
            ask("how", "long_text", "经过", longest=2000),
        ),
    ),
    "reimburse": form(
        "医疗费用报销申请表",
        person("参保人"),
        section(
            "bill",
            "费用",
            ask("hospital", "text", "就诊医院", longest=120),
            choose("kind", "就诊方式", {"in": "住院", "out": "门诊"}),
            ask("total", "amount", "总费用"),
            choose("pay", "怎么领取", CARD),
        ),
    ),
    "minimum_living": form(
        "最低生活保障申请书",
        person("申请人"),
        section(
            "family",
            "家庭",
            ask("members", "integer", "共同生活的人数", least="1", most="20", unit="人"),
            ask("income", "amount", "上月家庭总收入"),
            ask("reason", "long_text", "困难原因", longest=1000),
            ask("consent", "yes_no", "同意核对家庭经济状况吗？"),
        ),
    ),
    "enrolment": form(
        "新生入学登记表",
        person("监护人"),
        section(
            "child",
            "孩子",
            ask("child_name", "text", "姓名", longest=60),
            ask("child_id", "id_number", "身份证号码"),
            choose("basis", "凭什么入学", {"household": "户籍", "permit": "居住证"}),
            ask("home", "address", "住址"),
        ),
    ),
    "move_house": form(
        "户口迁移申请表",
        person(),
        section(
            "move",
            "迁移",
            choose("why", "迁入原因", {"house": "购房", "work": "工作", "marriage": "投靠配偶", "parents": "投靠父母"}),
            ask("from_place", "text", "从哪里迁来", longest=120),
            ask("to_place", "address", "迁到哪里"),
            ask("together", "integer", "一起迁的人数", least="0", most="15"),
        ),
    ),
    "company_change": form(
        "公司变更登记申请书",
        enterprise(),
        section(
            "change",
            "变更事项",
            choose(
                "what",
                "变更什么",
                {"name": "名称", "place": "住所", "capital": "注册资本", "head": "法定代表人", "scope": "经营范围"},
            ),
            ask("new_place", "address", "新住所", show_if=["==", "what", "place"]),
            ask("new_capital", "amount", "新注册资本", show_if=["==", "what", "capital"]),
            ask("after", "text", "变更后", longest=200, show_if=["in", "what", ["name", "head", "scope"]]),
        ),
    ),
    "big_event": form(
        "大型群众性活动安全许可申请表",
        enterprise("承办者"),
        section(
            "event",
            "活动",
            ask("event_name", "text", "活动名称", longest=120),
            ask("site", "address", "地点"),
            ask("day", "date", "日期", least="2000-01-01", most="2099-12-31"),
            ask("people", "integer", "预计人数", least="1", most="500000", unit="人"),
            ask("stage", "yes_no", "搭建临时设施吗？"),
        ),
    ),
}
"""Forms of their own, by key of the item; the others ask what every application asks."""


def _item(row: dict[str, str]) -> DemoItem:
    applicants, (title, *names) = WHO[row["applicants"]], row["papers"].split()
    return DemoItem(
        key=row["key"], department=row["department"], name=row["name"], kind=row["kind"], daily_name=row["daily_name"],
        content=row["content"], basis=row["basis"], conditions=row["conditions"], legal=int(row["legal"]) if row["legal"] else None,
        legal_basis=row["legal_basis"], promise=int(row["promise"]), result=row["result"], result_kind=row["result_kind"],
        applicants=applicants, theme=row["theme"], papers=asked_for(row["papers_basis"], title, applicants, *names),
        question=row["question"], answer=row["answer"], at_once=row["at_once"] == "yes", form=FORMS.get(row["key"]),
        special=tuple(row["special"].split()), weight=int(row["weight"]),
        legal_unit=UNITS[row["legal_unit"]],
    )  # fmt: skip


ITEMS: tuple[DemoItem, ...] = tuple(_item(row) for row in rows("items"))
