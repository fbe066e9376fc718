"""Rows that harvest files with every answer: why something failed, and where its bytes are in the archive."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, delete, insert

from pipeline.io.archive import Location
from pipeline.io.rows import to_row
from pipeline.io.store import Row, insert_new, table_of
from pipeline.io.tables import CaptureRow, RejectionRow
from pipeline.records import Rejection, make_id

REJECTION, CAPTURE = table_of(RejectionRow), table_of(CaptureRow)


def reject(connection: Connection, day: date, stage: str, rejection: Rejection) -> None:
    """File why the last try failed, in place of why an earlier one did."""
    forgive(connection, day, stage, rejection.key)
    row = {"rejection_id": make_id(day, stage, "", rejection.key), "day": day, "stage": stage, "table_name": ""}
    insert_new(connection, RejectionRow, [to_row(rejection) | row])


def forgive(connection: Connection, day: date, stage: str, key: str) -> None:
    """Remove the rejection of what has succeeded since."""
    connection.execute(delete(REJECTION).where(REJECTION.c.rejection_id == make_id(day, stage, "", key)))


def index(connection: Connection, day: date, captures: Iterable[Location]) -> None:
    """Add captures to the archive's index; no other run writes to the same file."""
    rows = [_capture(day, capture) for capture in captures]
    if rows:
        connection.execute(insert(CAPTURE), rows)


def _capture(day: date, capture: Location) -> Row:
    return {
        "capture_id": make_id(capture.file, capture.offset),
        "day": day,
        "url": capture.url,
        "captured_at": capture.captured_at,
        "record_type": capture.record_type,
        "status_code": capture.status_code,
        "content_type": capture.content_type,
        "payload_digest": capture.payload_digest,
        "archive_file": capture.file,
        "archive_offset": capture.offset,
        "archive_length": capture.length,
    }
