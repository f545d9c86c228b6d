"""The CDK app: `cdk deploy` for AWS, `cdk deploy -c target=local` for the emulator."""

import aws_cdk as cdk

from infra.settings import Settings
from infra.stack import EarshotStack

app = cdk.App()
settings = Settings.from_context(app.node)
EarshotStack(
    app, settings.stack_name, settings=settings, description="Earshot: search what was said"
)
app.synth()
