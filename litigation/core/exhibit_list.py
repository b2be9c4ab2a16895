"""Which originals become exhibits, in which order, and what each is offered to prove (Evidence Rules 19).

Which place and purpose each has: litigation.core.exhibit_places; an order that a person set: exhibit_order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from litigation.core.casefile import Exhibit
from litigation.core.exhibit_order import in_order
from litigation.core.exhibit_places import purpose_of
from litigation.core.history import LoanHistory, court_date
from litigation.core.late_exhibits import at_size, numbered


def exhibits_of(
    history: LoanHistory,
    names: Callable[[str], str],
    source: str,
    read_original: Callable[[str], bytes],
    earlier: Sequence[int] = (),
) -> tuple[Exhibit, ...]:
    """Number the originals of a loan's events as exhibits.

    `names` gives the Chinese name of an event type, `source` names the party that offers them. The same original on
    two events is offered once; originals of superseded events are not offered (they travel in the package). `earlier`
    are the log sizes of packages made before: their exhibits keep their numbers, and only what is late is returned.
    """
    stages = [in_order(at_size(history, size)) for size in earlier] + [in_order(history)]
    return tuple(
        Exhibit(
            number=number,
            title=f"{names(event.type)}（{original.name}）",
            source=source,
            object_of_proof=purpose_of(event.type).proves,
            summary=f"{court_date(event.occurred_at):%Y年%m月%d日}形成，电子数据，序号 {event.sequence}",
            event_id=event.event_id,
            index=event.index,
            file_name=original.name,
            media_type=original.media_type,
            sha256=original.sha256,
            sm3=original.sm3,
            content=read_original(original.sha256),
        )
        for stage, number, (event, original) in numbered(stages)
        if stage == len(earlier)
    )
