"""Stylesheet, scripts and pictures, held in memory and addressed by their content.

An address carries the start of the file's SHA-256, so that browsers keep it for a year and never
show an old one. Texts travel compressed: they hold no secret that their length could tell.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).parent.parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class _Asset:
    content: bytes
    packed: bytes
    """By gzip; empty where that saves nothing."""
    media_type: str
    version: str


class Assets:
    """All files of ``static``."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._assets = {path.name: _read(path) for path in sorted(folder.iterdir())}

    def address(self, name: str) -> str:
        """Raises ``KeyError`` for a file that does not exist: a template is wrong."""
        return f"/static/{name}?v={self._assets[name].version}"

    async def serve(self, request: Request) -> Response:
        asset = self._assets.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404)
        fresh = request.query_params.get("v") == asset.version
        packed = bool(asset.packed) and "gzip" in request.headers.get("accept-encoding", "")
        headers = {
            "etag": f'"{asset.version}{"-gzip" if packed else ""}"',
            "cache-control": FOR_EVER if fresh else "no-cache",
            "vary": "accept-encoding",
        }
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        if packed:
            headers["content-encoding"] = "gzip"
        content = asset.packed if packed else asset.content
        return Response(content, media_type=asset.media_type, headers=headers)


def _read(path: Path) -> _Asset:
    content = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = gzip.compress(content, mtime=0)
    return _Asset(
        content,
        packed if len(packed) < len(content) else b"",
        media_type,
        hashlib.sha256(content).hexdigest()[:12],
    )
