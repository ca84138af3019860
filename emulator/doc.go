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
// # What it is not
//
// It has no permissions: whoever holds credentials may call every operation that
// it answers. It is no place for real secrets, and it listens for no network
// unless you make it.
package emulator
