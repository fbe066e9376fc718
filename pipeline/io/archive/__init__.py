"""The archive: every exchange of harvest in WARC 1.1 files (ISO 28500:2017), by coverage day.

captures   what goes in, and where it stands
records    an exchange as WARC records: the heavy part, pure, for any thread
files      one file: written, recovered after a crash, closed for good
writer     files one after the other, each closed when it is full
remote     a store elsewhere, to which closed files are sent
archive    all of it: a writer for a day, a body from its place
"""

from pipeline.io.archive.archive import Archive
from pipeline.io.archive.captures import Earlier, Hop, Location, Response, payload_digest, target_uri
from pipeline.io.archive.records import Prepared, prepare, prepare_redirects
from pipeline.io.archive.writer import ArchiveWriter

__all__ = [
    "Archive",
    "ArchiveWriter",
    "Earlier",
    "Hop",
    "Location",
    "Prepared",
    "Response",
    "payload_digest",
    "prepare",
    "prepare_redirects",
    "target_uri",
]
