"""The table of the API's named keys."""

from aws_cdk import aws_dynamodb
from constructs import Construct

from infra.keeping import kept
from infra.settings import Settings


class Access(Construct):
    """Digests of keys, with their names and scopes. `earshot keys` writes it, the API reads it."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings) -> None:
        super().__init__(scope, name)
        self.keys = aws_dynamodb.Table(
            self,
            "Keys",
            partition_key=aws_dynamodb.Attribute(
                name="key_id", type=aws_dynamodb.AttributeType.STRING
            ),
            billing_mode=aws_dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=aws_dynamodb.TableEncryption.AWS_MANAGED,
            point_in_time_recovery_specification=aws_dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute="forget_at",
            removal_policy=kept(settings.retain),
        )
