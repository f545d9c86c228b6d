"""Buckets, queues, the table and the search domain: private, encrypted, not lost."""

from typing import Any

import pytest

from tests.infra.template import Template, listed, reference


def denies_plain_http(policies: dict[str, Any], field: str, owner: str) -> bool:
    """Whether a policy denies every request without TLS."""
    return any(
        statement["Effect"] == "Deny"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        and statement["Principal"] == {"AWS": "*"}
        for policy in policies.values()
        if owner in [reference(one) for one in listed(policy[field])]
        for statement in policy["PolicyDocument"]["Statement"]
        if "Condition" in statement
    )


def test_there_are_three_buckets_all_private_encrypted_and_tls_only(aws: Template) -> None:
    buckets = aws.properties("S3::Bucket")
    assert set(buckets) == {"AudioBucket", "RecordsTranscripts", "SiteBucket"}
    for name, bucket in buckets.items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256", name
        assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        assert denies_plain_http(aws.properties("S3::BucketPolicy"), "Bucket", name), name


def test_only_the_cdn_is_let_into_a_bucket_from_outside(aws: Template) -> None:
    for name, policy in aws.properties("S3::BucketPolicy").items():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Deny":
                continue
            if statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}:
                assert statement["Action"] == "s3:GetObject", name
                assert "StringEquals" in statement["Condition"], "of our distribution alone"
            else:
                # The CDK's own function, which empties the site's bucket when the stack goes.
                assert reference(statement["Principal"]["AWS"]).startswith("CustomS3AutoDelete")
                assert name == "SiteBucketPolicy"


def test_peoples_sound_and_its_records_outlive_the_stack(aws: Template) -> None:
    kept = {
        name: resource["DeletionPolicy"]
        for kind in ("S3::Bucket", "DynamoDB::Table")
        for name, resource in aws.resources(kind).items()
    }
    # But not the try to make it: what a failed first deployment left would be in the second's way.
    assert kept == {
        "AudioBucket": "RetainExceptOnCreate",
        "RecordsTranscripts": "RetainExceptOnCreate",
        "RecordsTable": "RetainExceptOnCreate",
        "AccessKeys": "RetainExceptOnCreate",
        "WebhooksHooks": "RetainExceptOnCreate",
        "SiteBucket": "Delete",
    }
    for name in ("AudioBucket", "RecordsTranscripts"):
        assert aws.resources("S3::Bucket")[name]["UpdateReplacePolicy"] == "Retain"


def test_what_is_replaced_or_deleted_is_kept_for_a_time(aws: Template) -> None:
    for name in ("AudioBucket", "RecordsTranscripts"):
        bucket = aws.properties("S3::Bucket")[name]
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}, name
        rules = {one["Id"]: one for one in bucket["LifecycleConfiguration"]["Rules"]}
        assert rules["old-versions"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
        assert rules["old-versions"]["ExpiredObjectDeleteMarker"] is True


def test_the_table_refuses_to_be_deleted_by_mistake(aws: Template, local: Template) -> None:
    assert aws.properties("DynamoDB::Table")["RecordsTable"]["DeletionProtectionEnabled"] is True
    assert not local.properties("DynamoDB::Table")["RecordsTable"].get("DeletionProtectionEnabled")


def test_a_page_anywhere_may_post_to_the_audio_bucket_and_do_nothing_else(aws: Template) -> None:
    (rule,) = aws.properties("S3::Bucket")["AudioBucket"]["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedMethods"] == ["POST"]


def test_abandoned_uploads_are_thrown_away(aws: Template) -> None:
    rules = aws.properties("S3::Bucket")["AudioBucket"]["LifecycleConfiguration"]["Rules"]
    (rule,) = [one for one in rules if one["Id"] == "abandoned-uploads"]
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert rule["Status"] == "Enabled"


def test_queues_are_encrypted_tls_only_and_keep_messages_for_two_weeks(aws: Template) -> None:
    queues = aws.properties("SQS::Queue")
    assert set(queues) == {
        "IngestionQueue",
        "IngestionDeadLetters",
        "BulkQueue",
        "BulkDeadLetters",
        "ProjectionFailures",
        "WebhooksQueue",
        "WebhooksDeadLetters",
    }
    for name, queue in queues.items():
        assert queue["SqsManagedSseEnabled"] is True, name
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600, name
        assert denies_plain_http(aws.properties("SQS::QueuePolicy"), "Queues", name), name


def test_what_is_tried_in_vain_ends_in_the_dead_letter_queue(aws: Template) -> None:
    redrive = aws.properties("SQS::Queue")["IngestionQueue"]["RedrivePolicy"]
    assert reference(redrive["deadLetterTargetArn"]) == "IngestionDeadLetters"
    assert redrive["maxReceiveCount"] == 5
    told = aws.functions["IngestionTranscribe"]["Environment"]["Variables"]
    assert told["EARSHOT_MAX_RECEIVES"] == "5", "the function knows which attempt is the last"


@pytest.mark.parametrize("target", ["aws", "local"])
def test_a_message_stays_hidden_six_times_as_long_as_a_run_may_take(
    templates: dict[str, Template], target: str
) -> None:
    hidden = templates[target].properties("SQS::Queue")["IngestionQueue"]["VisibilityTimeout"]
    assert hidden >= 6 * templates[target].functions["IngestionTranscribe"]["Timeout"]


def test_the_table_can_be_restored_and_tells_of_its_changes(aws: Template) -> None:
    table = aws.properties("DynamoDB::Table")["RecordsTable"]
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["SSESpecification"]["SSEEnabled"] is True
    assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_the_search_domain_is_encrypted_everywhere_and_https_only(aws: Template) -> None:
    (domain,) = aws.properties("OpenSearchService::Domain").values()
    assert domain["EngineVersion"] == "OpenSearch_2.19"
    assert domain["EncryptionAtRestOptions"]["Enabled"] is True
    assert domain["NodeToNodeEncryptionOptions"]["Enabled"] is True
    assert domain["DomainEndpointOptions"] == {
        "EnforceHTTPS": True,
        "TLSSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10",
    }
    # Grants are by path; a body that may name another index would get around them.
    assert domain["AdvancedOptions"] == {"rest.action.multi.allow_explicit_index": "false"}
    assert "AccessPolicies" not in domain, "nobody is let in but by a grant of their own"
