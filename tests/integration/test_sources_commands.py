"""What a person does with sources at the command line, on a site that a server plays."""

import json
from pathlib import Path

import pytest
from support.home import Home
from support.hostile import Hostile, response
from support.outlets import feed

from pipeline.sources import load_catalogue

PAGE = b"<html><head><link rel='alternate' type='application/rss+xml' href='/rss'></head><body>News</body></html>"

pytestmark = pytest.mark.usefixtures("kept_workers")


@pytest.fixture
def home(tmp_path: Path, server: Hostile) -> Home:
    environ = {
        "EVENTWIRE_ALLOW_NETWORKS": "127.0.0.0/8", "EVENTWIRE_HOST_DELAY_SECONDS": "0",
        "EVENTWIRE_CONNECT_TO": json.dumps({"*.example": server.address}),
    }  # fmt: skip
    return Home(tmp_path, environ)


def test_a_discovered_feed_is_a_catalogue_that_runs(home: Home, server: Hostile) -> None:
    server.answers |= {"post.example/": response(PAGE), "post.example/rss": feed("/1", "/2")}
    shown = home.call("sources", "discover", "http://post.example", "--json")
    assert [json.loads(line)["url"] for line in shown.stdout.splitlines()] == ["http://post.example/rss"]
    assert "http://post.example/rss" in home.call("sources", "discover", "http://post.example").stdout

    entry = home.call("sources", "discover", "http://post.example", "--toml")
    (home.folder / "my.toml").write_text(entry.stdout)
    (source,) = load_catalogue(home.folder / "my.toml")
    assert source.feeds[0].url == "http://post.example/rss"
    polled = home.call("run", "--catalogue", "my.toml", "--day", "2026-11-16", "--stage", "poll", "--json")
    assert json.loads(polled.stdout)["out_count"] == 2


def test_a_site_without_feeds_says_so_and_one_that_does_not_answer_fails(home: Home, server: Hostile) -> None:
    server.answers["bare.example/"] = response(b"<html><body>Nothing here</body></html>")
    nothing = home.call("sources", "discover", "http://bare.example/")
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "no feed, news sitemap or sitemap found at http://bare.example/" in nothing.stderr
    server.answers["busy.example/"] = response(b"", status="500 Oops")
    assert home.call("sources", "discover", "http://busy.example/").returncode == 1
    assert home.call("sources", "discover", "http://none.example/").returncode == 2
    assert home.call("sources", "discover", "file:///etc/passwd").returncode == 2


def test_status_shows_the_sick_first_and_resume_brings_a_feed_back(home: Home, server: Hostile) -> None:
    (home.folder / "my.toml").write_text(
        '[[source]]\nid = "post"\nname = "Post"\nfeeds = ["http://post.example/rss", "http://post.example/gone"]\n'
    )
    server.answers |= {"post.example/rss": feed("/1"), "post.example/gone": response(b"", status="410 Gone")}
    poll = ("run", "--catalogue", "my.toml", "--day", "2026-11-16", "--stage", "poll", "--json")
    assert home.call(*poll).returncode == 0
    rows = [json.loads(line) for line in home.call("sources", "status", "--json").stdout.splitlines()]
    assert [(row["url"], row["state"]) for row in rows] == [
        ("http://post.example/gone", "gone"), ("http://post.example/rss", "active"),
    ]  # fmt: skip
    table = home.call("sources", "status").stdout
    assert "gone" in table and "the server answered 410" in table

    assert home.call("sources", "resume", "http://post.example/gone").returncode == 0
    server.answers["post.example/gone"] = feed("/2")
    assert json.loads(home.call(*poll).stdout)["out_count"] == 1
    unknown = home.call("sources", "resume", "http://post.example/other")
    assert unknown.returncode == 2
    assert "no feed has the address http://post.example/other" in unknown.stderr
