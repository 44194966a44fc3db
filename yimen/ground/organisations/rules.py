"""What letters may grant. No database, no clock."""

from __future__ import annotations

POWERS = {"accept": "受理", "review": "审核", "decide": "签发决定", "issue": "出件"}
