"""The page at ``/``, the operator link, and who this browser is."""

import json
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from assistant.api.documented import fails, gives
from assistant.api.operator import COOKIE, LINK_PATH
from assistant.api.parts import InParts, InReader, Limited, Parts, require_operator
from assistant.api.wire import SessionBody
from assistant.errors import LinkSpent
from assistant.web.catalogue import TONGUES, Tongue, catalogue, negotiate, tongue_of
from knowledge.types import OPERATOR

router = APIRouter()

TONGUE_COOKIE = "clausewise_language"
_YEAR_S = 365 * 24 * 3600
_MOST_TOKEN = 200


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("assistant.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@router.get("/", include_in_schema=False, dependencies=[Depends(Limited("read"))])
async def page(request: Request, parts: InParts, reader: InReader) -> Response:
    """Show the page in the reader's language; ``?lang=`` chooses and is remembered."""
    asked = tongue_of(request.query_params.get("lang"))
    tongue = asked or tongue_of(request.cookies.get(TONGUE_COOKIE))
    tongue = tongue or negotiate(request.headers.get("accept-language"))
    html = _render(parts, tongue, operator=reader is OPERATOR, notice=None)
    response = HTMLResponse(html, headers={"Vary": "Accept-Language, Cookie", "Content-Language": tongue})
    if asked:
        response.set_cookie(TONGUE_COOKIE, asked, max_age=_YEAR_S, samesite="lax", httponly=True)
    return response


@router.get(
    LINK_PATH,
    status_code=303,
    tags=["operator"],
    dependencies=[Depends(Limited("write"))],
    response_model=None,
    responses={303: {"description": "Welcome; the browser goes to the page."}, **fails(403, 422, 429)},
)
async def open_link(
    request: Request, parts: InParts, token: Annotated[str, Query(min_length=1, max_length=_MOST_TOKEN)]
) -> Response:
    """Turn the one-time link into this browser's right to see every audience."""
    ahead_of_time = "prefetch" in request.headers.get("sec-purpose", request.headers.get("purpose", ""))
    session = None if ahead_of_time else parts.operator.redeem(token)
    if session is None:
        if "text/html" not in request.headers.get("accept", ""):
            raise LinkSpent
        tongue = tongue_of(request.cookies.get(TONGUE_COOKIE))
        tongue = tongue or negotiate(request.headers.get("accept-language"))
        return HTMLResponse(_render(parts, tongue, operator=False, notice="page.link_spent"), 403)
    response = RedirectResponse("/", 303)
    response.set_cookie(
        COOKIE,
        session,
        max_age=int(parts.operator.session_s),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


@router.get(
    "/api/v1/session",
    tags=["operator"],
    dependencies=[Depends(Limited("read"))],
    response_model=None,
    responses={**gives(200, SessionBody, "Who this browser is."), **fails(429)},
)
async def session(reader: InReader) -> Response:
    """Tell which audiences this browser sees."""
    audiences = None if reader.audiences is None else sorted(reader.audiences)
    return JSONResponse({"operator": reader is OPERATOR, "audiences": audiences})


@router.delete(
    "/api/v1/session",
    tags=["operator"],
    dependencies=[Depends(Limited("write")), Depends(require_operator)],
    response_model=None,
    responses={**gives(200, SessionBody, "Signed out."), **fails(403, 413, 429)},
)
async def sign_out(request: Request, parts: InParts) -> Response:
    """Forget this browser."""
    parts.operator.sign_out(request.cookies.get(COOKIE, ""))
    response = JSONResponse({"operator": False, "audiences": ["public"]})
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response


def _render(parts: Parts, tongue: Tongue, *, operator: bool, notice: str | None) -> str:
    texts = catalogue(tongue)
    settings = parts.settings
    chosen = settings.examples_zh if tongue == "zh-Hant" else settings.examples_en
    return (
        _environment()
        .get_template("page.html")
        .render(
            tongue=tongue,
            tongues=TONGUES,
            text=texts.text,
            strings=json.dumps(texts.starting_with("ui."), ensure_ascii=False),
            examples=chosen or texts.examples,
            operator=operator,
            notice=notice,
            question_characters=settings.question_characters,
        )
    )
