"""Prints botocore's requests and outputs for random inputs and replies, as JSON lines.

The arguments are the number of rounds and pairs of SERVICE OPERATION.
"""

import json
import os
import random
import sys

import botocore.awsrequest
import botocore.session
from botocore import parsers, serialize

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../equal/testdata"))
import making

session = botocore.session.get_session()


def given_member(member):
    """Returns a value of a member of an input. Paths and headers cannot have all characters."""
    v = making.value(member)
    located = bool(member.serialization.get("location"))
    if member.type_name == "list" and member.member.type_name == "string" and located:
        return ["name"] * len(v)
    return "name" if member.type_name == "string" and (located or v == "") else v


def main():
    random.seed(int(sys.argv[1]))
    pairs = sys.argv[2:] * int(sys.argv[1])
    for service_name, operation in zip(pairs[::2], pairs[1::2]):
        service = session.get_service_model({"s3api": "s3"}.get(service_name, service_name))
        op = service.operation_model(operation)
        given = {}
        for n, member in op.input_shape.members.items() if op.input_shape else ():
            if n in op.input_shape.required_members or random.random() < 0.7:
                given[n] = given_member(member)
        protocol = service.resolved_protocol
        sent = serialize.create_serializer(protocol, False).serialize_to_request(given, op)
        body = sent["body"]
        headers, answer = making.reply(service, op)
        parser = parsers.create_parser(protocol)
        parser._timestamp_parser, parser._blob_parser = making.times, lambda b: b
        out = parser.parse({"status_code": 200, "headers": botocore.awsrequest.HeadersDict(headers), "body": answer.encode()}, op.output_shape)
        out.pop("ResponseMetadata", None)
        print(json.dumps({
            "service": service_name, "operation": operation, "input": given,
            "method": sent["method"], "path": sent["url_path"], "query": sent["query_string"], "headers": dict(sent["headers"]),
            "form": body if isinstance(body, dict) else None,
            "body": None if isinstance(body, dict) else (body.decode() if isinstance(body, bytes) else body),
            "reply": answer, "replyHeaders": headers, "output": out,
        }))


main()
