"""Finds the identities of many profiles, with boto3 or with the AWS CLI, in one process.

The argument is boto3 or awscli. stdin has a JSON array of {"profile", "env"}: the
profile of the command line, "" for none, and variables. stdout gets a JSON array of
{"arn"} or {"error"}.
"""

import json
import os
import sys

if sys.argv[1] == "awscli":
    from batch import run  # imports the AWS CLI first, because some versions bring their own botocore
else:
    import boto3

from loaded import read_models


def with_boto3(profile):
    return {"arn": boto3.Session(profile_name=profile or None).client("sts").get_caller_identity()["Arn"]}


def with_awscli(profile):
    flag = ["--profile", profile] if profile else []
    code, out, err = run(["sts", "get-caller-identity", "--output", "json", *flag])
    return {"error": err or str(code)} if code else {"arn": json.loads(out)["Arn"]}


def find(look, task):
    """Looks up a profile with the variables of the task."""
    before = dict(os.environ)
    os.environ.update(task["env"])
    try:
        return look(task["profile"])
    except Exception as e:
        return {"error": f"{type(e).__name__}: {e}"}
    finally:
        os.environ.clear()
        os.environ.update(before)


if __name__ == "__main__":
    look = {"boto3": with_boto3, "awscli": with_awscli}[sys.argv[1]]
    tasks, answer = json.load(sys.stdin), os.fdopen(os.dup(1), "w")
    read_models(["sts", "sso", "sso-oidc"])
    json.dump([find(look, task) for task in tasks], answer)
