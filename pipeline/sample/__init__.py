"""A bundled newsroom: invented outlets on one local server, so that the pipeline can run without a network.

`data/` holds the outlets and their articles by day, `templates/` the page layouts.
"""

from pipeline.sample.articles import DAYS
from pipeline.sample.newsroom import Newsroom

__all__ = ["DAYS", "Newsroom"]
