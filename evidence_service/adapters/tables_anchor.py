"""Tables beside the anchor records: their proof material, and what chain witnesses signed for us.

Both can be had again: the material from any node of the chain, an attestation from its witness.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from evidence_service.adapters.tables import Big, metadata

anchor_material = Table(
    "anchor_material",
    metadata,
    Column("anchor_id", Integer, primary_key=True, autoincrement=False),
    Column("block_hash", Text, nullable=False),
    Column("material", Text, nullable=False),
    Column("made_at", Text, nullable=False),
)
attestation = Table(
    "attestation",
    metadata,
    Column("chain_log_id", Text, primary_key=True),
    Column("size", Big, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, primary_key=True),
    Column("signer", Text, primary_key=True),
    Column("signature", LargeBinary, nullable=False),
    Column("received_at", Text, nullable=False),
)
