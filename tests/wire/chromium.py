"""Debian's Chromium, driven by Playwright: one browser for a test module, a context of its own for each test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.wire.needed import needed

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
WAIT_MILLISECONDS = 30_000
"""How long a page may take to come to a state, with the other tests beside it; no test measures by it."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """The size of the page in CSS pixels, and whether scripts run."""

    width: int = 1280
    height: int = 800
    scripts: bool = True


def find_chromium() -> str | None:
    """Return the path of the installed Chromium."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Run Chromium for as long as the block lasts; it reaches nothing but this machine."""
    path = needed(find_chromium(), "chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def pages(browser: Browser) -> Iterator[Callable[[Viewport], Page]]:
    """Give a function that opens a page in a context of its own; all are closed when the block ends."""
    contexts: list[BrowserContext] = []
    expect.set_options(timeout=WAIT_MILLISECONDS)

    def open_page(viewport: Viewport) -> Page:
        context = browser.new_context(
            viewport={"width": viewport.width, "height": viewport.height},
            java_script_enabled=viewport.scripts,
            locale="id-ID",
            timezone_id="Asia/Jakarta",
        )
        context.set_default_timeout(WAIT_MILLISECONDS)
        contexts.append(context)
        return context.new_page()

    try:
        yield open_page
    finally:
        for context in contexts:
            context.close()
