"""What every service of an application is told about the others (the names of 2011)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dotcloud.platform import services


def row(kind: str, name: str, first: object = None, **more: Any) -> Any:
    chosen = SimpleNamespace(order_by=lambda *_: SimpleNamespace(first=lambda: first))
    environment = SimpleNamespace(
        name="default", application=SimpleNamespace(name="ramen"), services=SimpleNamespace(filter=lambda **_: chosen)
    )
    facts = {"pk": 1, "port": 20001, "password": "pw", "http_port": None, "ports": {}, "instance_count": 1}
    return SimpleNamespace(type=kind, name=name, environment=environment, **{**facts, **more})


@pytest.mark.parametrize(
    ("kind", "infix", "scheme", "login", "modern"),
    [
        ("postgresql", "SQL", "pgsql", "root", {"DATABASE_URL": "postgres://root:pw@127.0.0.1:20001/ramen"}),
        ("mysql", "MYSQL", "mysql", "root", {"DATABASE_URL": "mysql://root:pw@127.0.0.1:20001/ramen"}),
        ("redis", "REDIS", "redis", "redis", {"REDIS_URL": "redis://:pw@127.0.0.1:20001/0"}),
    ],
)
def test_a_data_service(kind: str, infix: str, scheme: str, login: str, modern: dict[str, str]) -> None:
    assert services.variables(row(kind, "db")) == {
        f"DOTCLOUD_DB_{infix}_HOST": "127.0.0.1",
        f"DOTCLOUD_DB_{infix}_LOGIN": login,
        f"DOTCLOUD_DB_{infix}_PASSWORD": "pw",
        f"DOTCLOUD_DB_{infix}_PORT": "20001",
        f"DOTCLOUD_DB_{infix}_URL": f"{scheme}://{login}:pw@127.0.0.1:20001",
        **modern,
    }


def test_only_the_first_database_gives_the_modern_url() -> None:
    second = row("postgresql", "other", first=SimpleNamespace(pk=0))
    assert "DATABASE_URL" not in services.variables(second)
    assert "DOTCLOUD_OTHER_SQL_URL" in services.variables(second)


def test_a_data_service_that_is_not_made_yet_tells_nothing() -> None:
    assert services.variables(row("postgresql", "db", port=None)) == {}


def test_a_web_service() -> None:
    assert services.variables(row("python", "www", http_port=8003)) == {
        "DOTCLOUD_WWW_HTTP_HOST": "127.0.0.1",
        "DOTCLOUD_WWW_HTTP_URL": "http://127.0.0.1:8003/",
    }


def test_a_custom_port() -> None:
    assert services.variables(row("custom", "game", ports={"play": {"protocol": "tcp", "port": 4000}})) == {
        "DOTCLOUD_GAME_PLAY_HOST": "127.0.0.1",
        "DOTCLOUD_GAME_PLAY_PORT": "4000",
        "DOTCLOUD_GAME_PLAY_URL": "tcp://127.0.0.1:4000",
        "DOTCLOUD_GAME_PLAY_HOST_0": "127.0.0.1",
        "DOTCLOUD_GAME_PLAY_PORT_0": "4000",
        "DOTCLOUD_GAME_PLAY_URL_0": "tcp://127.0.0.1:4000",
    }


def test_the_custom_ports_of_a_scaled_service() -> None:
    told = services.variables(row("custom", "game", ports={"play": {"protocol": "udp", "port": [4000, 4001]}}))
    assert told["DOTCLOUD_GAME_PLAY_PORT"] == told["DOTCLOUD_GAME_PLAY_PORT_0"] == "4000"
    assert told["DOTCLOUD_GAME_PLAY_URL_1"] == "udp://127.0.0.1:4001"
