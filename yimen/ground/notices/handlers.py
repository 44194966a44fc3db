"""What this module does when it hears of something."""

from __future__ import annotations

from yimen.ground.kit.outbox import handles
from yimen.ground.notices import mandate_news as mandate_news
from yimen.ground.notices import services
from yimen.ground.notices import staff_news as staff_news
from yimen.ground.notices.events import SendingDue


@handles(SendingDue, outside=True)
def send_out(event: SendingDue) -> None:
    """Bring it out with no transaction open; trouble is tried again by the outbox."""
    services.send(event.sending_id)
