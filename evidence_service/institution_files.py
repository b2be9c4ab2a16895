"""Master data of institutions: ``institutions/<name>.toml`` in the home folder.

The evidence room reads one field of it, the unified social credit code, which a trust file pins.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evidence_service.errors import SettingsError


def read_institution(folder: Path, institution: str) -> dict[str, Any] | None:
    """The master data of one institution; None where nobody wrote any."""
    path = folder / f"{institution}.toml"
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from None


def credit_codes(folder: Path) -> dict[str, str]:
    """Unified social credit code by institution, of those that have one."""
    codes = {}
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
        data = read_institution(folder, path.stem)
        if data and isinstance(data.get("credit_code"), str):
            codes[path.stem] = data["credit_code"]
    return codes


def note_source(folder: Path, institution: str, name: str, withheld: Sequence[str]) -> None:
    """Write down what an import profile knows of its institution; a file that is there stays as it is."""
    path = folder / f"{institution}.toml"
    if path.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        "# Made by the first import with a mapping profile. Add what the plaintiff's papers need;",
        "# docs/guide/institution.md lists the keys. `withheld` names data that the source leaves out.",
        f"name = {json.dumps(name, ensure_ascii=False)}",
        f"withheld = {json.dumps(list(withheld), ensure_ascii=False)}",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
