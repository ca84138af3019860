"""Prints random replies of operations, and botocore's outputs from these replies, as JSON lines.

The argument is the seed. Each line of stdin is a JSON list: botocore's name of a service, and an operation. Each line of
stdout is a JSON object: the headers and the body of the reply, and the output, or "absent".
"""

import base64
import datetime
import json
import random
import sys
from xml.sax.saxutils import escape

import botocore.awsrequest
import botocore.exceptions
import botocore.handlers
from botocore import parsers
from botocore.utils import parse_timestamp

import loading

WORDS = ["a", "eu-west-1", "x y+z", "é€", "a&b<c>\"d'", "https://h/p?q=1", "*~-._", "😀"]


def is_document(shape):
    return getattr(shape, "is_document_type", False)


def value(shape, outer=()):
    """Returns a random value of a shape, or None if the value would contain itself."""
    kind = shape.type_name
    if kind in ("structure", "list", "map") and outer.count(shape.name) > 1:
        return None
    within = outer + (shape.name,)
    if is_document(shape):
        return random.choice([{"any": [1, "x", None, 2.5]}, "text", [True]])
    if kind == "structure":
        names = list(shape.members)
        if getattr(shape, "is_tagged_union", False):
            random.shuffle(names)
            for name in names:
                v = value(shape.members[name], within)
                if v is not None:
                    return {name: v}
            return None
        made = {}
        for name in names:
            if random.random() < 0.8:
                v = value(shape.members[name], within)
                if v is not None:
                    made[name] = v
        return made
    if kind == "list":
        return [v for v in (value(shape.member, within) for _ in range(random.randrange(3))) if v is not None]
    if kind == "map":
        v = value(shape.value, within)
        return {} if v is None else {"k%d" % i: v for i in range(random.randrange(3))}
    if kind == "timestamp":
        return random.choice(["2026-01-02T03:04:05Z", "1999-12-31T23:59:59Z"])
    if kind in ("integer", "long"):
        return random.randrange(1, 10**6)
    if kind in ("float", "double"):
        return random.randrange(10**6) / 8
    if kind == "boolean":
        return random.random() < 0.5
    if kind == "blob":
        return base64.b64encode(b"blob").decode()
    return random.choice(WORDS)


def text(shape, v):
    if shape.type_name == "boolean":
        return "true" if v else "false"
    return str(v)


def xml(name, shape, v):
    """Returns the element or the elements of a value in a reply."""
    kind, traits = shape.type_name, shape.serialization
    if kind == "structure":
        inner = attributes = ""
        for n, m in shape.members.items():
            if n not in v or m.serialization.get("location"):
                continue
            wire = m.serialization.get("name", n)
            if m.serialization.get("xmlAttribute"):
                attributes += ' xmlns:xsi="http://x" %s="%s"' % (wire, escape(v[n], {'"': "&quot;"}))
            else:
                inner += xml(wire, m, v[n])
        return "<%s%s>%s</%s>" % (name, attributes, inner, name)
    if kind == "list":
        wire = shape.member.serialization.get("name")
        if traits.get("flattened"):
            return "".join(xml(wire or name, shape.member, e) for e in v)
        return "<%s>%s</%s>" % (name, "".join(xml(wire or "member", shape.member, e) for e in v), name)
    if kind == "map":
        key, val = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
        entry = name if traits.get("flattened") else "entry"
        inner = "".join("<%s>%s%s</%s>" % (entry, xml(key, shape.key, k), xml(val, shape.value, e), entry) for k, e in v.items())
        return inner if traits.get("flattened") else "<%s>\n  %s\n</%s>" % (name, inner, name)
    return "<%s>%s</%s>" % (name, escape(text(shape, v)), name)


def as_json(shape, v):
    kind = shape.type_name
    if is_document(shape):
        return v
    if kind == "structure":
        return {m.serialization.get("name", n): as_json(m, v[n]) for n, m in shape.members.items()
                if n in v and not m.serialization.get("location")}
    if kind == "list":
        return [as_json(shape.member, e) for e in v]
    if kind == "map":
        return {k: as_json(shape.value, e) for k, e in v.items()}
    if kind == "timestamp":
        return random.choice([1767323045, 1767323045.123, 946684799.5, "2026-01-02T03:04:05.678Z"])
    return v


def header(member, v):
    if member.type_name == "string":
        v = "plain"
        if member.serialization.get("jsonvalue"):
            return base64.b64encode(b'{"a":[1]}').decode()
    if member.type_name == "list":
        return ",".join("v%d" % i if member.member.type_name == "string" else text(member.member, e) for i, e in enumerate(v))
    return text(member, v)


def reply(service, op, adjust=lambda v: v):
    """Returns the headers and the body of a random reply. adjust can change the value of the output."""
    shape, headers = op.output_shape, {}
    protocol = service.resolved_protocol
    if shape is None:
        return headers, "<R></R>" if protocol in ("query", "ec2") else ""
    v = adjust(value(shape))
    for n, m in shape.members.items():
        place = m.serialization.get("location")
        if n in v and place == "header":
            headers[m.serialization.get("name", n)] = header(m, v[n])
        elif n in v and place == "headers":
            headers[m.serialization.get("name", n) + "one"] = "1"
    payload = shape.serialization.get("payload")
    if payload is not None:
        member = shape.members[payload]
        if payload not in v:
            return headers, ""
        if member.type_name in ("string", "blob"):
            return headers, "a payload"
        shape, v, name = member, v[payload], member.serialization.get("name", "R")
    else:
        name = "R"
    if protocol in ("json", "rest-json"):
        return headers, json.dumps(as_json(shape, v))
    if protocol == "query" and "resultWrapper" in shape.serialization:
        return headers, '<R xmlns="http://x/">%s<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></R>' % (
            xml(shape.serialization["resultWrapper"], shape, v))
    return headers, xml(name, shape, v)


