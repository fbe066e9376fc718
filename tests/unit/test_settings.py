"""Settings: what works without any, and which variable is to blame."""

from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.settings import PROJECT_ROOT, Settings, load_settings


def given(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(f"EVENTWIRE_{name.upper()}", value)
    return load_settings()


def test_everything_has_a_default_that_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert settings.store_url == f"sqlite:///{tmp_path}/var/eventwire.db"
    assert settings.archive_root == str(tmp_path / "var/archive")
    assert settings.warehouse_file == tmp_path / "var/warehouse.duckdb"
    assert settings.dashboard_file == tmp_path / "var/dashboard.html"
    assert settings.gates_file == tmp_path / "var/gates.html"
    assert settings.allow_networks == ()
    assert (PROJECT_ROOT / "pyproject.toml").is_file()


def test_home_moves_every_store_that_has_no_place_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(monkeypatch, home="/data", archive="/tapes", database_url="postgresql+psycopg://h/x")
    assert settings.archive_root == "/tapes"
    assert str(settings.warehouse_file) == "/data/warehouse.duckdb"
    assert settings.store_url == "postgresql+psycopg://h/x"


def test_networks_and_fixed_addresses_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(monkeypatch, allow_networks="10.0.0.0/8, ::1/128", connect_to='{"*.example": "[::1]:80"}')
    assert [str(network) for network in settings.allow_networks] == ["10.0.0.0/8", "::1/128"]
    assert settings.connect_to == {"*.example": "[::1]:80"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("deadline_seconds", "soon"),
        ("deadline_seconds", "0"),
        ("host_delay_seconds", "-1"),
        ("connections", "0"),
        ("connections", "1.5"),
        ("unexpected_share_max", "2"),
        ("allow_networks", '["10.0.0.1/8"]'),
        ("connect_to", '{"*.example": "127.0.0.1"}'),
        ("connect_to", '{"*.example": "127.0.0.1:http"}'),
        ("connect_to", '["x"]'),
    ],
)
def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"^settings: EVENTWIRE_{name.upper()}: "):
        given(monkeypatch, **{name: value})


def test_broken_json_names_the_setting_and_says_how_to_write_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"EVENTWIRE_CONNECT_TO is not JSON, such as"):
        given(monkeypatch, connect_to="127.0.0.1:80")


def test_a_misspelt_variable_is_not_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        ConfigError, match=r"EVENTWIRE_CONTACTS is not a setting of eventwire; did you mean EVENTWIRE_CONTACT\?"
    ):
        given(monkeypatch, contacts="desk@example.org")
    monkeypatch.delenv("EVENTWIRE_CONTACTS")
    with pytest.raises(ConfigError, match=r"EVENTWIRE_42 is not a setting of eventwire; known: EVENTWIRE_ACTORS"):
        given(monkeypatch, **{"42": "1"})


def test_settings_do_not_change_after_they_are_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().catalogue = "world"
