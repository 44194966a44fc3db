"""What is shown of a sensitive value by default."""

from __future__ import annotations

import pytest

from yimen.ground.kit.masking import mask_address, mask_email, mask_id_number, mask_name, mask_phone


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (mask_id_number("330106199001011234"), "3301**********1234"),
        (mask_id_number("91510000123456789X"), "9151**********789X"),
        (mask_id_number("G12345678"), "G1*****78"),
        (mask_id_number("1234"), "****"),
        (mask_id_number(""), ""),
        (mask_phone("13812342671"), "138****2671"),
        (mask_phone("0826-1234567"), "********4567"),
        (mask_phone("12345"), "*****"),
        (mask_name("李雷"), "李*"),
        (mask_name("欧阳娜娜"), "欧***"),
        (mask_name("𠮷"), "𠮷*"),
        (mask_name(""), ""),
        (mask_email("lilei@example.cn"), "l****@example.cn"),
        (mask_email("nonsense"), "********"),
        (mask_address("清河县东风街12号"), "清河县东风街****"),
        (mask_address("清河县"), "***"),
    ],
)
def test_masks(shown: str, expected: str) -> None:
    assert shown == expected
