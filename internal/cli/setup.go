package cli

import (
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// hintIfNothingToRenew prints the hint for a new agent if no session is configured.
func hintIfNothingToRenew(app *command.App) {
	w, err := openWorld(app)
	if err != nil {
		return // the agent itself warns of that
	}
	if uses, err := w.quietSessions(); err == nil && len(uses) == 0 {
		app.TellSetUp()
	}
}

// missingKeys says what to do about a profile without credentials: name another
// profile, add the SSO settings that it lacks, or set up a profile.
func (w *world) missingKeys(p *profile.Profile) string {
	if !p.Exists {
		for _, doc := range []*awsconfig.Doc{w.in.Config, w.in.Credentials} {
			if doc.Unreadable() != nil {
				return "the profile may be in " + doc.Path + ", which cannot be read"
			}
		}
		names, _, _ := profile.Names(w.in) // without them the other hint does
		if len(names) == 0 {
			return w.app.SetUpHint()
		}
		return "name a profile with --profile: " + summary(names) + "\n" + w.app.SetUpHint()
	}
	var missing []string
	if _, ok := p.Get("sso_session"); !ok {
		var lacking []string
		for _, key := range []string{"sso_start_url", "sso_region"} {
			if _, ok := p.Get(key); !ok {
				lacking = append(lacking, key)
			}
		}
		switch len(lacking) {
		case 2:
			missing = []string{"sso_session (or sso_start_url and sso_region)"}
		case 1:
			missing = lacking
		}
	}
	for _, key := range []string{"sso_account_id", "sso_role_name"} {
		if _, ok := p.Get(key); !ok {
			missing = append(missing, key)
		}
	}
	header := "[profile " + p.Name + "]"
	if p.Name == "default" {
		header = "[default]"
	}
	return "add " + strings.Join(missing, ", ") + " to " + header + " in " + w.in.Config.Path +
		"\nor let the wizard do it: " + w.app.Name + " configure sso " + profileFlag(p.Name)
}
