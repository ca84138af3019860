"""Makes random replies of operations from botocore's models."""

import base64
import datetime
import json
import random
from xml.sax.saxutils import escape

from botocore.utils import parse_timestamp

WORDS = [
    "a", "eu-west-1", "x y+z", "é€", "a&b<c>\"d'", "https://h/p?q=1", "*~-._", "😀", "", "true", "~", "1.50", "0x1F", "2026-01-02", "12:30:45",
    "a: b", "- x", "#c", "two\nlines", " in ", "日本", "{\"k\": [1]}", "lorem ipsum dolor sit amet, " * 6, "tab\tular", "it's",
]


def protocol_of(service):
    """Returns the protocol that botocore uses. Old versions of botocore know only one protocol."""
    return getattr(service, "resolved_protocol", None) or service.protocol


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
        return random.choice([random.randrange(1, 10**6), 0, -7, 2**31 - 1] + [2**53 + 1] * (kind == "long"))
    if kind in ("float", "double"):
        return random.choice([random.randrange(10**6) / 8, 0.0, -1.0, 1e-7, 1e16, 0.1])
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
        made = {m.serialization.get("name", n): as_json(m, v[n]) for n, m in shape.members.items()
                if n in v and not m.serialization.get("location")}
        if random.random() < 0.02 and not getattr(shape, "is_tagged_union", False):
            made["newMember"] = [{}]
            made.update({k: None for k in list(made)[:1]})
        return made
    if kind == "list":
        return [None if random.random() < 0.02 else as_json(shape.member, e) for e in v]
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
    protocol = protocol_of(service)
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
    """Reads a time of a reply, as the AWS CLI does."""
    if isinstance(raw, (int, float)):
        return datetime.datetime.fromtimestamp(raw, datetime.timezone.utc).isoformat()
    return parse_timestamp(raw).isoformat()


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


def error(service, op):
    """Returns the headers and the body of a random error."""
    protocol = protocol_of(service)
    code, message = random.choice([s.error_code for s in op.error_shapes] + ["AccessDenied", "Throttled"]), random.choice(WORDS)
    headers, details = {}, {}
    if random.random() < 0.9:
        details[random.choice(["message", "Message"])] = message
    if protocol == "json":
        body = json.dumps({"__type": random.choice(["", "com.amazonaws.x#"]) + code, **details})
    elif protocol == "rest-json":
        headers, body = {"x-amzn-ErrorType": code + random.choice(["", ":http://x/"])}, json.dumps(details)
    else:
        text = "<Message>%s</Message>" % escape(message) if details else ""
        inner = "<Error><Type>Sender</Type><Code>%s</Code>%s</Error>" % (code, text)
        body = {
            "query": '<ErrorResponse xmlns="http://x/">%s<RequestId>r</RequestId></ErrorResponse>',
            "ec2": "<Response><Errors>%s</Errors><RequestID>r</RequestID></Response>",
            "rest-xml": '<ErrorResponse xmlns="http://x/">%s<RequestId>r</RequestId></ErrorResponse>',
        }[protocol] % inner
    if service.service_name == "s3":
        body = "<Error><Code>%s</Code><Message>%s</Message><RequestId>r</RequestId></Error>" % (code, escape(message))
    if getattr(service, "is_query_compatible", False) and random.random() < 0.5:
        headers["x-amzn-query-error"] = "Old.Code;Sender"
    return headers, body
