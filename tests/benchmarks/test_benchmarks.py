"""The benchmarks measure what they say: the server's answers, the sampler's attribution, one small round."""

import gzip
import json
import os
import re
import subprocess
import sys
import zlib
from collections import Counter
from pathlib import Path

import feedparser

from benchmarks.content import PAGE_BYTES, feed
from benchmarks.lab import TESTS, sampled
from benchmarks.sampler import SAMPLES, Sampler, read_samples
from benchmarks.server import Outlet
from pipeline.language.clean import clean


class Wire:
    """A connection's end that keeps what is written."""

    def __init__(self) -> None:
        self.written = b""

    def writelines(self, parts: list[bytes]) -> None:
        self.written += b"".join(parts)


def ask(*requests: str) -> list[tuple[str, dict[str, str], bytes]]:
    """Status, headers and body of each answer over one connection."""
    outlet, wire = Outlet(Counter(), Counter()), Wire()
    outlet.connection_made(wire)  # type: ignore[arg-type]
    answers = []
    for request in requests:
        wire.written = b""
        outlet.data_received(request.replace("\n", "\r\n").encode() + b"\r\n\r\n")
        head, _, body = wire.written.partition(b"\r\n\r\n")
        status, *lines = head.decode().split("\r\n")
        answers.append((status.split()[1], dict(line.split(": ", 1) for line in lines), body))
    return answers


def test_a_page_is_100_kb_that_compress_as_real_pages_do_and_no_two_are_the_same() -> None:
    paths = ("story/0-1", "story/0-2", "plain/0-1")
    zipped, other, plain = ask(*(f"GET /{path} HTTP/1.1\nHost: h7.example" for path in paths))
    assert zipped[1]["Content-Encoding"] == "gzip"
    page = gzip.decompress(zipped[2])
    assert abs(len(page) - PAGE_BYTES) < 0.01 * PAGE_BYTES
    assert 4.2 < len(page) / len(zlib.compress(page)) < 5.8
    assert gzip.decompress(other[2]) != page
    assert b"<title>Report /plain/0-1 | h7.example</title>" in plain[2]
    assert abs(int(plain[1]["Content-Length"]) - PAGE_BYTES) < 0.01 * PAGE_BYTES


def test_a_feed_has_items_with_addresses_of_their_own() -> None:
    body = feed("h7.example", "story", 3, 30)
    assert 18_000 < len(body) < 25_000
    items = feedparser.parse(body).entries
    assert {item.link for item in items} == {f"http://h7.example/story/3-{number}" for number in range(30)}


def test_half_of_the_feeds_stay_as_they_are_and_half_have_new_items() -> None:
    first = "GET /feed/mixed/30 HTTP/1.1\nHost: h{}.example"
    again = first + '\nIf-None-Match: "0"'
    *_, even, odd = ask(first.format(6), first.format(7), again.format(6), again.format(7))
    assert (even[0], even[2]) == ("304", b"")
    assert (odd[0], odd[1]["ETag"]) == ("200", '"1"')
    assert b"/story/1-29" in zlib.decompress(odd[2], wbits=31)


def test_samples_name_the_code_that_took_the_time(tmp_path: Path) -> None:
    sampler = Sampler(tmp_path)
    sampler.start()
    for _ in range(30_000):
        clean("some text " * 20)
    sampler.stop()
    seconds = read_samples(tmp_path)
    assert seconds["pipeline.language.clean"] > 0.5 * sum(seconds.values()) > 0


def test_a_worker_samples_itself(tmp_path: Path) -> None:
    environ = sampled(dict(os.environ)) | {SAMPLES: str(tmp_path)}
    program = "from pipeline.language.clean import clean\nfor _ in range(100_000): clean('some text ' * 20)"
    subprocess.run([sys.executable, "-P", "-c", program], env=environ, cwd=tmp_path, check=True)
    assert read_samples(tmp_path)["pipeline.language.clean"] > 0


def test_a_small_round_gives_figures() -> None:
    command = [sys.executable, "-m", "benchmarks", "poll", "--feeds", "1", "--json"]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (result,) = json.loads(done.stdout)
    assert [one["count"] for one in result["measurements"]] == [1, 1]
    assert all(one["cpu_seconds"] > 0 and one["peak_bytes"] > 10_000_000 for one in result["measurements"])
    assert re.search(r"sqlalchemy|pipeline", " ".join(result["shares"]["seconds"]))
