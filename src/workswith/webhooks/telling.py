"""Endpoints, deliveries, losses and events as JSON: the same for the API and for the sandbox.

Members are ``snake_case``, instants ISO 8601 in UTC, spans milliseconds.
"""

from typing import Any

from workswith.kernel.clock import iso

from .logbook import Attempt
from .reading import DeliveryView, EndpointView, EventView, LossView


def endpoint(one: EndpointView, now: int) -> dict[str, Any]:
    left = one.ban_left(now)
    return {
        "id": one.id,
        "client_id": one.client_id,
        "url": one.url,
        "created_at": iso(one.created_at),
        "health": one.health(now),
        "failures": one.lane.failures,
        "failing_since": _when(one.failing_since),
        "ban_until": _when(one.lane.ban_until if left else None),
        "ban_left_ms": left,
        "waiting": one.waiting,
        "lost": one.lost,
        "lost_first": _when(one.lost_first),
        "lost_last": _when(one.lost_last),
        "subscriptions": one.subscriptions,
        "pending": one.pending,
        "last_status": one.last_status,
        "last_error": one.last_error,
    }


def delivery(one: DeliveryView) -> dict[str, Any]:
    return {
        "id": one.id,
        "endpoint_id": one.endpoint_id,
        "subscription_id": one.subscription_id,
        "event_id": one.event_id,
        "plant_id": one.plant_id,
        "sequence": one.sequence,
        "kind": one.kind,
        "event_at": iso(one.event_at),
        "state": one.state,
        "cause": one.cause,
        "attempts": one.attempts,
        "due_at": _when(one.due_at),
        "expires_at": iso(one.expires_at),
        "finished_at": _when(one.finished_at),
        "flow": one.flow,
    }


def whole_delivery(one: DeliveryView, attempts: list[Attempt]) -> dict[str, Any]:
    """With its body, and every attempt."""
    return {
        **delivery(one),
        "body": one.body.decode("utf-8", "replace"),
        "attempted": [
            {
                "number": each.number,
                "at": iso(each.at),
                "connect_ms": round(each.connect_ms, 1),
                "answer_ms": round(each.answer_ms, 1),
                "status": each.status,
                "error": each.error,
                "answer": each.answer.decode("utf-8", "replace"),
            }
            for each in attempts
        ],
    }


def loss(one: LossView) -> dict[str, Any]:
    return {
        "event_id": one.event_id,
        "subscription_id": one.subscription_id,
        "plant_id": one.plant_id,
        "sequence": one.sequence,
        "kind": one.kind,
        "at": iso(one.at),
        "reason": one.reason,
        "replayed_at": _when(one.replayed_at),
    }


def event(one: EventView, body: bytes | None) -> dict[str, Any]:
    """``body`` is what was or would have been sent; none for an event that the API does not tell."""
    return {
        "id": one.event.id,
        "plant_id": one.event.plant_id,
        "sequence": one.event.sequence,
        "kind": one.event.kind,
        "at": iso(one.event.at),
        "endpoint_id": one.subscription.endpoint_id,
        "subscription_id": one.subscription.id,
        "outcome": one.outcome,
        "body": (body or b"").decode("utf-8", "replace"),
    }


def _when(instant: int | None) -> str | None:
    return None if instant is None else iso(instant)
