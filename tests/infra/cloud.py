"""The AWS resources that functions use, created in moto as the template describes them.

While `enforced`, moto also refuses actions that a function's role does not list. It matches
resources too coarsely for these policies, so only actions are checked here.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import httpx

from tests.infra.template import Template, listed, reference

CREDENTIALS = {
    "aws_access_key_id": "test",
    "aws_secret_access_key": "test",
    "region_name": "us-east-1",
}
KEY = "a-key-of-forty-characters-or-so-0123456"


@dataclass(frozen=True)
class Cloud:
    """Buckets, table, queues and the secret of a template, at `endpoint_url`."""

    endpoint_url: str
    template: Template

    def client(self, service: str) -> Any:
        make: Any = boto3.client
        return make(service, endpoint_url=self.endpoint_url, **CREDENTIALS)

    def create(self) -> None:
        for bucket in self.template.properties("S3::Bucket"):
            self.client("s3").create_bucket(Bucket=bucket.lower())
        for name, table in self.template.properties("DynamoDB::Table").items():
            wanted = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode")
            fields = {field: table[field] for field in wanted if field in table}
            self.client("dynamodb").create_table(TableName=name, **fields)
        for queue in self.template.properties("SQS::Queue"):
            self.client("sqs").create_queue(QueueName=queue)
        for secret in self.template.properties("SecretsManager::Secret"):
            self.client("secretsmanager").create_secret(Name=secret, SecretString=KEY)

    def environment(self, function: str) -> dict[str, str]:
        """The function's variables in the template, with moto's names in place of references."""
        variables: Mapping[str, Any] = self.template.functions[function]["Environment"]["Variables"]
        return {name: self._value(value) for name, value in variables.items()} | {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            **self._credentials(function),
        }

    @contextmanager
    def enforced(self) -> Iterator[None]:
        """Within this context, only granted actions are allowed."""
        address = f"{self.endpoint_url}/moto-api/reset-auth"
        httpx.post(address, content=b"0").raise_for_status()
        try:
            yield
        finally:
            httpx.post(address, content=b"inf").raise_for_status()

    def _credentials(self, function: str) -> dict[str, str]:
        """Credentials of a user with the permissions of the function's role."""
        iam, user = self.client("iam"), f"{function}-{uuid.uuid4().hex[:6]}"
        actions = [
            one for each in self.template.statements(function) for one in listed(each["Action"])
        ]
        policy = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}],
        }
        iam.create_user(UserName=user)
        iam.put_user_policy(UserName=user, PolicyName="granted", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=user)["AccessKey"]
        return {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        }

    def _value(self, value: Any) -> str:
        name = reference(value)
        if name in self.template.properties("S3::Bucket"):
            return name.lower()
        if name in self.template.properties("SQS::Queue"):
            url: str = self.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
            return url
        if name in self.template.properties("OpenSearchService::Domain"):
            return "http://127.0.0.1:9"  # nothing listens there
        return name
