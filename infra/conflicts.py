"""Settings that are right each by itself and wrong together."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from infra.instance_types import MAX_SEARCH_GIB, MAX_SEARCH_NODES, MAX_T3_NODES

if TYPE_CHECKING:
    from infra.settings import Settings


def conflicts(settings: "Settings") -> Iterator[str]:
    """A sentence for each; none if the settings go together."""
    yield from _of_the_domain(settings)
    yield from _of_a_domain_of_ones_own(settings)
    yield from _of_the_operators_own(settings)
    yield from _of_reading(settings)
    for rate, burst in (("api_rate_per_s", "api_burst"), ("speech_rate_per_s", "speech_burst")):
        at_least, given = getattr(settings, rate), getattr(settings, burst)
        if given < at_least:
            yield (
                f"{burst} must be at least {rate}, which is {at_least}, not {given}: "
                "otherwise requests of one moment are refused below the rate"
            )
    if settings.bulk_on_demand_base > settings.bulk_max_workers:
        yield (
            f"bulk_on_demand_base must be at most bulk_max_workers, which is "
            f"{settings.bulk_max_workers}, not {settings.bulk_on_demand_base}"
        )


def _of_the_domain(settings: "Settings") -> Iterator[str]:
    instance, nodes, gib, zones = (
        settings.opensearch_instance,
        settings.opensearch_nodes,
        settings.opensearch_gib,
        settings.opensearch_zones,
    )
    most_nodes = MAX_T3_NODES if instance.startswith("t3.") else MAX_SEARCH_NODES
    # Zones share the nodes evenly:
    # https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-multiaz.html
    if nodes > most_nodes or (nodes > 1 and nodes % zones):
        share = "an even number" if zones == 2 else "a multiple of three"
        yield (
            f"opensearch_nodes must be 1 or {share} up to {most_nodes} of {instance}, not {nodes}"
        )
    if gib > MAX_SEARCH_GIB[instance]:
        yield (
            f"opensearch_gib must be at most {MAX_SEARCH_GIB[instance]} with {instance}, not {gib}"
        )


def _of_a_domain_of_ones_own(settings: "Settings") -> Iterator[str]:
    if settings.opensearch_arn and not settings.opensearch_url:
        yield "opensearch_arn goes with opensearch_url, which is missing"
    if settings.opensearch_url and not settings.local:
        if not settings.opensearch_arn:
            yield (
                "opensearch_url goes with opensearch_arn, which is missing: "
                "the functions are granted access to it"
            )
        if not settings.opensearch_url.startswith("https://"):
            yield f"opensearch_url must begin with https://, not be {settings.opensearch_url!r}"


def _of_the_operators_own(settings: "Settings") -> Iterator[str]:
    if bool(settings.domain_name) != bool(settings.certificate_arn):
        yield "domain_name and certificate_arn go together, and one is missing"
    if settings.hosted_zone_id and not settings.domain_name:
        yield "hosted_zone_id goes with domain_name, which is missing"
    if settings.monthly_budget_usd and not settings.alarm_email:
        yield "monthly_budget_usd goes with alarm_email, which is missing: it is who is told"
    if bool(settings.vpc_id) != bool(settings.vpc_subnet_ids):
        yield "vpc_id and vpc_subnet_ids go together, and one is missing"
    subnets, zones = settings.subnets, settings.opensearch_zones
    if len(set(subnets)) < len(subnets):
        yield "vpc_subnet_ids names a subnet twice"
    in_zones = settings.opensearch_nodes > 1 and not settings.opensearch_url
    if in_zones and 0 < len(subnets) < zones:
        yield (
            f"vpc_subnet_ids must be at least {zones}, one of each zone of the search domain "
            f"(opensearch_zones), not {len(subnets)}"
        )
    if settings.audio_bucket and settings.keep_days:
        yield (
            "keep_days can't be set for a bucket of your own (audio_bucket): "
            "write the rule into its lifecycle"
        )


def _of_reading(settings: "Settings") -> Iterator[str]:
    if settings.private and not settings.session_key:
        yield (
            f"reading is {settings.reading}, which goes with session_key, which is missing: "
            "`earshot sign-in-key` makes one"
        )
    issuer, client = settings.sign_in_issuer, settings.sign_in_client_id
    if bool(issuer) != bool(client):
        yield "sign_in_issuer and sign_in_client_id go together, and one is missing"
    if issuer and not settings.local and not issuer.startswith("https://"):
        yield f"sign_in_issuer must begin with https://, not be {issuer!r}"
    if settings.sign_in_client_secret and not issuer:
        yield "sign_in_client_secret goes with sign_in_issuer, which is missing"
    if settings.signs_in and not issuer:
        if settings.local:
            yield "reading is sign-in, and the emulator has no Cognito: set sign_in_issuer"
        # https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html
        for word in ("aws", "amazon", "cognito"):
            if word in settings.stack_name.lower():
                yield f"stack_name may not hold {word!r}: Cognito refuses it in its address"
