"""Each variable taken away, weak, or equal to another: what a visitor of the function is told."""

import pytest

from tests.support.caller import Heard

from .conftest import Deploys
from .function import THREE, Function

API, ADMIN, SIGNING = THREE
CLIENTS, OPERATOR = THREE[API], THREE[ADMIN]
TEMPORARY = "sk-rt1.s.eyJ2IjoxfQ.bWFj"
SENTENCES = {
    ("en", "missing"): "is not set.",
    ("zh", "missing"): "没有设置",
    ("en", "weak"): "is too weak",
    ("zh", "weak"): "太弱",
    ("en", "same"): "is the same as",
    ("zh", "same"): "相同",
}


async def page(function: Function, lang: str) -> Heard:
    return await function.get(
        "/", ("accept", "text/html,*/*;q=0.8"), ("accept-language", f"{lang}-XX,fr;q=0.5")
    )


async def cron(function: Function, key: str) -> Heard:
    return await function.get("/api/cron/daily", key=key)


@pytest.mark.parametrize(
    ("variable", "value", "fault", "closed"),
    [
        (API, "", "missing", True),
        (API, "changeme", "weak", True),
        (ADMIN, "", "missing", False),
        (ADMIN, "changeme", "weak", False),
        (ADMIN, CLIENTS, "same", False),
        (SIGNING, "", "missing", False),
        (SIGNING, "changeme", "weak", False),
        (SIGNING, CLIENTS, "same", False),
        (SIGNING, OPERATOR, "same", False),
        ("OPENAI_API_KEY", "", "missing", True),
    ],
)
async def test_a_browser_sees_which_and_how_to_mend_it(
    deploys: Deploys, variable: str, value: str, fault: str, closed: bool
) -> None:
    """
    A page in the visitor's language names the variable, what is wrong with it, and what to do; 503
    if nothing can be served without it.
    """
    async with deploys(**{variable: value}) as scene:
        seen = {lang: await page(scene.function, lang) for lang in ("en", "zh")}

    for lang, heard in seen.items():
        told = heard.body.decode()
        assert (503 if closed else 200) == heard.status
        assert "text/html; charset=utf-8" == heard.header("content-type")
        assert f'<html lang="{lang}">' in told
        assert f"<code>{variable}</code>" in told
        assert SENTENCES[lang, fault] in told
        assert ("redeploy" if lang == "en" else "重新部署") in told
        assert not value or value not in told


@pytest.mark.parametrize("value", ["", "changeme"])
async def test_without_a_client_key_every_call_says_so(deploys: Deploys, value: str) -> None:
    """
    503 in the caller's own dialect, with the variable's name.
    """
    async with deploys(**{API: value}) as scene:
        openais = await scene.function.ask()
        anthropics = await scene.function.ask_claude()

    assert (503, "not_configured") == (openais.status, openais.error["code"])
    assert (503, "overloaded_error") == (anthropics.status, anthropics.error["type"])
    for heard in (openais, anthropics):
        assert "Set RELAY_API_KEY to 16" in heard.error["message"].replace("it to", API + " to")


@pytest.mark.parametrize("value", ["", "changeme", CLIENTS])
async def test_without_an_admin_key_the_rest_is_served(deploys: Deploys, value: str) -> None:
    """
    Chats are answered; what is the operator's is answered 503 with the variable's name, whoever
    asks, and a client's key opens nothing.
    """
    async with deploys(**{ADMIN: value}) as scene:
        chat = await scene.function.ask()
        daily = await cron(scene.function, value or CLIENTS)

    assert 200 == chat.status
    assert (503, "not_configured") == (daily.status, daily.error["code"])
    assert f"{ADMIN} is " in daily.error["message"]


@pytest.mark.parametrize("value", ["", "changeme", CLIENTS, OPERATOR])
async def test_without_a_signing_secret_the_rest_is_served(deploys: Deploys, value: str) -> None:
    """
    Chats are answered; a temporary key, which nobody can check then, is answered 503 with the
    variable's name.
    """
    async with deploys(**{SIGNING: value}) as scene:
        chat = await scene.function.ask()
        temporary = await scene.function.get("/v1/models", key=TEMPORARY)

    assert 200 == chat.status
    assert (503, "not_configured") == (temporary.status, temporary.error["code"])
    assert f"{SIGNING} is " in temporary.error["message"]


async def test_a_configuration_that_cannot_be_used_is_told(deploys: Deploys) -> None:
    """
    Half of a store's pair: a page and JSON that name the other half; nothing crashes.
    """
    async with deploys(KV_REST_API_TOKEN="") as scene:
        seen = await page(scene.function, "zh")
        openais = await scene.function.ask()
        anthropics = await scene.function.ask_claude()

    assert [503] * 3 == [heard.status for heard in (seen, openais, anthropics)]
    assert "<code>KV_REST_API_TOKEN</code>" in seen.body.decode()
    assert "配置无法使用" in seen.body.decode()
    assert "KV_REST_API_TOKEN: is missing" in openais.error["message"]
    assert "KV_REST_API_TOKEN: is missing" in anthropics.error["message"]


async def test_with_everything_there_the_page_says_so(deploys: Deploys) -> None:
    """
    Nothing is missing; the operator's job and the platform's clock are let in, a client is not.
    """
    async with deploys(CRON_SECRET="cron-secret-of-the-platform-01") as scene:
        seen = await page(scene.function, "en")
        keys = (OPERATOR, "cron-secret-of-the-platform-01", CLIENTS)
        daily = [(await cron(scene.function, key)).status for key in keys]

    assert (200, True) == (seen.status, "The relay serves." in seen.body.decode())
    assert [200, 200, 401] == daily
