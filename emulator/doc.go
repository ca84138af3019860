// Package emulator is an AWS IAM Identity Center in memory. The AWS CLI, the AWS
// SDKs and other programs sign in to it as they sign in to the real service, with
// pages on which a person signs in and consents. The emulator answers a few
// operations of STS, S3 and EC2 too, so that its role credentials can be used. It
// verifies the signature of each such request.
//
// It keeps state as the real service does: codes work once, refresh tokens
// rotate, sessions end. No answer is a prepared one.
//
// # What to use first
//
// In a test, start one with emulatortest.Start; package emulatortest also plays
// the person in front of the browser. Any other program makes one with [New] and
// serves it on the loopback interface:
//
//	e, err := emulator.New(emulator.Config{})
//	…
//	l, err := net.Listen("tcp", "127.0.0.1:0")
//	…
//	go emulator.NewServer(e).Serve(l)
//	cmd.Env = append(os.Environ(), emulator.Env("http://"+l.Addr().String())...)
//
// The [Config] says which organization the emulator serves and how long tokens
// live. Without one it serves [BuiltIn]. [Generate] makes a large organization, and
// package orgfile reads one from a file.
//
// A running [Emulator] takes orders. [Emulator.Advance] moves its clock.
// [Emulator.AddFault] and [Emulator.SetRateLimits] make requests fail.
// [Emulator.ExpireAccessTokens] and [Emulator.RevokeSessions] end what was issued.
// [Emulator.Approve] and Config.AutoApprove sign people in without a page.
// [Emulator.Count] and [Emulator.Requests] tell what clients have asked for.
//
// # What clients must be told
//
// All services answer on one port. [Env] returns the variables that point clients
// at it: AWS_ENDPOINT_URL_SSO, AWS_ENDPOINT_URL_SSO_OIDC, AWS_ENDPOINT_URL_STS,
// AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL_EC2. The one variable AWS_ENDPOINT_URL
// is not enough, because some SDKs do not use it to refresh tokens. The start URL
// is that of the Config. Nothing ever connects to it.
//
// # From outside
//
// With an AdminToken in the Config, any program on the machine can do what the Go
// methods do:
//
//	curl -H "Authorization: Bearer $TOKEN" -d '{"duration":"8h"}' $URL/_emulator/advance
//
// Below [AdminPath], the admin API has
//
//	GET    state       the clock, and the number of sessions, clients and so on
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
// # Limits
//
// The emulator has no permissions: with any of its credentials, a client may call
// every operation that it answers. Keep real secrets out of it, and keep it on the
// loopback interface.
package emulator
