package wizard

import (
	"context"
	"fmt"
	"slices"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/starturl"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// askSession asks for the name of an existing or a new session. The answer is empty for a
// legacy profile.
func (z *Wizard) askSession(ctx context.Context) error {
	name, current := z.o.Name, z.value("sso_session")
	if !z.o.Given("sso-session-name") {
		text := "SSO session name (Recommended): "
		if current != "" {
			text = prompt("SSO session name", current)
		}
		var err error
		if name, err = z.con.Ask(ctx, picker.Question{
			Text: text, Default: current, Suggestions: z.sessionNames(), Choices: z.sessionItems(), Note: z.describeSession,
			Check: optional(checkName(awsconfig.SSOSession)),
		}); err != nil {
			return err
		}
	}
	z.Session.Name = name
	if done, err := z.knownSession(name); done || err != nil {
		return err
	}
	if name == "" {
		fmt.Fprint(z.App.Out, "WARNING: Configuring using legacy format (e.g. without an SSO session).\n"+
			"Consider re-running \"configure sso\" command and providing a session name.\n")
	}
	return z.askNewSession(ctx, z.value("sso_start_url"), z.value("sso_region"), profile.AccessScope)
}

// knownSession uses the session of this name in the config. It reports whether the config has
// that session. It returns an error if flags contradict that session.
func (z *Wizard) knownSession(name string) (bool, error) {
	if name == "" {
		return false, nil
	}
	section, err := z.Section(awsconfig.SSOSession, name)
	if section == nil || err != nil {
		return false, err
	}
	s, err := z.SessionNamed(name)
	if err != nil {
		return false, err
	}
	for _, f := range [][3]string{{"--sso-start-url", z.o.StartURL, s.StartURL}, {"--sso-region", z.o.Region, s.Region}} {
		if f[1] != "" && f[1] != f[2] && !(f[0] == "--sso-start-url" && starturl.Same(f[1], f[2])) {
			return false, command.WithHint(command.Usagef("%s %s: [sso-session %s] exists and has %s (%s, line %d)", f[0], command.Quote(f[1]), name, f[2], s.Path, s.Line),
				"choose another --sso-session-name, or change the session: %s configure sso-session", z.App.Name)
		}
	}
	if z.o.Scopes != "" && !slices.Equal(profile.SplitScopes(z.o.Scopes), s.Scopes) {
		return false, command.WithHint(command.Usagef("--sso-registration-scopes %s: [sso-session %s] exists and has other scopes (%s, line %d)", command.Quote(z.o.Scopes), name, s.Path, s.Line),
			"change the session: %s configure sso-session", z.App.Name)
	}
	z.Session, z.known = s, true
	return true, nil
}

// askNewSession asks for the settings of a session. The arguments are the defaults.
func (z *Wizard) askNewSession(ctx context.Context, startURL, region, scopes string) (err error) {
	ask := func(given, text, current string, q picker.Question) (string, error) {
		if given != "" {
			return given, nil
		}
		q.Text, q.Default = prompt(text, current), current
		return z.con.Ask(ctx, q)
	}
	given, err := ask(z.o.StartURL, "SSO start URL", startURL, picker.Question{Suggestions: z.startURLs(), Check: required(checkStartURL)})
	if err != nil {
		return err
	}
	z.setStartURL(given)
	revealed, err := z.revealedRegion(ctx)
	switch {
	case err != nil && (ctx.Err() != nil || z.o.Region == "" && z.con == nil):
		return err
	case err != nil:
		z.App.Warn("cannot find the region of the start URL: "+err.Error(), "")
	case revealed.certain && z.o.Region == "":
		z.Session.Region = revealed.region
		fmt.Fprintf(z.App.Out, "SSO region: %s\n", revealed.region)
	}
	if region == "" {
		region = revealed.region
	}
	if z.Session.Region == "" {
		if z.Session.Region, err = ask(z.o.Region, "SSO region", region, picker.Question{
			Suggestions: profile.StartURLRegions(z.Session.StartURL), Check: required(checkRegionTwice()),
		}); err != nil {
			return err
		}
	}
	if z.Session.Name == "" {
		return nil
	}
	z.o.Scopes, err = ask(z.o.Scopes, "SSO registration scopes", scopes, picker.Question{Check: checkScopes})
	z.Session.Scopes = profile.SplitScopes(z.o.Scopes)
	return err
}

// setStartURL sets the start URL of a new session. It warns about a URL that looks like the
// URL of another page.
func (z *Wizard) setStartURL(startURL string) {
	if text, hint := profile.StartURLAdvice(startURL); text != "" {
		z.App.Warn(text, hint)
	}
	z.Session.StartURL = profile.CleanStartURL(startURL)
}

// A revealedRegion holds the region that the start URL shows. The region is certain if a vanity URL
// redirects to a host with a region in its name. The region in the name of an AWS host is
// only a proposal.
type revealedRegion struct {
	region  string
	certain bool
}

// revealedRegion finds the region of the start URL. It makes a request only for a vanity URL.
func (z *Wizard) revealedRegion(ctx context.Context) (revealedRegion, error) {
	url := z.Session.StartURL
	if profile.AWSOwned(profile.StartURLHost(url)) {
		return revealedRegion{region: idcenter.StartURLRegion(url)}, nil
	}
	hc, err := z.HTTPClient(z.p)
	if err != nil {
		return revealedRegion{}, err
	}
	endpoint, err := z.p.Endpoint("SSO_OIDC")
	if err != nil {
		return revealedRegion{}, err
	}
	_, region, err := idcenter.ResolveStartURL(ctx, hc, url, signin.IsLoopback(endpoint.URL))
	return revealedRegion{region, region != ""}, err
}

// prompt returns a question in the AWS CLI's form.
func prompt(text, current string) string {
	if current == "" {
		current = "None"
	}
	return text + " [" + terminal.Printable(current) + "]: "
}

// sessionItems returns the sessions of the config, for a menu. For an unreadable config it
// returns no sessions; the wizard reports the error later.
func (z *Wizard) sessionItems() []picker.Item {
	uses, _ := z.QuietSessions()
	var items []picker.Item
	for _, u := range uses {
		if u.Name != "" {
			items = append(items, picker.Item{Name: u.Name, Detail: u.StartURL + ", " + u.Region})
		}
	}
	return items
}

// sessionNames returns the names of the sessions of the config, for completion.
func (z *Wizard) sessionNames() []string {
	var names []string
	for _, item := range z.sessionItems() {
		names = append(names, item.Name)
	}
	return names
}

// startURLs returns the start URLs of the config.
func (z *Wizard) startURLs() []string {
	uses, _ := z.QuietSessions()
	var urls []string
	for _, u := range uses {
		if !slices.ContainsFunc(urls, func(url string) bool { return starturl.Same(url, u.StartURL) }) {
			urls = append(urls, u.StartURL)
		}
	}
	return urls
}

// describeSession returns the config's settings of the session that the user types. Before
// the user types, it returns how to pick one of several sessions.
func (z *Wizard) describeSession(typed string) string {
	items := z.sessionItems()
	if typed == "" && len(items) > 1 {
		return fmt.Sprintf("Press Down to pick one of %d sessions.", len(items))
	}
	for _, i := range items {
		if i.Name == typed {
			return i.Name + ": " + i.Detail
		}
	}
	return ""
}

// AskWholeSession asks for all settings of the session.
func (z *Wizard) AskWholeSession(ctx context.Context) (err error) {
	z.Session.Name = z.o.Name
	if z.Session.Name == "" {
		z.Session.Name, err = z.con.Ask(ctx, picker.Question{
			Text: "SSO session name: ", Suggestions: z.sessionNames(), Choices: z.sessionItems(), Note: z.describeSession,
			Check: required(checkName(awsconfig.SSOSession)),
		})
		if err != nil {
			return err
		}
	}
	get, err := z.ofSession()
	if err != nil {
		return err
	}
	scopes := get("sso_registration_scopes")
	if scopes == "" {
		scopes = profile.AccessScope
	}
	return z.askNewSession(ctx, get("sso_start_url"), get("sso_region"), scopes)
}

// ofSession returns a function that returns the current settings of the session.
func (z *Wizard) ofSession() (get func(key string) string, err error) {
	section, err := z.Section(awsconfig.SSOSession, z.Session.Name)
	return func(key string) string {
		s, _ := section.Get(key)
		return s.Value
	}, err
}

// WholeSessionByFlags sets all settings of the session from the flags, or else from the
// config.
func (z *Wizard) WholeSessionByFlags(ctx context.Context) error {
	z.Session.Name = z.o.Name
	if z.o.Name == "" {
		missing := []string{"--sso-session-name"}
		if z.o.StartURL == "" {
			missing = append(missing, "--sso-start-url")
		}
		if z.o.Region == "" {
			missing = append(missing, "--sso-region")
		}
		return noTerminal(z.App, missing)
	}
	get, err := z.ofSession()
	if err != nil {
		return err
	}
	for _, f := range []struct {
		to  *string
		key string
	}{{&z.o.StartURL, "sso_start_url"}, {&z.o.Region, "sso_region"}, {&z.o.Scopes, "sso_registration_scopes"}} {
		if *f.to == "" {
			*f.to = get(f.key)
		}
	}
	if err := z.sessionByFlags(ctx); err != nil {
		return err
	}
	var missing []string
	if z.Session.StartURL == "" {
		missing = append(missing, "--sso-start-url")
	}
	if z.Session.Region == "" {
		missing = append(missing, "--sso-region")
	}
	if missing != nil {
		return noTerminal(z.App, missing)
	}
	return nil
}
