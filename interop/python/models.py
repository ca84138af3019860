"""Writes botocore's models of some operations to a folder, in the format of older versions.

A table lists the operations. Each line has a service and an operation.
"""

import json
import os
import sys

import botocore.exceptions
import botocore.loaders


def operations(table):
    wanted = {}
    with open(table) as f:
        for line in f:
            if line.strip():
                service, operation = line.split()
                wanted.setdefault({"s3api": "s3"}.get(service, service), set()).add(operation)
    return wanted


def main(folder, table):
    loader = botocore.loaders.create_loader()
    for service, names in operations(table).items():
        place = os.path.join(folder, service, loader.determine_latest_version(service, "service-2"))
        os.makedirs(place)
        for kind, member in (("service-2", "operations"), ("paginators-1", "pagination")):
            try:
                model = loader.load_service_model(service, kind)
            except botocore.exceptions.UnknownServiceError:
                continue  # the service has no pages
            model = dict(model, **{member: {k: v for k, v in model[member].items() if k in names}})
            with open(os.path.join(place, kind + ".json"), "w") as f:
                json.dump(model, f)


if __name__ == "__main__":
    main(*sys.argv[1:])
