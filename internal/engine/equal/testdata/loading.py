"""Makes sessions of botocore."""

import botocore.session


def documented(load):
    """Adds the documentation that botocore expects, but that models without documentation lack."""
    def load_service_model(service_name, type_name, api_version=None):
        model = load(service_name, type_name, api_version)
        for parameter in model.get("clientContextParams", {}).values():
            parameter.setdefault("documentation", "")
        return model
    return load_service_model


def new_session():
    """Returns a session with keys."""
    session = botocore.session.get_session()
    loader = session.get_component("data_loader")
    loader.load_service_model = documented(loader.load_service_model)
    session.set_credentials("AKIAEXAMPLE", "secret", "token", "111122223333")
    return session
