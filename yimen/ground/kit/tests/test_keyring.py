"""Keys are made once, kept closed to others, rotated without loss, and never guessed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from yimen.ground.kit import keyring
from yimen.ground.kit.crypto import CryptoError
from yimen.ground.kit.keyring import KeyRing, KeyRingError


@pytest.fixture(autouse=True)
def own_ring(settings: Any, tmp_path: Path) -> Path:
    settings.YIMEN_VAR = tmp_path
    return tmp_path / "keys" / "ring.json"


def test_the_ring_is_made_once_and_readable_by_nobody_else(own_ring: Path) -> None:
    first = keyring.ring().current("field")
    assert own_ring.stat().st_mode & 0o777 == 0o600
    assert own_ring.parent.stat().st_mode & 0o077 == 0
    assert KeyRing(own_ring.parent).current("field") == first
    own_ring.chmod(0o644)
    with pytest.raises(KeyRingError, match="chmod 600"):
        KeyRing(own_ring.parent).current("field")


def test_ten_processes_starting_at_once_agree_on_one_key(own_ring: Path) -> None:
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(KeyRing(own_ring.parent).current("index").secret))
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 10
    assert len(set(found)) == 1


def test_rotation_keeps_old_values_readable_and_is_seen_by_others(own_ring: Path) -> None:
    other = KeyRing(own_ring.parent)
    old = keyring.encrypt("李雷𠮷", bound_to="a.b.c")
    assert other.current("field").version == 1
    keyring.ring().rotate("field")
    new = keyring.encrypt("李雷𠮷", bound_to="a.b.c")
    assert (old[:7], new[:7]) == ("sm4g:1:", "sm4g:2:")
    assert keyring.decrypt(old, bound_to="a.b.c") == keyring.decrypt(new, bound_to="a.b.c") == "李雷𠮷"
    assert not keyring.is_current(old)
    assert keyring.is_current(new)
    assert other.current("field").version == 2


def test_a_value_moved_to_another_column_does_not_open() -> None:
    value = keyring.encrypt("13812342671", bound_to="identity.party.phone")
    with pytest.raises(CryptoError):
        keyring.decrypt(value, bound_to="identity.party.address")


@pytest.mark.parametrize(
    "value",
    ["", "plain", "sm4g:1", "sm4g:9:AAAA", "sm4g:0:AAAA", "sm4g:-1:AA", "sm4g:1:$$", "aes:1:AAAA", "sm4g:９:AA"],
)
def test_what_is_not_ours_is_refused(value: str) -> None:
    keyring.encrypt("x", bound_to="p")
    with pytest.raises(CryptoError):
        keyring.decrypt(value, bound_to="p")


def test_a_damaged_ring_is_never_replaced_by_a_new_one(own_ring: Path) -> None:
    keyring.ring().current("field")
    own_ring.write_text(own_ring.read_text()[:-40])
    with pytest.raises(KeyRingError, match="恢复"):
        KeyRing(own_ring.parent).current("field")


def test_a_blind_index_is_equal_for_equal_values_of_one_kind_only() -> None:
    one = keyring.blind_index("１１０１０５19491231002x", kind="id_number")
    assert one == keyring.blind_index(" 11010519491231002X ", kind="id_number")
    assert one != keyring.blind_index("11010519491231002X", kind="phone")
    assert one != keyring.blind_index("110105194912310021", kind="id_number")
    assert len(one) <= 80
    assert "11010519" not in one
    assert keyring.blind_index("  ", kind="phone") == ""


def test_macs_and_signatures() -> None:
    mac = keyring.mac(b"row", purpose="ledger")
    assert keyring.check_mac(b"row", mac, purpose="ledger")
    assert not keyring.check_mac(b"roW", mac, purpose="ledger")
    head = keyring.sign(b"head")
    keyring.ring().rotate("seal")
    assert keyring.check_signature(b"head", head)
    assert not keyring.check_signature(b"heaD", head)
    assert not keyring.check_signature(b"head", "sm2:1:zz")
    with pytest.raises(CryptoError):
        keyring.check_signature(b"head", "sm2:7:00")


def test_fingerprints_show_no_key(own_ring: Path) -> None:
    key = keyring.ring().current("field")
    prints = keyring.ring().fingerprints()
    assert set(prints) == {"field:1"}
    assert prints["field:1"] not in key.secret.hex()
