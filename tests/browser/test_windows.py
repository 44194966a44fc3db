"""The screens of the window's own work at both sizes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rooms import pulls as room
from yimen.ground.kit.moments import now
from yimen.service.windows import services
from yimen.service.windows.tests import stage
from yimen.service.windows.tests.test_kinds import set_kind, switch_on


@pytest.mark.browser
def test_the_windows_read_well(browse: Any, look: Any, site: Any) -> None:
    cast = site.cast
    held = room._build(cast)
    set_kind(cast, "both")
    set_kind(cast, "help", "window1")
    switch_on(cast)
    stage.answered(cast, title="食品经营许可的现场核查能否免")
    offered = stage.offered(cast)
    services.contacts.take_over(asked=offered, actor=cast.actor("zhao"), at=now())
    window = cast.windows["window3"].pk
    for phone in (False, True):
        size = "phone" if phone else "desk"
        wang, manager, anyone = browse("wang", phone=phone), browse("manager", phone=phone), browse(phone=phone)
        for page, name, url in (
            (wang, "pulls", "/desk/pulls/?box=mine"), (wang, "pull-new", "/desk/pulls/new/"),
            (wang, "pull", f"/desk/pulls/{held['pull']}/"), (wang, "first-asks", "/desk/first-asks/?box=all"),
            (wang, "record", "/desk/first-asks/new/"), (wang, "first-ask", f"/desk/first-asks/{offered.matter.code}/"),
            (wang, "offer", f"/desk/first-asks/{held['asked']}/offer/"), (wang, "papers", "/desk/window-papers/"),
            (wang, "paper", f"/desk/window-papers/{held['paper']}/"), (wang, "paper-new", "/desk/window-papers/new/"),
            (wang, "contingencies", "/desk/contingencies/"), (manager, "kinds", "/manage/window-services/"),
            (manager, "kind", f"/manage/window-services/{window}/"),
            (manager, "settings", "/manage/window-services/settings/"), (manager, "gaps", "/manage/window-papers/"),
            (manager, "figures", "/manage/window-figures/"), (anyone, "find", "/hall/find/"),
            (anyone, "track", "/first-asks/track/"),
        ):  # fmt: skip
            page.goto(url)
            look(page, f"windows-{name}-{size}")
