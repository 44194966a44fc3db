"""Numbers, chain and moments, by tables."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from yimen.ground.kit.moments import CHINA
from yimen.service.offline import rules
from yimen.service.offline.rules import Broken, Content
from yimen.service.offline.simulated import Browser

SYNCED = datetime(2026, 11, 20, 9, 0, tzinfo=CHINA)
DEVICE = UUID("6b1f0c1e-1111-4222-8333-444455556666")


@pytest.mark.parametrize(
    ("mark", "serial", "number"),
    [("3", 1, "LX-3-000001-"), ("A11", 123, "LX-A11-000123-B"), ("A11", 999_999, "LX-A11-999999-")],
)
def test_a_number_and_its_check_character(mark: str, serial: int, number: str) -> None:
    made = rules.offline_number(mark, serial)
    assert made.startswith(number)
    assert rules.read_number(made) == made
    assert rules.read_number(f" {made.lower().replace('-', ' ')} ") == made
    assert rules.serial_of(made) == (mark, serial)


def test_one_wrong_or_swapped_character_is_found() -> None:
    made = rules.offline_number("A11", 123)
    plain = made.replace("-", "")
    for at in range(2, len(plain)):
        for other in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            if other != plain[at]:
                assert rules.read_number(plain[:at] + other + plain[at + 1 :]) is None
    for at in range(2, len(plain) - 1):
        if plain[at] != plain[at + 1]:
            assert rules.read_number(plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]) is None


@pytest.mark.parametrize("text", ["", "LX", "LX-3-000000-0", "办件", "LX-3-1-1", "X" * 80])
def test_what_is_no_number(text: str) -> None:
    assert rules.read_number(text) is None


def test_a_series_has_an_end() -> None:
    with pytest.raises(ValueError, match="no serial"):
        rules.offline_number("3", rules.LAST_SERIAL + 1)


@pytest.mark.parametrize(("number", "mark"), [("3", "3"), ("a-11", "A11"), ("东一", "W7"), ("", "W7")])
def test_what_stands_for_a_window(number: str, mark: str) -> None:
    assert rules.window_mark(number, 7) == mark


def test_the_proof_code_has_no_look_alikes() -> None:
    code = rules.proof_code("ff" * 32)
    assert len(code) == 12
    assert not set(rules.proof_code("4210842108421084" * 4)) & set("OI")
    assert code == "777777777777"


# --- The chain


@pytest.fixture
def browser() -> Browser:
    made = Browser(SYNCED)
    made.enrolled(DEVICE, [rules.offline_number("3", n) for n in range(1, 20)])
    return made


def write(browser: Browser, minutes: int = 5, **change: Any) -> Any:
    return browser.receive(
        at=SYNCED + timedelta(minutes=minutes), clerk=(UUID(int=5), "王芳"), item={"code": "1", "edition": 1, "name": "茶馆"},
        applicant={"name": "李雷", "id_type": "resident", "id_number": "1"}, answers={}, **change,
    )  # fmt: skip


def check(browser: Browser, at: int, **change: Any) -> Content:
    """Read entry `at` after the ones before it."""
    before = browser.journal[at - 2] if at > 1 else None
    given: dict[str, Any] = {
        "device": DEVICE, "spki": browser.spki, "seq": at, "text": browser.journal[at - 1].text,
        "signature": browser.journal[at - 1].signature, "last_seq": at - 1,
        "last_link": rules.link_of(before.text) if before else rules.first_link(DEVICE),
    } | change  # fmt: skip
    return rules.read_entry(**given)


def test_a_whole_journal_passes(browser: Browser) -> None:
    for minutes in (1, 2, 3):
        write(browser, minutes)
    assert [check(browser, at).seq for at in (1, 2, 3)] == [1, 2, 3]


def test_what_is_wrong_is_named(browser: Browser) -> None:
    for minutes in (1, 2, 3):
        write(browser, minutes)
    first, second, _ = browser.journal
    changed = second.text.replace("李雷", "李霞")
    stranger = Browser(SYNCED)
    stranger.enrolled(UUID(int=9), browser.numbers)
    foreign = write(stranger)
    cases: list[tuple[str, int, dict[str, Any]]] = [
        ("edited", 2, {"text": changed}),
        ("edited", 2, {"signature": first.signature}),
        ("edited", 2, {"signature": "****"}),
        ("edited", 2, {"text": ""}),
        ("edited", 2, {"text": changed, "signature": stranger.sign(changed)}),
        ("foreign", 1, {"text": foreign.text, "signature": foreign.signature}),
        ("foreign", 1, {"text": foreign.text, "signature": browser.sign(foreign.text)}),
        ("order", 2, {"text": browser.journal[2].text, "signature": browser.journal[2].signature}),
        ("missing", 3, {"last_seq": 1}),
        ("order", 2, {"last_link": "0" * 64}),
        ("unreadable", 1, {"text": "{}", "signature": browser.sign("{}")}),
        ("unreadable", 1, {"text": "x" * (rules.LONGEST_TEXT + 1)}),
    ]
    for kind, at, change in cases:
        with pytest.raises(Broken) as broken:
            check(browser, at, **change)
        assert broken.value.kind == kind, (change, broken.value.said)
        assert f"第 {at} 条" in broken.value.said or at == 3


def test_the_end_is_held_against_what_is_here(browser: Browser) -> None:
    for minutes in (1, 2):
        write(browser, minutes)

    def read(seq: int, head: tuple[str, str], link: str = browser.link) -> None:
        rules.read_head(device=DEVICE, spki=browser.spki, text=head[0], signature=head[1], last_seq=seq, last_link=link)

    read(2, browser.head())
    for seq, head in ((1, browser.head()), (3, browser.head()), (2, browser.head(link="0" * 64))):
        with pytest.raises(Broken) as broken:
            read(seq, head)
        assert broken.value.kind == "cut"
    text, _ = browser.head()
    with pytest.raises(Broken, match="签名"):
        read(2, (text, Browser(SYNCED).sign(text)))


# --- When it was

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=CHINA)
MINUTE = 60_000


@pytest.mark.parametrize(
    ("by_clock", "by_watch", "after", "expected", "doubt"),
    [
        (10, 10, None, "09:10", ""),
        (10, None, None, "09:10", ""),
        (40, 10, None, "09:10", ""),  # the clock was put forward, or the browser slept: the earlier counts
        (10, 40, None, "09:10", ""),
        (-30, None, None, "09:00", "早于"),
        (600, None, None, "12:00", "晚于"),
        (10, 10, "09:30", "09:30", "早于"),  # before the receipt before it
        (29, 29, "09:30", "09:30", ""),
        (-24 * 60 * 2, 10, None, "09:00", "早于"),
    ],
)
def test_the_moment_of_a_receipt(
    browser: Browser, by_clock: int, by_watch: int | None, after: str | None, expected: str, doubt: str
) -> None:
    local = round(SYNCED.timestamp() * 1000)
    entry = write(browser, local_at=local + by_clock * MINUTE, elapsed=None if by_watch is None else by_watch * MINUTE)
    last = datetime.fromisoformat(f"2026-11-20T{after}:00+08:00") if after else None
    found = rules.moment_of(Content.model_validate_json(entry.text), not_before=last, received_at=NOW)
    assert f"{found.at:%H:%M}" == expected
    assert doubt in found.doubt and bool(found.doubt) is bool(doubt)


def test_a_clock_put_to_another_day_is_looked_at(browser: Browser) -> None:
    local = round(SYNCED.timestamp() * 1000)
    entry = write(browser, local_at=local + 20 * 60 * MINUTE, elapsed=10 * MINUTE)
    found = rules.moment_of(
        Content.model_validate_json(entry.text), not_before=None, received_at=NOW + timedelta(days=2)
    )
    assert "拨动" in found.doubt
    assert f"{found.at:%d %H:%M}" == "20 09:10"


def test_the_text_says_nothing_else(browser: Browser) -> None:
    entry = write(browser)
    said = json.loads(entry.text) | {"more": 1}
    assert rules.unsigned(json.dumps(said)) is None
