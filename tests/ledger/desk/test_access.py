"""Who may do what: every route names one permission, and nothing is changed by another's page."""

import re
from collections.abc import Iterator
from datetime import timedelta
from inspect import iscoroutinefunction
from types import FunctionType

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlmodel import select
from starlette.routing import BaseRoute, Mount
from starlette.testclient import TestClient

from config.settings import Settings
from ledger import staff
from ledger.database import Database
from ledger.desk.access import MAY, Need, Officer, Permission, own_path
from ledger.desk.app import create
from ledger.models import Staff, StaffSession
from ledger.words import Role
from tests.ledger.desk.conftest import HERE, ClientAs
from tests.ledger.desk.signed import put_account, sign, token_of
from tests.ledger.shelf import NOW, PreparedReader

OPEN = {("GET", "/masuk"), ("POST", "/masuk"), ("GET", "/sehat")}


def routes_of(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    """Give every route, those of included routers too."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from routes_of(inner.routes)


def permissions(route: APIRoute) -> list[Permission]:
    return [each.call.permission for each in route.dependant.dependencies if isinstance(each.call, Need)]


@pytest.fixture
def routes(page_app: FastAPI) -> list[APIRoute]:
    return [route for route in routes_of(list(page_app.routes)) if isinstance(route, APIRoute)]


def pairs(route: APIRoute) -> set[tuple[str, str]]:
    return {(method, route.path) for method in route.methods}


def filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "1", path)


def test_every_route_names_exactly_one_permission(routes: list[APIRoute]) -> None:
    assert len(routes) > 20
    for route in routes:
        assert len(permissions(route)) == (0 if pairs(route) <= OPEN else 1), pairs(route)


def test_no_form_is_read_before_the_permission_was_asked(routes: list[APIRoute]) -> None:
    # Only asynchronous dependencies read bodies; in a route they run in the order in which they are named.
    calls = {str(pairs(route)): [each.call for each in route.dependant.dependencies] for route in routes}
    steps = {
        name: ["form" if iscoroutinefunction(call) else "need" for call in of if isinstance(call, Need | FunctionType)]
        for name, of in calls.items()
    }
    assert [name for name, of in steps.items() if "form" in of and of[0] != "need"] == []


def test_nothing_but_routes_and_static_files_is_served(page_app: FastAPI) -> None:
    others = [route for route in routes_of(list(page_app.routes)) if not isinstance(route, APIRoute)]
    assert [route.path for route in others if isinstance(route, Mount)] == ["/static"]
    assert len(others) == 1


def test_a_route_without_a_permission_would_be_found(page_app: FastAPI) -> None:
    page_app.add_api_route("/lupa", lambda: "terbuka")
    bare = [
        route for route in routes_of(list(page_app.routes)) if isinstance(route, APIRoute) and not permissions(route)
    ]
    assert {pair for route in bare for pair in pairs(route)} - OPEN == {("GET", "/lupa")}


def test_every_route_that_changes_something_asks_for_more_than_reading(routes: list[APIRoute]) -> None:
    # An export changes nothing but the chain, which says who took a copy.
    own_business = {("POST", "/keluar"), ("POST", "/sandi"), ("POST", "/laporan/buku")}
    for route in routes:
        if route.methods - {"GET", "HEAD"} and not pairs(route) <= OPEN | own_business:
            assert permissions(route) != [Permission.READ], pairs(route)


def test_nobody_reaches_a_page_without_signing_in(routes: list[APIRoute], client_as: ClientAs) -> None:
    nobody = client_as(None)
    for method, path in sorted({pair for route in routes for pair in pairs(route)} - OPEN):
        answer = nobody.request(method, filled(path), headers={"Sec-Fetch-Site": "same-origin"})
        if method == "GET":
            assert answer.status_code == 303, path
            assert answer.headers["location"].partition("?")[0] == "/masuk"
        else:
            assert answer.status_code in (303, 401), path
            assert answer.headers.get("location", "/masuk") == "/masuk"


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_refused_exactly_what_it_may_not_do(routes: list[APIRoute], client_as: ClientAs, role: Role) -> None:
    browser = client_as(role)
    for route in routes:
        for method, path in sorted(pairs(route) - OPEN):
            if permissions(route)[0] not in MAY[role]:
                assert browser.request(method, filled(path)).status_code == 403, (method, path)


def test_the_roles_grow_as_the_office_means_them() -> None:
    assert MAY[Role.PEMBACA] == {Permission.READ}
    assert MAY[Role.PETUGAS] == {Permission.READ, Permission.RECORD}
    assert MAY[Role.KEPALA] == {Permission.READ, Permission.RECORD, Permission.DISPOSE}
    assert MAY[Role.ADMIN] == set(Permission)
    assert Officer(1, "siti", "Siti", Role.KEPALA).may(Permission.DISPOSE)
    assert not Officer(1, "siti", "Siti", Role.KEPALA).may(Permission.ADMIN)


def test_a_refused_page_says_so_in_plain_words(client_as: ClientAs) -> None:
    answer = client_as(Role.PETUGAS).get("/akun")
    assert answer.status_code == 403
    assert "Bukan wewenang akun ini" in answer.text


def test_health_is_open_and_tells_nothing_else(client_as: ClientAs) -> None:
    answer = client_as(None).get("/sehat")
    assert (answer.status_code, answer.text) == (200, "sehat")


# Sessions


def test_going_somewhere_without_a_session_leads_back_there(client_as: ClientAs) -> None:
    answer = client_as(None).get("/buku?cari=a%26b&register=PGD")
    assert answer.headers["location"] == "/masuk?ke=%2Fbuku%3Fcari%3Da%2526b%26register%3DPGD"
    assert client_as(None).get("/").headers["location"] == "/masuk"


def test_a_script_without_a_session_is_told_so_and_not_given_a_page(client_as: ClientAs) -> None:
    answer = client_as(None).get("/buku", headers={"Sec-Fetch-Dest": "empty"})
    assert (answer.status_code, answer.text) == (401, "")


def test_what_was_typed_is_given_back_when_the_session_is_over(client_as: ClientAs) -> None:
    answer = client_as(None).post(
        "/akun",
        data={"nama": 'Siti "><script>alert(1)</script>', "masuk": "siti"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 401
    assert 'name="nama" value="Siti &#34;&gt;&lt;script&gt;' in answer.text and "<script>alert" not in answer.text
    assert 'action="/akun"' in answer.text


def test_a_password_is_never_given_back(client_as: ClientAs) -> None:
    answer = client_as(None).post("/sandi", data={"lama": "rahasia-sekali"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 303 and answer.headers["location"] == "/masuk"


def test_a_form_that_cannot_be_read_is_not_given_back_either(client_as: ClientAs) -> None:
    answer = client_as(None).post(
        "/akun", content=b"{}", headers={"Sec-Fetch-Site": "same-origin", "Content-Type": "a/b"}
    )
    assert answer.status_code == 401
    assert "Masuk kembali" in answer.text


def test_a_one_time_password_must_be_changed_before_anything_else(page_app: FastAPI, client_as: ClientAs) -> None:
    database = page_app.state.door.database
    with database.noting() as session:
        put_account(session, Role.ADMIN, must_change=True)
    browser = client_as(Role.ADMIN)
    for method, path in (("GET", "/"), ("GET", "/akun"), ("POST", "/akun"), ("GET", "/surat/1/asli.eml")):
        answer = browser.request(method, path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sandi")
    assert browser.get("/sandi").status_code == 200


def test_a_disabled_account_is_out_at_its_next_click(page_app: FastAPI, client_as: ClientAs) -> None:
    browser = client_as(Role.PETUGAS)
    assert browser.get("/").status_code == 200
    with page_app.state.door.database.writing() as session:
        staff.disable(session, staff.account(session, "petugas"), at=NOW, actor="admin")
    assert browser.get("/").status_code == 303


def test_a_new_role_is_in_force_at_the_next_click(page_app: FastAPI, client_as: ClientAs) -> None:
    browser = client_as(Role.PEMBACA)
    assert browser.get("/akun").status_code == 403
    with page_app.state.door.database.writing() as session:
        staff.set_role(session, staff.account(session, "pembaca"), Role.ADMIN, at=NOW, actor="admin")
    assert browser.get("/akun").status_code == 200


def test_using_the_desk_keeps_a_session_alive(database: Database, office: Settings) -> None:
    moment = [NOW]
    app = create(database, office, PreparedReader(), lambda: moment[0])
    with TestClient(app, base_url=HERE, follow_redirects=False) as browser:
        sign(browser, app.state.door, Role.PETUGAS)
        for _ in range(4):
            moment[0] += timedelta(minutes=50)
            assert browser.get("/").status_code == 200
        with database.reading() as session:
            assert session.exec(select(StaffSession)).one().seen_at == moment[0]
        moment[0] += timedelta(minutes=61)
        assert browser.get("/").status_code == 303


@pytest.mark.parametrize("token", ["x", "é", '"; DROP TABLE staff', "a" * 4000])
def test_a_made_up_cookie_opens_nothing(client_as: ClientAs, token: str) -> None:
    nobody = client_as(None)
    assert nobody.get("/", headers={"Cookie": f"sesi={token}".encode()}).status_code == 303


# Other people's pages

CROSS = [
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": HERE},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example.org"},
    {"Sec-Fetch-Site": "none", "Origin": "https://evil.example.org"},
    {"Sec-Fetch-Site": ""},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://127.0.0.1"},
    {"Origin": "http://127.0.0.1:8025.evil.example.org"},
    {"Origin": "https://127.0.0.1:8025"},
    {"Origin": "http://[bukan"},
    {"Referer": "https://evil.example.org/"},
    {"Referer": "https://evil.example.org/http://127.0.0.1:8025/"},
    {"Referer": "//127.0.0.1:8025/akun"},
    {"Origin": "https://evil.example.org", "Referer": f"{HERE}/akun"},
]
OWN = [
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": HERE},
    {"Origin": HERE},
    {"Origin": HERE.upper()},
    {"Referer": f"{HERE}/akun?a=b"},
]
NEW = {"nama": "Budi Santoso", "masuk": "budi", "peran": "petugas"}


@pytest.fixture
def admin(client_as: ClientAs) -> TestClient:
    browser = client_as(Role.ADMIN)
    del browser.headers["Sec-Fetch-Site"]
    return browser


@pytest.mark.parametrize("headers", CROSS, ids=str)
@pytest.mark.parametrize("path", ["/akun", "/masuk", "/keluar", "/tidak-ada"])
def test_a_form_from_elsewhere_changes_nothing(
    admin: TestClient, database: Database, headers: dict[str, str], path: str
) -> None:
    answer = admin.post(path, data=NEW, headers=headers)
    assert answer.status_code == 403
    assert "Permintaan ditolak" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "set-cookie" not in answer.headers
    with database.reading() as session:
        assert len(session.exec(select(Staff)).all()) == 1


@pytest.mark.parametrize("headers", OWN, ids=str)
def test_a_form_of_the_desk_itself_is_taken(admin: TestClient, headers: dict[str, str]) -> None:
    assert admin.post("/akun", data=NEW, headers=headers).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_other_unsafe_methods_are_refused_alike(admin: TestClient, method: str) -> None:
    assert admin.request(method, "/akun").status_code == 403


def test_a_link_from_elsewhere_may_be_followed(admin: TestClient) -> None:
    assert admin.get("/buku", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


# Beyond this machine


@pytest.fixture
def proxied(database: Database, office: Settings) -> Iterator[TestClient]:
    """A browser at a desk that a reverse proxy serves over TLS as buku.example.go.id."""
    desk = office.desk.model_copy(update={"behind_proxy": "127.0.0.1", "names": ("buku.example.go.id",)})
    app = create(database, office.model_copy(update={"desk": desk}), PreparedReader(), lambda: NOW)
    with TestClient(app, base_url="https://buku.example.go.id", follow_redirects=False) as browser:
        browser.headers["Origin"] = "https://buku.example.go.id"
        yield browser


def test_over_tls_the_cookie_is_bound_to_the_host_and_to_tls(proxied: TestClient, database: Database) -> None:
    with database.writing() as session:
        _, password = staff.add(session, "siti", "Siti", Role.PETUGAS, at=NOW, actor="admin")
    answer = proxied.post("/masuk", data={"masuk": "siti", "sandi": password})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-sesi=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} == set(cookie.split("; ")[1:])
    assert proxied.get("/sandi").status_code == 200


def test_a_cookie_without_the_prefix_is_not_looked_at(proxied: TestClient, database: Database) -> None:
    token = token_of(database, Role.PETUGAS)
    assert proxied.get("/", headers={"Cookie": f"sesi={token}"}).status_code == 303
    assert proxied.get("/", headers={"Cookie": f"__Host-sesi={token}"}).status_code == 200


def test_what_did_not_come_over_tls_is_refused(proxied: TestClient) -> None:
    for path in ("/", "/masuk", "/static/desk.css"):
        assert proxied.get(f"http://buku.example.go.id{path}").status_code == 403


def test_only_declared_names_are_answered(proxied: TestClient) -> None:
    assert proxied.get("/masuk", headers={"Host": "lain.example.go.id"}).status_code == 400


# Where a browser may be sent


@pytest.mark.parametrize("path", ["/", "/buku", "/buku?cari=a%20b&x=http://evil.example.org", "/a/../b", "/.//x"])
def test_a_path_of_this_desk_may_be_gone_to(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "buku",
        "//evil.example.org",
        "///evil.example.org",
        "/\\evil.example.org",
        "\\\\evil.example.org",
        "/\t/evil.example.org",
        "/\n/evil.example.org",
        " //evil.example.org",
        "http://evil.example.org",
        "https:evil.example.org",
        "javascript:alert(1)",
        "/buku\r\nSet-Cookie: a=b",
        "/\u2028",
        "/é",
        "/" + "x" * 2000,
    ],
)
def test_anything_else_leads_home(path: str) -> None:
    assert own_path(path) == "/"
