package credentials

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/rolecache"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// assumed returns the step that assumes a role with the credentials of the step source. isLast is
// true for the last role of the chain.
func (f *fetcher) assumed(source step, role profile.Role, entry rolecache.Entry, isLast bool) step {
	target := broker.RoleOf(role.ARN)
	target.Profile = role.Profile
	r := broker.AssumeRequest{
		Subject: f.subject(target, source.roles...),
		File:    entry.File, Source: entry.Source, Session: source.session,
		SessionName: role.SessionName,
		Asks:        role.MFASerial != "",
		Alone:       func() bool { return f.ownsFile(role, entry) },
		Call:        func(ctx context.Context) (ssocache.Assumed, error) { return f.call(ctx, source, role) },
	}
	r.Subject.Session = source.session
	if isLast {
		r.Rejected = f.rejected
	}
	return step{source.session, append(slices.Clone(source.roles), target), func(ctx context.Context) (ssocache.Credentials, error) {
		if f.w.NoHome != nil {
			return ssocache.Credentials{}, f.w.NoHome
		}
		c, err := f.w.Broker.Assume(ctx, r)
		return c, explain(role, err)
	}}
}

// ownsFile reports whether the cache file belongs to the role alone. It returns false if another
// profile has the same cache file with another source.
func (f *fetcher) ownsFile(role profile.Role, entry rolecache.Entry) bool {
	if role.From == profile.AssumeFlag {
		return false // a profile with this role may be added later
	}
	roles, err := profile.Values(f.w.In, "role_arn")
	if err != nil {
		f.w.App.Log.Debug("the credentials of the role are not shared with other programs", "why", err)
		return false
	}
	for _, v := range roles {
		if v.Value != role.ARN {
			continue
		}
		in := f.w.In
		in.Profile = v.Profile
		p, _, err := profile.Resolve(in)
		if p == nil {
			f.w.App.Log.Debug("a profile with the same role is ignored", "profile", v.Profile, "why", err)
			continue
		}
		chain, _, err := p.Chain()
		if err != nil {
			continue // no program gets credentials for the profile
		}
		others, err := rolecache.Entries(p, chain, f.w.App.Env.Lookup)
		if err != nil {
			f.w.App.Log.Debug("the credentials of the role are not shared with other programs", "profile", v.Profile, "why", err)
			return false
		}
		for _, other := range others {
			if other.File == entry.File && other.Source != entry.Source {
				return false
			}
		}
	}
	return true
}

// call assumes a role with AssumeRole or AssumeRoleWithWebIdentity.
func (f *fetcher) call(ctx context.Context, source step, role profile.Role) (ssocache.Assumed, error) {
	svc, err := model.Load("sts")
	if err != nil {
		return ssocache.Assumed{}, err
	}
	// --endpoint-url concerns only the operation on the command line, not STS.
	w := *f.w
	app := *f.w.App
	app.Flags.EndpointURL = ""
	w.App = &app
	client, err := signin.NewClient(&w, f.p, svc)
	if err != nil {
		return ssocache.Assumed{}, &broker.LocalError{Err: err}
	}
	in := new(document.Object)
	in.Set("RoleArn", role.ARN)
	in.Set("RoleSessionName", role.SessionName)
	if role.SessionName == "" {
		in.Set("RoleSessionName", "lanyard-session-"+strconv.FormatInt(f.w.App.Now().Unix(), 10))
	}
	if role.Duration != 0 {
		in.Set("DurationSeconds", int64(role.Duration/time.Second))
	}
	if role.Policy != "" {
		in.Set("Policy", role.Policy)
	}
	name := "assume-role"
	if role.WebIdentity() {
		name = "assume-role-with-web-identity"
		token, err := f.token(ctx, role)
		if err != nil {
			return ssocache.Assumed{}, &broker.LocalError{Err: err}
		}
		in.Set("WebIdentityToken", token)
	} else if err := f.authorize(ctx, client, source, role, in); err != nil {
		return ssocache.Assumed{}, err
	}
	op, _ := svc.Operation(name)
	f.w.App.Log.Debug("assume role", "caller", f.caller, "role", role.ARN, "profile", role.Profile)
	out, err := client.Call(ctx, svc, op, in)
	if err != nil {
		var invalid *call.InputError
		if errors.As(err, &invalid) {
			err = &broker.LocalError{Err: fmt.Errorf("%s: %w", role.From, err)}
		}
		return ssocache.Assumed{}, err
	}
	return assumedFrom(out, role, op.Name)
}

