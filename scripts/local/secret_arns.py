"""For the emulator: a template's reference to a secret is its ARN, as on AWS, and not its name.

So policies that name the secret hold where the emulator enforces IAM.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
"""

from typing import Any

KIND = "AWS::SecretsManager::Secret"
SUFFIX = len("-803455")  # of an ARN, after the name


def install(provisioners: Any) -> None:
    """Teach the emulator's module of CloudFormation."""
    own = dict(provisioners._RESOURCE_HANDLERS[KIND])

    def create(logical_id: str, props: Any, stack_name: str) -> Any:
        _, attributes = own["create"](logical_id, props, stack_name)
        return attributes["Arn"], attributes

    def update(physical_id: str, old: Any, new: Any, stack_name: str, **more: Any) -> Any:
        _, attributes = own["update"](_name(physical_id), old, new, stack_name, **more)
        return attributes["Arn"], attributes

    def delete(physical_id: str, props: Any) -> None:
        own["delete"](_name(physical_id), props)

    handlers = {"create": create, "update": update, "delete": delete}
    provisioners._RESOURCE_HANDLERS[KIND] = {**own, **handlers}


def _name(arn: str) -> str:
    return arn.partition(":secret:")[2][:-SUFFIX]
