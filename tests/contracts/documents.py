"""A small document that tests break in single places, and handlers that answer nothing."""

import copy
from typing import Any

from workswith.contracts.binding import Answer, Handler, Request
from workswith.contracts.compiling import compile_document
from workswith.contracts.document import Document

ERROR = {
    "type": "object",
    "required": ["statusCode"],
    "properties": {"statusCode": {"type": "integer", "description": "Status."}},
}


def raw() -> dict[str, Any]:
    """A fresh copy of a complete document with two operations."""
    return copy.deepcopy(_RAW)


def compiled(changed: dict[str, Any] | None = None) -> Document:
    return compile_document(changed or raw(), "lamp.yaml")


async def nothing(request: Request) -> Answer:
    return Answer()


def handlers(*names: str) -> dict[str, Handler]:
    return dict.fromkeys(names or ("Get-Lamp", "Set-Lamp"), nothing)


_FAILED = {
    "description": "Wrong.",
    "content": {
        "application/json": {
            "schema": {"$ref": "#/components/schemas/Error"},
            "examples": {"failed": {"summary": "Failed", "value": {"statusCode": 400}}},
        }
    },
}
_SECURITY = [{"key": [], "login": ["light.read"]}]

_RAW: dict[str, Any] = {
    "openapi": "3.1.0",
    "x-slug": "lamp",
    "info": {"title": "Lamp", "version": "v1", "summary": "Lamps.", "description": "Lamps."},
    "servers": [{"url": "/lamp/v1"}],
    "paths": {
        "/lamps/{lampId}": {
            "parameters": [
                {
                    "name": "lampId",
                    "in": "path",
                    "required": True,
                    "description": "Id.",
                    "schema": {"type": "string"},
                    "example": "a-1",
                }
            ],
            "get": {
                "operationId": "Get-Lamp",
                "summary": "Get",
                "description": "Reads a lamp.",
                "security": _SECURITY,
                "parameters": [
                    {
                        "name": "level",
                        "in": "query",
                        "required": True,
                        "description": "Depth.",
                        "schema": {"type": "integer", "minimum": 0, "maximum": 3},
                        "example": 1,
                    }
                ],
                "responses": {
                    "200": {
                        "description": "The lamp.",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {
                                        "on": {"type": "boolean", "description": "Lit."}
                                    },
                                },
                                "examples": {"on": {"summary": "On", "value": {"on": True}}},
                            }
                        },
                    },
                    "400": _FAILED,
                    "406": _FAILED,
                },
            },
            "post": {
                "operationId": "Set-Lamp",
                "summary": "Set",
                "description": "Commands a lamp.",
                "security": [{"key": [], "login": ["light.write"]}],
                "requestBody": {
                    "required": True,
                    "description": "How.",
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["level"],
                                "properties": {
                                    "level": {
                                        "type": "integer",
                                        "maximum": 100,
                                        "description": "Brightness.",
                                    },
                                    "mode": {
                                        "type": "string",
                                        "enum": ["on", "off"],
                                        "description": "Mode.",
                                    },
                                },
                            },
                            "examples": {"half": {"summary": "Half", "value": {"level": 50}}},
                        }
                    },
                },
                "responses": {"200": {"description": "Done."}, "400": _FAILED, "430": _FAILED},
            },
        }
    },
    "components": {
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "Ocp-Apim-Subscription-Key"},
            "login": {
                "type": "oauth2",
                "flows": {
                    "authorizationCode": {"authorizationUrl": "/authorize", "tokenUrl": "/token"}
                },
            },
        },
        "schemas": {"Error": ERROR},
    },
}
