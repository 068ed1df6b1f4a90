"""How the whole installation is doing, for Prometheus. [OPR]"""

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from workswith.catalog import metrics as calls
from workswith.devices.gateways import metrics as gateways
from workswith.kernel import mail
from workswith.kernel.database import Reads
from workswith.kernel.exposition import MEDIA_TYPE, Metric, exposition, gauge
from workswith.kernel.ident import same
from workswith.web.site.pages import page
from workswith.web.site.visit import Visit
from workswith.webhooks import figures as webhooks


async def show(visit: Visit) -> Response:
    """Only where a token is set (`web.metrics_token`), and only with it."""
    token = visit.services.settings.metrics_token
    shown = visit.request.headers.get("authorization", "").removeprefix("Bearer ")
    if not token or not same(shown, token):
        raise HTTPException(404)
    found = await _all(visit.services.database, visit.now)
    return Response(exposition(found), media_type=MEDIA_TYPE)


async def _all(reads: Reads, now: int) -> list[Metric]:
    return [
        *await calls.metrics(reads, now),
        *webhooks.metrics(await webhooks.figures(reads, now)),
        *await gateways.metrics(reads, now),
        *await _mails(reads, now),
    ]


async def _mails(reads: Reads, now: int) -> list[Metric]:
    count, first = await mail.waiting(reads)
    oldest = 0 if first is None else (now - first) / 1_000
    return [
        gauge("mails_waiting", "Mails that are not sent yet.", count),
        gauge("mail_oldest_seconds", "How long the first of them has been waiting.", oldest),
    ]


ROUTES = [Route("/metrics", page(show), methods=["GET"])]
