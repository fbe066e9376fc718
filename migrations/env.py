"""Alembic's entry: migrate the operational store that the settings name.

eventwire migrate                          # the usual way
alembic revision --autogenerate -m "…"     # a new migration from the models
"""

from alembic import context

from pipeline.io.store import Store
from pipeline.io.tables import Base
from pipeline.settings import load_settings


def run() -> None:
    url = context.config.attributes.get("url") or load_settings().store_url
    engine = Store(url).engine
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":  # a table that others refer to is changed by making it anew
            connection.exec_driver_sql("pragma foreign_keys = off")
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            user_module_prefix="tables.",
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
