"""The rules folder of an instance: rule files of its own, proposed by one person and approved by another.

Spec: docs/spec/rules.md section 5. `rules/proposed/NAME.toml` waits; `rules/NAME.toml` is in force, and only with
an approval of exactly its bytes by a second person. A file without one stops every calculation, by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from litigation.adapters.approved_files import Approval, ApprovedFiles, same
from litigation.core.rules import Rules
from litigation.errors import LitigationError
from litigation.rulebook import load_rules, read_rules, shipped_files

__all__ = ["Approval", "RuleChangeError", "RuleFolder", "RulesUnapprovedError", "same"]


class RulesUnapprovedError(LitigationError):
    """A rule file of the instance is in force for nobody: no second person approved exactly these bytes."""

    code: ClassVar[str] = "rules-unapproved"


class RuleChangeError(LitigationError):
    """A change of rules cannot be proposed or approved; the message says why."""

    code: ClassVar[str] = "rule-change"


class RuleFolder(ApprovedFiles):
    """`rules` in the instance's home."""

    folder, ending = "rules", ".toml"
    unapproved, unchangeable = RulesUnapprovedError, RuleChangeError

    def check(self, contents: Mapping[str, bytes]) -> Rules:
        """The shipped rules with these files over them."""
        return read_rules(shipped_files(), contents) if contents else load_rules()

    def rules(self) -> Rules:
        """The shipped rules with the approved files over them."""
        return self.check(self.contents())

    def propose(self, name: str, content: bytes, proposal: Approval) -> Rules:
        """Check the file as it would stand in force, and let it wait. Returns the rules that it would make."""
        found = self.keep_waiting(name, content, proposal)
        assert isinstance(found, Rules)
        return found
