"""What 清河县 charges: invented documents, believable sums. The items' guides say the same, but for one, so that the comparison
has something to find (R171)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class DemoCharge:
    """A charge of the county. Sums in yuan as the document writes them."""

    item: str
    department: str
    name: str
    fee_class: str
    revenue: str
    how: str
    sums: tuple[str, ...]
    unit: str
    basis: str
    number: str
    organ: str
    raised_at: str = "accepted"
    quantity_key: str = ""
    reduction: str = ""
    guide_says: str = ""


PRICE, MONEY = "川东省发展和改革委员会", "川东省财政厅"
CHARGES = (
    DemoCharge("house_transfer", "land", "不动产登记费（住宅）", "administrative", "budget", "fixed", ("80",), "件",
               "关于不动产登记收费标准等有关问题的通知", "川发改价格〔2024〕21号", PRICE, "granted",
               reduction="小微企业、个体工商户免收；只因门牌变更的减半"),
    DemoCharge("occupy_road", "city", "城市道路占用费", "administrative", "budget", "per_unit", ("1.50",), "平方米",
               "关于城市道路占用、挖掘收费标准的批复", "川发改价格〔2024〕35号", PRICE, "granted", "area"),
    DemoCharge("drainage", "housing", "污水处理费（首次核定）", "fund", "fund", "per_unit", ("0.95",), "吨",
               "关于核定污水处理费标准的通知", "川财综〔2024〕17号", MONEY, "granted", "volume"),
    DemoCharge("logging", "forest", "森林植被调查费", "business", "business", "range", ("200", "600"), "件",
               "清河县经营服务性收费目录", "清发改价〔2024〕6号", "清河县发展和改革局", "accepted",
               reduction="退耕还林户免收"),
    DemoCharge("drinking_water", "health", "卫生检测费", "business", "business", "range", ("120", "300"), "件",
               "清河县经营服务性收费目录", "清发改价〔2024〕6号", "清河县发展和改革局", "accepted", guide_says="150"),
    DemoCharge("hygiene", "health", "公共场所卫生许可证工本费", "administrative", "budget", "fixed", ("10",), "证",
               "关于证照工本费标准的通知", "川财综〔2024〕8号", MONEY, "granted"),
    DemoCharge("water_taking", "water", "水资源费", "nontax", "special", "per_unit", ("0.10",), "立方米",
               "关于调整水资源费征收标准的通知", "川财综〔2024〕29号", MONEY, "window"),
    DemoCharge("building_permit", "housing", "城市基础设施配套费", "construction", "fund", "per_unit", ("35",), "平方米",
               "清河县建设项目集中收费办法（县政府常务会议通过）", "清府发〔2024〕15号", "清河县人民政府", "window"),
    DemoCharge("land_planning", "land", "规划测绘服务费", "intermediary", "agency", "range", ("800", "2400"), "件",
               "中介机构公开招标中标价目（不高于周边县）", "清政务〔2024〕11号", "清河县政务服务管理局", "window"),
)  # fmt: skip


def fees_of(item: str) -> dict[str, Any]:
    """What an item's guide says of its fees."""
    found = [each for each in CHARGES if each.item == item]
    if not found:
        return {"fee": False}
    return {
        "fee": True,
        "fee_basis": "；".join(f"《{each.basis}》（{each.number}）" for each in found),
        "fee_standard": "按公布的收费目录执行。",
        "fees": [_said(each) for each in found],
        "pay_online": True,
    }


def _said(each: DemoCharge) -> dict[str, str]:
    sums = {"low": each.sums[0], "high": each.sums[-1]} if each.how == "range" else {"amount": each.sums[0]}
    if each.guide_says:
        sums = {"amount": each.guide_says}
    return {
        "name": each.name, "unit": each.unit, "basis": f"《{each.basis}》（{each.number}）", "reduction": each.reduction,
        **sums,
    }  # fmt: skip
