"""Runs many command lines of the AWS CLI in two processes, because each start takes almost a second.

stdin has a JSON object: models is a list of services, commands a list of lists of
arguments. stdout gets a JSON array of [exit code, stdout, stderr].

Two processes share the work. Each calls the CLI's main once for each command, with a new
session. Only the models are read once.
"""

import json
import os
import sys
import tempfile
import traceback

import awscli.clidriver

from loaded import read_models

WORKERS = 2


def run(args):
    """Runs one command and returns its exit code, stdout and stderr."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        sys.argv = ["aws", *args]
        try:
            code = awscli.clidriver.main()
        except SystemExit as e:
            code = e.code
        texts = []
        for stream, file in ((sys.stdout, out), (sys.stderr, err)):
            stream.flush()
            file.seek(0)
            texts.append(file.read().decode())
        return [code or 0, *texts]


def work(commands, file):
    """Runs the commands in a new process, which writes the results to the file."""
    pid = os.fork()
    if pid:
        return pid
    code, complaints = 1, os.fdopen(os.dup(2), "w")
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        json.dump([run(args) for args in commands], file)
        file.flush()
        code = 0
    except Exception:
        traceback.print_exc(file=complaints)
        complaints.flush()
    finally:
        os._exit(code)


def main():
    task = json.load(sys.stdin)
    read_models(task["models"])
    commands, results = task["commands"], [None] * len(task["commands"])
    files = [tempfile.TemporaryFile("w+") for _ in range(WORKERS)]
    pids = [work(commands[n::WORKERS], file) for n, file in enumerate(files)]
    for n, (pid, file) in enumerate(zip(pids, files)):
        if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0:
            sys.exit(f"worker {n} ended early")
        file.seek(0)
        results[n::WORKERS] = json.load(file)
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
