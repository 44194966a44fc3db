"""The live part: granian serving the streams of `yimen.house.streams`. Started by `yimen serve` or a unit file.

One process, one thread of asyncio and one connection to the database carry some thousands of open pages.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from yimen.house.bonds import die_with_parent

BESIDES_STREAMS = 200
"""Open files that are no stream: libraries, logs, the database, and requests on their way."""


def main() -> None:
    """Serve at YIMEN_ADDRESS and YIMEN_LIVE_PORT until SIGTERM."""
    die_with_parent()
    os.environ.pop("YIMEN_PARENT", None)  # granian's own child has granian as its parent
    os.environ["YIMEN_PART"] = "live"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yimen.house.settings")
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from yimen.house.config import Config

    config = Config.read()
    _allow_open_files(config.live_streams + BESIDES_STREAMS)
    Granian(
        "yimen.house.streams:application",
        address=config.address,
        port=config.live_port,
        interface=Interfaces.ASGI,
        workers=1,
        backlog=1024,
        backpressure=config.live_streams + BESIDES_STREAMS,
        log_level=LogLevels.warning,
        websockets=False,
        workers_kill_timeout=5,
        process_name=None,
        working_dir=Path("/"),
    ).serve()


def _allow_open_files(wanted: int) -> None:
    """Each stream is an open file; the usual limit of 1024 would end us before our own does."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):
            most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


if __name__ == "__main__":
    main()
