"""Prints when botocore sends its requests to a service that fails, as JSON lines.

Each line of stdin is a JSON list: botocore's name of a service, an operation, a retry mode, the largest number of attempts
(or null), the number of calls, and the replies to the requests. A reply is a list of a status, headers and a body; or the name
of a failure of the connection. Each line of stdout is a JSON object: the times of the requests in seconds, and the error of each
call, or "". No request is sent, and no time passes: each request takes a tenth of a second.
"""

import json
import sys
import threading

import botocore.awsrequest
import botocore.config
import botocore.endpoint
import botocore.exceptions
from botocore.retries import bucket, standard

import loading

START = 1000.0
LATENCY = 0.1


class Time:
    """Replaces the modules time and threading in botocore."""

    Lock = threading.Lock

    def __init__(self):
        self.now = START

    def time(self):
        return self.now

    def sleep(self, amount):
        self.now += max(amount, 1e-9)

    def Condition(self, lock):
        return Condition(self, lock)


class Condition:
    def __init__(self, time, lock):
        self.time, self.lock = time, lock

    def __enter__(self):
        self.lock.acquire()

    def __exit__(self, *_):
        self.lock.release()

    def wait(self, amount):
        self.time.sleep(amount)

    def notify(self):
        pass


class Raw:
    def __init__(self, body):
        self.body = body

    def stream(self, *args, **kwargs):
        yield self.body

    def read(self, *args):
        body, self.body = self.body, b""
        return body


def failure(name):
    given = {"endpoint_url": "https://x/", "error": "failed"}
    return {
        "connect": botocore.exceptions.EndpointConnectionError(**given),
        "connect timeout": botocore.exceptions.ConnectTimeoutError(**given),
        "read timeout": botocore.exceptions.ReadTimeoutError(**given),
        "reset": botocore.exceptions.ConnectionClosedError(**given),
    }[name]


def run(session, service, operation, mode, attempts, calls, replies):
    time = Time()
    botocore.endpoint.time = bucket.time = bucket.threading = time
    retries = {"mode": mode}
    if attempts is not None:
        retries["total_max_attempts"] = attempts
    client = session.create_client(service, region_name="eu-west-1", config=botocore.config.Config(retries=retries))
    times, errors = [], []

    def answer(request, **kwargs):
        times.append(time.now)
        time.now += LATENCY
        reply = replies.pop(0)
        if isinstance(reply, str):
            raise failure(reply)
        status, headers, body = reply
        return botocore.awsrequest.AWSResponse(request.url, status, botocore.awsrequest.HeadersDict(headers), Raw(body.encode()))

    client.meta.events.register_last("before-send", answer)
    for _ in range(calls):
        try:
            client._make_api_call(operation, {})
            errors.append("")
        except botocore.exceptions.ClientError as e:
            errors.append(str(e))
        except Exception as e:
            errors.append(type(e).__name__)
    return {"times": [t - START for t in times], "errors": errors}


def main():
    session = loading.new_session()
    standard.ExponentialBackoff.__init__.__defaults__ = tuple(
        (lambda: 0.5) if callable(d) else d for d in standard.ExponentialBackoff.__init__.__defaults__)
    for line in sys.stdin:
        print(json.dumps(run(session, *json.loads(line))), flush=True)


main()
