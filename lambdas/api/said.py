"""What its owner says of a recording, as the API takes it."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from earshot.recordings.details import FIELDS, MAX_TAG_CHARS, MAX_TAGS, TEXTS, checked

Title = Annotated[str, Field(max_length=TEXTS["title"])]
Name = Annotated[str, Field(max_length=TEXTS["speaker"])]
When = Annotated[str, Field(max_length=40, examples=["2024-05-01"])]
Tags = Annotated[list[Annotated[str, Field(max_length=MAX_TAG_CHARS)]], Field(max_length=MAX_TAGS)]


class Said(BaseModel):
    """What its owner says of a recording."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    speaker: Name | None = None
    place: Name | None = None
    collection: Name | None = None
    recorded_at: When | None = None
    tags: Tags | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        checked(self.said)
        return self

    @property
    def said(self) -> dict[str, Any]:
        """The fields that were given a value."""
        given = {name: getattr(self, name) for name in FIELDS}
        return {name: value for name, value in given.items() if value is not None}


class Correction(Said):
    """What counts from now on, whatever a sidecar or the file's metadata say. Fields that are left
    out stay as they are; "" or [] says that there is none, and null takes a correction back."""

    @property
    def corrections(self) -> dict[str, Any]:
        """By field; None where a correction is taken back."""
        taken_back = dict.fromkeys(self.model_fields_set)
        return taken_back | checked(self.said)
