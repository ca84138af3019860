package signin

import (
	"context"
	"fmt"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// issuer checks the start URL before anything is sent anywhere, and resolves a
// vanity one, which may tell another region than the one that is configured.
func issuer(ctx context.Context, w *workspace.Workspace, p *profile.Profile, s profile.Session) (issuer, region string, err error) {
	if strings.ContainsAny(s.StartURL, `"'`) {
		return "", "", command.WithHint(&command.ConfigError{Code: "Configuration", Msg: "Invalid sso_start_url: '" + s.StartURL + "'"},
			"quotes belong to the value: remove them, %s:%d", s.Path, s.Line)
	}
	if strings.ContainsAny(s.StartURL, " \t") {
		return "", "", command.WithHint(&command.ConfigError{Code: "Configuration", Msg: "Invalid sso_start_url: '" + s.StartURL + "'"},
			"a comment belongs to the value: leave nothing behind it on its line, %s:%d", s.Path, s.Line)
	}
	if text, hint := profile.StartURLAdvice(s.StartURL); text != "" {
		w.App.Warn(fmt.Sprintf("%s:%d: %s", s.Path, s.Line, text), hint)
	}
	startURL := profile.CleanStartURL(s.StartURL)
	p = p.ForSession()
	hc, err := w.HTTPClient(p)
	if err != nil {
		return "", "", err
	}
	endpoint, err := p.Endpoint("SSO_OIDC")
	if err != nil {
		return "", "", err
	}
	issuer, region, err = idcenter.ResolveStartURL(ctx, hc, startURL, IsLoopback(endpoint.URL))
	if err != nil {
		return "", "", &command.ConfigError{Code: "Configuration", Msg: err.Error()}
	}
	if region != "" {
		return issuer, region, nil
	}
	region = idcenter.StartURLRegion(startURL)
	if region != "" && region != s.Region {
		return "", "", command.WithHint(&command.ConfigError{Code: "Configuration", Msg: fmt.Sprintf("the start URL %s belongs to the region %s, but sso_region is %s", s.StartURL, region, s.Region)},
			"%s", setRegionHint(w, s, region))
	}
	return issuer, s.Region, nil
}

// setRegionHint is the command line that mends a wrong sso_region.
func setRegionHint(w *workspace.Workspace, s profile.Session, region string) string {
	if s.Name != "" {
		return fmt.Sprintf("run: %s configure set sso_region %s --sso-session %s", w.App.Name, region, command.Quote(s.Name))
	}
	return "set sso_region = " + region + " in " + w.In.Config.Path
}

// updateRegion writes the region that a vanity start URL told into the config, as
// the AWS CLI does: for the session, or for every legacy profile of it.
func updateRegion(ctx context.Context, w *workspace.Workspace, s profile.Session, region string, o Options) error {
	if region == s.Region {
		return nil
	}
	change := awsconfig.Change{Kind: awsconfig.SSOSession, Name: s.Name, Key: "sso_region", Value: region}
	changes := []awsconfig.Change{change}
	if s.Name == "" {
		changes = nil
		uses, err := w.QuietSessions()
		if err != nil {
			return err
		}
		for _, u := range uses {
			if !u.Session.Same(s) {
				continue
			}
			for _, name := range u.Profiles {
				change.Kind, change.Name = awsconfig.Profile, name
				changes = append(changes, change)
			}
		}
	}
	if _, err := w.Edit(ctx, false, "sso login", changes...); err != nil {
		return err
	}
	fmt.Fprintf(said(w, o), "SSO region updated to %s\n", region)
	return nil
}
