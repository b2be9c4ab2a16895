"""Makes the operator's pictures, `python -m tools.guide_pictures_lender`: a small lender, people, a browser that looks.

Everything is made anew in a folder of its own, from sample loans; the people are fictional.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright

from tools.guide_pictures import CHROMIUM, keep

PEOPLE = (
    ("王运维", "operator"),
    ("李法务", "legal"),
    ("陈主管", "lead"),
    ("赵合规", "compliance"),
    ("对接系统", "integrator"),
)
PATIENCE = 60
NO_SECOND_STEP = {"PROOFDOCKET_SECOND_FACTOR_ROLES": "none"}  # the pictures show it switched on for nobody


def main() -> None:
    """Make all pictures."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "lender"
        run(home, "demo", "--loans", "60")
        passwords = {
            name: json.loads(run(home, "account", "add", name, "--role", role, "--generate", "--json"))["password"]
            for name, role in PEOPLE
        }
        with served(home) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1280, "height": 860}, locale="zh-CN")
            name, _ = PEOPLE[0]
            sign_in(page, site, name, passwords[name])
            page.goto(f"{site}/accounts")
            keep(page, "operator-accounts")
            page.goto(f"{site}/accounts/of/{PEOPLE[1][0]}")
            keep(page, "operator-account")
            page.goto(f"{site}/account")
            keep(page, "operator-own-account")
            browser.close()


def run(home: Path, *words: str) -> str:
    """Run a command; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "web.cli", "--home", str(home), *words], check=True, capture_output=True
    )
    return done.stdout.decode()


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The lender's pages on this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [sys.executable, "-m", "web.cli", "--home", str(home), "serve", "--port", str(port)]
    server = subprocess.Popen(words, env={**os.environ, **NO_SECOND_STEP}, stdout=subprocess.DEVNULL)
    site = f"http://127.0.0.1:{port}"
    try:
        for _ in range(PATIENCE):
            try:
                urlopen(f"{site}/sign-in", timeout=5).close()
                break
            except (URLError, OSError):
                time.sleep(1)
        yield site
    finally:
        server.terminate()
        server.wait(30)


def sign_in(page: Page, site: str, name: str, password: str) -> None:
    """Sign in, and choose a password where the first one has to be changed."""
    page.goto(f"{site}/sign-in?lang=zh")
    page.fill("#name", name)
    page.fill("#password", password)
    page.click("main button[type=submit]")
    page.wait_for_load_state()


if __name__ == "__main__":
    main()
