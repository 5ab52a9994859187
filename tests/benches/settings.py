"""The house's own settings, for the web process under measurement: another database, and one more route."""

import os

from api.settings import *  # noqa: F403
from api.settings import DATABASES

DATABASES["default"]["NAME"] = os.environ["HOUSE_BENCH_DATABASE"]
ROOT_URLCONF = "tests.benches.urls"
