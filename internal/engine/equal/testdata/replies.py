"""Prints random replies of operations, and botocore's outputs from these replies, as JSON lines.

The argument is the seed. Each line of stdin is a JSON list: botocore's name of a service, and an operation. Each line of
stdout is a JSON object: the headers and the body of the reply, and the output, or "absent".
"""

import json
import random
import sys

import botocore.awsrequest
import botocore.exceptions
import botocore.handlers
from botocore import parsers

import loading
import making


def output(service, op):
    headers, body = making.reply(service, op)
    parser = parsers.create_parser(service.resolved_protocol)
    parser._timestamp_parser, parser._blob_parser = making.times, lambda b: b
    given = {"status_code": 200, "headers": botocore.awsrequest.HeadersDict(headers), "body": body.encode()}
    more = {}
    if service.service_name == "s3":
        botocore.handlers.handle_expires_header(op, given, more)
    out = parser.parse(given, op.output_shape)
    out.update(more)
    if "Body" in out and more:
        out["Body"] = out.pop("Body")  # the order of this member has no effect
    out.pop("ResponseMetadata", None)
    if service.service_name == "iam":
        botocore.handlers.json_decode_policies(out, op)
    if op.name == "GetConsoleOutput":
        botocore.handlers.decode_console_output(out)
    if op.name == "GetTemplate":
        botocore.handlers.json_decode_template_body(out)
    return {"headers": headers, "body": body, "output": out}


class Raw:
    def __init__(self, body):
        self.body = body

    def stream(self, *args, **kwargs):
        yield self.body

    def read(self, *args):
        body, self.body = self.body, b""
        return body


def pages(session, name, service, op, given):
    """Returns the replies of two pages, and the full result that botocore makes from them."""
    config = session.get_component("data_loader").load_service_model(name, "paginators-1")["pagination"].get(op.name)
    if config is None or "result_key" not in config or "input_token" not in config:
        return {"absent": "pages"}
    replies = [making.reply(service, op, making.page(op.output_shape, config, last)) for last in (False, True)]
    endpoint = "https://discovered.example" if name.startswith("timestream-") else None
    client = session.create_client(name, region_name="eu-west-1", endpoint_url=endpoint)
    left = list(replies)

    def answer(request, **kwargs):
        headers, body = left.pop(0)
        return botocore.awsrequest.AWSResponse(request.url, 200, botocore.awsrequest.HeadersDict(headers), Raw(body.encode()))

    client.meta.events.register("before-send", answer)
    paginator = client.get_paginator(botocore.xform_name(op.name))
    try:
        full = paginator.paginate(**given).build_full_result()
    except botocore.exceptions.MissingDependencyException:
        return {"absent": "SigV4A, which needs the library awscrt"}
    full.pop("ResponseMetadata", None)
    return {"replies": replies, "left": len(left), "output": full}


def failure(service, op):
    """Returns an error reply, and the code and the message that botocore reads from it."""
    headers, body = making.error(service, op)
    parser = parsers.create_parser(service.resolved_protocol)
    parsed = parser.parse({"status_code": 400, "headers": botocore.awsrequest.HeadersDict(headers), "body": body.encode()}, op.output_shape)
    return {"headers": headers, "body": body, "output": {k: str(parsed["Error"].get(k, "Unknown")) for k in ("Code", "Message")}}


def main():
    random.seed(int(sys.argv[1]))
    session = loading.new_session()
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=making.times, blob_parser=lambda b: b)
    models = {}
    for line in sys.stdin:
        name, operation, *given = json.loads(line)
        if name not in models:
            models.clear()  # the lines are sorted by service
            try:
                models[name] = session.get_service_model(name)
            except botocore.exceptions.UnknownServiceError:
                models[name] = None
        service = models[name]
        if service is None or operation not in service.operation_names:
            print('{"absent": "operation"}')
            continue
        if service.resolved_protocol == "smithy-rpc-v2-cbor":
            print('{"absent": "replies that are no text"}')
            continue
        try:
            op = service.operation_model(operation)
            if not given:
                made = output(service, op)
            elif given[0] == "failure":
                made = failure(service, op)
            else:
                made = pages(session, name, service, op, given[0])
            print(json.dumps(made, default=lambda b: b.decode()))
        except Exception as e:
            print(json.dumps({"broken": "%s: %s" % (type(e).__name__, e)}))


main()
