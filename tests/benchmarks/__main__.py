"""`python -m benchmarks`, in the folder tests: what harvest takes, in time and memory; and what extract gives."""

import argparse
import json
import sys
from dataclasses import asdict

from benchmarks import bench_extract, bench_fetch, bench_poll
from benchmarks.lab import BenchmarkError, Result, Server, serving
from benchmarks.tables import tables

EXAMPLE = """examples, in the folder tests:
  python -m benchmarks                               both at full size, a quarter of an hour
  python -m benchmarks fetch --pages 1000            a minute
  python -m benchmarks poll --feeds 500 --repeat 3   medians of three
  python -m benchmarks all --json > figures.json
  python -m benchmarks extract --help                on recorded pages, without a server
"""


def main(arguments: list[str] | None = None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["extract"]:
        return bench_extract.main(arguments[1:])
    options = _parser().parse_args(arguments)
    try:
        with serving() as server:
            results = _results(options, server)
    except BenchmarkError as error:
        _tell(f"no figures: {error}")
        return 1
    print(json.dumps([asdict(result) for result in results]) if options.json else "\n\n".join(map(tables, results)))
    return 0


def _results(options: argparse.Namespace, server: Server) -> list[Result]:
    results = []
    if options.what in ("poll", "all"):
        results.append(bench_poll.bench(server, options.feeds, options.repeat, _tell))
    if options.what in ("fetch", "all"):
        results.append(bench_fetch.bench(server, options.pages, options.repeat, _tell))
    return results


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("1 or more is wanted")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure poll and fetch against a server on the loopback, in processes of their own.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", nargs="?", default="all", choices=("poll", "fetch", "all"), help="default: all")
    parser.add_argument("--feeds", type=_positive, default=10_000, help="largest number of feeds (default: 10000)")
    parser.add_argument("--pages", type=_positive, default=5_000, help="largest number of pages (default: 5000)")
    parser.add_argument(
        "--repeat", type=_positive, default=1, help="medians of so many runs at that number (default: 1)"
    )
    parser.add_argument("--json", action="store_true", help="all figures as JSON, in place of tables")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
