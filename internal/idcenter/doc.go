// Package idcenter is the client of AWS IAM Identity Center: it signs a person
// in (in the browser with PKCE, or with a device code), refreshes tokens, and
// asks the access portal for accounts, roles and role credentials.
//
// Start with [New] and [Client.SignIn]. The package stores nothing: what a
// sign-in yields is returned, and a client registration is kept by the caller
// through [Registrations].
//
// Every call has a budget (see [Options]) and fails with one of three types,
// [ServiceError], [ConnectError] and [ReplyError], all of which answer
// [errors.Is] for the sentinels of this package. A cancelled context is
// returned as it is. No error and no log line contains a secret.
package idcenter
