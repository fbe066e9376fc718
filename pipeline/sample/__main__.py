"""`python -m pipeline.sample`: serve the sample newsroom until Ctrl-C or SIGTERM."""

import argparse
import signal
import sys
import threading
from datetime import date

from pipeline.sample import DAYS, Newsroom

EXAMPLE = """example:
  python -m pipeline.sample --day 2026-11-18 --port 8090
  curl -H 'Host: harbour-times.example' http://127.0.0.1:8090/rss.xml
"""


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with Newsroom(options.day, options.host, options.port) as newsroom:
            print(f"newsroom of {newsroom.day} at http://{newsroom.address} (Ctrl-C stops it)", flush=True)
            stop.wait()
    except (OSError, OverflowError) as error:
        where = f"{options.host}:{options.port}"
        print(f"cannot serve at {where}: {error}; choose another --host or --port", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.sample",
        description="Serve the invented outlets of the sample newsroom, told apart by the Host header.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--day",
        type=date.fromisoformat,
        default=DAYS[0],
        help=f"feeds and pages as at the end of this day, {DAYS[0]} to {DAYS[-1]} (default: the first)",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to bind (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8090, help="port to bind; 0 picks one (default: 8090)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
