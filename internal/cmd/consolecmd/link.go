package consolecmd

import (
	"context"
	"errors"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/browser"
	"github.com/lanyard-cli/lanyard/internal/caller"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/console"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// permittedLink applies the user's rules, and returns the portal link of an SSO profile. The link
// leads to the role, although it contains no credentials.
func permittedLink(ctx context.Context, w *workspace.Workspace, p *profile.Profile, o options) (l link, err error) {
	subject, err := workspace.SubjectOf(p, "console")
	if err != nil {
		return link{}, err
	}
	_, err = w.Broker.Provide(ctx, subject, func(_ context.Context, roleName string) (a broker.Answer, err error) {
		permitted := *p
		permitted.RoleName = roleName
		l, err = portalLink(&permitted, o)
		return a, err
	})
	return l, err
}

// portalLink returns the portal link of an SSO profile. It sends no request.
func portalLink(p *profile.Profile, o options) (link, error) {
	for _, flag := range [...]struct {
		name  string
		given bool
	}{{"--duration", o.duration != 0}, {"--logout-first", o.logoutFirst}} {
		if flag.given {
			return link{}, command.WithHint(command.Usagef("%s cannot be used with a link of the access portal", flag.name), "add --federated")
		}
	}
	to := ""
	if p.Region != "" || o.service != "" || o.destination != "" {
		partition, err := partitionIn(p, model.Partition(p.Session.Region))
		switch {
		case err == nil:
			if to, err = destination(p, partition, o); err != nil {
				return link{}, err
			}
		case o.service != "" || o.destination != "" || p.RegionSource == profile.Flag:
			return link{}, err
		}
	}
	url, err := console.PortalLink(profile.CleanStartURL(p.Session.StartURL), p.AccountID, p.RoleName, to)
	return link{secret.New(url), true, browser.Names{Account: p.AccountID, Role: p.RoleName}}, err
}

// partitionIn returns a partition by its name. It returns an error if the region of the profile
// is in another partition.
func partitionIn(p *profile.Profile, name string) (console.Partition, error) {
	partition, err := console.PartitionNamed(name)
	if err != nil {
		return partition, &command.ConfigError{Code: "Configuration", Msg: err.Error()}
	}
	if err := p.CheckRegion(); err != nil {
		return partition, err
	}
	if p.Region != "" && model.Partition(p.Region) != name {
		return partition, command.WithHint(&command.ConfigError{Code: "Configuration", Msg: "the region " + p.Region + " is not in the partition " + name + " of the profile " + p.Name},
			"use a region of the partition %s in --region", name)
	}
	return partition, nil
}

// destination returns the URL of the page that the flags name.
func destination(p *profile.Profile, partition console.Partition, o options) (string, error) {
	if o.service == "" {
		to, err := partition.Destination(o.destination, p.Region)
		if err != nil {
			err = command.Usagef("argument --destination: %v", err)
		}
		return to, err
	}
	to, err := partition.Service(o.service, p.Region)
	var unknown *console.UnknownServiceError
	if errors.As(err, &unknown) {
		hint := "use --destination with the path of the page"
		if near := unknown.Near(); len(near) > 0 {
			hint = "did you mean " + strings.Join(near, ", ") + "; or " + hint
		}
		err = command.WithHint(command.Usagef("argument --service: %v", err), "%s", hint)
	}
	return to, err
}

// federatedLink returns a link that signs in with the credentials of the profile.
func federatedLink(ctx context.Context, w *workspace.Workspace, p *profile.Profile, chain profile.Chain, o options) (link, error) {
	partition, err := partitionIn(p, partitionName(p, chain))
	if err != nil {
		return link{}, err
	}
	to, err := destination(p, partition, o)
	if err != nil {
		return link{}, err
	}
	base, err := endpoint(p, chain, partition, o)
	if err != nil {
		return link{}, err
	}
	if o.duration != 0 {
		if err := takesDuration(p, chain); err != nil {
			return link{}, err
		}
	}
	hc, err := w.HTTPClient(p)
	if err != nil {
		return link{}, err
	}
	if err := credentials.CheckChain(w.App, p.Name); err != nil {
		return link{}, err
	}
	c, err := credentials.Get(ctx, w, p, "console")
	if err != nil {
		return link{}, err
	}
	names := namesOf(p, chain, c)
	if c.SessionToken.IsZero() {
		if c, err = federate(ctx, w, p, c, o); err != nil {
			return link{}, err
		}
		names.Account, o.duration = c.AccountID, 0 // the credentials have the duration
	}
	f := console.Federation{Base: base, HTTP: hc, UserAgent: caller.UserAgent(w.App.Env.Lookup)}
	w.App.Log.Debug("console sign-in", "endpoint", base, "destination", to, "account", names.Account)
	token, err := f.Token(ctx, console.Keys{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}, o.duration)
	if err != nil {
		return link{}, explainRefusal(w, err, o)
	}
	l := link{url: f.Link(token, to, issuer(p)), names: names}
	if o.logoutFirst {
		l.url = f.AfterLogout(l.url)
	}
	return l, nil
}

// partitionName returns the partition of the account of the credentials.
func partitionName(p *profile.Profile, chain profile.Chain) string {
	if n := len(chain.Roles); n > 0 {
		if arn := strings.SplitN(chain.Roles[n-1].ARN, ":", 6); len(arn) == 6 {
			return arn[1]
		}
	}
	if chain.Start.Kind == profile.SSO {
		return model.Partition(p.Session.Region)
	}
	return model.Partition(p.Region)
}

// namesOf returns the names of the account and the role.
func namesOf(p *profile.Profile, chain profile.Chain, c ssocache.Credentials) browser.Names {
	names := browser.Names{Account: c.AccountID, Role: p.RoleName}
	if names.Account == "" {
		names.Account = p.AccountID
	}
	if n := len(chain.Roles); n > 0 {
		if arn := strings.SplitN(chain.Roles[n-1].ARN, ":", 6); len(arn) == 6 {
			names.Account, names.Role = arn[4], arn[5][strings.LastIndexByte(arn[5], '/')+1:]
		}
	}
	return names
}

// issuer returns the URL to which the console sends the user when the session ends, or "".
func issuer(p *profile.Profile) string {
	s, err := p.LoginSession()
	if err != nil {
		return ""
	}
	return console.PortalURL(profile.CleanStartURL(s.StartURL))
}

// endpoint returns the base URL of the federation endpoint. If a configured portal or STS (an
// emulator, LocalStack) issued the credentials, endpoint returns its URL, so that lanyard does not
// send the credentials to AWS.
func endpoint(p *profile.Profile, chain profile.Chain, partition console.Partition, o options) (string, error) {
	reach, service := p, "STS"
	if chain.Start.Kind == profile.SSO && len(chain.Roles) == 0 {
		reach, service = p.ForSession(), "SSO"
	}
	e, err := reach.Endpoint(service)
	if err != nil {
		return "", err
	}
	own := e.URL == "" || console.AtAWS(e.URL)
	switch {
	case !own && o.logoutFirst:
		return "", command.Usagef("--logout-first works only with AWS, but %s is set to %s", e.From, e.URL)
	case !own:
		return strings.TrimRight(e.URL, "/"), idcenter.CheckEndpoint(e.URL, false, false)
	case o.logoutFirst && partition.Name != "aws":
		return "", command.Usagef("--logout-first works only in the partition aws, not in %s", partition.Name)
	case o.logoutFirst:
		return console.LogoutFirst, nil
	}
	return partition.SignIn(), nil
}

// takesDuration returns an error if AWS accepts no duration for the credentials of a chain. AWS
// accepts no duration for a role that another role assumed. A permission set is a role too.
func takesDuration(p *profile.Profile, chain profile.Chain) error {
	byRole := chain.Start.Kind == profile.SSO || chain.Start.Kind == profile.Container || chain.Start.Kind == profile.Metadata ||
		chain.Start.Kind == profile.WebIdentity && len(chain.Roles) > 1
	if len(chain.Roles) > 1 || byRole && len(chain.Roles) > 0 {
		return command.Usagef("--duration cannot be used with the profile %s: AWS accepts no duration for a role that another role assumed", p.Name)
	}
	return nil
}

// explainRefusal adds a hint to an error of the federation endpoint.
func explainRefusal(w *workspace.Workspace, err error, o options) error {
	var refused *console.RefusedError
	switch {
	case !errors.As(err, &refused):
		return w.AdviseConnection(err)
	case o.duration != 0 && refused.Status == 400:
		return command.WithHint(err, "run the command without --duration; AWS does not accept a duration for a role that another role assumed")
	}
	return err
}

// everything is a session policy that does not restrict the permissions of the user.
const everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// federate calls GetFederationToken with the keys of an IAM user, because the console needs
// temporary credentials. These credentials have the permissions of the user.
func federate(ctx context.Context, w *workspace.Workspace, p *profile.Profile, c ssocache.Credentials, o options) (ssocache.Credentials, error) {
	svc, err := model.Load("sts")
	if err != nil {
		return c, err
	}
	client, err := signin.NewClient(w, p, svc)
	if err != nil {
		return c, err
	}
	client.Credentials = signin.SigningKeys(c)
	call := func(name string, in *document.Object) (*document.Object, error) {
		op, _ := svc.Operation(name)
		return client.Call(ctx, svc, op, in)
	}
	who, err := call("get-caller-identity", new(document.Object))
	if err != nil {
		return c, signin.ExplainKeys(w, client, err)
	}
	arn, account := text(who, "Arn"), text(who, "Account")
	in := new(document.Object)
	in.Set("Name", federatedName(arn))
	in.Set("Policy", everything)
	if o.duration != 0 {
		in.Set("DurationSeconds", int64(o.duration.Seconds()))
	}
	out, err := call("get-federation-token", in)
	if err != nil {
		return c, command.WithHint(err, "the console needs temporary credentials; the user %s needs the permission sts:GetFederationToken, or assume a role: set role_arn in a profile", arn)
	}
	part, _ := out.Get("Credentials")
	keys, _ := part.(*document.Object)
	c = ssocache.Credentials{AccessKeyID: text(keys, "AccessKeyId"), SecretAccessKey: secret.New(text(keys, "SecretAccessKey")), SessionToken: secret.New(text(keys, "SessionToken")), AccountID: account}
	if c.AccessKeyID == "" || c.SecretAccessKey.IsZero() || c.SessionToken.IsZero() {
		return c, errors.New("GetFederationToken: the reply has no credentials")
	}
	return c, nil
}

// text returns a member of an object as a string, or "".
func text(o *document.Object, name string) string {
	if o == nil {
		return ""
	}
	v, _ := o.Get(name)
	s, _ := v.(string)
	return s
}

// federatedName returns the name of a federated user for the ARN of an IAM user. AWS accepts 2 to
// 32 characters of a small set.
func federatedName(arn string) string {
	name := arn[strings.LastIndexAny(arn, ":/")+1:]
	name = strings.Map(func(r rune) rune {
		if r < 128 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_=,.@-", r)) {
			return r
		}
		return '-'
	}, name)
	if len(name) < 2 {
		name = "user-" + name
	}
	return name[:min(len(name), 32)]
}
