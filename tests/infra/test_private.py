"""Where reading is not public: what is closed, what may open it, and who may make a session."""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigatewayv2, aws_dynamodb

from earshot.access.key_pair import secret_name
from earshot.access.session import pem
from infra.context import SettingsError
from infra.network import INTERFACES
from infra.settings import Settings
from infra.sign_in import CookieKey, SignIn
from tests.infra.conftest import CHOSEN, NO_PIP
from tests.infra.template import Template, listed, reference

PROVIDER = (
    *("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "GROUPS_CLAIM"),
    *("READERS", "EDITORS", "SESSION_HOURS"),
)
PUBLIC_KEY = str(CHOSEN["session_key"])


@pytest.fixture
def behaviors(chosen: Template) -> dict[str, Any]:
    (found,) = chosen.properties("CloudFront::Distribution").values()
    config = found["DistributionConfig"]
    others = {one["PathPattern"]: one for one in config["CacheBehaviors"]}
    return {"/": config["DefaultCacheBehavior"]} | others


def test_api_and_sound_are_closed_at_the_edge(
    chosen: Template, aws: Template, behaviors: dict[str, Any]
) -> None:
    closed = {path for path, one in behaviors.items() if one.get("TrustedKeyGroups")}
    assert closed == {"/api/*", "/audio/*", "/playback/*"}
    # A form for the bucket carries its own signature, and answers nothing.
    assert set(behaviors) - closed == {"/", "/auth/*", "/upload"}
    (group,) = chosen.properties("CloudFront::KeyGroup").values()
    ((name, key),) = chosen.properties("CloudFront::PublicKey").items()
    assert key["PublicKeyConfig"]["EncodedKey"] == pem(PUBLIC_KEY)
    assert [reference(one) for one in group["KeyGroupConfig"]["Items"]] == [name]
    assert "TrustedKeyGroups" not in aws.path.read_text(), "public is the default"


def test_no_answer_of_the_api_is_kept_at_the_edge(behaviors: dict[str, Any]) -> None:
    disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # AWS's policy CachingDisabled
    for path in ("/api/*", "/auth/*"):
        assert behaviors[path]["CachePolicyId"] == disabled


def test_the_page_sends_who_has_no_session_to_sign_in(chosen: Template) -> None:
    codes = [one["FunctionCode"] for one in chosen.properties("CloudFront::Function").values()]
    assert any("/auth/login" in code for code in codes)


def test_only_the_sign_in_function_can_make_a_session(chosen: Template) -> None:
    private = secret_name(PUBLIC_KEY)
    may = {
        name
        for name in chosen.functions
        for one in chosen.statements(name)
        if private in str(one["Resource"])
    }
    assert may == {"SignInFunction"}
    told = chosen.functions["SignInFunction"]["Environment"]["Variables"]
    assert told["EARSHOT_SESSION_SECRET"] == private
    assert "PRIVATE KEY" not in chosen.path.read_text()


def test_the_sign_in_function_may_read_its_key_and_write_its_log_and_no_more(
    chosen: Template,
) -> None:
    granted = {
        action
        for one in chosen.statements("SignInFunction")
        if one["Effect"] == "Allow"
        for action in listed(one["Action"])
    }
    assert granted - set(INTERFACES) == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "secretsmanager:GetSecretValue",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    }


def test_the_function_that_reads_checks_keys_and_sessions(chosen: Template, aws: Template) -> None:
    closed = chosen.functions["Api"]["Environment"]["Variables"]
    assert closed["EARSHOT_READING"] == "sign-in"
    assert closed["EARSHOT_SESSION_KEY"] == PUBLIC_KEY
    assert "EARSHOT_READS_ONLY" not in closed
    assert aws.functions["Api"]["Environment"]["Variables"]["EARSHOT_READS_ONLY"] == "true"


def test_people_are_invited_and_their_client_has_no_secret(chosen: Template) -> None:
    (pool,) = chosen.properties("Cognito::UserPool").values()
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["DeletionProtection"] == "ACTIVE"
    (client,) = chosen.properties("Cognito::UserPoolClient").values()
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["CallbackURLs"] == ["https://search.example.org/auth/callback"]
    groups = chosen.properties("Cognito::UserPoolGroup").values()
    assert {one["GroupName"] for one in groups} == {"editors"}


def test_a_provider_of_ones_own_is_told_with_its_claim_its_groups_and_the_hours(
    tmp_path: Path,
) -> None:
    app = cdk.App(outdir=str(tmp_path), context=dict(NO_PIP))
    stack = cdk.Stack(app, "Earshot")
    values = {
        "reading": "sign-in",
        "session_key": PUBLIC_KEY,
        "sign_in_issuer": "https://login.example.org/realm",
        "sign_in_client_id": "earshot",
        "sign_in_client_secret": "earshot/client",
        "sign_in_groups_claim": "roles",
        "sign_in_readers": "staff",
        "sign_in_editors": "curators",
        "sign_in_hours": 8,
    }
    SignIn(
        stack,
        "SignIn",
        site="https://search.example.org",
        cookie_key=CookieKey(stack, "Cookies", public_key=PUBLIC_KEY),
        keys=aws_dynamodb.Table.from_table_name(stack, "Keys", "keys"),
        http_api=aws_apigatewayv2.HttpApi(stack, "Api"),
        settings=Settings.from_values(values),
    )
    template = Template(Path(app.synth().directory))
    assert not template.properties("Cognito::UserPool"), "the operator's provider is used"
    told = template.functions["SignInFunction"]["Environment"]["Variables"]
    assert {name: told[f"EARSHOT_{name}"] for name in PROVIDER} == {
        "ISSUER": "https://login.example.org/realm",
        "CLIENT_ID": "earshot",
        "CLIENT_SECRET": "earshot/client",
        "GROUPS_CLAIM": "roles",
        "READERS": "staff",
        "EDITORS": "curators",
        "SESSION_HOURS": "8",
    }
    granted = json.dumps(list(template.statements("SignInFunction")))
    assert "secret:earshot/client-??????" in granted


def refused(**values: object) -> str:
    with pytest.raises(SettingsError) as found:
        Settings.from_values(values)
    return str(found.value)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"reading": "everyone"}, "reading must be public, key or sign-in"),
        ({"reading": "key"}, "`earshot sign-in-key` makes one"),
        ({"reading": "key", "session_key": "abc"}, "session_key must be a public key"),
        ({"sign_in_issuer": "https://login.example.org"}, "go together"),
        (
            {"sign_in_issuer": "http://login.example.org", "sign_in_client_id": "x"},
            "must begin with https://",
        ),
        ({"sign_in_client_secret": "mine"}, "goes with sign_in_issuer"),
        (
            {"reading": "sign-in", "session_key": PUBLIC_KEY, "stack_name": "MyAwsStack"},
            "stack_name may not hold 'aws'",
        ),
    ],
)
def test_choices_that_do_not_go_together_are_refused(values: dict[str, object], said: str) -> None:
    assert said in refused(**values)


def test_another_key_is_another_resource(tmp_path: Any) -> None:
    """CloudFront changes no key in place."""
    from earshot.access.key_pair import make

    stack = cdk.Stack(cdk.App(outdir=str(tmp_path)), "Earshot")
    ids = {
        stack.resolve(CookieKey(stack, name, public_key=key).key.public_key_id)["Ref"]
        for name, key in (("One", PUBLIC_KEY), ("Two", make().public))
    }
    assert len({one[-16:] for one in ids}) == 2
