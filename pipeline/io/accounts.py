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


def rejection_row(
    day: date, stage: str, rejection: Rejection, table_name: str = "", natural_key: str | None = None
) -> Row:
    """The row of a rejection; *natural_key* stands for its key where that has many spellings."""
    key = rejection.key if natural_key is None else natural_key
    return to_row(rejection) | {
        "rejection_id": _rejection_id(day, stage, table_name, rejection.source_id, key),
        "day": day,
        "stage": stage,
        "table_name": table_name,
    }


def reject(connection: Connection, day: date, stage: str, rejection: Rejection, natural_key: str | None = None) -> None:
    """File why the last try failed, in place of why an earlier one did."""
    row = rejection_row(day, stage, rejection, natural_key=natural_key)
    connection.execute(delete(REJECTION).where(REJECTION.c.rejection_id == row["rejection_id"]))
    insert_new(connection, RejectionRow, [row])


def forgive(connection: Connection, day: date, stage: str, source_id: str, natural_key: str) -> None:
    """Remove the rejection of what has succeeded since."""
    rejection_id = _rejection_id(day, stage, "", source_id, natural_key)
    connection.execute(delete(REJECTION).where(REJECTION.c.rejection_id == rejection_id))


def _rejection_id(day: date, stage: str, table_name: str, source_id: str | None, natural_key: str) -> str:
    return make_id(day, stage, table_name, source_id, natural_key)


def index(connection: Connection, day: date, captures: Iterable[Location]) -> None:
    """Add captures to the archive's index; no other run writes to the same file."""
    rows = [_capture(day, capture) for capture in captures]
    if rows:
        connection.execute(insert(CAPTURE), rows)


def _capture(day: date, capture: Location) -> Row:
    return {
        "capture_id": make_id(capture.file, capture.offset),
        "url_id": make_id(capture.url),
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
