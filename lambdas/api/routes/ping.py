"""GET /ping: is it there?"""

from fastapi import APIRouter
from pydantic import BaseModel

router = APIRouter(tags=["health"])


class Pong(BaseModel):
    """The API is there."""

    message: str


@router.get("/ping")
def ping() -> Pong:
    """Answers while the API is up; asks nothing of the parts behind it."""
    return Pong(message="pong")
