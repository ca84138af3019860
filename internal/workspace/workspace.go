// Package workspace holds the data of one command: the config files, the profile and its
// sessions, the broker with its connections, and the stores of tokens. Begin with [Open],
// [Files] or [ForSessions].
package workspace

import (
	"errors"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ratelimit"
	"github.com/lanyard-cli/lanyard/internal/self"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// A Workspace holds the config files, the profile in use, and the broker.
type Workspace struct {
	App    *command.App
	In     profile.Inputs
	Home   string
	NoHome error // why there is no home folder
	Stores *Stores
	Broker *broker.Broker

	NeverSignsIn bool // ignore auto_login; set it before the first request
	NeverAsks    bool // do not ask the user to confirm a role; set it before the first request

	// Limiter returns the limiter of the requests for role credentials of a session. It is nil for
	// commands that send few requests. Set it before the first request. See limit.go.
	Limiter func(profile.Session) *ratelimit.Limiter

	PortalURL string    // --endpoint-url of a portal operation; else ""
	bundle    caBundle  // the CA certificates in use
	edited    time.Time // the first edit of this command; else zero

	uses   []profile.SessionUse // of the config; see Sessions
	unsaid []profile.Warning    // about uses; not printed yet
	loaded bool
	shared *shared // with the workspaces of With; nil before Share
}

// Open reads the config files for a command that needs a home folder, because it uses the
// token cache. It does not resolve a profile.
func Open(app *command.App) (*Workspace, error) {
	w := Files(app)
	return w, w.NoHome
}

// Files reads the config files for a command that can work without a home folder.
func Files(app *command.App) *Workspace {
	home, err := Home(app)
	w := &Workspace{App: app, NoHome: err, Home: home, Stores: &Stores{App: app, Home: home}}
	w.read()
	return w
}

// OpenInAgent does the same as [Open], for the background agent, which does not ask an agent.
// memory is the agent's store. It is nil if the agent keeps no tokens in memory.
func OpenInAgent(app *command.App, memory *agent.Memory) (*Workspace, error) {
	w, err := Open(app)
	w.Stores.inAgent, w.Stores.memory = true, memory
	return w, err
}

// InAgent reports whether this process is the background agent.
func (w *Workspace) InAgent() bool { return w.Stores.inAgent }

// Reread reads the files again. The broker uses the new content too.
func (w *Workspace) Reread() {
	w.read()
	w.loaded = false
}

// read reads the config files.
func (w *Workspace) read() {
	app := w.App
	w.In = profile.Inputs{
		Profile: app.Flags.Profile, Region: app.Flags.Region, Output: app.Flags.Output,
		LookupEnv: app.Env.Lookup, Own: ownPrograms(app),
	}
	// Read other profiles of a large config only if a command needs them.
	wanted := profile.Name(app.Flags.Profile, app.Env.Lookup)
	configPath, credentialsPath := profile.Paths(app.Env.Lookup)
	w.In.Config = readConfig(configPath, false, wanted)
	w.In.Credentials = readConfig(credentialsPath, true, wanted)
	app.Log.Debug("files", "config", configPath, "credentials", credentialsPath, "home", w.Home)
}

// readConfig reads a file. It returns no error. A later look-up in the file returns the
// error.
func readConfig(path string, credentials bool, wanted string) *awsconfig.Doc {
	doc, err := awsconfig.ReadFor(path, credentials, wanted)
	if err != nil {
		return awsconfig.Unreadable(path, credentials, err)
	}
	return doc
}

// ForSessions opens a workspace for a command about sessions. It connects with the settings
// of the profile in use. That profile may have no SSO settings.
func ForSessions(app *command.App) (*Workspace, *profile.Profile, error) {
	w, err := Open(app)
	if err != nil {
		return nil, nil, err
	}
	p, err := w.ConnectInUse()
	return w, p, err
}

// ConnectInUse resolves the profile in use, connects with its settings, and returns it.
func (w *Workspace) ConnectInUse() (*profile.Profile, error) {
	p, err := w.ResolveForLogin()
	if err == nil {
		w.Connect(p)
	}
	return p, err
}

// Home returns the absolute path of the folder that has .aws in it.
func Home(app *command.App) (string, error) {
	home, ok := userpath.Home(app.Env.Lookup)
	if ok {
		return filepath.Abs(home)
	}
	variable := "HOME"
	if runtime.GOOS == "windows" {
		variable = "USERPROFILE"
	}
	return "", command.WithHint(errors.New("no home folder for the token cache: "+variable+" is not set"), "set %s", variable)
}

// Resolve resolves the profile in use from the flags, the environment and the files.
func (w *Workspace) Resolve() (*profile.Profile, error) {
	p, warnings, err := profile.Resolve(w.In)
	w.Warn(warnings)
	if err != nil {
		return nil, err
	}
	w.App.Log.Debug("profile", "name", p.Name, "kind", p.Kind.String(), "startUrl", p.Session.StartURL,
		"ssoRegion", p.Session.Region, "session", p.Session.Name, "account", p.AccountID, "role", p.RoleName, "region", p.Region)
	w.Use(p)
	return p, nil
}

// Use makes p the profile whose settings apply.
func (w *Workspace) Use(p *profile.Profile) {
	if setting, ok := p.Get("cli_error_format"); ok {
		w.App.UseErrorFormat(setting.Value)
	}
	w.Connect(p)
}

// Warn prints the warnings of the config.
func (w *Workspace) Warn(warnings []profile.Warning) {
	for _, warning := range warnings {
		w.App.Warn(warning.Text, warning.Hint)
	}
}

// ProfileNames returns the names of all profiles, in the order of the files.
func ProfileNames(app *command.App) ([]string, error) {
	w := Files(app)
	names, warnings, err := profile.Names(w.In)
	w.Warn(warnings)
	return names, err
}

// ownPrograms returns a function that reports whether a program is lanyard under another
// name. It looks at each program once, because many profiles can name the same program.
func ownPrograms(app *command.App) func(program string) bool {
	known := map[string]bool{}
	return func(program string) bool {
		own, ok := known[program]
		if !ok {
			own = ownUnderAnotherName(app, program)
			known[program] = own
		}
		return own
	}
}

// ownUnderAnotherName reports whether the program of a credential_process is lanyard. Package
// profile recognizes the names lanyard and aws without a look at the file.
func ownUnderAnotherName(app *command.App, program string) bool {
	if filepath.Base(program) != program {
		return self.IsProgram(program) && self.Is(program)
	}
	for _, dir := range filepath.SplitList(app.Env.Get("PATH")) {
		for _, name := range []string{program, program + ".exe"} {
			if path := filepath.Join(dir, name); filepath.IsAbs(dir) && self.IsProgram(path) {
				return self.Is(path)
			}
		}
	}
	return false
}

// Sessions returns the sessions of the config with their profiles, and prints warnings about
// invalid sessions. It reads the whole file, but only once.
func (w *Workspace) Sessions() ([]profile.SessionUse, error) {
	uses, err := w.QuietSessions()
	w.Warn(w.unsaid)
	return uses, err
}

// SessionWarnings returns the warnings that [Workspace.QuietSessions] did not print.
func (w *Workspace) SessionWarnings() []profile.Warning { return w.unsaid }

// QuietSessions returns the same as [Workspace.Sessions], and prints no warnings. It is for
// commands that use only one profile.
func (w *Workspace) QuietSessions() ([]profile.SessionUse, error) {
	if w.loaded {
		return w.uses, nil
	}
	read := func() ([]profile.SessionUse, []profile.Warning, error) { return profile.Sessions(w.In) }
	if w.shared != nil {
		read = w.shared.sessions
	}
	uses, warnings, err := read()
	if err != nil {
		return nil, err
	}
	w.uses, w.unsaid, w.loaded = uses, warnings, true
	return uses, nil
}

// SessionNamed returns the [sso-session] with the name.
func (w *Workspace) SessionNamed(name string) (profile.Session, error) {
	s, warnings, err := profile.SessionNamed(w.In, name)
	w.Warn(warnings)
	if err != nil {
		return profile.Session{}, err
	}
	return *s, nil
}

// NamedSession returns the session that --sso-session or --profile names. name is the value
// of --sso-session. It returns the zero session if neither flag is set.
func (w *Workspace) NamedSession(p *profile.Profile, name string) (profile.Session, error) {
	switch {
	case name != "":
		return w.SessionNamed(name)
	case p.Explicit:
		return p.LoginSession()
	}
	return profile.Session{}, nil
}

// Siblings returns the other names of a session, for the broker. Each spelling of the start
// URL in a legacy profile is a name. The first sso-session of the same portal and region also
// has these names. Other sso-sessions of the portal are separate sign-ins, perhaps of another
// user, and share no name.
func (w *Workspace) Siblings(s profile.Session) []string {
	uses, err := w.QuietSessions()
	if err != nil {
		w.App.Log.Debug("the session's other names are not known", "error", err)
		return nil
	}
	var named, spellings []string
	for _, u := range uses {
		switch {
		case !u.SharesLogin(s):
		case u.Name == "":
			spellings = u.Spellings
		default:
			named = append(named, u.Name)
		}
	}
	switch {
	case s.Name == "":
		others := slices.DeleteFunc(slices.Clone(spellings), func(url string) bool { return url == s.StartURL })
		return append(others, named[:min(1, len(named))]...)
	case len(named) > 0 && named[0] == s.Name:
		return spellings
	}
	return nil
}

// ResolveForLogin resolves the profile for a sign-in, which needs fewer settings than
// credentials do.
func (w *Workspace) ResolveForLogin() (*profile.Profile, error) {
	p, warnings, err := profile.Resolve(w.In)
	w.Warn(warnings)
	if p == nil {
		return nil, err
	}
	return p, nil
}

// PreferNamed returns the sso-session with the same start URL and region, because the SDKs
// refresh only the tokens of an sso-session. If the config has no such sso-session, it
// returns s.
func (w *Workspace) PreferNamed(s profile.Session) profile.Session {
	if s.Name != "" {
		return s
	}
	uses, err := w.QuietSessions()
	if err != nil {
		return s
	}
	for _, u := range uses {
		if u.Name != "" && u.SharesLogin(s) {
			return u.Session
		}
	}
	return s
}

// Distinct returns every sso-session, and a legacy session for each portal and region without
// an sso-session.
func Distinct(uses []profile.SessionUse) []profile.Session {
	var out []profile.Session
	for _, u := range uses {
		same := func(o profile.SessionUse) bool { return o.Name != "" && o.SharesLogin(u.Session) }
		if u.Session.Name == "" && slices.ContainsFunc(uses, same) {
			continue
		}
		out = append(out, u.Session)
	}
	return out
}

// UseOf returns the entry of the session in the list, or the zero entry.
func UseOf(uses []profile.SessionUse, s profile.Session) profile.SessionUse {
	for _, u := range uses {
		if u.Session.Same(s) {
			return u
		}
	}
	return profile.SessionUse{}
}

// profileSettings returns the settings of every profile from both files, in one pass. Ten
// thousand single look-ups would take a minute.
func (w *Workspace) profileSettings() (map[string]map[string]string, error) {
	return profileSettings(w.In)
}

func profileSettings(in profile.Inputs) (map[string]map[string]string, error) {
	all := map[string]map[string]string{}
	for _, doc := range []*awsconfig.Doc{in.Config, in.Credentials} { // the last file overrides the first
		sections, _, err := doc.All()
		if err != nil {
			return nil, err
		}
		for _, section := range sections {
			if section.Kind != awsconfig.Profile {
				continue
			}
			if all[section.Name] == nil {
				all[section.Name] = map[string]string{}
			}
			for _, v := range section.Settings {
				all[section.Name][v.Key] = v.Value
			}
		}
	}
	return all, nil
}

// RoleFiles returns the names of the role-cache files of a session's profiles.
func (w *Workspace) RoleFiles(s profile.Session) ([]string, error) {
	uses, err := w.QuietSessions()
	if err != nil {
		return nil, err
	}
	keys := append([]string{s.Key()}, w.Siblings(s)...)
	settings, err := w.profileSettings()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, u := range uses {
		if !slices.Contains(keys, u.Key()) && !u.Session.Same(s) {
			continue
		}
		for _, name := range u.Profiles {
			own := settings[name]
			names = append(names, ssocache.RoleName(own["sso_account_id"], own["sso_role_name"], u.Name, own["sso_start_url"]))
		}
	}
	return names, nil
}
