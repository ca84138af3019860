"""Prints the requests that botocore makes from inputs, as JSON lines.

Each line of stdin is a JSON list: botocore's name of a service, an operation, a region, whether to use FIPS and
dual-stack endpoints, the input, and an object with the endpoint and the settings of S3. In the input, blobs are in base64. Each line of stdout is a JSON object: the request, or the reason why there is no request. No
request is sent.
"""

import base64
import json
import sys

import botocore.config
import botocore.exceptions
import botocore.httpchecksum

import loading

NO_ENDPOINT = (botocore.exceptions.EndpointVariantError, botocore.exceptions.EndpointProviderError, botocore.exceptions.UnknownRegionError)


class CRC64NVME(botocore.httpchecksum.BaseChecksum):
    """The checksum that the AWS CLI prefers. botocore has it only with another library."""

    table = []

    def __init__(self):
        self.value = 0
        if not self.table:
            for byte in range(256):
                for _ in range(8):
                    byte = byte >> 1 ^ (0x9A6C9329AC4BC9B5 if byte & 1 else 0)
                self.table.append(byte)

    def update(self, chunk):
        value = self.value ^ (1 << 64) - 1
        for byte in chunk:
            value = self.table[(value ^ byte) & 255] ^ value >> 8
        self.value = value ^ (1 << 64) - 1

    def digest(self):
        return self.value.to_bytes(8, "big")


botocore.httpchecksum._CHECKSUM_CLS["crc64nvme"] = CRC64NVME
botocore.httpchecksum._SUPPORTED_CHECKSUM_ALGORITHMS.append("crc64nvme")
botocore.httpchecksum.DEFAULT_CHECKSUM_ALGORITHM = "CRC64NVME"


class Captured(Exception):
    pass


def capture(request, **kwargs):
    raise Captured(request)


def convert(shape, value):
    """Decodes the blobs of an input."""
    kind = shape.type_name
    if kind == "blob":
        return base64.b64decode(value)
    if kind == "structure" and not getattr(shape, "is_document_type", False) and isinstance(value, dict):
        return {n: convert(shape.members[n], v) if n in shape.members else v for n, v in value.items()}
    if kind == "list" and isinstance(value, list):
        return [convert(shape.member, v) for v in value]
    if kind == "map" and isinstance(value, dict):
        return {k: convert(shape.value, v) for k, v in value.items()}
    return value


def text(header):
    return header.decode() if isinstance(header, bytes) else str(header)


def body_of(request):
    body = request.body
    if body is None:
        return b""
    if hasattr(body, "read"):
        return body.read()
    return body.encode() if isinstance(body, str) else bytes(body)


def request_of(client, name, given):
    model = client.meta.service_model
    if name not in model.operation_names:
        return {"absent": "operation"}
    operation = model.operation_model(name)
    if operation.input_shape is not None:
        given = convert(operation.input_shape, given)
    try:
        client._make_api_call(name, given)
    except Captured as e:
        request = e.args[0]
        return {
            "method": request.method,
            "url": request.url,
            "headers": {k: text(v) for k, v in request.headers.items()},
            "body": base64.b64encode(body_of(request)).decode(),
        }
    except botocore.exceptions.ParamValidationError as e:
        return {"invalid": str(e)}
    except NO_ENDPOINT as e:
        return {"noEndpoint": str(e)}
    except Exception as e:
        return {"broken": "%s: %s" % (type(e).__name__, e)}


def main():
    session = loading.new_session()
    clients = {}
    for line in sys.stdin:
        service, name, region, fips, dual, given, settings = json.loads(line)
        place = (service, region, fips, dual, json.dumps(settings))
        client = clients.get(place)
        if client is None:
            clients.clear()  # the lines are sorted by service
            try:
                config = botocore.config.Config(retries={"total_max_attempts": 1}, use_fips_endpoint=fips, use_dualstack_endpoint=dual,
                                                s3={"us_east_1_regional_endpoint": "regional", **(settings["s3"] or {})})  # as in the AWS CLI 2
                client = session.create_client(service, region_name=region, config=config, endpoint_url=settings["endpoint"] or None)
            except botocore.exceptions.UnknownServiceError:
                client = False
            except NO_ENDPOINT as e:
                print(json.dumps({"noEndpoint": str(e)}), flush=True)
                continue
            else:
                client.meta.events.register("before-send", capture)
            clients[place] = client
        print(json.dumps(request_of(client, name, given) if client else {"absent": "service"}), flush=True)


main()
