"""Everything that can go wrong, and who should do something about it.

PipelineError
├── RecordError   one record is unusable → a Rejection with its reason; the batch goes on
├── StageError    the stage cannot go on, a retry may help → Airflow retries
├── GateFailed    data broke a critical rule → fail at once, publish nothing
└── ConfigError   settings or catalogue are wrong → fail at once, naming the key and the file

304, duplicate and not yet due are outcomes, not errors. Every message says what, where, and what to do.
"""


class PipelineError(Exception):
    """Base of every error that eventwire raises on purpose."""


class RecordError(PipelineError):
    """One record is unusable; the rest of its batch is not."""


class StageError(PipelineError):
    """A stage cannot go on now; the same call may succeed later."""


class GateFailed(PipelineError):
    """A critical rule failed; nothing was published and a retry cannot help."""


class ConfigError(PipelineError):
    """Settings, catalogue or call are wrong; a retry cannot help."""
