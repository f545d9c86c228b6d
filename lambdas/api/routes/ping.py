"""GET /ping: is it there?"""

from fastapi import APIRouter

from api.schemas import Pong

router = APIRouter(tags=["health"])


@router.get("/ping")
def ping() -> Pong:
    """Answers while the API is up; asks nothing of the parts behind it."""
    return Pong(message="pong")
