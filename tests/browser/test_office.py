"""An officer at work: the front page, the queue nobody serves, a request given to somebody while a colleague looks on."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from collection.contracts.models import Programme
from collection.dispatch.models import Job
from collection.kernel.db import transaction
from tests.browser.conftest import picture

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stuck(scene):
    """A request that only a contractor too far away could take."""
    Programme.objects.filter(pk=scene.programme.id).update(widening=[{"from_wave": 1, "radius_m": 100_000}])
    with transaction():
        scene.recycler(), scene.collector(km=600, bearing=0)
        pickup = scene.submit()
        assert scene.advance(pickup) == "unserved"
    return pickup


def test_an_officer_assigns_an_unserved_request_and_a_colleague_s_map_changes(scene, stuck, window):
    looking, working = window(scene.manager), window(scene.manager)
    queue = looking.open("/unserved")
    expect(queue.locator("[data-map]")).to_have_attribute("data-points", "1", timeout=20_000)
    page = working.open("/unserved")
    page.locator("#queue tbody a").click()
    page.get_by_role("button", name="Assign: ТОО").click()
    expect(page.locator(".chip.state")).to_have_text("Accepted")
    assert Job.objects.filter(pickup_id=stuck).count() == 1
    expect(queue.locator("[data-map]")).to_have_attribute("data-points", "0", timeout=20_000)
    expect(queue.locator("#queue")).to_contain_text("The queue is empty")


@pytest.mark.parametrize(("width", "scheme", "language"), [("desktop", "light", "en"), ("phone", "dark", "kk")])
def test_pages_are_sound_for_every_reader(scene, stuck, window, width, scheme, language):
    who = window(scene.manager, width=width, scheme=scheme, language=language)
    for path in ("/", "/unserved", f"/pickups/{stuck}", "/sign-in", "/second-factor", "/contracts", "/routes"):
        page = who.open(path)
        if page.locator("[data-map]").count():
            page.wait_for_selector("[data-ready]", timeout=20_000)
        assert who.axe() == [], path
        wide = page.evaluate("""[...document.querySelectorAll('main *')].filter(one => !one.closest('.scroll, .map, .tabs')
            && one.getBoundingClientRect().right > innerWidth).map(one => one.outerHTML.slice(0, 100))""")
        assert wide == [] and page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        picture(page, f"{path.split('/')[1] or 'overview'}-{width}-{scheme}-{language}")


def test_without_javascript_the_pages_are_tables_links_and_forms(scene, stuck, chromium, live_server, window):
    who = window(scene.manager)
    cookies = who.page.context.cookies()
    context = chromium.new_context(java_script_enabled=False, locale="en")
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(live_server.url + "/unserved")
    page.locator("#queue tbody a").click()
    page.get_by_role("button", name="Assign: ТОО").click()
    expect(page.locator(".chip.state")).to_have_text("Accepted")
    page.goto(live_server.url + "/")
    expect(page.locator(".card.declared .figure")).to_have_text("2t")
    context.close()
    assert Job.objects.filter(pickup_id=stuck).count() == 1
