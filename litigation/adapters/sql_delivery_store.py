"""Courts' signed notes, how far they were read, and our moves, in the SQL database.

Spec: docs/spec/filing.md. Notes are append-only and kept byte for byte: they are the court's word, not ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from evidence_service.core.event import format_instant, parse_instant
from evidence_service.database import reading, writing
from litigation.adapters import tables_delivery as tables
from litigation.delivery_ports import CourtNote, FilingMove

NOTE = ("filing_id", "court_address", "n", "kind", "note")
MOVE = ("filing_id", "sha256", "kind", "body", "state")


class SqlDeliveryStore:
    """`DeliveryStore` on SQLite and PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add_note(self, note: CourtNote) -> bool:
        """Store a note; False where it is there already."""
        try:
            with writing(self._engine) as connection:
                return _add(connection, note)
        except IntegrityError:
            return False  # court_note_once: another run stored the same note

    def add_notes(self, notes: Sequence[CourtNote]) -> None:
        """Store many notes in one write; those that are there already stay as they are."""
        try:
            with writing(self._engine) as connection:
                for note in notes:
                    _add(connection, note)
        except IntegrityError:  # another run stored one of them at this moment
            for note in notes:
                self.add_note(note)

    def received(self) -> frozenset[str]:
        """Ids of the filings that their court receipted."""
        with reading(self._engine) as connection:
            return frozenset(connection.execute(select(tables.note.c.filing_id).where(tables.note.c.n == 1)).scalars())

    def notes(self, filing_id: str) -> list[CourtNote]:
        """The notes of a filing, in order."""
        return self._notes(tables.note.c.filing_id == filing_id)

    def all_notes(self) -> list[CourtNote]:
        """Every note, by filing and number."""
        return self._notes()

    def place(self, court_address: str) -> int:
        """How far a court's entries were read."""
        table = tables.place
        with reading(self._engine) as connection:
            found = connection.execute(select(table.c.place).where(table.c.court_address == court_address)).scalar()
        return int(found or 0)

    def set_place(self, court_address: str, place: int) -> None:
        """Remember how far a court's entries were read."""
        table = tables.place
        with writing(self._engine) as connection:
            connection.execute(delete(table).where(table.c.court_address == court_address))
            connection.execute(insert(table).values(court_address=court_address, place=place))

    def add_move(self, move: FilingMove) -> FilingMove:
        """Store a move before it is sent; the stored one where the same bytes are there."""
        table = tables.move
        same = select(table).where(table.c.filing_id == move.filing_id, table.c.sha256 == move.sha256)
        with writing(self._engine) as connection:
            row = connection.execute(same).one_or_none()
            if row is not None:
                return _move(row)
            values = {name: getattr(move, name) for name in MOVE}
            connection.execute(insert(table).values(**values, made_at=format_instant(move.made_at)))
        return move

    def sent(self, move: FilingMove) -> None:
        """A move is with the court."""
        table = tables.move
        with writing(self._engine) as connection:
            mine = update(table).where(table.c.filing_id == move.filing_id, table.c.sha256 == move.sha256)
            connection.execute(mine.values(state="sent"))

    def moves(self, filing_id: str = "") -> list[FilingMove]:
        """Moves of a filing, or all, in order."""
        query = select(tables.move).order_by(tables.move.c.id)
        if filing_id:
            query = query.where(tables.move.c.filing_id == filing_id)
        with reading(self._engine) as connection:
            return [_move(row) for row in connection.execute(query)]

    def _notes(self, *conditions: Any) -> list[CourtNote]:
        query = select(tables.note).where(*conditions).order_by(tables.note.c.filing_id, tables.note.c.n)
        with reading(self._engine) as connection:
            return [_note(row) for row in connection.execute(query)]


def _add(connection: Connection, note: CourtNote) -> bool:
    table = tables.note
    same = select(table.c.id).where(table.c.filing_id == note.filing_id, table.c.n == note.n)
    if connection.execute(same).first() is not None:
        return False
    values = {name: getattr(note, name) for name in NOTE}
    values |= {"at": format_instant(note.at), "received_at": format_instant(note.received_at)}
    connection.execute(insert(table).values(values))
    return True


def _note(row: Any) -> CourtNote:
    values = {name: getattr(row, name) for name in NOTE}
    return CourtNote(**values, at=parse_instant(row.at, "at"), received_at=parse_instant(row.received_at, "received"))


def _move(row: Any) -> FilingMove:
    values = {name: getattr(row, name) for name in MOVE if name != "body"}
    return FilingMove(**values, body=bytes(row.body), made_at=parse_instant(row.made_at, "made_at"))
