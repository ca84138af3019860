"""Makes many sessions of botocore fast: botocore reads each of its files only once."""

import os

import botocore.exceptions
import botocore.loaders


def read_models(names):
    """Reads the models once, and makes every loader use these models."""
    read, load = {}, botocore.loaders.JSONFileLoader.load_file

    def once(self, path):
        if path not in read:
            read[path] = load(self, path)
        return read[path]

    botocore.loaders.JSONFileLoader.load_file = once
    loader = botocore.loaders.create_loader(os.environ.get("AWS_DATA_PATH"))
    # To list the services, botocore searches six hundred folders, so do it only once.
    listed = botocore.loaders.Loader.list_available_services
    botocore.loaders.Loader.list_available_services = lambda self, type_name: listed(loader, type_name)
    for name in names:
        for kind in ("service-2", "paginators-1"):
            try:
                loader.load_service_model(name, kind)
            except botocore.exceptions.UnknownServiceError:
                pass  # not every service has pages
    for name in ("endpoints", "partitions", "sdk-default-configuration", "_retry"):
        try:
            loader.load_data(name)
        except botocore.exceptions.DataNotFoundError:
            pass  # this version has no such file
