"""One installation in a folder of its own, used from its command line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

EVENTWIRE = Path(sys.executable).with_name("eventwire")


class Home:
    """One installation's data and its command line."""

    def __init__(self, folder: Path, environ: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.environ = environ or {}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("EVENTWIRE_", "AIRFLOW"))}
        environ = kept | {"EVENTWIRE_HOME": str(self.folder), "COLUMNS": "200"} | self.environ
        return subprocess.run([EVENTWIRE, *arguments], capture_output=True, text=True, env=environ, cwd=self.folder)

    def ask(self, query: str) -> list[dict[str, Any]]:
        answer = self.run("sql", "--json", query)
        assert answer.returncode == 0, answer.stderr
        return [json.loads(line) for line in answer.stdout.splitlines()]

    def one(self, query: str) -> Any:
        (row,) = self.ask(query)
        return next(iter(row.values()))
