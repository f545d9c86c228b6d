"""/missing/…: what the CDN asks when a bucket has not what a visitor asked for."""

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Nothing here - Earshot</title>
<h1>There is nothing at this address.</h1>
<p>A recording that was here may have been deleted. <a href="/">Search</a></p>
</html>
"""


@router.get("/missing/{path:path}")
def missing(path: str) -> Response:
    """404, as a page for people. S3 would answer with XML that names the bucket."""
    del path
    return HTMLResponse(_PAGE, 404)
