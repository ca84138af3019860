"""Prints the members that an installed botocore has for the operations on stdin.

Each line of stdin has botocore's names of a service and an operation. Each line of
stdout has a service, an operation, a structure, and a member of the structure.
"""

import sys

try:
    import botocore
    import botocore.session as sessions
except ImportError:  # the AWS CLI 2 has its own copy
    from awscli import botocore
    from awscli.botocore import session as sessions


def reach(shape, seen):
    if shape is None or shape.name in seen:
        return
    seen[shape.name] = shape
    if shape.type_name == "structure":
        for member in shape.members.values():
            reach(member, seen)
    elif shape.type_name == "list":
        reach(shape.member, seen)
    elif shape.type_name == "map":
        reach(shape.key, seen)
        reach(shape.value, seen)


def main():
    session = sessions.get_session()
    print("version", botocore.__version__)
    models = {}
    for line in sys.stdin:
        service, name = line.split()
        if service not in models:
            models[service] = session.get_service_model(service)
        if name not in models[service].operation_names:
            continue  # this version is too old to have the operation
        operation, seen = models[service].operation_model(name), {}
        reach(operation.input_shape, seen)
        reach(operation.output_shape, seen)
        for shape in seen.values():
            if shape.type_name == "structure":
                for member in shape.members:
                    print(service, name, shape.name, member)


main()
