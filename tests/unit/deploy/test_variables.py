"""What an instance is told."""

from __future__ import annotations

import json

from dotcloud.buildfile import Service
from dotcloud.platform.deploy.variables import as_json, as_yaml, instance_variables

WWW = Service("www", "python", environment={"A": "file", "B": "file"})
SHARED = {"DATABASE_URL": "postgresql://generated", "DOTCLOUD_DB_SQL_HOST": "127.0.0.1"}


def variables(**chosen: str) -> dict[str, str]:
    return instance_variables("mysite", "staging", WWW, 1, SHARED, {"http": 8000}, chosen)


def test_an_instance_knows_who_it_is() -> None:
    told = variables()
    assert told["DOTCLOUD_PROJECT"] == "mysite"
    assert told["DOTCLOUD_ENVIRONMENT"] == "staging"
    assert (told["DOTCLOUD_SERVICE_NAME"], told["DOTCLOUD_SERVICE_ID"]) == ("www", "1")
    assert told["PORT_HTTP"] == "8000"


def test_what_a_person_set_wins_over_the_build_file() -> None:
    told = variables(B="set")
    assert (told["A"], told["B"]) == ("file", "set")


def test_a_person_may_lead_the_site_to_another_database() -> None:
    assert variables()["DATABASE_URL"] == "postgresql://generated"
    assert variables(DATABASE_URL="postgresql://elsewhere")["DATABASE_URL"] == "postgresql://elsewhere"


def test_generated_names_with_our_prefix_always_win() -> None:
    assert variables(DOTCLOUD_DB_SQL_HOST="x")["DOTCLOUD_DB_SQL_HOST"] == "127.0.0.1"


def test_the_json_has_one_pair_a_line_with_one_space_after_the_colon() -> None:
    assert as_json({"A": "1", "B": 'x"y'}) == '{\n    "A": "1",\n    "B": "x\\"y"\n}\n'


def test_the_yaml_says_the_same_as_the_json() -> None:
    import yaml

    told = {"A": "1", "B": "yes", "C": 'quote " and # and : \n newline', "D": "", "E": "ü"}
    assert yaml.safe_load(as_yaml(told)) == json.loads(as_json(told)) == told
