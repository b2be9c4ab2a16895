"""The guide knows every key and every reason code, and its example is a profile that loads and reads."""

from __future__ import annotations

import re
from pathlib import Path

from evidence_service.importing import read_events
from evidence_service.importing.profile import TOP_KEYS, parse_profile
from evidence_service.importing.templates import COMMON
from tests.evidence_service.importing.files import accepted, written

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "guide" / "importing.md").read_text("utf-8")
SOURCES = [path.read_text("utf-8") for path in (ROOT / "evidence_service" / "importing").glob("*.py")]


def test_every_reason_code_is_explained() -> None:
    codes = {
        code for text in SOURCES for code in re.findall(r'(?:Rejected\(\s*[\w.]+,|RowError\()\s*"([a-z0-9-]+)"', text)
    }
    codes |= {"bad-instant", "bad-date", "broken-encoding", "broken-utf-8"}
    assert len(codes) > 15
    assert [code for code in sorted(codes) if f"`{code}`" not in GUIDE] == []


def test_every_key_of_a_profile_is_explained() -> None:
    keys = {
        key
        for text in SOURCES
        for line in re.findall(r"\.only\(([^)*]*)\)", text)
        for key in re.findall(r'"(\w+)"', line)
    }
    keys |= {*TOP_KEYS, *COMMON}
    assert len(keys) > 35
    assert [key for key in sorted(keys) if not re.search(rf"`[^`\n]*\b{key}\b[^`\n]*`", GUIDE)] == []


def test_the_example_of_the_guide_reads_a_file(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(profile: .*?)```", GUIDE, re.DOTALL)
    assert example is not None
    profile = parse_profile(example[1].encode(), "guide.yaml")
    rows = (
        "loan_no,seq,what,at,value_date,money,operator,money_display\n"
        "L1,1,REPAY,2024-01-05 07:30:00,2024-01-05,12.50,张三,12.50\n"
    )
    (record,) = accepted(list(read_events(written(tmp_path, "t.csv", rows.encode("gb18030")), profile)))
    assert record.event is not None
    assert record.event["occurred_at"] == "2024-01-04T23:30:00Z"
    assert record.event["actor"] == {"id": "张三", "role": "staff", "org": "my-bank"}
