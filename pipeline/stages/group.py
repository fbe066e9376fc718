"""Group: versions of articles → members of stories, near-identical texts across outlets (wire copy, syndication).

Compares the day's versions with each other and with those of a window of days before, so its cost does not grow
with the archive.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from pipeline.articles.stories.group import group as group_articles
from pipeline.io.store import chunks
from pipeline.io.tables import StoryMemberRow
from pipeline.io.versions import story_ids, texts
from pipeline.records import Article, StoryMember
from pipeline.run import Report, Run
from pipeline.stages.days import articles


def group(run: Run) -> Report:
    """Find the story of each version of the day: one of the window, or a new one."""
    versions = articles(run)
    members = group_articles(versions, earlier(run, versions), partial(texts, run.store))
    changed = run.replace_rows("group", {StoryMemberRow: members}, [])
    stories = len({member.story_id for member in members})
    copies = sum(member.rule in {"copy", "near-copy"} for member in members)
    return Report(
        stage="group",
        day=run.day,
        in_count=len(versions),
        out_count=len(members),
        changed_count=changed,
        note=f"{stories} stories, {copies} copies of others' articles{lost_days(run)}",
    )


def earlier(run: Run, versions: Iterable[Article]) -> list[StoryMember]:
    """Members of the days before: those of the window, and the other versions of these articles of whatever day."""
    start = run.day - timedelta(days=run.settings.story_window_days)
    window = run.store.records(StoryMember, StoryMemberRow, StoryMemberRow.day >= start, StoryMemberRow.day < run.day)
    older = [
        replace(member, signature=b"")  # nothing is compared with it
        for some in chunks({version.article_id for version in versions})
        for member in run.store.records(
            StoryMember, StoryMemberRow, StoryMemberRow.article_id.in_(some), StoryMemberRow.day < start
        )
    ]
    return older + window


def lost_days(run: Run) -> str:
    """Name later days whose articles joined stories by versions that are in these no more."""
    end = run.day + timedelta(days=run.settings.story_window_days)
    is_later = (StoryMemberRow.day > run.day, StoryMemberRow.day <= end)
    later = run.store.rows(StoryMemberRow, *is_later, StoryMemberRow.matched_version_id.is_not(None))
    stories = story_ids(run.store, {row["matched_version_id"] for row in later})
    lost = sorted({row["day"] for row in later if stories.get(row["matched_version_id"]) != row["story_id"]})
    return f"; run nightly for {', '.join(map(str, lost))} again" if lost else ""
