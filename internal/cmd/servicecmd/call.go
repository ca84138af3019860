// The call of an operation: its client, the client's credentials, and the pages of the result.

package servicecmd

import (
	"cmp"
	"context"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
)

// client returns a client for the operation, with credentials.
func (o *operation) client(ctx context.Context, p *profile.Profile) (*call.Client, error) {
	client, err := signin.NewClient(o.w, p, o.svc)
	if err != nil {
		return nil, err
	}
	if o.portal() {
		return client, o.useSession(ctx, p, client)
	}
	if o.app.Flags.NoSignRequest {
		unsigned := *o.op
		unsigned.Unsigned, o.op = true, &unsigned
	}
	if o.op.Unsigned {
		return client, nil
	}
	mode, err := o.accountMode(p)
	if err == nil {
		err = o.checkSignature(p)
	}
	if err != nil {
		return nil, err
	}
	err = credentials.Authorize(ctx, o.w, p, client, o.svc.Name+" "+o.op.CLIName)
	if mode == "disabled" {
		client.AccountID = ""
	}
	return client, err
}

// checkSignature returns an error if the AWS CLI would send a token instead of a signature.
func (o *operation) checkSignature(p *profile.Profile) error {
	const preference, key = "AWS_AUTH_SCHEME_PREFERENCE", "auth_scheme_preference"
	token := "AWS_BEARER_TOKEN_" + strings.ToUpper(strings.NewReplacer("-", "_", " ", "_").Replace(o.svc.SigningName))
	set, _ := p.Get(key)
	for name, v := range map[string]string{token: o.app.Env.Get(token), preference: o.app.Env.Get(preference), key: set.Value} {
		if o.svc.Bearer && v != "" {
			return &command.ElsewhereError{Why: command.Usagef("%s with %s needs the AWS CLI", o.svc.Name, name)}
		}
	}
	return nil
}

// accountMode returns the setting of the AWS CLI for endpoints with the account: "preferred" or
// "disabled". The AWS CLI gets commands with any other value.
func (o *operation) accountMode(p *profile.Profile) (string, error) {
	const variable, key, usual = "AWS_ACCOUNT_ID_ENDPOINT_MODE", "account_id_endpoint_mode", "preferred"
	if !o.svc.HasAccountEndpoints() {
		return usual, nil
	}
	set, _ := p.Get(key)
	switch mode := strings.ToLower(cmp.Or(o.app.Env.Get(variable), set.Value, usual)); mode {
	case usual, "disabled":
		return mode, nil
	default:
		return "", &command.ElsewhereError{Why: command.Usagef("%s %s needs the AWS CLI", key, mode)}
	}
}

// call calls the operation and prints the result.
func (o *operation) call(ctx context.Context, client *call.Client) (err error) {
	printer, done := o.print.Start()
	defer func() {
		if doneErr := done(); err == nil {
			err = doneErr
		}
	}()
	return Show(ctx, client, o.svc, o.op, o.in, o.print.Format, printer)
}
