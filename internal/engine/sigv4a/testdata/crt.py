"""Signs a request with AWS's library for SigV4A, and prints the headers."""

import datetime
import json
import sys

from awscrt import auth, http

given = json.load(sys.stdin)
request = http.HttpRequest("GET", given["path"], http.HttpHeaders([("host", "example.com")]))
config = auth.AwsSigningConfig(
    algorithm=auth.AwsSigningAlgorithm.V4_ASYMMETRIC,
    signature_type=auth.AwsSignatureType.HTTP_REQUEST_HEADERS,
    credentials_provider=auth.AwsCredentialsProvider.new_static(given["id"], given["secret"]),
    region="*", service=given["service"],
    date=datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.timezone.utc),
    use_double_uri_encode=given["escape"], should_normalize_uri_path=False,
)
signed = auth.aws_sign_request(request, config).result()
print(json.dumps({name: value for name, value in signed.headers}))
