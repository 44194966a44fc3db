"""E-mail over real SMTP: once, outside any transaction, tried again when that may help and not when it cannot."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from django.db import transaction

from yimen.ground.identity.models import Party
from yimen.ground.kit.models import Delivery
from yimen.ground.kit.outbox import deliver_once
from yimen.ground.notices import mail, services
from yimen.ground.notices.mail import MailSettingError
from yimen.ground.notices.models import Sending
from yimen.ground.notices.tests.conftest import PostOffice


@pytest.fixture
def party(cast: Any) -> Party:
    found: Party = cast.parties["li"]
    found.email = "lilei@example.cn"
    found.save()
    return found


def tell(party: Party, key: str = "case-accepted:C1") -> None:
    services.notify_party(
        key=key, party_id=party.pk, subject="申请已受理 𠮷", body="您的申请已受理。\n第二行", link="/my/matters/C1/"
    )


def try_again() -> None:
    Delivery.objects.filter(state="waiting").update(next_at="2020-01-01T00:00:00Z")
    deliver_once()


def test_it_arrives_once_in_whole(party: Party, post_office: PostOffice) -> None:
    tell(party)
    tell(party)
    assert post_office.received == []
    deliver_once()
    try_again()
    (message,) = post_office.received
    assert message["Subject"] == "申请已受理 𠮷"
    assert message["To"] == "lilei@example.cn"
    assert message["Message-ID"].startswith("<") and message["Message-ID"].endswith("@yimen.example>")
    body = message.get_content()
    assert "您的申请已受理。\n第二行" in body.replace("\r\n", "\n")
    assert "/my/matters/C1/" in body
    sending = Sending.objects.get()
    assert (sending.state, sending.attempts, sending.to) == ("sent", 1, "l****@example.cn")
    services.send(sending.pk)
    assert len(post_office.received) == 1


def test_the_same_message_id_at_every_try(party: Party, post_office: PostOffice) -> None:
    post_office.data_answer = "451 try later"
    tell(party)
    deliver_once()
    assert Sending.objects.get().state == "waiting"
    post_office.data_answer = "250 OK"
    try_again()
    sending = Sending.objects.get()
    assert (sending.state, sending.attempts) == ("sent", 2)
    assert post_office.received[0]["Message-ID"] == f"<{sending.mail_id}>"


def test_an_address_that_does_not_exist_is_not_tried_again(party: Party, post_office: PostOffice) -> None:
    post_office.answer = "550 no such user"
    tell(party)
    deliver_once()
    sending = Sending.objects.get()
    assert sending.state == "failed"
    assert "550" in sending.reason and "no such user" in sending.reason
    try_again()
    assert post_office.seen == 1
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}


def test_a_full_mailbox_is_tried_again_and_the_address_stays_out_of_the_record(
    party: Party, post_office: PostOffice
) -> None:
    post_office.answer = "452 <lilei@example.cn> mailbox full"
    tell(party)
    deliver_once()
    row = Delivery.objects.get(state="waiting")
    assert "mailbox full" in row.error
    assert "lilei" not in row.error
    post_office.answer = "250 OK"
    try_again()
    assert Sending.objects.get().state == "sent"


def test_a_slow_server_is_left_after_a_while_and_tried_again(
    party: Party, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "SECONDS", 0.3)
    post_office.slow = 1.5
    tell(party)
    deliver_once()
    assert Sending.objects.get().state == "waiting"
    assert "timed out" in Delivery.objects.get(state="waiting").error
    post_office.slow = 0
    monkeypatch.setattr(mail, "SECONDS", 5)
    try_again()
    assert Sending.objects.get().state == "sent"


def test_no_server_at_all(party: Party, settings: Any) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        settings.EMAIL_URL = f"smtp://127.0.0.1:{held.getsockname()[1]}"
        tell(party)
        deliver_once()
    row = Delivery.objects.get(state="waiting")
    assert row.attempts == 1
    assert "lilei" not in row.error


def test_an_address_taken_off_the_file_meanwhile(party: Party, post_office: PostOffice) -> None:
    tell(party)
    party.email = ""
    party.save()
    deliver_once()
    assert Sending.objects.get().reason == "没有登记电子邮箱"
    assert post_office.seen == 0


def test_it_is_sent_with_no_transaction_open(
    committed_db: Any, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connection

    from tests.cast import build_cast

    with transaction.atomic():
        party = build_cast().parties["li"]
        party.email = "lilei@example.cn"
        party.save()
        tell(party)
    open_during: list[bool] = []
    usual = mail.send

    def watched(**given: Any) -> None:
        open_during.append(connection.in_atomic_block)
        usual(**given)

    monkeypatch.setattr(mail, "send", watched)
    deliver_once()
    assert open_during == [False]
    assert len(post_office.received) == 1


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://127.0.0.1", ("127.0.0.1", 25, "", False, False)),
        ("smtp://u%40x:p%3A@h.cn?tls=starttls", ("h.cn", 587, "u@x", False, True)),
        ("smtps://u:p@h.cn", ("h.cn", 465, "u", True, False)),
    ],
)
def test_the_setting_is_read(url: str, expected: tuple[Any, ...]) -> None:
    read = mail.options(url)
    assert (read["host"], read["port"], read["username"], read["use_ssl"], read["use_tls"]) == expected


@pytest.mark.parametrize("url", ["mail.example.cn", "http://h", "smtp://", "smtp://h:99999999", "smtp://[::1"])
def test_a_wrong_setting_is_named(url: str) -> None:
    with pytest.raises(MailSettingError):
        mail.options(url)
