"""The archive, as tests write to it."""

from pipeline.io.archive import ArchiveWriter, Earlier, Location, Response, prepare


def archived(writer: ArchiveWriter, response: Response, earlier: Earlier | None = None) -> tuple[Location, ...]:
    return writer.append(prepare(response, earlier))
