"""The catalogue of events as Markdown tables. `python -m tests.architecture.catalogue_table` writes them anew.

docs/spec/event.md holds them between two marks; a test compares.
"""

from __future__ import annotations

from evidence_service.core.catalogue import CATALOGUE, EventType, Field, Stage
from tests.architecture.markdown import ROOT

PAGE = ROOT / "docs" / "spec" / "event.md"
BEGIN, END = "<!-- catalogue: begin -->", "<!-- catalogue: end -->"
COMMON = ("remark", "attributes")
PERSONAL = " \\*"
STAGES = {
    Stage.PRE_LENDING: "Pre-lending 贷前",
    Stage.LENDING: "Lending 放款",
    Stage.POST_LENDING: "Post-lending 贷后",
    Stage.DISPOSAL: "Disposal 处置",
}


def rendered() -> str:
    """The tables, one per stage, in the order of the code."""
    parts = []
    for stage, title in STAGES.items():
        rows = [_row(kind) for kind in CATALOGUE.values() if kind.stage is stage]
        head = "| Type | Names | Proves; ground | Payload |\n|---|---|---|---|"
        parts.append(f"### {title}\n\n{head}\n" + "\n".join(rows))
    return "\n\n".join(parts)


def shown(text: str) -> str:
    """What a page holds between the marks."""
    return text.partition(BEGIN)[2].partition(END)[0].strip()


def _row(kind: EventType) -> str:
    fields = ", ".join(_field(field) for field in kind.fields if field.name not in COMMON)
    version = "" if kind.version == 1 else f" v{kind.version}"
    return f"| `{kind.code}`{version} | {kind.zh}<br>{kind.en} | {kind.proves}; {kind.hook} | {fields or '–'} |"


def _field(field: Field) -> str:
    return f"`{field.name}` {field.kind.value}{'!' if field.required else ''}{PERSONAL if field.personal else ''}"


if __name__ == "__main__":
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n\n{rendered()}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")
