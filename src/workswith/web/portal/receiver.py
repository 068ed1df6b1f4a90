"""The endpoint that the notifications guide shows: answer at once, check who sent it, work later.

Only the standard library. A test runs the text against a real delivery.
"""

RECEIVER = '''\
import base64
import hashlib
import hmac
import json
import queue
import time
from http.server import BaseHTTPRequestHandler

SECRET = "{signing secret}"
seen = set()
work = queue.Queue()


def genuine(headers, body, now):
    """Whether the cloud sent it, and sent it now."""
    sent_at = headers["webhook-timestamp"]
    if abs(now - int(sent_at)) > 300:
        return False
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{sent_at}.".encode() + body
    mine = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    given = headers["webhook-signature"].split()
    return any(hmac.compare_digest("v1," + mine, each) for each in given)


class Endpoint(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        ok = genuine(self.headers, body, time.time())
        self.send_response(204 if ok else 403)
        self.end_headers()
        if ok and self.headers["webhook-id"] not in seen:
            seen.add(self.headers["webhook-id"])
            work.put(json.loads(body))  # another thread does the work
'''
