"""Signs in to IAM Identity Center with boto3 alone, and uses the session like a profile.

    python3 interop/python/signin.py login | accounts | credentials | identity PROFILE | logout
"""

import datetime
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time

import boto3

SESSION, START_URL, REGION = "lanyard-emulator", "https://d-1234567890.awsapps.com/start", "us-east-1"
CACHE = pathlib.Path.home() / ".aws/sso/cache" / (hashlib.sha1(SESSION.encode()).hexdigest() + ".json")


def login():
    oidc = boto3.client("sso-oidc", region_name=REGION)
    client = oidc.register_client(clientName="boto3", clientType="public", scopes=["sso:account:access"])
    who = {k: client[k] for k in ("clientId", "clientSecret")}
    flow = oidc.start_device_authorization(startUrl=START_URL, **who)
    subprocess.run([os.environ["BROWSER"], flow["verificationUriComplete"]], check=True)
    while True:
        try:
            token = oidc.create_token(
                grantType="urn:ietf:params:oauth:grant-type:device_code", deviceCode=flow["deviceCode"], **who
            )
            break
        except oidc.exceptions.AuthorizationPendingException:
            time.sleep(flow["interval"])

    def date(seconds):
        return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    CACHE.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(CACHE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
        cached = {
            "startUrl": START_URL,
            "region": REGION,
            "accessToken": token["accessToken"],
            "expiresAt": date(time.time() + token["expiresIn"]),
            "refreshToken": token["refreshToken"],
            "registrationExpiresAt": date(client["clientSecretExpiresAt"]),
        }
        json.dump(cached | who, f)


def portal():
    return boto3.client("sso", region_name=REGION), json.loads(CACHE.read_text())["accessToken"]


def accounts():
    sso, token = portal()
    for page in sso.get_paginator("list_accounts").paginate(accessToken=token):
        for account in page["accountList"]:
            for roles in sso.get_paginator("list_account_roles").paginate(
                accessToken=token, accountId=account["accountId"]
            ):
                for role in roles["roleList"]:
                    print(account["accountId"], role["roleName"])


def credentials():
    sso, token = portal()
    answer = sso.get_role_credentials(accessToken=token, accountId="111122223333", roleName="AdministratorAccess")
    print(answer["roleCredentials"]["accessKeyId"])


def identity(profile):
    print(boto3.Session(profile_name=profile).client("sts").get_caller_identity()["Arn"])


def logout():
    sso, token = portal()
    sso.logout(accessToken=token)
    CACHE.unlink()


if __name__ == "__main__":
    verbs = {f.__name__: f for f in (login, accounts, credentials, identity, logout)}
    verbs[sys.argv[1]](*sys.argv[2:])
