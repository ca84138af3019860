"""Runs waiters with botocore. Each line of stdin has a waiter and the results of its calls; each line
of stdout says how many calls botocore made, and its error."""
import json
import sys

import botocore.waiter

botocore.waiter.time.sleep = lambda seconds: None

for line in sys.stdin:
    case = json.loads(line)
    calls = 0

    def operation(**kwargs):
        global calls
        reply = case["replies"][min(calls, len(case["replies"]) - 1)]
        calls += 1
        return reply

    config = botocore.waiter.SingleWaiterConfig(case["waiter"])
    waiter = botocore.waiter.Waiter(case["name"], config, operation)
    error = ""
    try:
        waiter.wait()
    except Exception as e:  # also errors of expressions
        error = str(e)
    print(json.dumps([calls, error]), flush=True)
