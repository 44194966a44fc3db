"""The web part: granian serving the WSGI application with kept connections. Started by `yimen serve` or a unit file."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from yimen.house.bonds import die_with_parent

WORKERS = 2
THREADS = 4


def main() -> None:
    """Serve at YIMEN_ADDRESS and YIMEN_PORT until SIGTERM; YIMEN_WEB_WORKERS processes of YIMEN_WEB_THREADS threads."""
    die_with_parent()
    os.environ.pop("YIMEN_PARENT", None)  # granian's own children have granian as their parent
    os.environ["YIMEN_PART"] = "web"
    workers = int(os.environ.get("YIMEN_WEB_WORKERS", WORKERS))
    if workers > 1:
        _measure_together()
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "yimen.house.wsgi:application",
        address=os.environ.get("YIMEN_ADDRESS", "127.0.0.1"),
        port=int(os.environ.get("YIMEN_PORT", "8000")),
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=int(os.environ.get("YIMEN_WEB_THREADS", THREADS)),
        backlog=1024,
        log_level=LogLevels.warning,
        websockets=False,
        workers_kill_timeout=10,
        process_name=None,
        working_dir=Path("/"),
    ).serve()


def _measure_together() -> None:
    """Several processes answer `/metrics` as one: each keeps its numbers in a file of a fresh folder."""
    folder = Path(tempfile.mkdtemp(prefix="yimen-metrics-"))
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)


if __name__ == "__main__":
    main()
