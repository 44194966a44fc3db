"""The provincial provider as a process of its own, as an operator would start it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener, urlopen

SECRET = "simulated-secret"


@dataclass
class Running:
    """The provider's address; what may be told to it."""

    issuer: str

    def control(self, **said: str) -> dict[str, str]:
        """`control(trouble="expired")`, `control(rotate="1")`."""
        request = Request(f"{self.issuer}/control", data=urlencode(said).encode(), method="POST")  # noqa: S310 - ours
        with urlopen(request, timeout=10) as answer:  # noqa: S310 - ours
            found: dict[str, str] = json.load(answer)
            return found

    def choose(self, url: str, sub: str) -> str:
        """A person signs in there: from the authorization address to where the browser is sent back."""
        asked = urlsplit(url).query
        request = Request(f"{self.issuer}/authorize", data=f"{asked}&sub={sub}".encode(), method="POST")  # noqa: S310 - ours
        with build_opener(Stay()).open(request, timeout=10) as answer:
            return str(answer.headers["Location"])


class Stay(HTTPRedirectHandler):
    """Reads where it is sent, and stays."""

    def http_error_302(self, req, fp, code, msg, headers):  # type: ignore[no-untyped-def]  # urllib's shape
        return fp


@contextmanager
def provider() -> Iterator[Running]:
    """`yimen simulate-identity` in a process of its own, on a free port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "yimen.house.cli", "simulate-identity", "--port", "0"],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+?(?=（)", line)
        assert found is not None, line
        yield Running(found[0])
    finally:
        process.terminate()
        process.wait(10)
