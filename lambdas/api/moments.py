"""Days and times in addresses."""

from typing import Annotated

from pydantic import AfterValidator

from earshot.moments import moment

Moment = Annotated[str, AfterValidator(moment)]
