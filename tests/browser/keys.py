"""Keys for a page that may have only just come: pressed once its scripts run and the field that is meant is ready."""

from playwright.sync_api import Page, expect


def press(page: Page, key: str) -> None:
    """Press a key once the page that is shown has loaded; before that its shortcuts do not listen."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def stands_in(page: Page, field: str) -> None:
    """Wait until the page has loaded and the field of a name has the focus; what is typed before goes astray."""
    page.wait_for_load_state()
    expect(page.locator(f"[name={field}]:focus")).to_have_count(1)
