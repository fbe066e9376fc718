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
