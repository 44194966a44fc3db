"""The worker is killed in the middle of sending mail: nothing is lost, and what comes twice bears the same Message-ID."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from conftest import CommittedDatabase
from tests.cast import build_cast
from tests.installations import ROOT, wait_until
from yimen.ground.kit.models import Delivery
from yimen.ground.kit.moments import now
from yimen.ground.notices import services
from yimen.ground.notices.models import Sending
from yimen.ground.notices.tests.conftest import PostOffice, post_office

__all__ = ["post_office"]

MAILS, KILLS = 40, 4


def worker(database: CommittedDatabase, var: Path, mail: str) -> subprocess.Popen[bytes]:
    """The jobs' process of an installation whose mail goes to our post office."""
    environment = database.environment() | {"YIMEN_VAR": str(var), "YIMEN_EMAIL_URL": mail, "YIMEN_LOG_LEVEL": "ERROR"}
    return subprocess.Popen([sys.executable, "-m", "yimen.house.worker"], env=environment, cwd=ROOT)


def test_no_mail_is_lost_and_none_is_sent_anew(
    committed_db: CommittedDatabase, settings: Any, tmp_path: Path, post_office: PostOffice
) -> None:
    settings.YIMEN_VAR = tmp_path
    li = build_cast().parties["li"]
    li.email = "lihe@example.cn"
    li.save()
    for number in range(MAILS):
        services.notify_party(key=f"mail-{number}", party_id=li.pk, subject=f"第 {number} 封", body="办好了。")
    wanted = {f"<{sending.mail_id}>" for sending in Sending.objects.all()}
    assert len(wanted) == MAILS
    post_office.slow = 0.05

    for _ in range(KILLS):
        process, before = worker(committed_db, tmp_path, settings.EMAIL_URL), len(post_office.received)
        wait_until(lambda seen=before: len(post_office.received) >= seen + 5, what="five mails")  # type: ignore[misc]
        process.kill()
        process.wait()
        leased = Delivery.objects.filter(state="waiting", attempts__gt=0, next_at__gt=now())
        assert leased.count() <= 1, "one mail at a time is on its way, and it is kept for later"
        leased.update(next_at=now())  # as if the lease had run out

    last = worker(committed_db, tmp_path, settings.EMAIL_URL)
    wait_until(lambda: not Sending.objects.exclude(state="sent").exists(), what="the end of the post")
    last.terminate()
    assert last.wait(30) == 0

    copies = Counter(message["Message-ID"] for message in post_office.received)
    assert copies.keys() == wanted
    assert sum(copies.values()) <= MAILS + KILLS, "only the one that was on its way may come twice"
    assert not Delivery.objects.exclude(state="done").exists()
    assert Sending.objects.filter(attempts__gt=1).count() <= KILLS
