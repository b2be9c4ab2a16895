"""Makes the pictures of the guides: `python -m tools.guide_pictures`. A small lender, a court, a browser that looks.

Everything is made anew in a folder of its own: sample loans, their packages, a court that receives and examines them.
The pictures show fictional people. They go to docs/guide/images/ with few colours, so that they stay small.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Thread

from PIL import Image
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from evidence_service.adapters.instance_chain import InstanceChain
from evidence_service.adapters.key_files import KeyFileSigner
from evidence_service.clock import now
from evidence_service.core import container
from evidence_service.core.canonical import canonical_bytes
from evidence_service.core.package import METADATA
from evidence_service.core.trust_json import parse_trust
from evidence_service.core.trust_note import trust_text
from evidence_service.settings import read_settings
from evidence_service.verifier.trust_store import TrustStore
from litigation.core.filing import filing_id_of
from litigation.court_side.bootstrap import make_court, open_court
from litigation.court_side.core.court_file import CourtFile
from litigation.court_side.core.filer import Filer
from litigation.court_side.service import CourtService
from web.account_admin import add_account
from web.app import create_app
from web.court_app import create_court_app
from web.court_instance import open_court_instance
from web.ports import Role
from web.rooms import open_instance

IMAGES = Path(__file__).parent.parent / "docs" / "guide" / "images"
CHROMIUM = "/usr/bin/chromium"
COURT, FILER = "样例省云汀市示范区人民法院", "样例消费金融有限公司"
CLERK, PASSWORD = "书记员甲", "pictures of the guide only"
REGISTRY, ACCOUNT = "0x5FbDB2315678afecb367f032d93F642f64180aa3", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
LOANS, COLOURS = "120", 220
OFFICER, INVESTIGATOR, LATER_LOANS = "合规员甲", "E1007", 60


def main() -> None:
    """Make all pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        lender, home = Path(folder) / "lender", Path(folder) / "court"
        demo = [sys.executable, "-m", "web.cli", "--home", str(lender), "demo", "--loans", LOANS]
        subprocess.run(demo, check=True, stdout=subprocess.DEVNULL)
        take_compliance_pictures(lender)
        chain = InstanceChain(read_settings(lender, {})).local
        chain.start()
        try:
            fill_court(home, lender, chain.rpc_url, chain.chain_id)
            take_clerk_pictures(home)
        finally:
            chain.stop()


def fill_court(home: Path, lender: Path, rpc_url: str, chain_id: int) -> None:
    """A court with filings of three weeks, some of them decided."""
    make_court(home, CourtFile(COURT, "闽0503", "court.example/sample", "民初", rpc_url, chain_id, "", 50_000_000))
    issuer = KeyFileSigner(home.parent / "issuer.pem", "issuer.example/court")
    trust = replace(parse_trust((lender / "demo" / "trust.json").read_bytes()), issuer_vkey=issuer.vkey)
    TrustStore(home).install(issuer.sign_note(trust_text(trust)).encode(), issuer.vkey)
    court = open_court(home)
    filer, _key = court.add_filer(FILER, "sample-cf", "91999901DEM000014H")
    packages = sorted((lender / "demo" / "packages").glob("*.zip"))
    ids = [receive(court, filer, path, days=20 - place) for place, path in enumerate(packages[:20])]
    for filing_id, problem in court.examine_waiting():
        raise SystemExit(f"{filing_id}: {problem}")
    cure = (now() + timedelta(days=12)).date().isoformat()
    for place, filing_id in enumerate(ids[:11]):
        if place % 4 == 1:
            reasons = ["service-address", "calculation"] if place % 8 == 1 else ["seal"]
            defects = {"defects": ["缺少送达地址确认书或送达地址不明。"], "cure_by": cure, "reasons": reasons}
            court.record(filing_id, "returned", defects, CLERK)
        else:
            court.record(filing_id, "accepted", {"cause": "金融借款合同纠纷"}, CLERK)
    court.assign(ids[12], CLERK, urgent=True)
    court.assign(ids[14], "书记员乙")


def receive(court: CourtService, filer: Filer, path: Path, days: int) -> str:
    """One package, received some days ago."""
    raw = path.read_bytes()
    digest, address = sha256(raw).hexdigest(), court.doors.address
    metadata = json.loads(container.read(raw)[METADATA])
    filing_id = filing_id_of(digest, address, ACCOUNT, 31337, REGISTRY)
    letter = {
        "v": 1,
        "kind": "proofdocket.filing",
        "our_reference": metadata["our_reference"],
        "institution": "sample-cf",
        "court": COURT,
        "court_address": address,
        "filer": ACCOUNT,
        "chain_id": 31337,
        "registry": REGISTRY,
        "package": {"name": "package.zip", "sha256": digest, "size": len(raw)},
        "filing_id": filing_id,
    }
    then = CourtService(replace(court.doors, now=lambda: now() - timedelta(days=days, hours=3)), bytes)
    then.take_package(digest, [raw], len(raw), filer)
    then.take_filing(filing_id, canonical_bytes(letter), filer)
    return filing_id


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The court's pages on this machine."""
    instance = open_court_instance(home)
    add_account(instance.identity.accounts, CLERK, PASSWORD, Role.CLERK, frozenset())
    app = create_court_app(instance, secret_key=bytes(32), secure_cookies=False)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        server.server_close()


