"""Prepares an installed AWS CLI, version 2, for comparisons."""

import base64
import os
import sys
import unicodedata

os.environ.update(
    AWS_DEFAULT_REGION="eu-west-1", AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null",
    AWS_EC2_METADATA_DISABLED="true", TZ="UTC")

import awscli
import awscli.clidriver
import awscli.formatter
import awscli.table
import botocore.parsers

import loading


def width_since_python_3_12(char, old=unicodedata.east_asian_width):
    """Before Python 3.12, every unassigned character was fullwidth. Returns the width of later versions."""
    return "N" if unicodedata.category(char) == "Cn" and old(char) == "F" else old(char)


def without_request_id(self, response):
    """Removes the id of the request, as later versions of the AWS CLI do."""
    response.pop("ResponseMetadata", None)


def mend_parsers():
    """Corrects errors of old versions: the wire names of a union's members, numbers in headers, and null in lists."""
    known = botocore.parsers.ResponseParser._has_unknown_tagged_union_member

    def unknown(self, shape, value):
        tags = [m.serialization.get("name", n) for n, m in shape.members.items()] if shape.is_tagged_union else []
        return not (len(value) == 1 and next(iter(value)) in tags) and known(self, shape, value)

    botocore.parsers.ResponseParser._has_unknown_tagged_union_member = unknown
    botocore.parsers.ResponseParser._handle_list = lambda self, shape, list: [
        None if v is None else self._parse_shape(shape.member, v) for v in list]
    rest = botocore.parsers.RestJSONParser
    rest._handle_integer = rest._handle_long = lambda self, shape, v: int(v)
    rest._handle_float = rest._handle_double = lambda self, shape, v: float(v)


def convert(shape, value):
    """Decodes the blobs of an input."""
    kind = shape.type_name
    if kind == "blob":
        return base64.b64decode(value)
    if kind == "structure" and isinstance(value, dict):
        return {n: convert(shape.members[n], v) if n in shape.members else v for n, v in value.items()}
    if kind == "list" and isinstance(value, list):
        return [convert(shape.member, v) for v in value]
    if kind == "map" and isinstance(value, dict):
        return {k: convert(shape.value, v) for k, v in value.items()}
    return value


def members(shape, outer=()):
    """Returns the names of the members of a shape in their order."""
    if shape is None or shape.name in outer:
        return []
    within = outer + (shape.name,)
    kind = shape.type_name
    if kind == "structure":
        return [[n, members(m, within)] for n, m in shape.members.items()]
    if kind in ("list", "map"):
        return members(shape.member if kind == "list" else shape.value, within)
    return []


def new_session():
    """Returns the session of the AWS CLI."""
    if not awscli.__version__.startswith("2."):
        sys.exit("version 2 is needed, this is " + awscli.__version__)
    unicodedata.east_asian_width = width_since_python_3_12
    awscli.table.determine_terminal_width = lambda *_: 80
    awscli.formatter.Formatter._remove_request_id = without_request_id
    mend_parsers()
    driver = awscli.clidriver.create_clidriver()
    parsed, _ = driver.create_parser(driver._get_command_table()).parse_known_args(["sts", "get-caller-identity"])
    driver.session.emit("session-initialized", session=driver.session, parsed_args=parsed)
    return loading.prepare(driver.session)
