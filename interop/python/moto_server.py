"""Runs moto's server of AWS services with sample resources.

It prints the URL of the server and the ids of the resources. It ends when its stdin ends.
"""

import json
import logging
import sys

import boto3
from moto.server import ThreadedMotoServer

TEMPLATE = {
    "Description": "A bucket, and what it is called",
    "Parameters": {"Stage": {"Type": "String", "Default": "test"}},
    "Resources": {"Store": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "made-by-a-stack"}}},
    "Outputs": {"Name": {"Description": "of the bucket", "Value": {"Ref": "Store"}, "Export": {"Name": "store"}}},
}

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}

READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]}

KEYS = ["index.html", "img/logo a+b.svg", "img/ümläut ☃.png", "img/deep/er/file.txt", "日本/語.txt", "a&b<c>'d'.txt", "😀"]


def tags(**pairs):
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def fill_ec2(client):
    image = client.register_image(Name="base", Description="Größe: small", Architecture="arm64", RootDeviceName="/dev/sda1")["ImageId"]
    client.create_key_pair(KeyName="deploy")
    group = client.create_security_group(GroupName="web", Description="Web servers: ports 80, 443")["GroupId"]
    client.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": p, "ToPort": p, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all"}]}
            for p in (80, 443)
        ],
    )
    for count, labels in (
        (1, {"Name": "web-1", "Größe": "naïve café", "empty": ""}),
        (2, {"Name": "日本語", "emoji": "😀 ☃", "text": "a: b # c", "number": "0123", "yes": "no"}),
        (3, {"Name": "a very long name that goes on for longer than eighty columns of any terminal, as names at times do"}),
        (1, {"Name": "two\nlines", "tab": "a\tb", "quote": "it's \"so\""}),
    ):
        client.run_instances(
            ImageId=image, MinCount=count, MaxCount=count, InstanceType="t3.micro", KeyName="deploy", SecurityGroupIds=[group],
            TagSpecifications=[{"ResourceType": "instance", "Tags": tags(**labels)}],
        )
    client.create_volume(AvailabilityZone="us-east-1a", Size=8, VolumeType="gp3")


def fill_iam(client):
    for name in ("alice", "bob"):
        client.create_user(UserName=name, Path="/staff/", Tags=tags(team="ops"))
    for name in ("Deploy", "Audit"):
        client.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST), Description="Rôle " + name)
    client.create_policy(PolicyName="own", PolicyDocument=json.dumps(READ))
    client.create_account_alias(AccountAlias="example-corp")


def fill_s3(client):
    for name in ("empty-one", "website"):
        client.create_bucket(Bucket=name)
    client.create_bucket(Bucket="in-ireland", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client.put_bucket_versioning(Bucket="website", VersioningConfiguration={"Status": "Enabled"})
    for n, key in enumerate(KEYS):
        client.put_object(Bucket="website", Key=key, Body=b"x" * 700 * n)


def fill_organizations(client):
    client.create_organization(FeatureSet="ALL")
    for name in ("log-archive", "sandbox"):
        client.create_account(AccountName=name, Email=name + "@example.com")


def fill_cloudformation(client):
    client.create_stack(StackName="store", TemplateBody=json.dumps(TEMPLATE), Tags=tags(team="ops"))


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    session = boto3.Session("AKIAEXAMPLE", "secret", region_name="us-east-1")
    for name, fill in globals().copy().items():
        if name.startswith("fill_"):
            fill(session.client(name.removeprefix("fill_"), endpoint_url=url))
    instance = session.client("ec2", endpoint_url=url).describe_instances()["Reservations"][0]["Instances"][0]
    account = session.client("organizations", endpoint_url=url).list_accounts()["Accounts"][-1]
    print(json.dumps({"URL": url, "INSTANCE": instance["InstanceId"], "ACCOUNT": account["Id"]}), flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
