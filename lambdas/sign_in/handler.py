"""Sign-in as a Lambda function."""

import boto3
from mangum import Mangum

from sign_in.app import create_app
from sign_in.parts import Parts
from sign_in.settings import SignInSettings

settings = SignInSettings()
table = boto3.resource("dynamodb").Table(settings.keys_table) if settings.keys_table else None
app = create_app(Parts(settings, boto3.client("secretsmanager"), table))

handler = Mangum(app, lifespan="off")
