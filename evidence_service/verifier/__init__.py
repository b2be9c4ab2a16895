"""What a stranger runs: reads packages, PDFs and proofs from disk, asks a chain, and reports the ten checks.

Spec: docs/spec/verify.md. Imports the standard library and evidence_service.core only, so that the verifier can be cut
out of the house: no database, no web framework, no chain library.
"""
