"""How all real gateways are doing, for whoever runs the program. [OPR DEV-5]"""

from dataclasses import dataclass

from workswith.kernel.database import Reads, query


@dataclass(frozen=True, slots=True)
class GatewayHealth:
    """Instants in ms, 0 for never; ``reports`` is the number of the last one of its session that
    was taken; ``waiting`` are commands whose outcome is not known yet.
    """

    id: str
    name: str
    plant_id: str
    plant_name: str
    state: str
    online: int
    heard_at: int
    expires_at: int
    quarantined_until: int
    reports: int
    modules: int
    waiting: int


_SEARCH = query(
    GatewayHealth,
    "SELECT g.id, g.name, p.id, p.name, l.state, CASE WHEN l.connection <> '' THEN 1 ELSE 0 END, "
    "l.heard_at, l.expires_at, l.quarantined_until, l.seq, "
    "(SELECT count(*) FROM modules m WHERE m.gateway_id = g.id), "
    "(SELECT count(*) FROM gateway_commands c JOIN modules m ON m.id = c.module_id "
    "WHERE m.gateway_id = g.id) "
    "FROM gateway_links l JOIN gateways g ON g.id = l.gateway_id JOIN plants p ON p.id = g.plant_id "
    "WHERE :like = '' OR LOWER(g.name) LIKE :like OR LOWER(p.name) LIKE :like OR g.id = :text "
    "OR p.id = :text ORDER BY l.heard_at DESC, g.id LIMIT :limit OFFSET :offset",
)


async def gateways(
    reads: Reads, *, text: str = "", limit: int = 50, offset: int = 0
) -> list[GatewayHealth]:
    """Those heard last come first."""
    text = text.strip()
    like = f"%{text.casefold()}%" if text else ""
    return await reads.all(_SEARCH, text=text, like=like, limit=limit, offset=offset)
