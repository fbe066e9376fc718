"""Bring the operational store to the shape of pipeline.io.tables, with Alembic."""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from pipeline.errors import ConfigError
from pipeline.io.store import Store, trouble
from pipeline.settings import PROJECT_ROOT


def migrate(url: str, revision: str = "head") -> None:
    """Upgrade or downgrade the store at *url* to a revision ("head", "base" or an id).

    Raises ConfigError for a revision or address that does not exist, ConfigError or StageError when the
    database refuses.
    """
    store = Store(url)
    config = alembic_config(url)
    go = command.downgrade if revision == "base" or revision.startswith("-") else command.upgrade
    try:
        go(config, revision)
    except CommandError as error:
        raise ConfigError(f"migrate {store.where}: {error}") from error
    except DBAPIError as error:
        raise trouble(f"migrate {store.where}", error) from error
    finally:
        store.engine.dispose()


def alembic_config(url: str) -> Config:
    """Alembic's settings, as in pyproject.toml, for one database."""
    config = Config(toml_file=PROJECT_ROOT / "pyproject.toml")
    config.attributes["url"] = url
    return config
