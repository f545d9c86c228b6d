"""What settings that are numbers may be."""

from earshot.settings import MIB
from earshot.sizes import DISK_RESERVE_MIB
from infra.rules import WholeNumber

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MEMORY_MIB = WholeNumber(128, 10_240)
TIMEOUT_S = WholeNumber(1, 900)
MAX_DISK_MIB = 10_240
AUDIO_BYTES = WholeNumber(1, (MAX_DISK_MIB - DISK_RESERVE_MIB) * MIB)
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
CONCURRENCY = WholeNumber(2, 1000)
# A larger batch needs a batching window, during which recordings would wait:
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
BATCH = WholeNumber(1, 10)
# An account's quotas in most regions:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
RATE_PER_S = WholeNumber(1, 10_000)
BURST = WholeNumber(1, 5_000)
# A step scaling policy has at most 20 steps:
# https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html
WORKERS = WholeNumber(1, 20)
# The instance's disk of 100 GiB also holds the image.
BULK_AUDIO_BYTES = WholeNumber(1, 80 * 1024 * MIB)
POSITIVE = WholeNumber(1)