def times(raw):
    if isinstance(raw, (int, float)):
        return datetime.datetime.fromtimestamp(raw, datetime.timezone.utc).isoformat()
    return parse_timestamp(raw).isoformat()


def output(service, op):
    headers, body = reply(service, op)
    parser = parsers.create_parser(service.resolved_protocol)
    parser._timestamp_parser, parser._blob_parser = times, lambda b: b
    given = {"status_code": 200, "headers": botocore.awsrequest.HeadersDict(headers), "body": body.encode()}
    more = {}
    if service.service_name == "s3":
        botocore.handlers.handle_expires_header(op, given, more)
    out = parser.parse(given, op.output_shape)
    out.update(more)
    out.pop("ResponseMetadata", None)
    if op.name == "GetConsoleOutput":
        botocore.handlers.decode_console_output(out)
    if op.name == "GetTemplate":
        botocore.handlers.json_decode_template_body(out)
    return {"headers": headers, "body": body, "output": out}


def set_path(shape, v, path, new):
    """Sets or removes (None) the value of a path such as A.B in the value of a structure."""
    names = path.split(".")
    for name in names[:-1]:
        shape = shape.members[name]
        v = v.setdefault(name, {})
    if new is None:
        v.pop(names[-1], None)
    else:
        v[names[-1]] = new


def token(shape, path, i):
    """Returns a token of the type that the output has at a path."""
    for name in path.split("."):
        shape = shape.members[name]
    if shape.type_name in ("integer", "long"):
        return 7 + i
    if shape.type_name == "map":
        return {"key": next(v for v in (value(shape.value) for _ in range(99)) if v)}
    return "token%d" % i + 90 * "x"  # longer than the least length


def page(shape, config, last):
    """Returns a random value of a page. The last page has no token."""
    def adjust(v):
        tokens = config["output_token"] if isinstance(config["output_token"], list) else [config["output_token"]]
        for i, path in enumerate(tokens):
            if "[" in path:
                continue  # an expression: the token is a part of the last item
            set_path(shape, v, path, None if last else token(shape, path, i))
        if "more_results" in config:
            set_path(shape, v, config["more_results"], not last)
        return v
    return adjust


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
    replies = [reply(service, op, page(op.output_shape, config, last)) for last in (False, True)]
    endpoint = "https://discovered.example" if name.startswith("timestream-") else None
    client = session.create_client(name, region_name="eu-west-1", endpoint_url=endpoint)
    left = list(replies)

    def answer(request, **kwargs):
        headers, body = left.pop(0)
        return botocore.awsrequest.AWSResponse(request.url, 200, botocore.awsrequest.HeadersDict(headers), Raw(body.encode()))

    client.meta.events.register("before-send", answer)
    paginator = client.get_paginator(botocore.xform_name(op.name))
    full = paginator.paginate(**given).build_full_result()
    full.pop("ResponseMetadata", None)
    return {"replies": replies, "left": len(left), "output": full}


def failure(service, op):
    """Returns an error reply, and the code and the message that botocore reads from it."""
    protocol = service.resolved_protocol
    code, message = random.choice([s.error_code for s in op.error_shapes] + ["AccessDenied", "Throttled"]), random.choice(WORDS)
    headers = {}
    if protocol == "json":
        body = json.dumps({"__type": random.choice(["", "com.amazonaws.x#"]) + code, random.choice(["message", "Message"]): message})
    elif protocol == "rest-json":
        headers, body = {"x-amzn-ErrorType": code + random.choice(["", ":http://x/"])}, json.dumps({"message": message})
    else:
        inner = "<Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>" % (code, escape(message))
        body = {
            "query": '<ErrorResponse xmlns="http://x/">%s<RequestId>r</RequestId></ErrorResponse>',
            "ec2": "<Response><Errors>%s</Errors><RequestID>r</RequestID></Response>",
            "rest-xml": '<ErrorResponse xmlns="http://x/">%s<RequestId>r</RequestId></ErrorResponse>',
        }[protocol] % inner
    if service.service_name == "s3":
        body = "<Error><Code>%s</Code><Message>%s</Message><RequestId>r</RequestId></Error>" % (code, escape(message))
    if service.is_query_compatible and random.random() < 0.5:
        headers["x-amzn-query-error"] = "Old.Code;Sender"
    parser = parsers.create_parser(protocol)
    parsed = parser.parse({"status_code": 400, "headers": botocore.awsrequest.HeadersDict(headers), "body": body.encode()}, op.output_shape)
    return {"headers": headers, "body": body, "output": {k: parsed["Error"].get(k) for k in ("Code", "Message")}}


def main():
    random.seed(int(sys.argv[1]))
    session = loading.new_session()
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=times, blob_parser=lambda b: b)
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
