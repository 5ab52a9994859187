from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def probe_urls(settings):
    """The house's own routes and the test-only ones beside them."""
    settings.ROOT_URLCONF = "tests.api.http.probe"
