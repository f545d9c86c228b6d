"""The CDK app: `cdk deploy` for AWS, `cdk deploy -c target=local` for the emulator."""

import sys

import aws_cdk as cdk

from infra.bulk_stack import BulkStack
from infra.context import SettingsError
from infra.settings import Settings
from infra.stack import EarshotStack

app = cdk.App()
try:
    settings = Settings.from_context(app.node)
except SettingsError as error:
    sys.exit(f"The settings can't be deployed (cdk.json or -c):\n{error}")
main = EarshotStack(
    app, settings.stack_name, settings=settings, description="Earshot: search what was said"
)
if settings.bulk and settings.local is None:
    BulkStack(
        app,
        f"{settings.stack_name}Bulk",
        main=main,
        settings=settings,
        description="Earshot: thousands of recordings at the speed of a GPU",
    )
app.synth()
