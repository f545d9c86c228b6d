"""What a deployment may choose about its keeping: what is kept, for how long, and who is told."""

from typing import Annotated

from pydantic import BaseModel, Field

from infra import forms
from infra.retention import RETENTION_DAYS
from infra.rules import Flag, OneOf, WholeNumber


class OperatorChoices(BaseModel):
    """An operator's own: each has a default that costs little and loses nothing."""

    log_days: Annotated[int, OneOf(RETENTION_DAYS)] = Field(
        30, description="Days that logs are kept."
    )
    alarm_email: Annotated[str | None, forms.EMAIL] = Field(
        None, description="Who gets the alarms. AWS sends a mail that must be confirmed."
    )
    versions: Annotated[bool, Flag()] = Field(
        True,
        description="Whether sound and long transcripts that are replaced or deleted are kept for "
        "`version_days`, so that they can be [restored](operations.md#restore).",
    )
    version_days: Annotated[int, WholeNumber(1, 3650)] = Field(
        30, description="Days that replaced and deleted sound is kept."
    )
    table_protection: Annotated[bool, Flag()] = Field(
        True, description="Whether the table refuses to be deleted, until this is set to false."
    )
