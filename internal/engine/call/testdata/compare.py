"""Prints botocore's requests and outputs for random inputs and replies, as JSON lines.

The arguments are the number of rounds and pairs of SERVICE OPERATION.
"""

import base64
import datetime
import json
import random
import sys
from xml.sax.saxutils import escape

import botocore.session
from botocore import parsers, serialize
from botocore.utils import parse_timestamp

session = botocore.session.get_session()
WORDS = ["", "a", "eu-west-1", "i-0abc", "x y+z", "é€", "a&b<c>\"d'", "https://h/p?q=1", "*~-._", "😀"]


def value(shape, depth=0):
    """Returns a random value of the shape, as the input of a client."""
    kind = shape.type_name
    if kind == "structure":
        return {n: value(m, depth + 1) for n, m in shape.members.items() if depth < 9 and random.random() < 0.7}
    if kind == "list":
        return [value(shape.member, depth + 1) for _ in range(random.randrange(3))]
    if kind == "map":
        return {"k%d" % i: value(shape.value, depth + 1) for i in range(random.randrange(3))}
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
    return random.choice(WORDS[1:] if depth == 1 else WORDS)


def text(shape, v, place):
    if shape.type_name == "boolean":
        return "true" if v else "false"
    return str(v)


def xml(name, shape, v):
    """Returns the element or the elements of a value in a reply."""
    kind, traits = shape.type_name, shape.serialization
    if kind == "structure":
        inner = ""
        attributes = ""
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
    return "<%s>%s</%s>" % (name, escape(text(shape, v, "xml")), name)


def as_json(shape, v):
    kind = shape.type_name
    if kind == "structure":
        return {m.serialization.get("name", n): as_json(m, v[n]) for n, m in shape.members.items()
                if n in v and not m.serialization.get("location")}
    if kind == "list":
        return [as_json(shape.member, e) for e in v]
    if kind == "map":
        return {k: as_json(shape.value, e) for k, e in v.items()}
    if kind == "timestamp":
        return random.choice([1767323045, 1767323045.123, 946684799.5])
    return v


def reply(service, op):
    """Returns the headers and the body of a random reply."""
    shape, headers = op.output_shape, {}
    if shape is None:
        return headers, "<R></R>" if service.resolved_protocol in ("query", "ec2") else ""
    v = value(shape)
    for n, m in shape.members.items():
        if n in v and m.serialization.get("location") == "header":
            headers[m.serialization["name"].lower()] = text(m, v[n], "header") if m.type_name != "string" else "plain"
    protocol = service.resolved_protocol
    if protocol in ("json", "rest-json"):
        return headers, json.dumps(as_json(shape, v))
    if protocol == "query":
        wrapper = shape.serialization["resultWrapper"]
        return headers, '<R xmlns="%s">%s<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></R>' % (
            service.metadata["xmlNamespace"], xml(wrapper, shape, v))
    return headers, xml("R", shape, v)


class Headers(dict):
    def __contains__(self, k):
        return super().__contains__(k.lower())

    def __getitem__(self, k):
        return super().__getitem__(k.lower())

    def get(self, k, d=None):
        return super().get(k.lower(), d)


def times(raw):
    if isinstance(raw, (int, float)):
        return datetime.datetime.fromtimestamp(raw, datetime.timezone.utc).isoformat()
    return parse_timestamp(raw).isoformat()


def main():
    random.seed(int(sys.argv[1]))
    pairs = sys.argv[2:] * int(sys.argv[1])
    for service_name, operation in zip(pairs[::2], pairs[1::2]):
        service = session.get_service_model({"s3api": "s3"}.get(service_name, service_name))
        op = service.operation_model(operation)
        given = value(op.input_shape) if op.input_shape else {}
        for n in (op.input_shape.required_members if op.input_shape else []):
            member = op.input_shape.members[n]
            given.setdefault(n, "name" if member.type_name == "string" else value(member, 1))
        protocol = service.resolved_protocol
        sent = serialize.create_serializer(protocol, False).serialize_to_request(given, op)
        body = sent["body"]
        headers, answer = reply(service, op)
        parser = parsers.create_parser(protocol)
        parser._timestamp_parser, parser._blob_parser = times, lambda b: b
        out = parser.parse({"status_code": 200, "headers": Headers(headers), "body": answer.encode()}, op.output_shape)
        out.pop("ResponseMetadata", None)
        print(json.dumps({
            "service": service_name, "operation": operation, "input": given,
            "method": sent["method"], "path": sent["url_path"], "query": sent["query_string"], "headers": dict(sent["headers"]),
            "form": body if isinstance(body, dict) else None,
            "body": None if isinstance(body, dict) else (body.decode() if isinstance(body, bytes) else body),
            "reply": answer, "replyHeaders": headers, "output": out,
        }))


main()
