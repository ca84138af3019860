"""A client of boto3 for the tests in interop/. It prints JSON to stdout."""

import json
import os
import sys
import time

import boto3


def identity(profile):
    answer = boto3.Session(profile_name=profile).client("sts").get_caller_identity()
    return {k: answer[k] for k in ("Account", "Arn", "UserId")}


def ambient(end):
    """Prints the identity without a profile, and again when the file end exists."""
    sts = boto3.client("sts", region_name="us-east-1")
    while True:
        answer = sts.get_caller_identity()
        key = boto3.DEFAULT_SESSION.get_credentials().get_frozen_credentials().access_key
        print(json.dumps({**{k: answer[k] for k in ("Account", "Arn", "UserId")}, "Key": key}), flush=True)
        if os.path.exists(end):
            return "done"
        while not os.path.exists(end):
            time.sleep(0.05)


def accounts(token_file):
    with open(token_file) as f:
        token = json.load(f)["accessToken"]
    pages = list(portal().get_paginator("list_accounts").paginate(accessToken=token))
    return {"Pages": len(pages), "Accounts": sum(len(p["accountList"]) for p in pages)}


def device(start_url):
    """Signs in with a device code, like a program that uses no files."""
    oidc = boto3.client("sso-oidc", region_name="us-east-1")
    client = oidc.register_client(clientName="boto3", clientType="public", scopes=["sso:account:access"])
    who = {k: client[k] for k in ("clientId", "clientSecret")}
    flow = oidc.start_device_authorization(startUrl=start_url, **who)
    pending = 0
    while True:
        try:
            token = oidc.create_token(
                grantType="urn:ietf:params:oauth:grant-type:device_code", deviceCode=flow["deviceCode"], **who
            )
            break
        except oidc.exceptions.AuthorizationPendingException:
            if pending == 0:
                print(flow["verificationUriComplete"], file=sys.stderr, flush=True)
            pending += 1
            time.sleep(flow["interval"])
    roles = portal().list_account_roles(accessToken=token["accessToken"], accountId="111122223333")
    return {"Pending": pending, "Roles": [r["roleName"] for r in roles["roleList"]]}


def organization(profile):
    """Reads the organization with pages of one item."""
    session = boto3.Session(profile_name=profile)
    orgs, admin, store = (session.client(name) for name in ("organizations", "sso-admin", "identitystore"))

    def every(client, operation, result, **request):
        pages = client.get_paginator(operation).paginate(PaginationConfig={"PageSize": 1}, **request)
        return pages.build_full_result()[result]

    root = every(orgs, "list_roots", "Roots")[0]["Id"]
    units = every(orgs, "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=root)
    instance = every(admin, "list_instances", "Instances")[0]
    arn, store_id = instance["InstanceArn"], instance["IdentityStoreId"]
    sets = {}
    for ps in every(admin, "list_permission_sets", "PermissionSets", InstanceArn=arn):
        name = admin.describe_permission_set(InstanceArn=arn, PermissionSetArn=ps)["PermissionSet"]["Name"]
        request = {"InstanceArn": arn, "PermissionSetArn": ps}
        ids = every(admin, "list_accounts_for_provisioned_permission_set", "AccountIds", **request)
        kinds = every(admin, "list_account_assignments", "AccountAssignments", AccountId=ids[0], **request)
        sets[name] = [len(ids), len(kinds)]
    members = {}
    for g in every(store, "list_groups", "Groups", IdentityStoreId=store_id):
        found = every(store, "list_group_memberships", "GroupMemberships", IdentityStoreId=store_id, GroupId=g["GroupId"])
        members[g["DisplayName"]] = len(found)
    try:
        orgs.describe_account(AccountId="999999999999")
    except orgs.exceptions.AccountNotFoundException as e:
        error = e.response["Error"]["Code"]
    return {
        "Accounts": [a["Name"] for a in every(orgs, "list_accounts", "Accounts")],
        "Management": orgs.describe_organization()["Organization"]["MasterAccountId"],
        "Units": sorted(u["Name"] for u in units),
        "Users": [u["UserName"] for u in every(store, "list_users", "Users", IdentityStoreId=store_id)],
        "Sets": sets,
        "Members": members,
        "Error": error,
    }


def services(profile):
    session = boto3.Session(profile_name=profile)
    s3 = session.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="account1-website")
    reservations = session.client("ec2").describe_instances()["Reservations"]
    return {
        "Buckets": [b["Name"] for b in s3.list_buckets()["Buckets"]],
        "Keys": [o["Key"] for page in pages for o in page.get("Contents", [])],
        "Instances": [i["InstanceId"] for r in reservations for i in r["Instances"]],
    }


def calls(operations):
    """Calls operations and returns their answers."""
    answers = []
    for o in json.loads(operations):
        client = boto3.Session(profile_name=o["Profile"]).client(o["Service"])
        answer = getattr(client, o["Name"])(**json.loads(o["Input"]))
        if "Body" in answer:
            answer["Body"] = answer["Body"].read().decode()
        answers.append(json.loads(json.dumps(answer, default=str)))
    return answers


def exchange(request):
    """Exchanges the token of a trusted issuer, refreshes the result, and uses the token again."""
    oidc = boto3.Session(profile_name="dev").client("sso-oidc")
    request = json.loads(request)
    first = oidc.create_token_with_iam(**request)
    refreshed = oidc.create_token_with_iam(
        clientId=request["clientId"], grantType="refresh_token", refreshToken=first["refreshToken"]
    )
    try:
        oidc.create_token_with_iam(**request)
        again = ""
    except oidc.exceptions.InvalidGrantException as e:
        again = e.response["Error"]["Code"]
    contexts = [t["awsAdditionalDetails"]["identityContext"] for t in (first, refreshed)]
    return {"First": contexts[0], "Refreshed": contexts[1], "Again": again}


def portal():
    return boto3.client("sso", region_name="us-east-1")


if __name__ == "__main__":
    verbs = {f.__name__: f for f in (identity, ambient, accounts, device, organization, services, calls, exchange)}
    try:
        print(json.dumps(verbs[sys.argv[1]](sys.argv[2])))
    except Exception as e:
        sys.exit(f"{type(e).__name__}: {e}")
