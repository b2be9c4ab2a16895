"""The tables of the litigation room: cases, packages, filings, docket entries, batches. Instants: RFC 3339 in UTC.

`package` and `docket_entry` are append-only; a case and a filing move through states and each move is also an event
in the evidence log.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()
Big = BigInteger().with_variant(Integer, "sqlite")

case = Table(
    "case_file",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("our_reference", Text, nullable=False, unique=True),
    Column("institution", Text, nullable=False),
    Column("loan", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    UniqueConstraint("institution", "loan", name="case_file_loan"),
    Index("case_file_state", "institution", "state"),
)
package = Table(
    "package",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("our_reference", Text, nullable=False),
    Column("institution", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("pdf_sha256", Text, nullable=False),
    Column("size", Big, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("tree_size", Big, nullable=False),
    Column("root", Text, nullable=False),
    Column("draft", Boolean, nullable=False),
    Column("built_at", Text, nullable=False),
    UniqueConstraint("our_reference", "sha256", name="package_bytes"),
    Index("package_reference", "our_reference", "id"),
)
filing = Table(
    "filing",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("our_reference", Text, nullable=False),
    Column("institution", Text, nullable=False),
    Column("court", Text, nullable=False),
    Column("court_address", Text, nullable=False),
    Column("package_sha256", Text, nullable=False),
    Column("filing_id", Text, nullable=False),
    Column("chain_id", Big, nullable=False),
    Column("registry", Text, nullable=False),
    Column("nonce", Big, nullable=False),
    Column("tx", Text, nullable=False),
    Column("raw_tx", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("block", Big),
    Column("block_hash", Text),
    Column("lodged_at", Text),
    Column("outbox", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    UniqueConstraint("package_sha256", "court_address", name="filing_once"),
)
OPEN_FILING = text("state NOT IN ('returned', 'refused', 'failed', 'ended')")
# One open filing per case, also when two people file at the same moment.
Index("filing_open_case", filing.c.our_reference, unique=True, sqlite_where=OPEN_FILING, postgresql_where=OPEN_FILING)
docket_entry = Table(
    "docket_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("our_reference", Text, nullable=False),
    Column("institution", Text, nullable=False),
    Column("court", Text, nullable=False),
    Column("filing_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("detail_digest", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("case_number", Text, nullable=False),
    Column("tx", Text, nullable=False),
    Column("block", Big, nullable=False),
    Column("answered_at", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    UniqueConstraint("filing_id", "tx", "kind", name="docket_entry_once"),
)
batch = Table(
    "batch",
    metadata,
    Column("id", Text, primary_key=True),
    Column("institution", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("tree_size", Big, nullable=False),
    Column("draft", Boolean, nullable=False),
    Column("sealed", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("inputs_digest", Text, nullable=False),
    Column("pinned", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
)
batch_item = Table(
    "batch_item",
    metadata,
    Column("batch", Text, ForeignKey("batch.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("chunk", Integer, nullable=False),
    Column("loan", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("pdf_sha256", Text, nullable=False),
    Column("size", Big, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("draft", Boolean, nullable=False),
    Column("recorded", Boolean, nullable=False),
    Column("finished_at", Text, nullable=False),
    UniqueConstraint("batch", "key", name="batch_item_key"),
    Index("batch_item_state", "batch", "state"),
)
batch_worker = Table(
    "batch_worker",
    metadata,
    Column("executor", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("beat", Big, nullable=False),
    Column("seen_at", Text, nullable=False),
)
APPEND_ONLY = ("package", "docket_entry")
