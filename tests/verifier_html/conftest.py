"""What the tests of the second verifier share: small inputs, both verdicts, asked once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.evidence_service.verify.instances import make_instance
from tests.evidence_service.verify.world import NOW
from tests.verifier_html import scenarios
from tests.verifier_html.decided import decided
from tests.verifier_html.mutations import cut, doubled_names, flipped, json_edits, shuffles, text_edits, zip_surgery
from tests.verifier_html.second import Case, Verdict, ask_both

SEED = 20261122


def sampled(scale: float, seed: int = SEED) -> list[Case]:
    """Valid, altered and malformed inputs; `scale` says how many."""
    rng = random.Random(seed)

    def many(count: int) -> int:
        return max(2, round(count * scale))

    lender, attacker = scenarios.LENDER, make_instance("attacker")
    package, world, signed = lender.package, lender.world, lender.trust_file()
    edits = [
        *flipped(package, rng, many(600)),
        *cut(package, rng, many(40)),
        *zip_surgery(package, rng, many(60)),
        *text_edits(world, package, rng, many(8)),
        *json_edits(world, package, rng, min(1.0, 0.2 * scale)),
        *doubled_names(world, package),
        *shuffles(world, package, attacker.package),
    ]
    cases = []
    for number, (label, raw) in enumerate(edits):
        trust, issuer = (signed, lender.issuer.vkey) if number % 2 else (None, "")
        cases.append(Case(label, "package", raw, trust, NOW, issuer))
    return [*cases, *_scenes(rng, many)]


def _scenes(rng: random.Random, many: Callable[[int], int]) -> Iterator[Case]:
    yield from scenarios.windows(rng, many(150))
    yield from scenarios.readers()
    yield from scenarios.trust_files(rng, 0.15)
    yield from scenarios.anchored(rng, many(12))
    yield from scenarios.tokens(rng, many(30))
    yield from scenarios.witnessed()
    yield from scenarios.policies(rng, many(20))
    yield from scenarios.erased(rng, many(20))
    yield from scenarios.pdfs(rng, many(20))
    yield from scenarios.proofs(rng, many(40))
    yield from scenarios.rezips()
    yield from scenarios.other_worlds()
    yield from decided()


@pytest.fixture(scope="package")
def compared() -> tuple[Sequence[Case], Sequence[Verdict], Sequence[Verdict]]:
    """The inputs of `make test`, and what each verifier says of them."""
    cases = sampled(0.4)
    return cases, *ask_both(cases)
