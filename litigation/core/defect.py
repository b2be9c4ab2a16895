"""Defect: one thing that keeps a case from being filed, or that a lawyer should see first.

Spec: docs/spec/readiness.md section 4. All defects of a case stand in one list (在线诉讼规则 9: told once).
No text holds personal data: it names the fact and its source, never the value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong, where the missing thing should have come from, and the article that makes it matter.

    `subject` is the key of the fact that it is about, where there is one. A blocking defect keeps the case a draft.
    """

    code: str
    text_zh: str
    text_en: str
    where_from_zh: str
    where_from_en: str
    blocking: bool
    basis: str = ""
    subject: str = ""

    @property
    def sentence(self) -> str:
        """One line for the papers: what it is about, what is wrong, where it should have come from."""
        source = f"；来源：{self.where_from_zh}" if self.where_from_zh else ""
        return f"{self.subject or self.code}: {self.text_zh}{source}"


def blocking(defects: Iterable[Defect]) -> tuple[Defect, ...]:
    """Those that keep the case a draft."""
    return tuple(defect for defect in defects if defect.blocking)
