"""Chromium opens what this machine serves, and nothing else."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Error, Page

from tests.wire.chromium import Viewport


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write("<title>Buku</title><h1>—</h1><script>document.title += ' hidup'</script>".encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_chromium_opens_a_page_on_loopback_in_a_wide_window(browser_page: Page, address: str) -> None:
    browser_page.goto(address)
    assert browser_page.title() == "Buku hidup"
    assert browser_page.evaluate("innerWidth") == 1280


@pytest.mark.parametrize("browser_page", [Viewport(360, 740, scripts=False)], indirect=True)
def test_chromium_opens_a_narrow_window_without_scripts(browser_page: Page, address: str) -> None:
    browser_page.goto(address)
    assert browser_page.title() == "Buku"
    assert browser_page.viewport_size == {"width": 360, "height": 740}


@pytest.mark.parametrize("elsewhere", ["http://example.org/", "http://192.0.2.1/"])
def test_chromium_reaches_nothing_outside(browser_page: Page, elsewhere: str) -> None:
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        browser_page.goto(elsewhere)