// authorize adds the parameters that only AssumeRole has, and gives the client the
// credentials of the source.
func (f *fetcher) authorize(ctx context.Context, client *call.Client, source step, role profile.Role, request *document.Object) error {
	c, err := source.get(ctx)
	if err != nil {
		return err
	}
	client.Credentials = signin.SigningKeys(c)
	for name, text := range map[string]string{
		"ExternalId": role.ExternalID, "SourceIdentity": role.SourceIdentity, "SerialNumber": role.MFASerial,
	} {
		if text != "" {
			request.Set(name, text)
		}
	}
	if len(role.Tags) > 0 {
		tags := make([]any, len(role.Tags))
		for i, t := range role.Tags {
			tag := new(document.Object)
			tag.Set("Key", t.Key)
			tag.Set("Value", t.Value)
			tags[i] = tag
		}
		request.Set("Tags", tags)
	}
	if len(role.TransitiveTags) > 0 {
		keys := make([]any, len(role.TransitiveTags))
		for i, k := range role.TransitiveTags {
			keys[i] = k
		}
		request.Set("TransitiveTagKeys", keys)
	}
	if role.MFASerial == "" {
		return nil
	}
	code, err := f.code(ctx, role)
	if err != nil {
		return &broker.LocalError{Err: err}
	}
	request.Set("TokenCode", code.Reveal())
	return nil
}

// token returns the token of a web identity. It reads the file for each call, because
// Kubernetes replaces the file every hour.
func (f *fetcher) token(ctx context.Context, role profile.Role) (string, error) {
	if role.TokenFile == "" {
		text, err := shellCommand(ctx, f.w.App, "web_identity_token_process", role.TokenProcess)
		return strings.TrimSpace(text.Reveal()), err
	}
	data, err := datafile.Read(role.TokenFile, datafile.Limit)
	if err != nil {
		return "", fmt.Errorf("web identity of %s: %w", role.From, err)
	}
	return string(data), nil
}

// assumedFrom returns the credentials in a reply of STS to an operation.
func assumedFrom(reply *document.Object, role profile.Role, operation string) (ssocache.Assumed, error) {
	text := func(in, name string) string {
		part, _ := reply.Get(in)
		o, _ := part.(*document.Object)
		v, _ := o.Get(name)
		s, _ := v.(string)
		return s
	}
	var a ssocache.Assumed
	a.AccessKeyID = text("Credentials", "AccessKeyId")
	a.SecretAccessKey = secret.New(text("Credentials", "SecretAccessKey"))
	a.SessionToken = secret.New(text("Credentials", "SessionToken"))
	a.RoleID, a.UserARN = text("AssumedRoleUser", "AssumedRoleId"), text("AssumedRoleUser", "Arn")
	a.AccountID = broker.RoleOf(a.UserARN).AccountID
	if a.AccountID == "" {
		a.AccountID = broker.RoleOf(role.ARN).AccountID
	}
	var err error
	if a.Expiration, err = ssocache.ParseTime(text("Credentials", "Expiration")); err != nil || a.AccessKeyID == "" || a.SecretAccessKey.IsZero() || a.SessionToken.IsZero() {
		return ssocache.Assumed{}, fmt.Errorf("%s: %s of %s: the reply has no valid credentials", role.From, operation, role.ARN)
	}
	return a, nil
}

// explain adds a hint to an error of STS: the profile, the role and the setting.
func explain(role profile.Role, err error) error {
	var refused *call.ServiceError
	if !errors.As(err, &refused) {
		return err
	}
	hint := "profile " + role.Profile + " assumes " + role.ARN + ": " + role.From
	if refused.Code == "AccessDenied" && !strings.Contains(refused.Message, "MultiFactor") {
		hint += "\nthe trust policy of the role must allow the credentials of its source"
	}
	return command.WithHint(err, "%s", hint)
}
