"""Real Chromium (Debian's) before a real server, looking at the pages as their users do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from playwright.sync_api import Browser, Page, Request, sync_playwright

from api.local.assets import VENDOR
from api.pages import session
from collection.accounts import steps
from collection.kernel.actor import Actor
from collection.kernel.ids import uuid7
from tests import cast

#: Software drawing: the map needs WebGL and the machine has no screen.
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
WIDTHS = {"desktop": {"width": 1360, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # Playwright keeps a loop in this thread; Django would refuse to talk to the database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def scene(reference: None, transactional_db: None) -> cast.Scene:
    """A programme in real time: the browser's requests read the running clock."""
    return cast.Scene(at=datetime.now(UTC))


class Window:
    """One person's browser window. What its console complained of and where its requests went are asserted at its end."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base, self.complaints, self.elsewhere = page, base, list[str](), list[str]()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(("blob:", "data:", self.base)):
            self.elsewhere.append(request.url)

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def axe(self) -> list[str]:
        """What axe-core finds serious or critical: rule and the first element."""
        self.page.evaluate((VENDOR / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate("async () => (await axe.run()).violations")
        return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in ("serious", "critical")]


@pytest.fixture
def window(chromium: Browser, live_server: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., Window]]:
    """`window(actor)` is a window that person is signed in with; without one, anybody's."""
    opened: list[Window] = []

    def window(actor: Actor | None = None, *, width: str = "desktop", scheme: str = "light", language: str = "en") -> Window:
        context = chromium.new_context(viewport=WIDTHS[width], color_scheme=scheme, locale=language)  # type: ignore[arg-type]
        if actor:
            at = datetime.now(UTC)
            session_id = uuid7(at)
            steps.open_session(id=session_id, user_id=actor.user_id, device=str(session_id), at=at,  # type: ignore[arg-type]
                               refresh_hash=session_id.bytes * 2, expires_at=at + timedelta(days=1))
            cookie = signing.dumps(str(session_id), salt=session.SALT)
            context.add_cookies([{"name": session.SESSION, "value": cookie, "url": live_server.url}])
        opened.append(Window(context.new_page(), live_server.url))
        return opened[-1]

    yield window
    for one in opened:
        one.page.context.close()
        assert one.complaints == [] and one.elsewhere == []


def picture(page: Page, name: str) -> Path:
    """A screenshot among the test's artefacts, to be looked at."""
    kept = Path(__file__).resolve().parents[2] / ".local" / "pictures" / f"{name}.png"
    kept.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=kept, full_page=True)
    return kept
