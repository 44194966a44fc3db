"""Rows: what is taken, what is cleaned with a warning, what is refused with its reason."""

from __future__ import annotations

import pytest

from yimen.service.catalogue.importing.materials import parse_materials
from yimen.service.catalogue.importing.parsed import ParsedFile
from yimen.service.catalogue.importing.parsing import parse
from yimen.service.catalogue.importing.reading import UnreadableFile, read_table
from yimen.service.catalogue.tests.conftest import CODE, CODES, HEADER, row, table

GUIDE_HEADER = "department,main_item,item_name,area_code,item_code,task_type_raw,dept_code"
GUIDE = "区教科体局,未分类,学生资助政策咨询,511602000000,512C0053300008-511602000000-000-115113010833722043-1-00,20,083372204"


def read(*rows: str, header: str = HEADER) -> ParsedFile:
    return parse(read_table(table(*rows, header=header)))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"task_code": ""}, "没有实施编码"),
        ({"task_code": CODE[:30]}, "30 位"),
        ({"task_name": ""}, "没有事项名称"),
        ({"task_name": "无"}, "没有事项名称"),
        ({"task_name": "å¹¿ä¸œçœ"}, "乱码"),
        ({"task_name": "???? ???"}, "乱码"),
        ({"task_name": "很" * 1001}, "1001 个字"),
        ({"task_name": "丢了\ufffd字"}, "丢失的文字"),
        ({"dept_name": " "}, "没有实施部门"),
        ({"task_type": "77", "task_type_name": ""}, "不在代码表中"),
        ({"legal_limit_raw": "视情况而定"}, "法定时限"),
        ({"promise_limit_raw": "20天"}, "承诺时限"),
    ],
)
def test_a_row_that_would_put_something_wrong_in_is_refused(cells: dict[str, str], reason: str) -> None:
    parsed = read(row(**cells))
    assert parsed.items == []
    refused = parsed.rejected[0]
    assert refused.line == 2
    assert reason in "；".join(refused.reasons)
    assert refused.raw


def test_every_reason_is_told_at_once() -> None:
    refused = read(row(task_code="1", task_name="", legal_limit_raw="x")).rejected[0]
    assert len(refused.reasons) == 3


@pytest.mark.parametrize(
    ("cells", "warning"),
    [
        ({"dept_name": "广东省发展和改革委员会  "}, "首尾的空格已去掉"),
        ({"accept_condition": "<p>有&nbsp;执照</p>"}, "网页标记已去掉"),
        ({"legal_limit_raw": "无"}, "法定默认"),
        ({"promise_limit_raw": "21(工作日)"}, "长于法定时限"),
        ({"legal_limit_raw": "30(自然日)"}, "单位不同"),
        ({"legal_limit_raw": "365(工作日)", "promise_limit_raw": "364(工作日)"}, "请核对"),
        ({"use_level": "县级"}, "以编码为准"),
        ({"catalog_code": "999999999999"}, "以实施编码为准"),
        ({"task_code": "TE440000GD030003VV2442199374000"}, "统一社会信用代码校验"),
        ({"service_objects": "外星人|自然人"}, "不在代码表中"),
        ({"visit_times": "多次"}, "不是次数"),
        ({"task_code": " " + CODE.lower()}, "已规整"),
    ],
)
def test_dirt_is_cleaned_and_told(cells: dict[str, str], warning: str) -> None:
    parsed = read(row(**cells))
    assert parsed.rejected == []
    assert warning in "；".join(parsed.items[0].warnings)


def test_titles_of_laws_in_angle_brackets_are_no_markup() -> None:
    parsed = read(row(accept_condition="符合<广东省教材办法>第八条"))
    assert parsed.items[0].values["conditions"] == "符合<广东省教材办法>第八条"


def test_the_limit_of_a_licence_by_default() -> None:
    values = read(row(legal_limit_raw="无")).items[0].values
    assert (values["legal_limit"], values["legal_unit"], values["legal_source"]) == (
        20,
        "working_day",
        "statutory_default",
    )


