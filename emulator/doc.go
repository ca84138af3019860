// Package emulator is an AWS IAM Identity Center in memory. The AWS CLI, the AWS SDKs and other
// programs sign in to it as they sign in to the real service. It has the pages where a user signs
// in and gives consent.
//
// The emulator also serves a few operations of STS, S3 and EC2, so that programs can use its role
// credentials. It verifies the signature of each request to these services.
//
// The emulator keeps state as the real service does: codes work once, refresh tokens rotate, and
// sessions end. It computes every response from that state.
//
// # Getting started
//
// A test starts an emulator with emulatortest.Start. Package emulatortest also signs in as a user
// does in the browser. Other programs call [New] and serve the emulator on the loopback interface:
//
//	e, err := emulator.New(emulator.Config{})
//	…
//	l, err := net.Listen("tcp", "127.0.0.1:0")
//	…
//	go emulator.NewServer(e).Serve(l)
//	cmd.Env = append(os.Environ(), emulator.Env("http://"+l.Addr().String())...)
//
// The [Config] sets the organization and the lifetimes of tokens. The default organization is
// [BuiltIn]. [Generate] makes a large organization, and package orgfile reads an organization
// from a file.
//
// Tests control a running [Emulator] with its methods. [Emulator.Advance] moves its clock.
// [Emulator.AddFault] and [Emulator.SetRateLimits] make requests fail.
// [Emulator.ExpireAccessTokens] and [Emulator.RevokeSessions] end tokens and sessions.
// [Emulator.Approve] and Config.AutoApprove sign users in without a page. [Emulator.Count]
// and [Emulator.Requests] report the requests of clients. [Emulator.MFACode] and
// [Emulator.WebIdentityToken] return codes and tokens for clients that assume roles.
//
// # Configuring clients
//
// The emulator serves all services on one port. [Env] returns the variables that point clients at
// it: AWS_ENDPOINT_URL_SSO, AWS_ENDPOINT_URL_SSO_OIDC, AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL_S3
// and AWS_ENDPOINT_URL_EC2. The variable AWS_ENDPOINT_URL alone is not enough, because some SDKs
// do not use it to refresh tokens. Clients also need the start URL of the Config, but they do not
// connect to it.
//
// # The admin API
//
// If the Config has an AdminToken, other programs on the machine can call the Go methods over
// HTTP:
//
//	curl -H "Authorization: Bearer $TOKEN" -d '{"duration":"8h"}' $URL/_emulator/advance
//
// The admin API has these operations, with paths relative to [AdminPath]:
//
//	GET    state       the clock, and the numbers of sessions, clients and so on
//	POST   advance     {"duration":"8h"}
//	POST   expire      end all access tokens
//	POST   revoke      {"user":"jane"}: end the user's sessions
//	POST   approve     {"userCode":"BCDF-GHJK","user":"jane"}
//	POST   deny        {"userCode":"BCDF-GHJK"}
//	GET    counts      requests by operation; DELETE sets them to 0
//	GET    requests    the latest requests, without secrets
//	GET    faults      the rules that make requests fail; DELETE removes them
//	POST   faults      {"operation":"CreateToken:refresh_token","count":1,"status":500}
//	POST   rateLimits  {"on":true,"retryAfter":"2s"}
//	POST   mfaCode     {"serial":"arn:aws:iam::444455556666:mfa/robin"}
//	POST   webIdentityToken  {"subject":"repo:example/app","audience":"sts.amazonaws.com","duration":"15m"}
//
// # Limits
//
// The emulator checks no permissions: a client with any of its credentials can call all of its
// operations. Do not put real secrets in it, and serve it only on the loopback interface.
package emulator
