"""The templates folder of an instance: texts of its own for the papers, proposed by one person and approved by another.

Spec: docs/spec/papers.md section 2, docs/spec/rules.md section 5. `templates/NAME.yaml` takes the
place of the shipped text of that name; the official form of the complaint cannot be changed. A file
without an approval stops every paper, by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from litigation.adapters.approved_files import Approval, ApprovedFiles
from litigation.documents.templates import TemplateSet, shipped
from litigation.errors import LitigationError


class TemplatesUnapprovedError(LitigationError):
    """A template of the instance is in force for nobody: no second person approved exactly these bytes."""

    code: ClassVar[str] = "templates-unapproved"


class TemplateChangeError(LitigationError):
    """A change of templates cannot be proposed or approved; the message says why."""

    code: ClassVar[str] = "template-change"


class TemplateFolder(ApprovedFiles):
    """`templates` in the instance's home."""

    folder, ending = "templates", ".yaml"
    unapproved, unchangeable = TemplatesUnapprovedError, TemplateChangeError

    def check(self, contents: Mapping[str, bytes]) -> TemplateSet:
        """The shipped templates with these files in place of some."""
        return shipped().overridden({name.removesuffix(self.ending): data for name, data in contents.items()})

    def templates(self) -> TemplateSet:
        """The shipped templates with the approved files in place of some."""
        return self.check(self.contents())

    def propose(self, name: str, content: bytes, proposal: Approval) -> TemplateSet:
        """Check the file as it would stand in force, and let it wait. Returns the templates that it would make."""
        found = self.keep_waiting(name, content, proposal)
        assert isinstance(found, TemplateSet)
        return found
