"""Basic auth and headers: as the file says, for every route, and changed by a reload."""

import asyncio
from base64 import b64encode

import bcrypt
import pytest

from monitor.settings import WebSettings
from monitor.settings.web_config import HttpServer, WebConfig
from monitor.web.access import Access, Passwords


def hashed(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()


def basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture
def passwords() -> Passwords:
    return Passwords({"alice": hashed("correct:horse"), "bøb": hashed("staple")})


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The passwords that bcrypt was asked about."""
    asked: list[bytes] = []
    really = bcrypt.checkpw

    def check(password: bytes, against: bytes) -> bool:
        asked.append(password)
        return really(password, against)

    monkeypatch.setattr(bcrypt, "checkpw", check)
    return asked


async def test_a_user_with_the_right_password_is_let_in(passwords: Passwords) -> None:
    assert await passwords.allow(basic("alice", "correct:horse"))
    assert await passwords.allow(basic("bøb", "staple"))
    assert await passwords.allow(basic("alice", "correct:horse").replace("Basic", "basic"))


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer correct:horse",
        "Basic",
        "Basic !!!",
        "Basic " + b64encode(b"alice").decode(),
        "Basic " + b64encode(b"\xff:staple").decode(),
        basic("alice", "staple"),
        basic("alice", ""),
        basic("carol", "correct:horse"),
        basic("alice", "correct:horse" + "\0" * 80),
    ],
)
async def test_nobody_else_is(passwords: Passwords, authorization: str | None) -> None:
    assert not await passwords.allow(authorization)


async def test_a_stranger_costs_as_much_as_a_wrong_password(passwords: Passwords, checked: list[bytes]) -> None:
    await passwords.allow(basic("carol", "guess"))
    assert checked == [b"guess"]


async def test_the_same_credentials_are_checked_once(passwords: Passwords, checked: list[bytes]) -> None:
    outcomes = await asyncio.gather(*(passwords.allow(basic("alice", "correct:horse")) for _ in range(5)))
    assert outcomes == [True] * 5
    assert len(checked) == 1
    await passwords.allow(basic("alice", "wrong"))
    await passwords.allow(basic("alice", "wrong"))
    assert len(checked) == 2


async def test_a_flood_of_guesses_is_not_remembered_for_ever_nor_pushes_out_what_was_right(
    passwords: Passwords, checked: list[bytes]
) -> None:
    assert await passwords.allow(basic("alice", "correct:horse"))
    for guess in range(200):
        assert not await passwords.allow(basic("alice", str(guess)))
    asked = len(checked)
    assert await passwords.allow(basic("alice", "correct:horse"))
    assert not await passwords.allow(basic("alice", "199"))
    assert len(checked) == asked
    assert not await passwords.allow(basic("alice", "0"))
    assert len(checked) == asked + 1


async def test_a_changed_password_ends_the_old_one_at_once() -> None:
    access = Access(WebConfig(basic_auth_users={"alice": hashed("old")}))
    assert await access.passwords.allow(basic("alice", "old"))
    access.apply(WebConfig(basic_auth_users={"alice": hashed("new")}), WebSettings())
    assert not await access.passwords.allow(basic("alice", "old"))
    assert await access.passwords.allow(basic("alice", "new"))


def test_the_files_headers_come_instead_of_our_own_and_an_empty_one_removes() -> None:
    headers = {"X-Frame-Options": "sameorigin", "Content-Security-Policy": ""}
    access = Access(WebConfig(http_server_config=HttpServer.model_validate({"headers": headers})))
    assert access.headers["X-Frame-Options"] == "sameorigin"
    assert "Content-Security-Policy" not in access.headers
    assert access.headers["X-Content-Type-Options"] == "nosniff"
