"""Invented people and enterprises: names, document numbers with right check characters, telephones, addresses. Pure.

Everything follows from a running number, so that no two parties ever share a document number, in this run or the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

COUNTY = "519911"
"""The six digits of the invented county; no such division exists."""

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆"
    "范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文"
)
FIRST = "子思雨梓一浩欣明晓文志春秋云海建国丽桂玉淑秀德永兴立振学克承景星月清若书言安宁知远泽嘉怀"
SECOND = "涵轩怡宇彤然琪航辰妍萱悦霖瑶宁博源婷杰洋静琳峰鹏霞平华英兰芳军强生贵林森岚舟川禾溪桥野行之恒"
STREETS = ("临泉街", "文澜路", "书院街", "柳溪路", "青禾路", "杏林路", "堤东街", "驿前路", "观云路", "安平大道")
SHOP_WORDS = "听小满青禾云栖晚枫松石白鹭春山拾光半亩清风知味南窗竹里远山溪亭星河朝露归雁杏花梧桐长桥渡口"
SHOP_KINDS = (
    "茶馆", "汤粉店", "理发店", "书店", "超市", "药房", "宾馆", "烘焙坊", "五金店", "餐饮有限公司", "商贸有限公司",
    "建筑工程有限公司", "运输有限公司", "农业合作社", "人力资源有限公司", "文化传播有限公司", "机械厂", "装饰工程有限公司",
    "物业服务有限公司", "科技有限公司", "种养殖专业合作社", "健身服务有限公司", "幼教有限公司", "置业有限公司",
)  # fmt: skip

_FIRST_BIRTHDAY = date(1946, 1, 1)
_BIRTHDAYS = 21_900  # 1946 to the end of 2005
_STEP = 7_919  # a prime that does not divide the number of birthdays: neighbours are not born on neighbouring days
_RIC_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUE = {sign: value for value, sign in enumerate(_USCC)}
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
MOST = _BIRTHDAYS * 1000
"""How many natural persons there can be before the numbers run out."""


@dataclass(frozen=True, slots=True)
class Invented:
    """An invented party; `kind` and `id_type` as in `identity.Party`."""

    kind: str
    name: str
    id_type: str
    id_number: str
    phone: str
    address: str
    legal_representative: str = ""


@cache
def _birthday(place: int) -> str:
    return (_FIRST_BIRTHDAY + timedelta(days=place)).strftime("%Y%m%d")


def resident_number(number: int) -> str:
    """The resident number of the n-th person (from 0): valid by GB 11643, different for every n below `MOST`."""
    rounds, place = divmod(number, _BIRTHDAYS)
    body = f"{COUNTY}{_birthday(place * _STEP % _BIRTHDAYS)}{(rounds + place * 373) % 1000:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _RIC_WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def credit_code(number: int, *, registrar: str = "91") -> str:
    """The credit code of the n-th organisation: valid by GB 32100, and its subject code by GB 11714.

    `registrar` is the registering body and kind: `91` an enterprise, `92` self-employed, `11` an organ of government.
    """
    subject = f"MB{number:06d}" if registrar == "11" else f"MA{_base31(number):0>6}"
    total = sum(_body_value(sign) * weight for sign, weight in zip(subject, _BODY_WEIGHTS, strict=True))
    check = (11 - total % 11) % 11
    body = f"{registrar}{COUNTY}{subject}{'X' if check == 10 else check}"
    total = sum(_USCC_VALUE[sign] * weight for sign, weight in zip(body, _USCC_WEIGHTS, strict=True))
    return body + _USCC[(31 - total % 31) % 31]


def _base31(number: int) -> str:
    """The number in the 31 signs of GB 32100, which has no I, O, Z, S, V."""
    text = ""
    while number:
        number, rest = divmod(number, 31)
        text = _USCC[rest] + text
    return text


def _body_value(sign: str) -> int:
    return int(sign) if sign.isdigit() else ord(sign) - ord("A") + 10


def mobile(number: int) -> str:
    """A mobile number; neighbours do not look alike."""
    return f"1{'3578'[number % 4]}{(number * 48_271 + 113_355_577) % 1_000_000_000:09d}"


def person_name(number: int) -> str:
    """An invented name of two or three characters."""
    surname = SURNAMES[number * 31 % len(SURNAMES)]
    second = SECOND[number * 17 % len(SECOND)]
    if number % 5 == 0:
        return surname + second
    return surname + FIRST[(number * 13 + number // len(SURNAMES)) % len(FIRST)] + second


def enterprise_name(number: int) -> str:
    """An invented name of a business in the county."""
    one = SHOP_WORDS[number * 7 % len(SHOP_WORDS)]
    two = SHOP_WORDS[(number * 11 + number // len(SHOP_WORDS) + 3) % len(SHOP_WORDS)]
    return f"清河县{one}{two}{SHOP_KINDS[number % len(SHOP_KINDS)]}"


def address(number: int) -> str:
    """An invented address."""
    return f"清河县{STREETS[number % len(STREETS)]} {number * 7 % 188 + 1} 号"


def person(number: int) -> Invented:
    """The n-th natural person."""
    return Invented(
        "natural", person_name(number), "resident", resident_number(number), mobile(number), address(number)
    )


def enterprise(number: int) -> Invented:
    """The n-th enterprise."""
    return Invented(
        "legal", enterprise_name(number), "credit", credit_code(number), mobile(number), address(number),
        person_name(number * 3 + 1),
    )  # fmt: skip
