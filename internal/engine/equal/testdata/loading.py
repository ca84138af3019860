"""Makes sessions of botocore."""

import gzip
import json
import os

import botocore.exceptions
import botocore.loaders
import botocore.session

# The protocols of botocore, the preferred protocol first.
PROTOCOLS = ["json", "rest-json", "rest-xml", "query", "ec2"]


def documented(load):
    """Adds the documentation that botocore expects, but that models without documentation lack."""
    def load_service_model(service_name, type_name, api_version=None):
        model = load(service_name, type_name, api_version)
        for parameter in model.get("clientContextParams", {}).values():
            parameter.setdefault("documentation", "")
        return model
    return load_service_model


def readable(load):
    """Makes models readable for old versions of botocore: without endpoint rules, and with a protocol that they know."""
    def load_service_model(service_name, type_name, api_version=None):
        if type_name == "endpoint-rule-set-1":
            raise botocore.exceptions.UnknownServiceError(service_name=service_name, known_service_names="")
        model = load(service_name, type_name, api_version)
        if type_name == "service-2" and "protocols" in model["metadata"]:
            model["metadata"]["protocol"] = next((p for p in PROTOCOLS if p in model["metadata"]["protocols"]), model["metadata"]["protocol"])
        return model
    return load_service_model


class Unpacking(botocore.loaders.JSONFileLoader):
    """Loads the compressed models of later versions too."""

    def exists(self, file_path):
        return os.path.isfile(file_path + ".json.gz") or super().exists(file_path)

    def load_file(self, file_path):
        if not os.path.isfile(file_path + ".json.gz"):
            return super().load_file(file_path)
        with gzip.open(file_path + ".json.gz") as f:
            return json.load(f)


def prepare(session):
    """Prepares a session of an old version of botocore."""
    loader = session.get_component("data_loader")
    loader.file_loader = Unpacking()
    loader.load_service_model = documented(readable(loader.load_service_model))
    session.set_credentials("AKIAEXAMPLE", "secret", "token")
    return session


def new_session():
    """Returns a session with keys."""
    session = botocore.session.get_session()
    loader = session.get_component("data_loader")
    loader.load_service_model = documented(loader.load_service_model)
    session.set_credentials("AKIAEXAMPLE", "secret", "token", "111122223333")
    return session
