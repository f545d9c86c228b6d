"""What a deployment may choose about its bulk lane."""

from typing import Annotated

from pydantic import BaseModel, Field

from earshot.settings import BulkSettings, default_of
from earshot.sizes import Sizes
from infra import forms, limits
from infra.instance_types import GPU_INSTANCES
from infra.rules import Flag, Known, WholeNumber

SIZES = Sizes()


class BulkChoices(BaseModel):
    """Whether there is a lane of GPU instances, and how large it may grow."""

    bulk: Annotated[bool, Flag()] = Field(
        False, description="Whether there is a [bulk lane](#the-bulk-lane), on GPU instances."
    )
    bulk_image: Annotated[str | None, forms.IMAGE] = Field(
        None, description="As `image`, for the bulk lane's worker."
    )
    bulk_instances: Annotated[
        str,
        Known(
            GPU_INSTANCES,
            "EC2 instance types with one GPU that computes in bfloat16 (of g5, g6, g6e, gr6, p5), "
            "separated by commas without blanks",
            several=True,
        ),
    ] = Field(
        SIZES.bulk_instances,
        description="Instance types. Spot chooses among them; on demand, the first is used.",
    )
    bulk_on_demand_base: Annotated[int, WholeNumber(0, limits.WORKERS.most)] = Field(
        1,
        description="Instances that are on demand, at about twice the price of Spot. With 0, "
        "work waits while there is no Spot capacity.",
    )
    bulk_max_workers: Annotated[int, limits.WORKERS] = Field(
        4, description="The most workers. Each has an instance and its GPU to itself."
    )
    bulk_files_per_worker: Annotated[int, limits.POSITIVE] = Field(
        2000, description="Waiting files for each worker: more files start another."
    )
    bulk_max_audio_bytes: Annotated[int, limits.BULK_AUDIO_BYTES] = Field(
        default_of(BulkSettings, "max_audio_bytes"),
        description="The largest file in the bulk lane, in bytes.",
    )
    bulk_max_audio_seconds: Annotated[int, limits.POSITIVE] = Field(
        default_of(BulkSettings, "max_audio_seconds"),
        description="The longest recording in the bulk lane, in seconds.",
    )
