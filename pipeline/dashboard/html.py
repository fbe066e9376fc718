"""Small pieces of HTML: every text is escaped here, once."""

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

STYLE = files(__package__).joinpath("style.css").read_text(encoding="utf-8")


def page(title: str, body: Iterable[str], script: str = "") -> str:
    """A whole page that needs nothing from outside."""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main>{''.join(body)}</main>{script}</body></html>\n"
    )


def section(title: str, explanation: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2><p>{escape(explanation)}</p>{content}</section>"


def tiles(pairs: Sequence[tuple[str, object]]) -> str:
    """Figures in large type with their names."""
    inner = "".join(
        f'<div class="tile"><b>{escape(str(value))}</b><span>{escape(name)}</span></div>' for name, value in pairs
    )
    return f'<div class="tiles">{inner}</div>'


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], empty: str = "nothing") -> str:
    """A table of cells made by `cell` and its kin."""
    if not rows:
        return f"<p>{escape(empty)}</p>"
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def cell(value: object, kind: str = "") -> str:
    return f'<td class="{kind}">{escape("" if value is None else str(value))}</td>'
