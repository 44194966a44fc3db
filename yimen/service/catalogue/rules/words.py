"""Preparing Chinese text for search: normal form, character pairs, pinyin initials, synonyms.

Two-character words are the commonest queries, so the unit of the index is the pair (bigram); single characters
are kept as
well, so that a query of one character finds something. Measured in performance.md §4.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

LONGEST_QUERY = 60
MOST_EXPANSIONS = 6
_RUNS = re.compile(r"[0-9a-z\u3400-\u9fff\U00020000-\U0003ffff]+")
_LATIN_OR_NOT = re.compile(r"[0-9a-z]+|[^0-9a-z]+")
_LATIN = re.compile(r"[a-z]{2,20}")

STARTING_SYNONYMS: dict[str, tuple[str, ...]] = {
    "社保": ("社会保险",),
    "医保": ("医疗保险", "基本医疗保险"),
    "养老金": ("养老保险", "基本养老金"),
    "公积金": ("住房公积金",),
    "身份证": ("居民身份证",),
    "驾照": ("机动车驾驶证",),
    "驾驶证": ("机动车驾驶证",),
    "行驶证": ("机动车行驶证",),
    "房产证": ("不动产权", "不动产登记"),
    "开饭馆": ("食品经营许可", "餐饮服务"),
    "开餐馆": ("食品经营许可", "餐饮服务"),
    "开饭店": ("食品经营许可", "餐饮服务"),
    "开公司": ("企业设立", "公司设立", "设立登记"),
    "注册公司": ("企业设立", "公司设立", "设立登记"),
    "开理发店": ("公共场所卫生许可",),
    "开茶馆": ("公共场所卫生许可", "食品经营许可"),
    "开旅馆": ("特种行业许可", "旅馆业"),
    "开网吧": ("互联网上网服务",),
    "卫生证": ("卫生许可",),
    "健康证": ("健康合格证明", "健康检查"),
    "准生证": ("生育登记", "生育服务"),
    "结婚": ("婚姻登记", "结婚登记"),
    "离婚": ("婚姻登记", "离婚登记"),
    "低保": ("最低生活保障",),
    "五保": ("特困人员",),
    "上户口": ("户口登记", "出生登记"),
    "落户": ("户口迁移", "迁入"),
    "居住证": ("居住证",),
    "营业执照": ("企业设立", "设立登记"),
    "烟证": ("烟草专卖零售许可",),
    "建房": ("宅基地", "乡村建设规划许可"),
    "盖房": ("宅基地", "乡村建设规划许可"),
    "砍树": ("林木采伐", "采伐许可"),
    "残疾证": ("残疾人证",),
    "老年证": ("老年人优待证",),
    "出国": ("护照", "出入境"),
    "老板": ("企业",),
}
"""A first table; an installation edits its own."""


def normal(text: str) -> str:
    """Text in the form that is compared: NFKC, lower case. Rare characters stay."""
    return unicodedata.normalize("NFKC", text).lower()


def runs(text: str) -> list[str]:
    """The unbroken runs of letters, digits and Chinese characters."""
    return _RUNS.findall(normal(text))


def pairs(text: str) -> list[str]:
    """The character pairs of each run, and its single characters, each once, in order of first appearance."""
    found: dict[str, None] = {}
    for run in runs(text):
        for sign in run:
            found[sign] = None
        for place in range(len(run) - 1):
            found[run[place : place + 2]] = None
    return list(found)


def query_pairs(text: str) -> list[str]:
    """What of a query must be found: the pairs of each run; a run of one character stands for itself."""
    found: dict[str, None] = {}
    for run in runs(text):
        if len(run) == 1:
            found[run] = None
        for place in range(len(run) - 1):
            found[run[place : place + 2]] = None
    return list(found)


def initials(title: str) -> str:
    """The first letters of the title's pinyin: `食品经营许可` → `spjyxk`. Latin letters and digits stay."""
    from pypinyin import Style, lazy_pinyin  # here: its tables are 55 MB, and only publishing and import need them

    letters: list[str] = []
    for run in runs(title[:80]):
        for part in _LATIN_OR_NOT.findall(run):
            spelled = [part] if part.isascii() else lazy_pinyin(part, style=Style.FIRST_LETTER, errors="ignore")
            letters += spelled
    return "".join(letters).lower()


def is_initials(query: str) -> bool:
    """Whether a query can be meant as pinyin initials: two to twenty Latin letters and nothing else."""
    return bool(_LATIN.fullmatch(normal(query).strip()))


def tidy_query(query: str) -> str:
    """A query fit to be looked up: no control characters, one line, at most `LONGEST_QUERY` characters."""
    plain = "".join(sign if sign.isprintable() and not "\ud800" <= sign <= "\udfff" else " " for sign in query)
    return " ".join(plain.split())[:LONGEST_QUERY]


_ASKING = re.compile(
    "需要|什么|材料|怎么|怎样|如何|哪里|哪儿|哪些|在哪|多少|多久|时间|流程|手续|可以|能不能|办理|申请|我要|我想|请问|一下|[吗呢的办]"
)


def without_asking(text: str) -> str:
    """A question without the words of asking: `办护照需要什么材料` → `护照`; the text itself where nothing else is left."""
    left = _ASKING.sub(" ", text)
    return left if any(len(run) > 1 for run in runs(left)) else text


def expand(query: str, synonyms: Mapping[str, Iterable[str]]) -> list[str]:
    """The query and what else it may be called: each known word in it replaced by what the catalogue says."""
    text = normal(query)
    found = {text: None}
    for word in sorted(synonyms, key=len, reverse=True):
        if word in text:
            for meant in synonyms[word]:
                found[text.replace(word, normal(meant))] = None
                found[normal(meant)] = None
            if len(found) > MOST_EXPANSIONS:
                break
    return list(found)[: MOST_EXPANSIONS + 1]
