// The call of an operation: its client, the client's credentials, and the pages of the result.

package servicecmd

import (
	"context"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
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
	if o.svc.Bearer {
		if client.Bearer = o.bearerToken(); !client.Bearer.IsZero() {
			return client, nil
		}
	}
	if err := o.checkSignature(p); err != nil {
		return nil, err
	}
	return client, credentials.Authorize(ctx, o.w, p, client, o.svc.Name+" "+o.op.CLIName)
}

// bearerToken returns the token in the environment that replaces a signature. It can be empty.
func (o *operation) bearerToken() secret.String {
	name := strings.ToUpper(strings.NewReplacer("-", "_", " ", "_").Replace(o.svc.SigningName))
	return secret.New(o.app.Env.Get("AWS_BEARER_TOKEN_" + name))
}

// checkSignature returns an error if a setting can ask for another kind of signature.
func (o *operation) checkSignature(p *profile.Profile) error {
	const preference, key = "AWS_AUTH_SCHEME_PREFERENCE", "auth_scheme_preference"
	set, _ := p.Get(key)
	for name, v := range map[string]string{preference: o.app.Env.Get(preference), key: set.Value} {
		if o.svc.Bearer && v != "" {
			return &command.ElsewhereError{Why: command.Usagef("%s with %s needs the AWS CLI", o.svc.Name, name)}
		}
	}
	return nil
}

// guardedCall calls the operation. If the operation hands out the credentials of another role,
// guardedCall first applies the user's rules.
// The profile in use has another role, so rules about its name do not count here.
func (o *operation) guardedCall(ctx context.Context, client *call.Client) error {
	role, ok := o.handsOut()
	if !ok {
		return o.call(ctx, client)
	}
	s := broker.Subject{Role: role, Command: o.svc.Name + " " + o.op.CLIName}
	if o.portal() {
		s.Session = o.found
	}
	_, err := o.w.Broker.Provide(ctx, s, func(ctx context.Context, roleName string) (broker.Answer, error) {
		if o.portal() {
			o.in.Document.Set("roleName", roleName)
		}
		return broker.Answer{Fetched: true}, o.call(ctx, client)
	})
	return err
}

// handsOut returns the role whose credentials the operation returns. ok is false for other
// operations.
func (o *operation) handsOut() (role broker.Role, ok bool) {
	text := func(member string) string {
		v, _ := o.in.Document.Get(member)
		s, _ := v.(string)
		return s
	}
	switch o.svc.Name + ":" + o.op.Name {
	case "sso:GetRoleCredentials":
		return broker.Role{AccountID: text("accountId"), RoleName: text("roleName")}, true
	case "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML":
		return broker.RoleOf(text("RoleArn")), true
	case "sts:AssumeRoot":
		target := text("TargetPrincipal") // an account id, or the ARN of the root user
		if profile.ValidAccountID(target) {
			target = "arn:aws:iam::" + target + ":root"
		}
		return broker.RoleOf(target), true
	}
	return broker.Role{}, false
}

// call calls the operation and prints the result.
func (o *operation) call(ctx context.Context, client *call.Client) (err error) {
	if o.waiter != nil {
		return o.wait(ctx, client)
	}
	printer, done := o.print.Start()
	defer func() {
		if doneErr := done(); err == nil {
			err = doneErr
		}
	}()
	if o.op.OutputStream() != nil {
		out, err := client.Save(ctx, o.svc, o.op, o.in.Document, o.outfile)
		if err != nil {
			return err
		}
		return printer.Print(out)
	}
	if len(o.in.Saves) > 0 {
		out, err := client.Call(ctx, o.svc, o.op, o.in.Document)
		if err == nil {
			err = o.save(out)
		}
		if err != nil {
			return err
		}
		return printer.Print(out)
	}
	return Show(ctx, client, o.svc, o.op, o.in, o.print.Format, printer)
}
