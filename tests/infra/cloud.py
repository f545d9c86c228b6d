"""The parts of AWS that functions talk to, made by moto as the template says they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from tests.infra.template import Template, reference

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
        return boto3.client(service, endpoint_url=self.endpoint_url, **CREDENTIALS)

    def create(self) -> None:
        for bucket in self.template.properties("S3::Bucket"):
            self.client("s3").create_bucket(Bucket=bucket.lower())
        for name, table in self.template.properties("DynamoDB::Table").items():
            wanted = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode")
            fields = {field: table[field] for field in wanted}
            self.client("dynamodb").create_table(TableName=name, **fields)
        for queue in self.template.properties("SQS::Queue"):
            self.client("sqs").create_queue(QueueName=queue)
        for secret in self.template.properties("SecretsManager::Secret"):
            self.client("secretsmanager").create_secret(Name=secret, SecretString=KEY)

    def environment(self, function: str) -> dict[str, str]:
        """What the template gives the function, with these parts' names for references."""
        variables: Mapping[str, Any] = self.template.functions[function]["Environment"]["Variables"]
        return {name: self._value(value) for name, value in variables.items()} | {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }

    def _value(self, value: Any) -> str:
        name = reference(value)
        if name in self.template.properties("S3::Bucket"):
            return name.lower()
        if name in self.template.properties("SQS::Queue"):
            url: str = self.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
            return url
        if name in self.template.properties("OpenSearchService::Domain"):
            return "http://127.0.0.1:9"  # nobody answers there
        return name
