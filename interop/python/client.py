"""boto3 as the tests in interop/ use it. Answers are JSON on stdout."""

import json
import sys
import time

import boto3


def identity(profile):
    answer = boto3.Session(profile_name=profile).client("sts").get_caller_identity()
    return {k: answer[k] for k in ("Account", "Arn", "UserId")}


def accounts(token_file):
    with open(token_file) as f:
        token = json.load(f)["accessToken"]
    pages = list(portal().get_paginator("list_accounts").paginate(accessToken=token))
    return {"Pages": len(pages), "Accounts": sum(len(p["accountList"]) for p in pages)}


def device(start_url):
    """Signs in by device code, in the way of a program that keeps no files."""
    oidc = boto3.client("sso-oidc", region_name="us-east-1")
    client = oidc.register_client(clientName="boto3", clientType="public", scopes=["sso:account:access"])
    who = {k: client[k] for k in ("clientId", "clientSecret")}
    flow = oidc.start_device_authorization(startUrl=start_url, **who)
    print(flow["verificationUriComplete"], file=sys.stderr, flush=True)
    pending = 0
    while True:
        try:
            token = oidc.create_token(
                grantType="urn:ietf:params:oauth:grant-type:device_code", deviceCode=flow["deviceCode"], **who
            )
            break
        except oidc.exceptions.AuthorizationPendingException:
            pending += 1
            time.sleep(flow["interval"])
    roles = portal().list_account_roles(accessToken=token["accessToken"], accountId="111122223333")
    return {"Pending": pending, "Roles": [r["roleName"] for r in roles["roleList"]]}


def portal():
    return boto3.client("sso", region_name="us-east-1")


if __name__ == "__main__":
    try:
        print(json.dumps({"identity": identity, "accounts": accounts, "device": device}[sys.argv[1]](sys.argv[2])))
    except Exception as e:
        sys.exit(f"{type(e).__name__}: {e}")
