"""What browsers and the CDN may keep, and for how long."""

from collections.abc import Mapping

from starlette.requests import Request

from earshot import __version__
from earshot.recordings.record import Recording

# Shields the search cluster from a crowd that follows one link, at the price of one stale second;
# a browser asks again, so that a new recording shows as soon as it is searchable.
SEARCH = {"cache-control": "public, max-age=0, s-maxage=1"}
# Suggestions are words of the index, which hardly change while somebody types.
SUGGEST = {"cache-control": "public, max-age=60"}
# Of many recordings; a minute changes little of it.
COLLECTION = {"cache-control": "public, max-age=60, s-maxage=300"}
# As long as the CDN may play what was replaced.
AUDIO_LOCATION = {"cache-control": "public, max-age=60"}
DOCUMENTATION = {"cache-control": "public, max-age=300"}


def revalidated(recording: Recording) -> dict[str, str]:
    """Headers of an answer that holds until the recording's next revision, or Earshot's next
    version, which may write it in another form."""
    etag = f'W/"{recording.revision}-{__version__}"'
    return {"cache-control": "public, no-cache", "etag": etag}


def is_fresh(request: Request, headers: Mapping[str, str]) -> bool:
    """Whether the client has this answer already, by If-None-Match (RFC 9110, 13.1.2)."""
    known = request.headers.get("if-none-match", "")
    return known == "*" or headers["etag"] in [tag.strip() for tag in known.split(",")]
