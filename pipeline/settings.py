"""Settings: every one is an environment variable EVENTWIRE_<NAME> with a default that works.

EVENTWIRE_CATALOGUE=world EVENTWIRE_CONTACT=desk@example.org eventwire run --day 2026-11-21
"""

import os
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from pipeline.errors import ConfigError

PREFIX = "EVENTWIRE_"
PROJECT_ROOT = Path(__file__).resolve().parent.parent
CoderName = Literal["builtin", "chat"]
CODERS = get_args(CoderName)


class Settings(BaseSettings):
    """What may differ between two installations."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    home: Path = Field(Path("var"), description="folder of all default stores")
    database_url: str = Field("", description="operational store; empty: SQLite in home")
    archive: str = Field(
        "", description="archive: a folder or an fsspec address such as s3://bucket/news; empty: home/archive"
    )
    archive_file_bytes_max: int = Field(1_000_000_000, gt=0, description="size at which an archive file is closed")
    warehouse: Path = Field(Path(), description="DuckDB file; empty: home/warehouse.duckdb")
    dashboard: Path = Field(Path(), description="dashboard page; empty: home/dashboard.html")

    catalogue: str = Field("sample", description='"sample", "world" or the path of a catalogue file')
    contact: str = Field(
        "", pattern=r"^[\x20-\x7e]*$", description="address or URL in the User-Agent, so that an outlet can reach you"
    )
    host_delay_seconds: float = Field(1.0, ge=0, description="pause between two requests to one host")
    deadline_seconds: float = Field(30.0, gt=0, description="longest duration of one exchange")
    body_bytes_max: int = Field(20_000_000, gt=0, description="largest decoded body")
    connections: int = Field(50, gt=0, description="exchanges at once, over all hosts")
    host_connections: int = Field(2, gt=0, description="exchanges at once with one host")
    harvest_minutes_max: float = Field(
        8, gt=0, description="time for the feeds of one run, and again for its pages; the rest waits"
    )
    eager: bool = Field(False, description="ask feeds and retry pages at each run, whether they are due or not")
    fetch_attempts: int = Field(4, gt=0, description="tries for a page that fails for a passing reason")
    allow_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (), description="private networks that may be connected to, with commas: 127.0.0.0/8,10.1.0.0/16"
    )
    connect_to: dict[str, Annotated[str, Field(pattern=r"^.+:\d{1,5}$")]] = Field(
        default_factory=dict,
        description='fixed addresses for host patterns, as JSON: {"*.example": "127.0.0.1:80"}',
    )

    actors: Path = Field(Path(), description="your own file of actors, which goes before those that come along")
    processes: int = Field(0, ge=0, description="worker processes that extract pages; 0: one a core")
    page_seconds_max: float = Field(20.0, gt=0, description="time for the extraction of one page, then it is rejected")
    page_memory_bytes_max: int = Field(
        1_000_000_000, gt=0, description="memory for the extraction of one page, then it is rejected"
    )
    coder: CoderName = Field("builtin", description="what codes articles: rules here, or a chat model")
    chat_url: str = Field(
        "",
        pattern=r"^(https?://[^\s/?#@]+(/[^\s?#]*)?)?$",
        description="base address of an OpenAI-compatible endpoint, such as https://chat.example.org/v1",
    )
    chat_model: str = Field("", description="the model to ask, as the endpoint calls it")
    chat_key: SecretStr = Field(SecretStr(""), description="key of the endpoint, if it wants one; only ever sent there")
    chat_connections: int = Field(4, gt=0, description="requests to the endpoint at once")
    chat_seconds_max: float = Field(120.0, gt=0, description="time for one answer of the endpoint")
    chat_deadline_seconds: float = Field(300.0, gt=0, description="time for one request with all its tries and pauses")
    chat_batch_tokens: int = Field(3_000, ge=0, description="articles up to so many tokens together share a request")
    chat_answer_tokens_max: int = Field(8_000, gt=0, description="longest answer to one request")
    chat_text_max: int = Field(40_000, gt=0, description="characters of an article that are sent; the rest is not read")
    chat_prompt_price: float = Field(0.0, ge=0, description="price of a million prompt tokens, in any currency")
    chat_completion_price: float = Field(0.0, ge=0, description="price of a million completion tokens, likewise")
    story_window_days: int = Field(7, ge=0, description="how many earlier days an article may share a story with")
    link_window_days: int = Field(3, ge=0, description="how many earlier days a mention may link to")
    unexpected_share_max: float = Field(0.01, ge=0, le=1, description="share of unexpected failures that stops a stage")

    @field_validator("allow_networks", mode="before")
    @classmethod
    def _parted(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @property
    def store_url(self) -> str:
        return self.database_url or f"sqlite:///{self.home.resolve() / 'eventwire.db'}"

    @property
    def archive_root(self) -> str:
        """An absolute folder, or an fsspec address as it is."""
        return self.archive if "://" in self.archive else str(self._below_home(Path(self.archive), "archive"))

    @property
    def archive_spool(self) -> Path:
        """Where files of an archive elsewhere are written until they are closed."""
        return self.home.resolve() / "spool"

    @property
    def warehouse_file(self) -> Path:
        return self._below_home(self.warehouse, "warehouse.duckdb")

    @property
    def dashboard_file(self) -> Path:
        return self._below_home(self.dashboard, "dashboard.html")

    @property
    def gates_file(self) -> Path:
        return self.dashboard_file.with_name("gates.html")

    @property
    def actors_file(self) -> Path | None:
        return self.actors if self.actors != Path() else None

    @property
    def process_count(self) -> int:
        """Worker processes to use: where the system tells, one for each core that this process may use."""
        return self.processes or (len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1)

    def _below_home(self, path: Path, name: str) -> Path:
        return (path if path != Path() else self.home / name).resolve()


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; raise ConfigError naming the variable that is wrong."""
    _refuse_unknown(environ)
    try:
        return Settings()
    except (ValidationError, SettingsError) as error:
        raise ConfigError(_explain(error)) from error


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = {name.upper() for name in Settings.model_fields}
    for name in sorted(environ):
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in known:
            near = get_close_matches(name.removeprefix(PREFIX), known, 1)
            hint = f"did you mean {PREFIX}{near[0]}?" if near else f"known: {PREFIX}{', '.join(sorted(known))}"
            raise ConfigError(f"environment variable {name} is not a setting of eventwire; {hint}")


def _explain(error: ValidationError | SettingsError) -> str:
    if isinstance(error, SettingsError):
        name = next((name for name in Settings.model_fields if f'"{name}"' in str(error)), "")
        return f'settings: {PREFIX}{name.upper()} is not JSON, such as {{"*.example": "127.0.0.1:80"}}'
    problems = (
        f"{PREFIX}{str(item['loc'][0]).upper() if item['loc'] else ''}: {item['msg']}, found {item['input']!r}"
        for item in error.errors()
    )
    return "settings: " + "; ".join(problems)
