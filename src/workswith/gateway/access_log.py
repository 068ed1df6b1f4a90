"""A line in the log for each finished call, with where its time went.

Off unless a setting asks for it: it costs more than the rest of a call. What is not known of a call
is left out, and no line has a key or a token.
"""

from workswith.kernel import log

from .call import CallRecord

_log = log.get("access")


def write(record: CallRecord) -> None:
    fields = {
        "flow": record.flow,
        "api": record.api,
        "operation": record.operation,
        "method": record.method,
        "status": record.status,
        "problem": record.code,
        "subscription": record.subscription_id,
        "application": record.client_id,
        "account": record.account_id,
    }
    _log.info(
        "call",
        **{name: value for name, value in fields.items() if value},
        checks_us=record.checks_us,
        handling_us=record.handling_us,
        sending_us=record.sending_us,
    )
