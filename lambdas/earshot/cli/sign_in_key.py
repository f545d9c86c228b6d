"""`earshot sign-in-key`: the pair of keys that a private deployment signs its sessions with."""

import json

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from earshot.access.key_pair import make, secret_name
from earshot.errors import EarshotError


class NotKept(EarshotError):
    """The private key could not be put into Secrets Manager; there is no such pair now."""


def sign_in_key() -> None:
    """Make a pair of keys: the private one goes into Secrets Manager, the other is printed.

    Put that line into earshot.json. With another pair, everybody signs in anew after the next
    deployment.
    """
    pair = make()
    name = secret_name(pair.public)
    try:
        boto3.client("secretsmanager").create_secret(
            Name=name,
            SecretString=pair.private,
            Description="Earshot: signs sessions. Delete it when no deployment has this key.",
        )
    except (BotoCoreError, ClientError) as error:
        raise NotKept(f"Secrets Manager did not take the private key: {error}") from error
    print(f'"session_key": {json.dumps(pair.public)},')
