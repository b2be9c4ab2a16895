"""Which papers a package holds: the kinds, and what each route takes.

Spec: docs/spec/papers.md section 1. A route has one leading paper: complaint, application for a payment order,
application for mediation, application for enforcement. A preservation application goes with any of them when asked for.
"""

from __future__ import annotations

from enum import StrEnum

from litigation.errors import LitigationError


class PaperKind(StrEnum):
    """A kind of paper, in the order in which papers lie in a package."""

    COMPLAINT = "complaint"
    PAYMENT_ORDER = "payment_order"
    MEDIATION = "mediation"
    ENFORCEMENT = "enforcement"
    PRESERVATION = "preservation"
    EVIDENCE_LIST = "evidence_list"
    POWER_OF_ATTORNEY = "power_of_attorney"
    REPRESENTATIVE = "representative"
    SERVICE_ADDRESS = "service_address"
    LEDGER = "ledger"
    CERTIFICATE = "certificate"


K = PaperKind
_COMMON = (K.EVIDENCE_LIST, K.POWER_OF_ATTORNEY, K.REPRESENTATIVE, K.SERVICE_ADDRESS, K.LEDGER, K.CERTIFICATE)
ROUTES: dict[str, tuple[PaperKind, ...]] = {
    "litigation": (K.COMPLAINT, *_COMMON),
    "payment_order": (K.PAYMENT_ORDER, *_COMMON),
    "mediation": (K.MEDIATION, *_COMMON),
    "enforcement": (K.ENFORCEMENT, *(kind for kind in _COMMON if kind is not K.LEDGER)),
}
DEFAULT_PAPERS = ROUTES["litigation"]
EXTRA = (K.PRESERVATION, K.MEDIATION)


class PaperChoiceError(LitigationError):
    """No package is made of these papers; the message names what can be chosen."""

    code = "paper-choice"


def papers_for(route: str, extra: tuple[str, ...] = ()) -> tuple[PaperKind, ...]:
    """The papers of a route and what goes with it, in the order of the package."""
    if route not in ROUTES:
        raise PaperChoiceError(f"no route is called {route!r}; choose one of {', '.join(ROUTES)}")
    unknown = [name for name in extra if name not in EXTRA]
    if unknown:
        raise PaperChoiceError(f"{unknown[0]!r} cannot go with a package; choose among {', '.join(EXTRA)}")
    if route == "payment_order" and K.PRESERVATION in extra:
        raise PaperChoiceError("a payment order is not available to whom applied for preservation: choose one of both")
    chosen = {*ROUTES[route], *(K(name) for name in extra)}
    return tuple(kind for kind in K if kind in chosen)


def route_of(papers: tuple[PaperKind, ...]) -> str:
    """The route that a package's leading paper stands for; a package without one belongs to a suit."""
    leading = {K.PAYMENT_ORDER: "payment_order", K.MEDIATION: "mediation", K.ENFORCEMENT: "enforcement"}
    if K.COMPLAINT in papers:
        return "litigation"
    return next((leading[kind] for kind in papers if kind in leading), "litigation")
