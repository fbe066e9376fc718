"""Link: mentions → events, in the light of the mentions of the days before."""

from datetime import timedelta

from pipeline.events.link import Linked, link_mentions
from pipeline.io.store import chunks
from pipeline.io.tables import EventRow, LinkRow, MentionRow
from pipeline.records import Link, Mention
from pipeline.run import Report, Run


def link(run: Run) -> Report:
    """Link the day's mentions to events of the window or to new ones."""
    mentions = run.store.day(Mention, MentionRow, run.day)
    events, links = link_mentions(mentions, earlier(run))
    changed = run.replace_rows("link", {EventRow: events, LinkRow: links}, [])
    return Report(
        stage="link",
        day=run.day,
        in_count=len(mentions),
        out_count=len(events),
        changed_count=changed,
        note=f"{len(events)} new events, {len(mentions) - len(events)} mentions of known ones{lost_days(run)}",
    )


def earlier(run: Run) -> list[Linked]:
    """The linked mentions of the days in the window before this day."""
    start = run.day - timedelta(days=run.settings.link_window_days)
    links = run.store.records(Link, LinkRow, LinkRow.day >= start, LinkRow.day < run.day)
    events = {link.mention_id: link.event_id for link in links}
    mentions = run.store.records(Mention, MentionRow, MentionRow.day >= start, MentionRow.day < run.day)
    return [
        Linked(mention=mention, event_id=events[mention.mention_id])
        for mention in mentions
        if mention.mention_id in events
    ]


def lost_days(run: Run) -> str:
    """Name later days whose mentions link to events that are gone since this day was linked anew."""
    window = timedelta(days=run.settings.link_window_days)
    later = run.store.rows(LinkRow, LinkRow.day > run.day, LinkRow.day <= run.day + window)
    known = {
        row["event_id"]
        for some in chunks({row["event_id"] for row in later})
        for row in run.store.rows(EventRow, EventRow.event_id.in_(some))
    }
    lost = sorted({row["day"] for row in later if row["event_id"] not in known})
    return f"; run link, check and load again for {', '.join(map(str, lost))}" if lost else ""
