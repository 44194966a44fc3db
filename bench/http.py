"""The web part as `yimen serve` runs it, and a load on it: wrk where it is installed, else sockets in threads."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

_LUA = """
local lines, place = {}, 0
for line in io.lines("%s") do
  local path, token, body = line:match("^(%%S+) (%%S+) (.*)$")
  local head = {["Host"] = "%s", ["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json"}
  lines[#lines + 1] = wrk.format("POST", path, head, body)
end
function request() place = place + 1; return lines[math.min(place, #lines)] end
"""


@dataclass(frozen=True, slots=True)
class Shot:
    """One request to be sent."""

    path: str
    token: str
    body: bytes


@contextmanager
def served(environment: dict[str, str]) -> Iterator[str]:
    """The web part with as many processes as there are CPUs; its address."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    web = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "yimen.house.web"],
        env={
            **environment,
            "YIMEN_PORT": str(port),
            "YIMEN_WEB_WORKERS": str(os.cpu_count() or 1),
            "YIMEN_PARENT": str(os.getpid()),
        },
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _await(f"{address}/healthz", web)
        yield address
    finally:
        web.terminate()
        web.wait(30)


def shoot(shots: Sequence[Shot], address: str, seconds: float, clients: int) -> float:
    """Send the requests in order over kept connections for so long; the seconds it took."""
    return (_with_wrk if shutil.which("wrk") else _with_threads)(shots, address, seconds, clients)


def _with_wrk(shots: Sequence[Shot], address: str, seconds: float, clients: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        lines, script = Path(folder) / "lines", Path(folder) / "load.lua"
        lines.write_bytes(b"\n".join(f"{s.path} {s.token} ".encode() + s.body for s in shots))
        script.write_text(_LUA % (lines, urlsplit(address).netloc))
        said = subprocess.run(
            ["wrk", "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "-s", str(script), address],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
    found = re.search(r"requests in ([\d.]+)s", said)
    return float(found[1]) if found else seconds


def _with_threads(shots: Sequence[Shot], address: str, seconds: float, clients: int) -> float:
    parts = urlsplit(address)
    ends = time.perf_counter() + seconds

    def run(mine: Sequence[Shot]) -> None:
        with socket.create_connection((parts.hostname or "", parts.port or 80)) as line:
            for shot in mine:
                if time.perf_counter() > ends:
                    return
                line.sendall(
                    f"POST {shot.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {shot.token}\r\n"
                    f"Content-Type: application/json\r\nContent-Length: {len(shot.body)}\r\n\r\n".encode()
                    + shot.body
                )
                _answer(line)

    began = time.perf_counter()
    crew = [Thread(target=run, args=(shots[place::clients],)) for place in range(clients)]
    for each in crew:
        each.start()
    for each in crew:
        each.join()
    return time.perf_counter() - began


def _answer(line: socket.socket) -> None:
    """Read one answer to its end, by its Content-Length."""
    held = b""
    while b"\r\n\r\n" not in held:
        held += _more(line)
    head, _, body = held.partition(b"\r\n\r\n")
    length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])  # type: ignore[index]
    while len(body) < length:
        body += _more(line)


def _more(line: socket.socket) -> bytes:
    held = line.recv(65536)
    if not held:
        raise ConnectionError("the web part closed the connection")
    return held


def _await(address: str, web: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if web.poll() is not None:
            raise RuntimeError(f"the web part ended with {web.returncode}")
        try:
            with urlopen(address, timeout=2):  # noqa: S310 (our own address)
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the web part does not answer")
