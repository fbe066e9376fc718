"""One installation in a folder of its own, used from its command line."""

import json
import os
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from unittest.mock import patch

import structlog
from rich.console import Console

from pipeline import console
from pipeline.cli import main

EVENTWIRE = Path(sys.executable).with_name("eventwire")


class Home:
    """One installation's data and its command line."""

    def __init__(self, folder: Path, environ: dict[str, str] | None = None) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("EVENTWIRE_", "AIRFLOW"))}
        self.environ = kept | {"EVENTWIRE_HOME": str(folder), "COLUMNS": "200"} | (environ or {})

    def run(self, *arguments: str) -> CompletedProcess[str]:
        """What a command does in a process of its own."""
        command = [EVENTWIRE, *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=self.environ, cwd=self.folder)

    def call(self, *arguments: str) -> CompletedProcess[str]:
        """What a command does, in this process, which has imported all that it needs."""
        return call(self.folder, self.environ, *arguments)

    def ask(self, query: str) -> list[dict[str, Any]]:
        answer = self.call("sql", "--json", query)
        assert answer.returncode == 0, answer.stderr
        return [json.loads(line) for line in answer.stdout.splitlines()]

    def one(self, query: str) -> Any:
        (row,) = self.ask(query)
        return next(iter(row.values()))


def call(folder: Path, environ: dict[str, str], *arguments: str) -> CompletedProcess[str]:
    """The answer of the command line in this process; what no user may see is raised."""
    out, err, code, width = StringIO(), StringIO(), 0, int(environ["COLUMNS"])
    with (
        patch.dict(os.environ, environ, clear=True),
        patch.object(sys, "argv", ["eventwire", *arguments]),
        patch("typer.rich_utils.FORCE_TERMINAL", None),  # read at import, as the width is
        patch.object(console, "out", Console(width=width)),
        patch.object(console, "err", Console(width=width, stderr=True)),
        chdir(folder),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            structlog.reset_defaults()
    return CompletedProcess(arguments, code, out.getvalue(), err.getvalue())
