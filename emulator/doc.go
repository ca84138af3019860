// Package emulator is an AWS IAM Identity Center in memory: a server to which the
// AWS CLI, the AWS SDKs and other programs log in as they do to the real one, with
// pages on which a person signs in and consents. The role credentials that it
// gives out are good for the few services it answers itself, after the signature
// of each request has been verified.
//
// It keeps state as the real service does. Codes work once, refresh tokens
// rotate, sessions end. Nothing is answered from a list of prepared replies.
// [Config] says what organization it holds and how long things live. Time is moved
// with [Emulator.Advance], and failures are rehearsed with [Emulator.AddFault].
//
// Tests start one with the package emulatortest. Other programs serve an Emulator
// themselves, on the loopback interface, best with [NewServer].
//
// # What clients must be told
//
// All services answer on one port. Point clients at it with the variables
// AWS_ENDPOINT_URL_SSO, AWS_ENDPOINT_URL_SSO_OIDC, AWS_ENDPOINT_URL_STS,
// AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL_EC2. The one variable AWS_ENDPOINT_URL
// is not enough: some SDKs do not use it to refresh tokens. The start URL is the
// one of the Config, whose address is never connected to.
//
// # From outside
//
// With an AdminToken in the Config, what the Go methods do can be done from any
// program on the machine:
//
//	curl -H "Authorization: Bearer $TOKEN" -d '{"duration":"8h"}' $URL/_emulator/advance
//
// Below /_emulator/ there are
//
//	GET    state       the clock, and how much of everything there is
//	POST   advance     {"duration":"8h"}
//	POST   expire      end all access tokens
//	POST   revoke      {"user":"jane"}: end the user's sessions
//	POST   approve     {"userCode":"BCDF-GHJK","user":"jane"}
//	POST   deny        {"userCode":"BCDF-GHJK"}
//	GET    counts      requests by operation; DELETE sets them to 0
//	GET    requests    the latest requests, without their secrets
//	GET    faults      rules by which requests go wrong; DELETE removes them
//	POST   faults      {"operation":"CreateToken:refresh_token","count":1,"status":500}
//	POST   rateLimits  {"on":true,"retryAfter":"2s"}
//	POST   webIdentityToken  {"subject":"repo:example/app","audience":"sts.amazonaws.com","duration":"15m"}
//
// # What it is not
//
// It has no permissions: whoever holds credentials may call every operation that
// it answers. It is no place for real secrets, and it listens for no network
// unless you make it.
package emulator
