"""Prints what the AWS CLI, version 2, prints for random replies of operations, as JSON lines.

The arguments are the seed, and whether to print the members of outputs. Each line of stdin is a JSON list: botocore's name of a
service, an operation, the input, whether the reply is an error, whether to fetch all pages, the number of items (or null), the
format of output, and the query (or null). Each line of stdout is a JSON object: the status, the headers and the bodies of the replies, the text on
stdout, the error, the exit code, and the members of the output. It can also be the reason why there is no output.
"""

import io
import json
import random
import sys
import types

import awsv2
import awscli
import awscli.customizations.globalargs
import awscli.errorhandler
import awscli.formatter
import botocore.awsrequest
import botocore.client
import botocore.endpoint
import botocore.exceptions

import making


class Invalid(Exception):
    """The installed AWS CLI cannot make the request."""


class Raw:
    def __init__(self, body):
        self.body = body

    def stream(self, *args, **kwargs):
        yield self.body

    def read(self, *args):
        body, self.body = self.body, b""
        return body


def answer(self, operation_model, request_dict, request_context):
    """Replaces the method that sends a request."""
    status, headers, body = self.replies.pop(0)
    http = botocore.awsrequest.AWSResponse("https://x/", status, botocore.awsrequest.HeadersDict(headers), Raw(body.encode()))
    response = botocore.endpoint.convert_to_response_dict(http, operation_model)
    parser = self._endpoint._response_parser_factory.create_parser(operation_model.metadata["protocol"])
    return http, parser.parse(response, operation_model.output_shape)


def pages_of(session, name, op):
    """Returns the description of the pages, or None if the AWS CLI fetches only one page."""
    try:
        model = session.get_component("data_loader").load_service_model(name, "paginators-1")["pagination"].get(op.name)
    except botocore.exceptions.UnknownServiceError:
        return None
    return model if model and "result_key" in model and "input_token" in model else None


def call(client, name, parameters, limit, pages):
    method = botocore.xform_name(name)
    if pages is None:
        return getattr(client, method)(**parameters)
    config = {} if limit is None else {"PaginationConfig": {"MaxItems": limit}}
    return client.get_paginator(method).paginate(**parameters, **config)


def show(session, client, op, given, limit, output, query, pages):
    """Returns the text on stdout, the error and the exit code."""
    stream = io.StringIO()
    try:
        args = types.SimpleNamespace(color="off", output=output, query=None)
        if query is not None:
            args.query = awscli.customizations.globalargs._resolve_query(query)
        parameters = {} if op.input_shape is None else awsv2.convert(op.input_shape, given)
        response = call(client, op.name, parameters, limit, pages)
        if output == "off":  # the formatter of later versions of the AWS CLI
            for _ in response if pages else ():
                pass
        else:
            awscli.formatter.get_formatter(output, args)(op.name, response, stream)
    except botocore.exceptions.ParamValidationError as e:
        raise Invalid(str(e))
    except Exception as e:
        code = awscli.errorhandler.construct_cli_error_handlers_chain().handle_exception(e, io.StringIO(), io.StringIO())
        return stream.getvalue(), str(e), code
    return stream.getvalue(), "", 0


def run(session, clients, name, operation, given, refused, paginate, limit, output, query):
    if name not in clients:
        clients.clear()  # the lines are sorted by service
        try:
            clients[name] = session.create_client(name)
        except botocore.exceptions.UnknownServiceError:
            clients[name] = None
    client = clients[name]
    if client is None or operation not in client.meta.service_model.operation_names:
        return {"absent": "operation"}
    service = client.meta.service_model
    op = service.operation_model(operation)
    pages = pages_of(session, name, op) if paginate else None
    if refused:
        replies = [(400,) + making.error(service, op)]
    elif pages is None:
        replies = [(200,) + making.reply(service, op)]
    else:
        replies = [(200,) + making.reply(service, op, making.page(op.output_shape, pages, last)) for last in (False, True)]
    client.replies = list(replies)
    try:
        out, error, code = show(session, client, op, given, limit, output, query, pages)
    except Invalid as e:
        return {"invalid": str(e)}
    made = {"replies": replies, "out": out, "error": error, "code": code}
    if sys.argv[2] == "true":
        made["members"] = awsv2.members(op.output_shape)
    return made


def main():
    random.seed(int(sys.argv[1]))
    session, clients = awsv2.new_session(), {}
    botocore.client.BaseClient._make_request = answer
    for line in sys.stdin:
        try:
            made = run(session, clients, *json.loads(line))
        except Exception as e:
            made = {"broken": "%s: %s" % (type(e).__name__, e)}
        print(json.dumps(made), flush=True)


main()
