"""The brand's own addresses: its colours, its logo, its legal texts. [OPR]"""

from base64 import b64decode

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from workswith.kernel.brand import LOGO, brand_value

from .assets import FOR_EVER
from .headers import PICTURE, POLICY
from .house import DOCUMENTS
from .language import lazy
from .pages import page
from .visit import Visit

TITLES = {
    "terms": lazy("Terms of use"),
    "privacy": lazy("Privacy"),
    "imprint": lazy("Legal notice"),
}
_MEDIA_TYPES = ("image/png", "image/jpeg")


async def colours(visit: Visit) -> Response:
    house = visit.site.house
    if not house.sheet:
        raise HTTPException(404)
    fresh = visit.asked("v") == house.sheet_mark
    headers = {"cache-control": FOR_EVER if fresh else "no-cache"}
    return Response(house.sheet, media_type="text/css", headers=headers)


async def logo(visit: Visit) -> Response:
    """What was checked when it came; still of these two kinds only."""
    kind, _sep, data = (await brand_value(visit.services.database, LOGO)).partition(",")
    media_type = kind.removeprefix("data:").removesuffix(";base64")
    if media_type not in _MEDIA_TYPES:
        raise HTTPException(404)
    fresh = visit.asked("v") == visit.site.house.logo_mark
    headers = {POLICY: PICTURE, "cache-control": FOR_EVER if fresh else "no-cache"}
    return Response(b64decode(data), media_type=media_type, headers=headers)


async def legal(visit: Visit) -> Response:
    name = visit.parameter("document")
    text = visit.site.house.document(name) if name in DOCUMENTS else ""
    if not text:
        raise HTTPException(404)
    return visit.render("legal.html", heading=TITLES[name], text=text)


ROUTES = [
    Route("/brand.css", page(colours), methods=["GET"]),
    Route("/brand/logo", page(logo), methods=["GET"]),
    Route("/legal/{document}", page(legal), methods=["GET"]),
]
