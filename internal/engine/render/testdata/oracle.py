"""Prints documents with the formatters of an installed AWS CLI, version 2.

The first line of stdout is the version. Each line of stdin is an object with "doc",
"format", "title", "color" and "width". For each, stdout gets an object with "out" and "error".
"""

import io
import json
import sys
import types
import unicodedata

import awscli
import awscli.formatter
import awscli.table
import colorama


class Resetting(io.StringIO):
    """Resets colours after every write, like the AWS CLI's stream."""

    def write(self, text):
        return super().write(text + "\x1b[0m")


class Answer:
    """A query that returns the document."""

    def __init__(self, doc):
        self.doc = doc

    def search(self, _):
        return self.doc


def width_since_python_3_12(char, old=unicodedata.east_asian_width):
    """Before Python 3.12, every unassigned character was fullwidth. Returns the width of later versions."""
    return "N" if unicodedata.category(char) == "Cn" and old(char) == "F" else old(char)


def render(job):
    color = job.get("color")
    width = job.get("width") or 80
    stream = Resetting() if color else io.StringIO()
    args = types.SimpleNamespace(query=Answer(job["doc"]), color="off", output=job["format"])
    formatter = awscli.formatter.get_formatter(job["format"], args)
    if job["format"] == "table":
        awscli.table.determine_terminal_width = lambda *_: width
        styler = awscli.table.ColorizedStyler() if color else awscli.table.Styler()
        colorama.deinit()
        formatter.table = awscli.table.MultiTable(
            initial_section=False, column_separator="|", styler=styler
        )
    error = ""
    try:
        formatter(job.get("title", ""), {"any": 1}, stream)
    except Exception as e:
        error = str(e)
    return {"out": stream.getvalue(), "error": error}


unicodedata.east_asian_width = width_since_python_3_12
if not awscli.__version__.startswith("2."):
    sys.exit("version 2 is needed, this is " + awscli.__version__)
print(json.dumps(awscli.__version__), flush=True)
for line in sys.stdin:
    print(json.dumps(render(json.loads(line))), flush=True)
