"""The pre-filing checks: one question of a court per file, each from a dossier to defects.

Spec: docs/spec/readiness.md section 4. `litigation.core.readiness` calls them in the order of that page.
"""