def take_clerk_pictures(home: Path) -> None:
    """The clerk's day: board, filing, decision, figures."""
    with served(home) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="zh-CN")
        page.goto(f"{site}/sign-in?lang=zh")
        page.fill("#name", CLERK)
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        page.locator("table.board").wait_for()
        keep(page, "clerk-board")
        page.locator("[data-open]").first.click()
        page.locator("iframe.viewer").wait_for()
        page.wait_for_timeout(4000)  # the browser's own viewer draws the PDF and tells nobody when it is done
        page.set_viewport_size({"width": 1280, "height": 1180})
        page.wait_for_timeout(1000)
        keep(page, "clerk-filing")
        address = page.url
        page.locator("details.way summary").first.click()
        page.locator("details.way[open] button[type=submit]").click()
        page.locator("svg.stamp").wait_for()
        page.set_viewport_size({"width": 1280, "height": 820})
        keep(page, "clerk-accept")
        page.goto(address)
        page.locator("details.way[data-key='alt+r'] summary").click()
        page.locator("input[value='service-address']").check()
        page.fill("#r-words", "请补充被告的手机号码。")
        page.locator("details.way[open] button[type=submit]").click()
        page.locator("svg.stamp").wait_for()
        keep(page, "clerk-return")
        page.goto(f"{site}/reports?weeks=4")
        page.set_viewport_size({"width": 1280, "height": 1150})
        keep(page, "clerk-reports")
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(address)
        keep(page, "clerk-phone")
        browser.close()


def break_duties(sample: Path, target: Path) -> None:
    """Loans like those of the sample whose investigator approves, or which nobody visited: something to find."""
    lines = []
    for line in sample.read_text("utf-8").splitlines():
        event = json.loads(line.replace("SCF20", "SCG20"))
        number = int(event["loan"][-4:])
        event.pop("attachments", None)
        if number > LATER_LOANS or (number % 5 == 0 and event["type"] in ("interview.held", "visit.made")):
            continue
        if number % 4 == 1 and event["type"] == "approval.granted":
            event["actor"]["id"] = INVESTIGATOR
        if number % 4 == 1 and event["type"] in ("interview.held", "income.recorded", "information.verified"):
            event["actor"]["id"] = INVESTIGATOR
        lines.append(json.dumps(event, ensure_ascii=False))
    target.write_text("\n".join(lines), "utf-8")


def take_compliance_pictures(lender: Path) -> None:
    """The compliance officer's day: the box, two checkpoints, findings, one of them, key posts."""
    break_duties(lender / "demo" / "sample.ndjson", lender / "breaches.ndjson")
    program = [sys.executable, "-m", "web.cli", "--home", str(lender)]
    for words in (["import", str(lender / "breaches.ndjson")], ["publish"], ["anchor"], ["compliance", "refresh"]):
        subprocess.run([*program, *words], check=True, stdout=subprocess.DEVNULL)
    with lending(lender) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 860}, locale="zh-CN")
        page.goto(f"{site}/sign-in?lang=zh")
        page.fill("#name", OFFICER)
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(f"{site}/compliance")
        keep(page, "compliance-home")
        page.goto(f"{site}/compliance/checkpoints")
        sizes = [one.replace(",", "") for one in page.locator("table.list th[scope=row]").all_inner_texts()]
        page.goto(f"{site}/compliance/consistency?from={sizes[-1]}&to={sizes[0]}")
        keep(page, "compliance-consistency")
        page.goto(f"{site}/compliance/findings")
        keep(page, "compliance-findings")
        page.locator("table.list a").first.click()
        page.set_viewport_size({"width": 1280, "height": 1300})
        keep(page, "compliance-finding")
        page.goto(f"{site}/compliance/posts?post=approver&indicator=concentration")
        keep(page, "compliance-posts")
        browser.close()


@contextmanager
def lending(home: Path) -> Iterator[str]:
    """The lender's pages on this machine, with an account that needs no second factor for the pictures."""
    relaxed = {"PROOFDOCKET_SECOND_FACTOR_ROLES": "none", "PROOFDOCKET_PURPOSE_ROLES": "none"}
    os.environ.update(relaxed)
    instance = open_instance(home)
    add_account(instance.identity.accounts, OFFICER, PASSWORD, Role.COMPLIANCE, frozenset({"sample-cf"}))
    app = create_app(instance, secret_key=bytes(32), secure_cookies=False)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        server.server_close()
        for name in relaxed:
            del os.environ[name]


def keep(page: Page, name: str) -> None:
    """Write what the window shows, with few colours."""
    shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
    path = IMAGES / f"{name}.png"
    shot.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.name}  {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
