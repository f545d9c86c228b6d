"""Sign-in as a Lambda function."""

import gc

gc.disable()  # what is imported stays: looking through it for garbage is a tenth of the start

import boto3
from mangum import Mangum

from sign_in.app import create_app
from sign_in.parts import Parts
from sign_in.settings import SignInSettings

settings = SignInSettings()
table = boto3.resource("dynamodb").Table(settings.keys_table) if settings.keys_table else None
app = create_app(Parts(settings, boto3.client("secretsmanager"), table))

handler = Mangum(app, lifespan="off")
gc.freeze()  # nor is it looked through later
gc.enable()
