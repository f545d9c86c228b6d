"""The OpenSearch domain that holds the search index."""

from aws_cdk import RemovalPolicy, aws_ec2, aws_opensearchservice
from constructs import Construct

from infra.settings import Settings

VERSION = aws_opensearchservice.EngineVersion.OPENSEARCH_2_19

# The requests that functions make (tests/search/test_grants.py compares them with the code's).
WRITER_METHODS = ("Get", "Head", "Post", "Put")
# Writes are POST too, so readers are granted these paths below the alias only.
READER_METHODS = ("Get", "Post")
READER_PATHS = ("_search", "_msearch")


class SearchDomain(Construct):
    """Encrypted, HTTPS only, with access for IAM principals that were granted it.

    The index is a projection that `reindex` rebuilds, so the domain is deleted with the stack.
    """

    def __init__(self, scope: Construct, name: str, *, settings: Settings) -> None:
        super().__init__(scope, name)
        several = settings.opensearch_nodes > 1
        self.domain = aws_opensearchservice.Domain(
            self,
            "Domain",
            version=VERSION,
            capacity=aws_opensearchservice.CapacityConfig(
                data_node_instance_type=settings.opensearch_instance,
                data_nodes=settings.opensearch_nodes,
                multi_az_with_standby_enabled=False,
            ),
            ebs=aws_opensearchservice.EbsOptions(
                volume_size=settings.opensearch_gib,
                volume_type=aws_ec2.EbsDeviceVolumeType.GP3,
            ),
            zone_awareness=aws_opensearchservice.ZoneAwarenessConfig(
                enabled=several,
                availability_zone_count=settings.opensearch_zones if several else None,
            ),
            enforce_https=True,
            # Otherwise a request to a path that is granted may name another index in its body.
            advanced_options={"rest.action.multi.allow_explicit_index": "false"},
            tls_security_policy=aws_opensearchservice.TLSSecurityPolicy.TLS_1_2_PFS,
            node_to_node_encryption=True,
            encryption_at_rest=aws_opensearchservice.EncryptionAtRestOptions(enabled=True),
            removal_policy=RemovalPolicy.DESTROY,
        )
