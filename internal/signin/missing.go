package signin

import (
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// MissingKeys says what to do about a profile without credentials: name another
// profile, add the SSO settings that it lacks, or set up a profile.
func MissingKeys(w *workspace.Workspace, p *profile.Profile) string {
	if !p.Exists {
		for _, doc := range []*awsconfig.Doc{w.In.Config, w.In.Credentials} {
			if doc.Unreadable() != nil {
				return "the profile may be in " + doc.Path + ", which cannot be read"
			}
		}
		names, _, _ := profile.Names(w.In) // without them the other hint does
		if len(names) == 0 {
			return w.App.SetUpHint()
		}
		return "name a profile with --profile: " + output.Summary(names) + "\n" + w.App.SetUpHint()
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
	return "add " + strings.Join(missing, ", ") + " to " + header + " in " + w.In.Config.Path +
		"\nor let the wizard do it: " + w.App.Name + " configure sso " + ProfileFlag(p.Name)
}
