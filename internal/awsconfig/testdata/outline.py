"""Parses config files with the parser that the AWS CLI uses.

Input: {"name": {"credentials": bool, "content": base64}}. Output for each name: null if
the parser rejects the file, or {"sections": ..., "counting": ...}. Both are lists of
[meaning, settings]: "sections" has every section, "counting" the last section of each
name. A setting is [key, value]. The value of a nested block is a list of such pairs.
"""

import base64
import configparser
import io
import json
import shlex
import sys

KINDS = ("profile", "sso-session", "services")


def meaning(header, credentials):
    if credentials or header == "default":
        return "profile " + header
    for kind in KINDS:
        if header.startswith(kind):
            try:
                words = shlex.split(header)
            except ValueError:
                words = []
            return kind + " " + words[1] if len(words) == 2 else None
    return "other " + header


def nested(value):
    pairs = {}
    for line in value.splitlines():
        if line.strip():
            key, inner = line.split("=", 1)
            pairs[key.strip()] = inner.strip()
    return [[k, v] for k, v in pairs.items()]


def settings(pairs):
    return [[k, nested(v) if v.startswith("\n") else v] for k, v in pairs]


def outline(content, credentials):
    parser = configparser.RawConfigParser()
    try:
        parser.read_file(io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))
        sections = [["DEFAULT", settings(parser.defaults().items())]]
        counting = {}
        for header in parser.sections():
            pairs = settings((k, parser.get(header, k)) for k in parser.options(header))
            what = meaning(header, credentials)
            sections.append([what or "?" + header, pairs])
            if what:
                counting[what] = pairs
    except (configparser.Error, ValueError):
        return None
    return {"sections": sections, "counting": [list(c) for c in counting.items()]}


json.dump(
    {
        name: outline(base64.b64decode(file["content"]), file["credentials"])
        for name, file in json.load(sys.stdin).items()
    },
    sys.stdout,
)
