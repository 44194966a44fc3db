"""Which document numbers can exist. Pure: no database, no clock, no request.

Resident numbers by GB 11643 (check character, date, province), credit codes by GB 32100. County codes are not checked,
because people keep the code of a county that was renamed long ago.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from yimen.ground.kit.refusals import Invalid

NATURAL_TYPES = ("resident", "permanent", "passport", "travel", "other")
LEGAL_TYPES = ("credit", "other")
_PROVINCES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91")
_FORMS = {
    "passport": (re.compile(r"[A-Z0-9]{5,20}"), "护照号码由 5 到 20 位字母和数字组成。"),
    "travel": (
        re.compile(r"[HM]\d{8}(\d{2})?|\d{8}(\d{2}([A-Z])?)?"),
        "港澳居民通行证是 H 或 M 加 8 位或 10 位数字，台湾居民通行证是 8 位或 10 位数字。",
    ),
    "permanent": (re.compile(r"[A-Z]{3}\d{12}|9\d{16}[\dX]"), "外国人永久居留身份证号码是 15 位或 18 位，请核对证件。"),
    "other": (re.compile(r"[A-Z0-9\-()/\u4e00-\u9fff]{4,40}"), "证件号码由 4 到 40 位字母、数字或汉字组成。"),
}


class IdNumberInvalid(Invalid):
    """No such document number can exist."""

    code = "id_number_invalid"

    def __init__(self, message: str) -> None:
        super().__init__(message, next_step="请对照证件原件逐位核对后重新填写。", fields={"id_number": message})


def checked(id_type: str, number: str, *, today: date | None = None) -> str:
    """The number as it is stored: half-width, upper case, no spaces. Raises `IdNumberInvalid`.

    With `today` given, a birth date after it is refused.
    """
    text = "".join(unicodedata.normalize("NFKC", number[:80]).upper().split())
    if not text:
        raise IdNumberInvalid("请填写证件号码。")
    match id_type:
        case "resident":
            _check_resident(text, today)
        case "credit":
            _check_credit(text)
        case _ if id_type in _FORMS:
            form, message = _FORMS[id_type]
            if not form.fullmatch(text):
                raise IdNumberInvalid(message)
            if id_type == "permanent" and len(text) == 18:
                _check_last(text)
        case _:
            raise IdNumberInvalid("没有这种证件类型。")
    return text


def birth_date(number: str) -> date | None:
    """The birth date in a checked resident number; None for any other number."""
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return None
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _check_resident(text: str, today: date | None) -> None:
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        raise IdNumberInvalid("居民身份证号码是 18 位，前 17 位为数字，末位为数字或 X。")
    _check_last(text)
    born = birth_date(text)
    if born is None or born.year < 1850 or (today is not None and born > today):
        raise IdNumberInvalid("身份证号码第 7 到 14 位的出生日期不存在。")
    if not _PROVINCES.fullmatch(text[:2]):
        raise IdNumberInvalid("身份证号码前两位的省份代码不存在。")


def _check_last(text: str) -> None:
    if text[-1] != ric.calc_check_digit(text):
        raise IdNumberInvalid("证件号码的末位校验码不对，可能有一位填错。")


def _check_credit(text: str) -> None:
    try:
        uscc.validate(text)
    except ValidationError:
        raise IdNumberInvalid("统一社会信用代码是 18 位字母和数字，校验码不对或位数不足。") from None
