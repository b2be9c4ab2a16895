"""Dated rules as data: TOML files read by litigation.rulebook. Spec: docs/spec/debt.md section 11."""
