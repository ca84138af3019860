"""Prints the skeletons of an installed AWS CLI, version 2, as JSON lines.

Each line of stdin is a JSON list: botocore's name of a service, an operation, an
input, the kind of skeleton (input, yaml-input or output), the format of output, and a query (or null). Each line of stdout is
a JSON object: the text on stdout, the error, and the members of the input and the output; or the reason why there is no skeleton.
"""

import contextlib
import io
import json
import re
import sys
import types

import awsv2
import awscli
import awscli.customizations.globalargs
import awscli.customizations.generatecliskeleton
import awscli.formatter
import botocore.exceptions
import botocore.stub


class Caller(awscli.customizations.generatecliskeleton.StubbedCLIOperationCaller):
    """A caller of the AWS CLI that prints to sys.stdout."""

    def _display_response(self, command_name, response, parsed_globals):
        if parsed_globals.output != "off":  # the formatter of later versions of the AWS CLI
            awscli.formatter.get_formatter(parsed_globals.output, parsed_globals)(command_name, response, sys.stdout)


def show(session, op, given, kind, output, query):
    argument = awscli.customizations.generatecliskeleton.GenerateCliSkeletonArgument(session, op)
    out, error = io.StringIO(), ""
    with contextlib.redirect_stdout(out):
        try:
            args = types.SimpleNamespace(
                color="off", output=output, region="eu-west-1", endpoint_url=None, verify_ssl=None, query=None)
            if query is not None:
                args.query = awscli.customizations.globalargs._resolve_query(query)
            parameters = {} if op.input_shape is None else awsv2.convert(op.input_shape, given)
            getattr(argument, "_generate_%s_skeleton" % kind.replace("-", "_"))(call_parameters=parameters, parsed_globals=args)
        except Exception as e:
            error = str(e)
    text = out.getvalue()
    if kind == "yaml-input":
        text = re.sub("# +", "# ", re.sub(r"\[REQUIRED\] +", "[REQUIRED] ", text)).replace("[REQUIRED] \n", "[REQUIRED]\n")
    return text, error


def remembered(create):
    """Creates a client only once for each service."""
    clients = {}

    def create_client(service_name, **kwargs):
        if service_name not in clients:
            clients.clear()  # the lines are sorted by service
            clients[service_name] = create(service_name, **kwargs)
        return clients[service_name]
    return create_client


def main():
    session, models = awsv2.new_session(), {}
    session.create_client = remembered(session.create_client)
    awscli.customizations.generatecliskeleton.StubbedCLIOperationCaller = Caller
    awscli.customizations.generatecliskeleton.get_shape_doc_overview = lambda shape: ""  # lanyard has no documentation
    botocore.stub.validate_parameters = lambda *_: None  # the AWS CLI refuses many of its own sample outputs
    for line in sys.stdin:
        name, operation, given, kind, output, query = json.loads(line)
        if name not in models:
            models.clear()
            try:
                models[name] = session.get_service_model(name)
            except botocore.exceptions.UnknownServiceError:
                models[name] = None
        service = models[name]
        if service is None or operation not in service.operation_names:
            print('{"absent": "operation"}', flush=True)
            continue
        op = service.operation_model(operation)
        out, error = show(session, op, given, kind, output, query)
        made = {"out": out, "error": error}
        if sys.argv[1] == "true":
            made["members"] = [awsv2.members(op.input_shape), awsv2.members(op.output_shape)]
        print(json.dumps(made), flush=True)


main()
