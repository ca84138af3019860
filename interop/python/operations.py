"""Calls the operations on stdin with boto3: a list of {service, operation, input}. Prints a list of
error messages; "" means that the operation was answered."""

import json
import re
import sys

import boto3
import botocore.config

config = botocore.config.Config(retries={"max_attempts": 0})
clients = {}
answers = []
for call in json.load(sys.stdin):
    name = call["service"]
    if name not in clients:
        clients[name] = boto3.client(name, config=config)
    method = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", call["operation"]).lower()
    try:
        getattr(clients[name], method)(**call["input"])
        answers.append("")
    except Exception as error:  # the test reads the message
        answers.append(f"{type(error).__name__}: {error}")
json.dump(answers, sys.stdout)
