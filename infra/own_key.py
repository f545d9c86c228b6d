"""A key of the operator's own, on everything in a stack that holds data.

What holds none, and what takes no such key, has its reason in tests/infra/test_own_key.py.
"""

from collections.abc import Callable, Mapping
from typing import Any

from aws_cdk import CfnResource
from constructs import Construct

READING = ("kms:Decrypt",)
WRITING = ("kms:Decrypt", "kms:GenerateDataKey")

Properties = Mapping[str, Any]


def _bucket(key: str) -> Properties:
    rule = {
        "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key},
        "BucketKeyEnabled": True,  # S3 asks for the key now and then, not for every object
    }
    return {"BucketEncryption.ServerSideEncryptionConfiguration": [rule]}


def _table(key: str) -> Properties:
    return {"SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}}


# By the kind of resource: what says its key.
_SAYS: Mapping[str, Callable[[str], Properties]] = {
    "AWS::S3::Bucket": _bucket,
    "AWS::DynamoDB::Table": _table,
    # One excludes the other.
    "AWS::SQS::Queue": lambda key: {"KmsMasterKeyId": key, "SqsManagedSseEnabled": None},
    "AWS::SNS::Topic": lambda key: {"KmsMasterKeyId": key},
    "AWS::Logs::LogGroup": lambda key: {"KmsKeyId": key},
    "AWS::OpenSearchService::Domain": lambda key: {"EncryptionAtRestOptions.KmsKeyId": key},
    "AWS::SecretsManager::Secret": lambda key: {"KmsKeyId": key},
    "AWS::Events::EventBus": lambda key: {"KmsKeyIdentifier": key},
    # Recordings at work, on the bulk lane's instances.
    "AWS::EC2::LaunchTemplate": lambda key: {
        "LaunchTemplateData.BlockDeviceMappings.0.Ebs.KmsKeyId": key
    },
}


def encrypt(stack: Construct, key: str, *, but: Construct | None = None) -> None:
    """Have all that `stack` holds by now encrypted with the key, an ARN, except what is in `but`.

    Not by the constructs' own options: for a key that is none of the stack's they can't change its
    policy, and they grant functions more actions, with wildcards.
    """
    spared = {one.node.path for one in but.node.find_all()} if but else set()
    for one in stack.node.find_all():
        if not isinstance(one, CfnResource) or one.node.path in spared:
            continue
        says = _SAYS.get(one.cfn_resource_type)
        for name, value in says(key).items() if says else ():
            if value is None:
                one.add_property_deletion_override(name)
            else:
                one.add_property_override(name, value)
