"""Checks of the log entries themselves: (3) canonical bytes, (4) disclosures.

Spec: docs/spec/verify.md (3), (4).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence_service.core.checks.erased import erased_finding
from evidence_service.core.checks.subject import Evidence, Subject
from evidence_service.core.facts import PROVEN, PackagedFact, as_text
from evidence_service.core.metadata import PackageMetadata
from evidence_service.core.package import FACTS, METADATA
from evidence_service.core.report import Finding


def check_canonical(subject: Subject) -> tuple[list[Finding], Finding]:
    """(3) Every log entry is canonical JSON of a known kind, type and version."""
    found = [
        Finding(one.leaf_problem, one.leaf_name, one.seq, one.index) for one in subject.evidence if one.leaf_problem
    ]
    if not subject.evidence or any(one.leaf_raw is None for one in subject.evidence):
        return found, Finding("not-reached")
    if subject.erased:
        return found, erased_finding(subject, "entries-erased")
    return found, Finding("leaves-canonical", params={"count": str(len(subject.evidence))})


def check_disclosures(subject: Subject) -> tuple[list[Finding], Finding]:
    """(4) Every disclosure opens a digest of its entry; package.json and proven facts say the same as the entries."""
    found = [finding for one in subject.evidence for finding in _opens(one)]
    if subject.metadata is not None:
        found += _same_as_metadata(subject, subject.metadata)
    proven = [fact for fact in subject.facts or () if fact.state == PROVEN]
    found += _proven(subject, proven)
    opened = sum(len(one.opened or ()) for one in subject.evidence)
    if not subject.whole or any(one.leaf is None for one in subject.evidence):
        return found, Finding("not-reached")
    if subject.erased:
        return found, erased_finding(subject, "disclosures-erased", opened)
    if not opened:
        return found, Finding("nothing-disclosed")
    params = {"count": str(opened), "facts": str(len(proven))}
    hidden = sum(len(one.leaf.digests) for one in subject.evidence if one.leaf is not None) - opened
    if hidden:  # a log's maker may commit to one field twice and open whichever value suits
        return found, Finding("disclosures-open-partly", params=params | {"hidden": str(hidden)})
    return found, Finding("disclosures-open", params=params)


def _opens(one: Evidence) -> Iterator[Finding]:
    for _ in range(one.malformed):
        yield Finding("disclosure-malformed", one.disclosures_name, one.seq, one.index)
    if one.leaf is None:
        return
    digests, names = set(one.leaf.digests), set()
    for disclosure in one.opened or ():
        if disclosure.digest not in digests:
            yield Finding("disclosure-unmatched", one.disclosures_name, one.seq, one.index, disclosure.name)
        if disclosure.name in names:
            yield Finding("disclosure-repeated", one.disclosures_name, one.seq, one.index, disclosure.name)
        names.add(disclosure.name)


def _same_as_metadata(subject: Subject, metadata: PackageMetadata) -> Iterator[Finding]:
    listed = {entry.seq: entry for entry in metadata.events}
    if [entry.seq for entry in metadata.events] != [one.seq for one in subject.evidence]:
        yield Finding("metadata-mismatch", METADATA, field="events")
    for one in subject.evidence:
        leaf, entry = one.leaf, listed.get(one.seq if one.seq is not None else -1)
        if leaf is None or entry is None:
            continue
        pairs: list[tuple[str, object, object]] = [
            ("institution", leaf.institution, metadata.institution),
            ("loan", leaf.loan_reference, metadata.loan),
            ("seq", leaf.sequence, one.seq),
            ("type", leaf.type, entry.type),
            ("index", one.index, entry.index),
        ]
        for field, mine, theirs in pairs:
            if mine != theirs:
                yield Finding("metadata-mismatch", one.leaf_name, one.seq, one.index, field)


def _proven(subject: Subject, facts: list[PackagedFact]) -> Iterator[Finding]:
    """A proven fact equals the disclosed field of the event whose id is disclosed, compared as texts."""
    by_id: dict[str, tuple[Evidence, dict[str, Any]]] = {}
    for one in subject.evidence:
        fields = one.fields()
        if isinstance(fields.get("id"), str):
            by_id[fields["id"]] = (one, fields)
    for fact in facts:
        found = by_id.get(fact.event)
        if found is None or fact.field not in found[1]:
            yield Finding("fact-unsupported", FACTS, field=fact.key)
        elif as_text(found[1][fact.field]) != fact.value:
            yield Finding("fact-mismatch", FACTS, found[0].seq, found[0].index, fact.key)
