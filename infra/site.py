"""The public website: a static page, the API and the audio behind one CloudFront host."""

from pathlib import Path

from aws_cdk import (
    Duration,
    RemovalPolicy,
    aws_apigatewayv2,
    aws_cloudfront,
    aws_iam,
    aws_s3,
    aws_s3_deployment,
)
from constructs import Construct

from earshot.recordings.bodies import PLAYBACK
from infra.origins import (
    api_origin,
    browsers_origin,
    bucket_origin,
    form_origin,
    reading,
    without_policy,
)
from infra.own_key import WRITING
from infra.page_source import page_source
from infra.settings import Settings
from infra.sign_in import ALL_BUT_HOST, NO_CACHE, sign_in_behavior
from infra.site_headers import security_headers
from infra.site_name import enter_name, own_name

EDGE = Path(__file__).parent / "edge"
MISSING = "/missing"  # of the API: everything below it is answered 404 (api/routes/missing.py)

ERRORS = (
    400,
    403,
    404,
    405,
    414,
    416,
    500,
    501,
    502,
    503,
    504,
)  # that CloudFront caches by default


def page_function(settings: Settings) -> str:
    """Which of the functions at the edge sees requests for the page."""
    return "sign_in_first.js" if settings.signs_in else "page_paths.js"


class Site(Construct):
    """`/` the page, `/api/*` the API, `/audio/*` the recordings' audio, with Range requests.

    `/upload` takes the forms that the API makes for files.

    `/playback/*` are copies of recordings in which browsers can't seek, from the bucket `copies`.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        audio: aws_s3.IBucket,
        copies: aws_s3.Bucket,
        api: aws_apigatewayv2.HttpApi,
        logs: aws_s3.IBucket | None,
        readers: aws_cloudfront.IKeyGroup | None = None,
        settings: Settings,
    ) -> None:
        """`logs` takes the access logs of the CDN and of the page's bucket. With `readers`, API
        and sound open to cookies alone that are signed with a key of that group."""
        super().__init__(scope, name)
        self.bucket = aws_s3.Bucket(
            self,
            "Bucket",
            block_public_access=aws_s3.BlockPublicAccess.BLOCK_ALL,
            encryption=aws_s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=settings.tls,
            object_ownership=aws_s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=RemovalPolicy.DESTROY,
            server_access_logs_bucket=logs,
            server_access_logs_prefix="site/" if logs else None,
            auto_delete_objects=settings.local is None,
        )
        strip_prefix = self._at_the_edge("StripPrefix", "strip_prefix.js")
        https = (
            aws_cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS
            if settings.tls
            else aws_cloudfront.ViewerProtocolPolicy.ALLOW_ALL
        )
        headers = security_headers(self)
        missing = api_origin(self, api, settings, MISSING)
        sound = {"viewer_protocol_policy": https, "response_headers_policy": headers}
        sound |= {"cache_policy": self._sound_cache()}
        closed = {"trusted_key_groups": [readers]} if readers else {}
        self.distribution = aws_cloudfront.Distribution(
            self,
            "Distribution",
            comment="Earshot",
            **own_name(self, settings),
            web_acl_id=settings.web_acl_arn,
            log_bucket=logs,
            log_file_prefix="cdn/" if logs else None,
            default_root_object="index.html",
            # Otherwise an error is cached for ten seconds, even after the recording has arrived.
            error_responses=[
                aws_cloudfront.ErrorResponse(http_status=status, ttl=Duration.seconds(0))
                for status in ERRORS
            ],
            http_version=aws_cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=aws_cloudfront.PriceClass.PRICE_CLASS_100,
            default_behavior=aws_cloudfront.BehaviorOptions(
                origin=bucket_origin(self, "page", self.bucket, missing, settings),
                viewer_protocol_policy=https,
                compress=True,
                response_headers_policy=headers,
                function_associations=[
                    self._at_the_edge("PagePaths", page_function(settings)),
                    self._at_the_edge(
                        "PageStatus",
                        "page_status.js",
                        aws_cloudfront.FunctionEventType.VIEWER_RESPONSE,
                    ),
                ],
            ),
            additional_behaviors={
                "/api/*": aws_cloudfront.BehaviorOptions(
                    origin=api_origin(self, api, settings),
                    viewer_protocol_policy=https,
                    allowed_methods=aws_cloudfront.AllowedMethods.ALLOW_ALL,
                    cache_policy=NO_CACHE if readers else self._api_cache(),
                    origin_request_policy=ALL_BUT_HOST,
                    response_headers_policy=headers,
                    function_associations=[strip_prefix],
                    **closed,
                ),
                "/upload": aws_cloudfront.BehaviorOptions(
                    origin=form_origin(audio, settings),
                    viewer_protocol_policy=https,
                    allowed_methods=aws_cloudfront.AllowedMethods.ALLOW_ALL,
                    cache_policy=NO_CACHE,
                    origin_request_policy=ALL_BUT_HOST,
                    response_headers_policy=headers,
                    function_associations=[self._at_the_edge("UploadPath", "upload_path.js")],
                ),
                "/audio/*": aws_cloudfront.BehaviorOptions(
                    origin=bucket_origin(self, "sound", audio, missing, settings),
                    function_associations=[strip_prefix],
                    **sound,
                    **closed,
                ),
                # The keys have the prefix: nothing else of that bucket can be asked for.
                "/playback/*": aws_cloudfront.BehaviorOptions(
                    origin=bucket_origin(
                        self, "playback", without_policy(self, copies), missing, settings
                    ),
                    **sound,
                    **closed,
                ),
                **(
                    {"/auth/*": sign_in_behavior(self, api, https, headers, settings)}
                    if readers
                    else {}
                ),
            },
        )
        copies.add_to_resource_policy(
            reading(self.distribution, copies.arn_for_objects(f"{PLAYBACK}/*"))
        )
        enter_name(self, self.distribution, settings)
        self.url = f"https://{settings.domain_name or self.distribution.distribution_domain_name}"
        self.origin = browsers_origin(self.url, settings)
        if settings.local is None:
            page = aws_s3_deployment.BucketDeployment(
                self,
                "Page",
                sources=[page_source()],
                destination_bucket=self.bucket,
                distribution=self.distribution,
                cache_control=[
                    aws_s3_deployment.CacheControl.max_age(Duration.minutes(5)),
                    aws_s3_deployment.CacheControl.set_public(),
                ],
            )
            if settings.kms_key_arn:
                page.handler_role.add_to_principal_policy(
                    aws_iam.PolicyStatement(actions=list(WRITING), resources=[settings.kms_key_arn])
                )

    def _at_the_edge(
        self,
        name: str,
        file: str,
        event: aws_cloudfront.FunctionEventType = aws_cloudfront.FunctionEventType.VIEWER_REQUEST,
    ) -> aws_cloudfront.FunctionAssociation:
        """A function of ours that sees each request before the cache does, or each answer after."""
        return aws_cloudfront.FunctionAssociation(
            event_type=event,
            function=aws_cloudfront.Function(
                self,
                name,
                code=aws_cloudfront.FunctionCode.from_file(file_path=str(EDGE / file)),
                runtime=aws_cloudfront.FunctionRuntime.JS_2_0,
            ),
        )

    def _api_cache(self) -> aws_cloudfront.CachePolicy:
        """The API's own Cache-Control decides; responses without it are not cached.

        A crowd that follows one link to a search costs the search domain one query per second.
        """
        return aws_cloudfront.CachePolicy(
            self,
            "ApiCache",
            min_ttl=Duration.seconds(0),
            default_ttl=Duration.seconds(0),
            max_ttl=Duration.hours(1),
            query_string_behavior=aws_cloudfront.CacheQueryStringBehavior.all(),
            enable_accept_encoding_gzip=True,
        )

    def _sound_cache(self) -> aws_cloudfront.CachePolicy:
        """Audio that was replaced or deleted is served for a minute at most.

        After that CloudFront revalidates its copy, and the bucket sends no audio again.
        """
        return aws_cloudfront.CachePolicy(
            self,
            "SoundCache",
            min_ttl=Duration.seconds(0),
            default_ttl=Duration.seconds(60),
            max_ttl=Duration.seconds(60),
        )
