"""In the restored copy: somebody who may open a letter, and the letter. Run by the drill, in a process of its own.

Where the trial's sign-ins are known, one of them; in a copy of a real installation the account's password is set to the drill's own
(read from standard input), which dies with the copy.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def choose(known: dict[str, str], fallback: str) -> dict[str, Any]:
    """The newest letter (a drawn one first) whose applicant has an account, with how to sign in. Raises `NoGuest`."""
    from django.db import connection

    from yimen.ground.documents.rules import KINDS

    with connection.cursor() as cursor:
        cursor.execute(
            """select l.code, l.kind, coalesce(f.digest, ''), a.id, a.sign_in_name
                 from documents_letter l left join documents_storedfile f on f.id = l.pdf_id
                 join matters_matter m on m.code = l.matter_code
                 join identity_account a on a.party_id = m.applicant_id and a.is_active
                where l.voided_at is null order by l.pdf_id is null, l.id desc limit 500"""
        )
        found = cursor.fetchall()
    titles = {code: each.title for code, each in KINDS.items()}
    found = [(letter, titles.get(kind, "文书"), *rest) for letter, kind, *rest in found]
    for letter, kind, digest, _account, name in found:
        if name in known:
            return {"letter": letter, "kind": kind, "digest": digest, "name": name, "password": known[name]}
    if not found or not fallback:
        from yimen.house.drill import DrillFailed

        raise DrillFailed("备份里没有一份文书的申请人有账号，不能演练打开。")
    from django.contrib.auth.hashers import make_password

    letter, kind, digest, account, name = found[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "update identity_account set password = %s, must_change_password = false where id = %s",
            [make_password(fallback), account],
        )
    return {"letter": letter, "kind": kind, "digest": digest, "name": name, "password": fallback}


def main() -> None:
    """Print the choice as JSON, or `{"refused": …}`."""
    from yimen.ground.kit.commands import to_json
    from yimen.ground.kit.refusals import Refusal
    from yimen.house.cli.database import provide
    from yimen.house.config import Config

    accounts = Config.read().var / "demo-accounts.txt"
    known = {}
    if accounts.exists():
        rows = [line.split() for line in accounts.read_text("utf-8").splitlines()]
        known = {row[-2]: row[-1] for row in rows if len(row) >= 3}
    try:
        with provide(as_owner=True):
            print(to_json(choose(known, sys.stdin.read().strip())))
    except Refusal as refusal:
        print(json.dumps({"refused": {"message": refusal.message, "next_step": refusal.next_step}}, ensure_ascii=False))
        sys.exit(1)


if __name__ == "__main__":
    main()
