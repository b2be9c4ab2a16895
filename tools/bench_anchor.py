"""Row: gas of an anchor per event, its consistency proof verified on chain: the second anchor of a growing log."""

from __future__ import annotations

from evidence_service.core.merkle import consistency_proof
from tools.bench_events import INSTITUTION, event_lines
from tools.bench_instance import import_into, temporary_instance
from tools.bench_row import Row, Target
from tools.bench_sizes import FULL_ANCHOR, Sizes

ONE_EACH = 45_650
"""Gas of one event per transaction, as an earlier study recorded it: a mapping slot of its own."""


def anchor_rows(sizes: Sizes) -> list[Row]:
    """Import, publish and anchor twice on a real local chain; gas is exact, so once is enough."""
    count = sizes.anchored
    with temporary_instance() as (service, _):
        service.add_institution(INSTITUTION)
        anchors = []
        for number in range(2):
            path = service.settings.home / f"{number}.ndjson"
            path.write_bytes(b"\n".join(event_lines(count, seed=number)) + b"\n")
            import_into(service, path)
            service.publish(INSTITUTION)
            anchors.append(service.anchor(INSTITUTION))
        nodes = len(consistency_proof(service.store.tree(INSTITUTION, 2 * count), count, 2 * count))
    first, second = anchors
    if first.gas is None or second.gas is None:
        raise AssertionError("an anchor came back without its gas")
    per_event = second.gas / count
    return [
        Row(
            "anchor-gas",
            f"gas per event, {count:,} per anchor",
            measured=per_event,
            unit="gas",
            yardstick=ONE_EACH,
            yardstick_name="one event per transaction",
            recorded=True,
            ratio=ONE_EACH / per_event,
            target=Target("≤ 10", 10, at_most=True),
            lacks="" if count == FULL_ANCHOR else f"{FULL_ANCHOR:,} events per anchor",
            note=f"second anchor {second.gas:,} gas with a proof of {nodes} node(s); the first {first.gas:,}",
        )
    ]
