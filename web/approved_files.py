"""Rules and templates that a second person approved by page: the code of `rules approve` and `templates approve`."""

from __future__ import annotations

from evidence_service.service import EvidenceService
from litigation.adapters.approved_files import ApprovedFiles
from litigation.adapters.rule_folder import RuleFolder
from litigation.adapters.template_folder import TemplateFolder
from litigation.rules_commands import approve_rule, propose_rule
from litigation.templates_commands import approve_template, propose_template
from web.approvals import ApprovalError, ApprovalKind, ApprovalRequest

FOLDERS: dict[ApprovalKind, type[ApprovedFiles]] = {
    ApprovalKind.RULES: RuleFolder,
    ApprovalKind.TEMPLATES: TemplateFolder,
}


class ApprovedFilesHands:
    """Puts approved files in force in one instance."""

    def __init__(self, evidence: EvidenceService) -> None:
        self._evidence, self._home = evidence, evidence.settings.home

    def propose(self, kind: ApprovalKind, institution: str, name: str, content: bytes, by: str) -> None:
        """Check a file as it would stand in force, and let it wait for a second person."""
        propose = propose_rule if kind is ApprovalKind.RULES else propose_template
        propose(self._home, institution, name, content, by)

    def in_force(self, kind: ApprovalKind, name: str) -> bytes | None:
        """The file of that name that is in force here; None where there is none of the instance's own."""
        return FOLDERS[kind](self._home).contents().get(name)

    def carry_out(self, request: ApprovalRequest, approved_by: str) -> str:
        """Put exactly these bytes in force; where they are already, say so."""
        if request.kind not in FOLDERS:
            raise ApprovalError(f"{request.kind.value} is not carried out by this page yet; use the command")
        in_force = FOLDERS[request.kind](self._home).in_force()
        known = next((one for one in in_force if (one.file, one.sha256) == (request.object, request.digest)), None)
        if known is not None:
            return f"{request.object} is in force already, approved by {known.approved_by}"
        approve = approve_rule if request.kind is ApprovalKind.RULES else approve_template
        approve(self._evidence, request.object, approved_by, request.digest)
        return f"{request.object} is in force"
