"""Events to measure with: lines of 8 payload fields and about 600 bytes, of four types, over many loans.

The same seed gives the same lines. Names and remarks are Chinese, so that the checks for Unicode have work to do.
Every line has 8 payload fields and 10 around them: each of the 18 gets a salted digest of its own in the leaf.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

INSTITUTION = "bench-cf"
LINE_BYTES = 600
START = datetime(2024, 1, 1, tzinfo=UTC)
SURNAMES, GIVEN = "陈林黄张李王吴刘蔡杨许郑", "伟芳娜敏静磊洋艳勇军杰娟涛超霞平刚桂英"


def event_lines(count: int, *, seed: int = 7, loans: int = 5000) -> list[bytes]:
    """Make `count` NDJSON lines (without newline) of events that the catalogue knows."""
    rng = Random(seed)
    return [_line(rng, number, f"BL{seed:02d}", loans) for number in range(count)]


def write_events(path: Path, count: int, *, seed: int, loans: int) -> None:
    """Write such lines to a file; whatever the seed, they are of the same loans."""
    rng = Random(seed)
    with path.open("wb") as handle:
        handle.writelines(_line(rng, number, "BL", loans) + b"\n" for number in range(count))


def _line(rng: Random, number: int, book: str, loans: int) -> bytes:
    make = KINDS[number % len(KINDS)]
    kind, payload = make(rng, number)
    moment = START + timedelta(seconds=13 * number)
    event = {
        "id": str(UUID(int=rng.getrandbits(128), version=4)),
        "institution": INSTITUTION,
        "loan": f"{book}{rng.randrange(loans):08d}",
        "type": kind,
        "type_version": 1,
        "occurred_at": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "actor": {"id": f"op{rng.randrange(40):03d}", "role": "system", "org": "bench-cf"},
        "source": {"system": "core-loans", "mechanism": "automatic", "version": "4.2"},
        "environment": {"host": f"app-{rng.randrange(8)}"},
        "subjects": [f"borrower:B{rng.randrange(loans):06d}"],
        "payload": payload,
    }
    missing = LINE_BYTES - len(_bytes(event))
    payload["remark"] += "x" * max(0, missing)
    return _bytes(event)


def _bytes(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _name(rng: Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(GIVEN) + rng.choice(GIVEN)


def _amount(rng: Random) -> str:
    return f"{rng.randrange(100, 90_000)}.{rng.randrange(100):02d}"


def _applied(rng: Random, number: int) -> tuple[str, dict[str, Any]]:
    return "application.submitted", {
        "name": _name(rng),
        "id_type": "居民身份证",
        "phone": f"138{rng.randrange(10**8):08d}",
        "amount_requested": _amount(rng),
        "currency": "CNY",
        "term_months": 12,
        "channel": "app",
        "remark": f"申请{number}",
    }


def _identified(rng: Random, number: int) -> tuple[str, dict[str, Any]]:
    return "identity.verified", {
        "method": "人脸比对",
        "result": "通过",
        "provider": "样例核验",
        "reference": f"V{number:010d}",
        "name": _name(rng),
        "id_type": "居民身份证",
        "id_no": f"3505001990{rng.randrange(10**8):08d}",
        "remark": f"核验{number}",
    }


def _disbursed(rng: Random, number: int) -> tuple[str, dict[str, Any]]:
    return "loan.disbursed", {
        "amount": _amount(rng),
        "currency": "CNY",
        "value_date": "2024-03-10",
        "account": f"622202{rng.randrange(10**13):013d}",
        "receipt_no": f"D{number:012d}",
        "bank": "样例银行",
        "payee": _name(rng),
        "remark": f"放款{number}",
    }


def _paid(rng: Random, number: int) -> tuple[str, dict[str, Any]]:
    return "payment.received", {
        "amount": _amount(rng),
        "currency": "CNY",
        "received_on": "2024-05-10",
        "instalment": number % 24 + 1,
        "method": "银行代扣",
        "receipt_no": f"P{number:012d}",
        "total_paid": _amount(rng),
        "remark": f"还款{number}",
    }


KINDS: tuple[Callable[[Random, int], tuple[str, dict[str, Any]]], ...] = (_applied, _identified, _disbursed, _paid)
