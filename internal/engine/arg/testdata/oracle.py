"""Parses command lines with the AWS CLI, version 2.

The argument is a folder of models. Each line of stdin is a case:
[service, words after the service, whether --no-paginate is set, whether blobs are raw].
For each case, a line of stdout has the result.
"""
import copy
import decimal
import io
import json
import math
import os
import sys
import base64

os.environ.update(
    AWS_ACCESS_KEY_ID='a', AWS_SECRET_ACCESS_KEY='b', AWS_DEFAULT_REGION='us-east-1', AWS_PAGER='',
    AWS_EC2_METADATA_DISABLED='true', AWS_CONFIG_FILE='/dev/null', AWS_SHARED_CREDENTIALS_FILE='/dev/null',
    AWS_DATA_PATH=sys.argv[1])

import awscli.clidriver  # noqa: E402
import awscli.errorhandler  # noqa: E402
import awscli.shorthand  # noqa: E402
import botocore.client  # noqa: E402
import botocore.model  # noqa: E402
import botocore.utils  # noqa: E402


class Sent(Exception):
    pass


# An old AWS CLI cannot write the decimals of put-metric-data in JSON, because it knows CloudWatch with another
# protocol. A new one writes floats.
refuse = json.JSONEncoder.default
json.JSONEncoder.default = lambda encoder, v: float(v) if isinstance(v, decimal.Decimal) else refuse(encoder, v)


def plain(v):
    """Returns a value as one line, in the format of the test."""
    if isinstance(v, dict):
        return '{' + ' '.join('%s:%s' % (k, plain(e)) for k, e in v.items()) + '}'
    if isinstance(v, (list, tuple)):
        return '[' + ' '.join(plain(e) for e in v) + ']'
    if isinstance(v, (bytes, bytearray)):
        return json.dumps(base64.b64encode(v).decode())
    if isinstance(v, decimal.Decimal):  # the serializers of all protocols make a float of it
        v = float(v)
    if isinstance(v, float) and (math.isnan(v) or math.isinf(v)):
        return 'float ' + str(v)
    if isinstance(v, float):
        return 'float ' + repr(v)
    if v is None or isinstance(v, (bool, int, str)):
        return json.dumps(v, ensure_ascii=False)
    return repr(v)


seen = {}


class Normal(awscli.shorthand.ModelVisitor):
    """Converts blobs and times to the form of package arg."""

    def _visit_scalar(self, parent, shape, name, value):
        if value is None:
            return
        if shape.type_name == 'blob' and isinstance(value, str):
            parent[name] = value.encode() if seen['raw'] else base64.b64decode(value)
        if shape.type_name == 'timestamp':
            t = botocore.utils.parse_to_aware_datetime(value)
            text = t.strftime('%Y-%m-%dT%H:%M:%S')
            if t.microsecond:
                text += ('.%06d' % t.microsecond).rstrip('0')
            parent[name] = text + 'Z'


def invoke(original):
    def wrapped(self, service_name, operation_name, parameters, parsed_globals):
        p = dict(parameters)
        seen['paging'] = p.pop('PaginationConfig', None)
        client = self._session.create_client(service_name)
        seen['paginate'] = parsed_globals.paginate and client.can_paginate(awscli.clidriver.xform_name(operation_name))
        shape = client.meta.service_model.operation_model(operation_name).input_shape
        seen['parameters'] = copy.deepcopy(p)
        if shape is not None:
            try:
                Normal().visit(seen['parameters'], shape)
            except Exception:
                pass  # the call reports the error
        return original(self, service_name, operation_name, parameters, parsed_globals)
    return wrapped


def send(self, *args, **kwargs):
    raise Sent()


awscli.clidriver.CLIOperationCaller.invoke = invoke(awscli.clidriver.CLIOperationCaller.invoke)
botocore.client.BaseClient._make_request = send


def run(driver, service, words, no_paginate, raw):
    table = driver._get_command_table()
    parser = driver.create_parser(table)
    line = [service, words[0]] + (['--no-paginate'] if no_paginate else [])
    parsed_globals, _ = parser.parse_known_args(line)
    seen['raw'] = raw
    if raw:
        parsed_globals.cli_binary_format = 'raw-in-base64-out'
    driver.session.emit('session-initialized', session=driver.session, parsed_args=parsed_globals)
    driver._handle_top_level_args(parsed_globals)
    operations = table[service]._get_command_table()
    out = io.StringIO()
    try:
        stdout, sys.stdout = sys.stdout, out
        stderr, sys.stderr = sys.stderr, io.StringIO()
        try:
            operations[words[0]](words[1:], parsed_globals)
        finally:
            sys.stdout, sys.stderr = stdout, stderr
    except Sent:
        paging = dict(seen['paging'] or {})
        return {'document': plain(seen['parameters']), 'paginate': seen['paginate'], 'paging': plain(dict(sorted(paging.items())))}
    except Exception as e:
        handler = awscli.errorhandler.construct_cli_error_handlers_chain()
        code = handler.handle_exception(e, io.StringIO(), io.StringIO())
        text = str(e)
        if type(e).__name__ == 'ArgParseException':  # later versions print the message first
            text = text.split('\n\nusage: ')[0] if '.py: error: ' not in text else text.split('.py: error: ', 1)[1].removesuffix('\n')
        return {'error': text, 'code': code, 'type': type(e).__name__}
    if out.getvalue():
        return {'skeleton': plain(json.loads(out.getvalue()))}
    return {'error': 'nothing', 'code': 0}


def main():
    driver, absent = awscli.clidriver.create_clidriver(), set()
    for service in os.listdir(sys.argv[1]):
        folder, service = service, {'s3': 's3api', 'codedeploy': 'deploy', 'config': 'configservice'}.get(service, service)
        try:
            for command in driver._get_command_table()[service]._get_command_table().values():
                getattr(command, '_operation_model', None)
            # Load the models now, so that all cases can use them.
            client = driver.session.create_client(folder)
            client.can_paginate(next(iter(client.meta.method_to_api_mapping)))
        except botocore.model.OperationNotFoundError:
            absent.add(service)  # a customization needs an operation that the model lacks
    for line in sys.stdin:
        service, words, no_paginate, raw = json.loads(line)
        if service in absent:
            print('{"absent": "service"}', flush=True)
            continue
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            os.waitpid(pid, 0)
            continue
        try:
            answer = run(driver, service, words, no_paginate, raw)
        except BaseException as e:
            answer = {'broken': repr(e)}
        print(json.dumps(answer), flush=True)
        os._exit(0)


main()
