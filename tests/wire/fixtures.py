"""The real servers as pytest fixtures, and the guard that keeps every test on this machine."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page

from tests.wire.certificate import Certificate, make_certificate
from tests.wire.chromium import Viewport, pages, running_browser
from tests.wire.dovecot import Dovecot, running_dovecot
from tests.wire.loopback import Guard, loopback_only
from tests.wire.postgres import Postgres, running_postgres
from tests.wire.smtp import SmtpSink, running_sink


@pytest.fixture(autouse=True)
def stay_on_this_machine() -> Iterator[Guard]:
    """Refuse what leaves loopback, and fail the test even where its code swallowed the refusal."""
    with loopback_only() as guard:
        yield guard
    assert not guard.refused, f"the test tried to leave this machine: {guard.refused}"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for 127.0.0.1 and localhost, made for this run."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="session")
def dovecot(certificate: Certificate) -> Iterator[Dovecot]:
    """A Dovecot for the whole run; take a fresh `dovecot.account()` in each test."""
    with running_dovecot(certificate) as server:
        yield server


@pytest.fixture
def start_sink(certificate: Certificate) -> Iterator[Callable[..., SmtpSink]]:
    """Start SMTP sinks with the options of `running_sink`, each ended with the test."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(running_sink(**{"certificate": certificate} | options))


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A plain SMTP sink on loopback that asks for no log-in."""
    with running_sink() as sink:
        yield sink


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for the whole run."""
    with running_postgres() as server:
        yield server


# Not for the whole run: while Playwright's loop stands, no other test of the thread could run asyncio.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for the tests of one module."""
    with running_browser() as browser:
        yield browser


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[Viewport], Page]]:
    """Open pages, each in a context of its own that ends with the test."""
    with pages(browser) as opener:
        yield opener


@pytest.fixture
def browser_page(open_page: Callable[[Viewport], Page], request: pytest.FixtureRequest) -> Page:
    """A page in a context of its own; parametrise it indirectly with a Viewport for another size."""
    return open_page(getattr(request, "param", Viewport()))
