"""GET /openapi.json and GET /docs: the API's description, for programs and for people."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from api import caching, docs_page
from api.services import Settings

router = APIRouter(tags=["documentation"])

# The same policy as the site's, as far as a page without scripts needs it.
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"


@router.get("/", status_code=307, response_class=RedirectResponse, include_in_schema=False)
def begin(settings: Settings) -> Any:
    """Whoever opens the API's address is shown what there is."""
    # A relative address is right below the site's /api/ too, if not for /api alone.
    location = f"{settings.site_url}/api/docs" if settings.site_url else "docs"
    return Response(status_code=307, headers={"location": location, **caching.DOCUMENTATION})


@router.get("/openapi.json")
def openapi(request: Request) -> dict[str, Any]:
    """This API as an OpenAPI 3.1 document."""
    return JSONResponse(request.app.openapi(), headers=caching.DOCUMENTATION)  # type: ignore[return-value]


@router.get("/docs", response_class=Response, responses={200: {"content": {"text/html": {}}}})
def docs(request: Request) -> HTMLResponse:
    """The same for people, as one page without scripts."""
    return HTMLResponse(
        docs_page.render(request.app.openapi()),
        headers={"content-security-policy": _POLICY, **caching.DOCUMENTATION},
    )


@router.get("/docs.css", include_in_schema=False)
def stylesheet() -> Response:
    """The look of /docs: a file, because a strict policy refuses styles inside the page."""
    return Response(docs_page.STYLE, media_type="text/css", headers=caching.DOCUMENTATION)
