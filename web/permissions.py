"""What a route may ask, and what each role has. Closed by default: a role has what stands here and nothing else.

Posts are kept apart: who decides a case does not approve it alone, who runs the machine reads no case, who supervises
changes nothing. Which institutions an account sees is another question: web/scope.py.
"""

from __future__ import annotations

from enum import StrEnum

from web.ports import Role


class Permission(StrEnum):
    """What a route asks of the person at the door."""

    PUBLIC = "public"
    OWN = "own"  # one's own account: password, second factor, sessions
    READ = "read"  # log, checkpoints, anchors: no personal data
    PORTFOLIO_READ = "portfolio_read"
    CASE_READ = "case_read"
    CASE_DECIDE = "case_decide"
    BATCH_RUN = "batch_run"
    DOWNLOAD = "download"
    FILING_SUBMIT = "filing_submit"
    FILING_APPROVE = "filing_approve"
    COURT_QUEUE_READ = "court_queue_read"
    COURT_DECIDE = "court_decide"
    COURT_ADMIN = "court_admin"
    AUDIT_READ = "audit_read"
    ACCESS_LOG_READ = "access_log_read"
    FINDING_DECIDE = "finding_decide"
    EXPORT = "export"
    ERASE_REQUEST = "erase_request"
    ERASE_APPROVE = "erase_approve"
    RULES_PROPOSE = "rules_propose"
    RULES_APPROVE = "rules_approve"
    TEMPLATES_APPROVE = "templates_approve"
    KEYS_REQUEST = "keys_request"
    KEYS_APPROVE = "keys_approve"
    APPROVALS_READ = "approvals_read"  # what waits for a second person, and what became of it
    ACCOUNT_ADMIN = "account_admin"
    API_KEY_ADMIN = "api_key_admin"


P = Permission
EVERYBODY = frozenset({P.OWN, P.READ})
LEGAL = EVERYBODY | {
    P.PORTFOLIO_READ,
    P.CASE_READ,
    P.CASE_DECIDE,
    P.BATCH_RUN,
    P.DOWNLOAD,
    P.FILING_SUBMIT,
    P.EXPORT,
    P.ERASE_REQUEST,
    P.RULES_PROPOSE,
    P.APPROVALS_READ,
}
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.LEGAL: LEGAL,
    Role.LEAD: LEGAL
    | {P.FILING_APPROVE, P.ERASE_APPROVE, P.RULES_APPROVE, P.TEMPLATES_APPROVE, P.KEYS_APPROVE, P.AUDIT_READ},
    Role.CLERK: EVERYBODY | {P.COURT_QUEUE_READ, P.COURT_DECIDE},
    Role.COMPLIANCE: EVERYBODY
    | {
        P.PORTFOLIO_READ,
        P.CASE_READ,
        P.AUDIT_READ,
        P.ACCESS_LOG_READ,
        P.FINDING_DECIDE,
        P.EXPORT,
        P.ERASE_REQUEST,
        P.APPROVALS_READ,
    },
    Role.REGULATOR: EVERYBODY | {P.CASE_READ, P.AUDIT_READ, P.ACCESS_LOG_READ},
    Role.OPERATOR: EVERYBODY | {P.ACCOUNT_ADMIN, P.API_KEY_ADMIN, P.COURT_ADMIN, P.KEYS_REQUEST, P.APPROVALS_READ},
    Role.INTEGRATOR: EVERYBODY | {P.API_KEY_ADMIN},
}
"""Every role is named; a test holds that none is forgotten."""

PERSONAL = frozenset({P.PORTFOLIO_READ, P.CASE_READ, P.DOWNLOAD, P.COURT_QUEUE_READ, P.EXPORT})
"""What shows personal data: such a page is opened for a purpose, which the access log keeps."""
