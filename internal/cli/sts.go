package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"lanyard/internal/awsop"
	"lanyard/internal/idcenter"
	"lanyard/internal/profile"
	"lanyard/internal/ssocache"
)

func newGetCallerIdentity(app *App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "get-caller-identity",
		Short: "Say which account and role the credentials belong to",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return app.getCallerIdentity(cmd.Context()) },
	}
	return honours(cmd, "output", "endpoint-url")
}

func (app *App) getCallerIdentity(ctx context.Context) error {
	if err := checkEndpointURL(app.flags.endpointURL); err != nil {
		return err
	}
	w, err := app.world()
	if err != nil {
		return err
	}
	p, err := w.resolve()
	if err != nil {
		return err
	}
	if err := w.checkOutput(p); err != nil {
		return err
	}
	endpoint := app.flags.endpointURL
	if endpoint == "" {
		if endpoint, err = p.Endpoint("STS"); err != nil {
			return err
		}
	}
	if err := idcenter.CheckEndpoint(endpoint, p.FIPS, p.DualStack); err != nil {
		return err
	}
	c, err := w.callerCredentials(ctx, p)
	if err != nil {
		return err
	}
	hc, err := app.httpClient(p)
	if err != nil {
		return err
	}
	id, err := awsop.GetCallerIdentity(ctx, awsop.Options{
		Region: p.Region, Endpoint: endpoint, FIPS: p.FIPS, DualStack: p.DualStack, MaxAttempts: p.MaxAttempts, HTTP: idcenter.Doer{Client: hc},
		AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken,
	})
	if err != nil {
		return explainKeys(err)
	}
	return app.printJSON(struct{ UserId, Account, Arn string }{id.UserID, id.Account, id.Arn}) //nolint:revive,staticcheck // the service's names
}

// callerCredentials are the keys of the environment or else the profile's.
func (w *world) callerCredentials(ctx context.Context, p *profile.Profile) (ssocache.Credentials, error) {
	if c, ok, err := w.app.environmentKeys(); ok || err != nil {
		return c, err
	}
	return w.credentials(ctx, p, "sts get-caller-identity")
}

// explainKeys says what to do about keys that the service does not take.
func explainKeys(err error) error {
	var connect *idcenter.ConnectError
	if errors.As(err, &connect) {
		return connect // without the SDK's words around it
	}
	var op *awsop.Error
	if errors.As(err, &op) && op.Code == "ExpiredToken" {
		return withHint(err, "the keys have expired: if they are in AWS_ACCESS_KEY_ID, unset it and its companions")
	}
	return err
}

// checkEndpointURL refuses a URL without a scheme in the AWS CLI's words.
func checkEndpointURL(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return usagef("Bad value for --endpoint-url %q: scheme is missing.  Must be of the form http://<hostname>/ or https://<hostname>/", s)
	}
	return nil
}

// checkOutput refuses the formats that are not there yet, and names who asked for
// one.
func (w *world) checkOutput(p *profile.Profile) error {
	format, err := p.OutputFormat()
	switch {
	case err != nil && p.OutputSource == profile.Flag:
		return usagef("argument --output: Found invalid choice '%s'", p.Output)
	case err != nil || format == "json":
		return err
	}
	place := "--output " + format
	switch setting, _ := p.Get("output"); p.OutputSource {
	case profile.Env:
		place = "AWS_DEFAULT_OUTPUT: " + format
	case profile.ConfigFile:
		place = fmt.Sprintf("%s: line %d: key output: %s", w.in.Config.Path, setting.Line, format)
	case profile.CredentialsFile:
		place = fmt.Sprintf("%s: line %d: key output: %s", w.in.Credentials.Path, setting.Line, format)
	}
	return withHint(usagef("%s: only json is available so far", place), "add: --output json")
}

// printJSON prints v as the AWS CLI prints results.
func (app *App) printJSON(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "    ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := app.out.Write(b.Bytes())
	return err
}
