#!/usr/bin/env python3
"""Writes oracle.json, the results of Python's os.path. The columns are system,
environment, path, expanduser(path) and expandvars(path)."""
import json
import ntpath
import os
import posixpath
import pwd
import sys

PATHS = [
    "~", "~/x", "~x", "~root/a", "~nobody-here/a", "a/~", "/~/a", "~/", "//", "", "~//a", "$A/b", "${A}", "${A", "$",
    "$$A", "${}", "${{A}", "$1", "$AB", "$NONE/$A", "${NONE}", "a$A$A", "$a", "~$A", "$A~", "$É", "$A-x", "${A B}",
]
WINDOWS_PATHS = PATHS + [
    "%A%", "%NONE%", "%%A%%", "%A", "'$A'$A", "'$A", "~\\x", "$A-b", "~jane\\x", "~joe\\x", "$$", "${A}%A%", "C:\\%A%\\x",
]
ENVIRONMENTS = [{"HOME": "/h", "A": "v"}, {"HOME": "/h//", "A": "~"}, {"HOME": "", "A": ""}, {"HOME": "rel"}, {"A": "$A"}, {"HOME": "/"}]
WINDOWS_ENVIRONMENTS = [
    {"USERPROFILE": "C:\\Users\\jane", "USERNAME": "jane", "A": "v", "A-B": "w"}, {"USERPROFILE": ""}, {"HOME": "/h"},
    {"HOMEDRIVE": "C:", "HOMEPATH": "\\Users\\jane"}, {"HOMEPATH": "\\h"}, {"HOMEDRIVE": "C:", "HOMEPATH": "h"},
    {"HOMEDRIVE": "\\\\s\\d", "HOMEPATH": "h"}, {"HOMEDRIVE": "C:", "HOMEPATH": "D:\\h"},
]


class User:
    def __init__(self, folder):
        self.pw_dir = folder


def getpwnam(name):
    return {"root": User("/root")}[name]


def run(env, function, path):
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(env)
    try:
        return function(path)
    finally:
        os.environ.clear()
        os.environ.update(before)


pwd.getpwuid, pwd.getpwnam = lambda uid: User("/home/jane"), getpwnam
rows = []
for name, module, environments, paths in (
    ("posix", posixpath, ENVIRONMENTS, PATHS), ("windows", ntpath, WINDOWS_ENVIRONMENTS, WINDOWS_PATHS),
):
    for env in environments:
        rows += [[name, env, p, run(env, module.expanduser, p), run(env, module.expandvars, p)] for p in paths]
sys.stdout.write("[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]\n")
