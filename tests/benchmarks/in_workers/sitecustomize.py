"""Python runs this when a process starts that has this folder on its path: workers of a sampled one sample themselves."""

import atexit
import os
from pathlib import Path

from benchmarks.sampler import SAMPLES, Sampler

if SAMPLES in os.environ:
    sampler = Sampler(Path(os.environ[SAMPLES]))
    sampler.start()
    atexit.register(sampler.stop)  # Python's end takes the handler away, and the signal would then kill
