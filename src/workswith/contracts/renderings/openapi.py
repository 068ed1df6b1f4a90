"""The OpenAPI 3.1 export: the document as published, with real addresses.

Our own extensions are for this program, not for the reader's tools; they are left out unless asked
for. The sentences about leniency stand in descriptions and stay.
"""

from typing import Any

from workswith.contracts.document import Document

_OURS = frozenset({"x-accepts", "x-also-at", "x-changes", "x-published-in", "x-same-as", "x-slug"})
_ADDRESSES = frozenset({"authorizationUrl", "tokenUrl", "refreshUrl"})


def export(
    document: Document,
    api_origin: str,
    login_origin: str,
    *,
    brand: str = "",
    extensions: bool = False,
) -> dict[str, Any]:
    """A value for JSON. Origins are ``https://host[:port]``; the title names the ``brand``, too."""
    left_out = frozenset() if extensions else _OURS
    whole: dict[str, Any] = _copied(document.raw, left_out)
    if brand:
        whole["info"]["title"] = f"{document.title} · {brand}"
    url = f"{api_origin.rstrip('/')}{document.base_path}"
    whole["servers"] = [{"url": url, "description": f"{document.title} {document.version}"}]
    for scheme in whole.get("components", {}).get("securitySchemes", {}).values():
        for flow in scheme.get("flows", {}).values():
            for name in _ADDRESSES & flow.keys():
                flow[name] = login_origin.rstrip("/") + flow[name]
    return whole


def _copied(node: Any, left_out: frozenset[str]) -> Any:
    if isinstance(node, dict):
        return {
            str(key): _copied(value, left_out) for key, value in node.items() if key not in left_out
        }
    if isinstance(node, list):
        return [_copied(item, left_out) for item in node]
    return node
