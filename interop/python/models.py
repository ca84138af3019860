"""Writes botocore's models of some services to a folder, as older versions read them."""

import json
import os
import sys

import botocore.exceptions
import botocore.loaders


def main(folder, *services):
    loader = botocore.loaders.create_loader()
    for service in services:
        place = os.path.join(folder, service, loader.determine_latest_version(service, "service-2"))
        os.makedirs(place)
        for kind in ("service-2", "paginators-1"):
            try:
                model = loader.load_service_model(service, kind)
            except botocore.exceptions.UnknownServiceError:
                continue  # nothing of it comes in pages
            with open(os.path.join(place, kind + ".json"), "w") as f:
                json.dump(model, f)


if __name__ == "__main__":
    main(*sys.argv[1:])