def test_a_service_without_limits_has_no_clock() -> None:
    values = (
        read(row(task_type="21", task_type_name="公共服务", legal_limit_raw="无", promise_limit_raw="无"))
        .items[0]
        .values
    )
    assert (values["legal_limit"], values["legal_source"], values["promise_limit"]) == (None, "none", None)


def test_a_code_that_comes_twice_is_refused_the_second_time() -> None:
    parsed = read(row(), row(), row(name="别的名称"))
    assert [refused.line for refused in parsed.rejected] == [3, 4]
    assert "与第 2 行重复（内容相同）" in parsed.rejected[0].reasons[0]
    assert "内容不同" in parsed.rejected[1].reasons[0]


def test_chinese_headers_and_missing_columns() -> None:
    parsed = read(f"{CODE},某事项,省发改委,行政许可", header="实施编码,事项名称,实施主体,事项类型")
    assert parsed.items[0].values["legal_source"] == "statutory_default"


def test_a_file_without_names_is_unreadable() -> None:
    with pytest.raises(UnreadableFile, match="名称"):
        read(CODE, header="task_code,dept_name")


def test_unknown_columns_are_kept_and_told() -> None:
    parsed = read(row() + ",很好", header=HEADER + ",评价")
    assert parsed.items[0].source["other"] == {"评价": "很好"}
    assert any("不认识的列" in message for message in parsed.messages)


def test_a_guide_row_gets_no_national_code() -> None:
    item = read(GUIDE, header=GUIDE_HEADER).items[0]
    assert (item.code, item.level, item.department_code) == ("", "4", "115113010833722043")
    assert item.codes == [("sichuan", "512C0053300008-511602000000-000-115113010833722043-1-00")]
    assert item.values["main_item_name"] == ""


@pytest.mark.parametrize("code", ["", "随便", "1-2-3", "511602000000-1"])
def test_a_guide_code_without_structure_is_refused(code: str) -> None:
    parsed = read(
        GUIDE, GUIDE.replace("512C0053300008-511602000000-000-115113010833722043-1-00", code), header=GUIDE_HEADER
    )
    assert [refused.line for refused in parsed.rejected] == [3]


def test_an_old_guide_code_is_kept_with_a_warning() -> None:
    old = GUIDE.replace("512C0053300008-511602000000-000-115113010833722043-1-00", "E-000004-001-11511301008778386B")
    parsed = read(old, header=GUIDE_HEADER)
    assert parsed.rejected == []
    assert "旧式编码" in "；".join(parsed.items[0].warnings)


def materials(*rows: str) -> ParsedFile:
    content = "\n".join(["task_code,order_num,material_name", *rows]).encode()
    return parse(read_table(table(row(), row(CODES[1], "乙"), row(CODES[2], ""))), parse_materials(read_table(content)))


def test_materials_find_their_items() -> None:
    parsed = materials(f"{CODE},2,营业执照", f"{CODE},1,申请表", f"{CODES[1]},,身份证")
    assert [(m.order, m.name) for m in parsed.items[0].materials or []] == [(2, "营业执照"), (1, "申请表")]
    assert [(m.order, m.name) for m in parsed.items[1].materials or []] == [(1, "身份证")]
    assert (parsed.materials_rows, parsed.materials_accepted) == (3, 3)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"{CODE},3,", "没有材料名称"),
        (",1,申请表", "没有事项编码"),
        ("NOBODY,1,申请表", "没有这个编码"),
        (f"{CODES[2]},1,申请表", "所属事项被拒绝"),
        (f"{CODE},9,营业执照", "同一份材料"),
        (f"{CODE},1", "列"),
    ],
)
def test_a_material_that_belongs_nowhere_is_refused(line: str, reason: str) -> None:
    parsed = materials(f"{CODE},1,营业执照", line)
    assert reason in parsed.materials_rejected[0].reasons[0]
    assert parsed.materials_rows == parsed.materials_accepted + len(parsed.materials_rejected)
