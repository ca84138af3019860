package workspace

import (
	"errors"
	"path/filepath"
	"runtime"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// A Workspace is what one command works with: the files as they were read, the
// profile that was asked for, and the broker.
type Workspace struct {
	App    *command.App
	In     profile.Inputs
	Home   string
	NoHome error // why home is not known
	Stores *Stores
	Broker *broker.Broker

	PortalURL string    // --endpoint-url of an operation of the portal; else ""
	bundle    caBundle  // in use
	edited    time.Time // when this command changed a file first; else zero

	uses   []profile.SessionUse // see sessions
	Unsaid []profile.Warning    // that came with them
	Loaded bool
}

// Open reads the config files for a command that uses the token cache, and so needs
// a home folder. It touches no profile yet.
func Open(app *command.App) (*Workspace, error) {
	w := Files(app)
	return w, w.NoHome
}

// Files reads the config files for a command that may do without a home folder.
func Files(app *command.App) *Workspace {
	home, err := Home(app)
	w := &Workspace{App: app, NoHome: err, Home: home, Stores: &Stores{App: app, Home: home}}
	w.read()
	return w
}

// Again is the world with the files as they are now. It knows what w knows of stores
// and of its own changes.
func (w *Workspace) Again() *Workspace {
	now := &Workspace{App: w.App, Home: w.Home, NoHome: w.NoHome, Stores: w.Stores, Broker: w.Broker, edited: w.edited, bundle: w.bundle, PortalURL: w.PortalURL}
	now.read()
	return now
}

// read reads the config files.
func (w *Workspace) read() {
	app := w.App
	w.In = profile.Inputs{
		Profile: app.Flags.Profile, Region: app.Flags.Region, Output: app.Flags.Output,
		LookupEnv: app.Env.Lookup, Own: ownPrograms(app),
	}
	// Other profiles of a large config are read only if a command asks for them.
	wanted := profile.Name(app.Flags.Profile, app.Env.Lookup)
	configPath, credentialsPath := profile.Paths(app.Env.Lookup)
	w.In.Config = readConfig(configPath, false, wanted)
	w.In.Credentials = readConfig(credentialsPath, true, wanted)
	app.Log.Debug("files", "config", configPath, "credentials", credentialsPath, "home", w.Home)
}

// readConfig reads a file. It does not report an error: the look-ups in the file decide
// whether the error matters.
func readConfig(path string, credentials bool, wanted string) *awsconfig.Doc {
	doc, err := awsconfig.ReadFor(path, credentials, wanted)
	if err != nil {
		return awsconfig.Unreadable(path, credentials, err)
	}
	return doc
}

// Connected is the world of a command that is about sessions, with the settings of
// the profile in use, which need not have any.
func Connected(app *command.App) (*Workspace, *profile.Profile, error) {
	w, err := Open(app)
	if err != nil {
		return nil, nil, err
	}
	p, err := w.ConnectInUse()
	return w, p, err
}

// ConnectInUse connects with the settings of the profile in use, and returns it.
func (w *Workspace) ConnectInUse() (*profile.Profile, error) {
	p, err := w.ResolveForLogin()
	if err == nil {
		w.Connect(p)
	}
	return p, err
}

// Home is the folder that ~/.aws is in, as an absolute path.
func Home(app *command.App) (string, error) {
	home, ok := userpath.Home(app.Env.Lookup)
	if ok {
		return filepath.Abs(home)
	}
	variable := "HOME"
	if runtime.GOOS == "windows" {
		variable = "USERPROFILE"
	}
	return "", command.WithHint(errors.New("there is no home folder for the token cache: "+variable+" is not set"), "set %s", variable)
}

// Resolve finds the profile that the flags, the environment and the files ask
// for.
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

// Use makes p the profile whose settings count from now on.
func (w *Workspace) Use(p *profile.Profile) {
	if setting, ok := p.Get("cli_error_format"); ok {
		w.App.UseErrorFormat(setting.Value)
	}
	w.Connect(p)
}

func (w *Workspace) Warn(warnings []profile.Warning) {
	for _, warning := range warnings {
		w.App.Warn(warning.Text, warning.Hint)
	}
}

// Connect makes the broker that works with the settings of p: endpoints, CA
// bundle, FIPS.
func (w *Workspace) Connect(p *profile.Profile) { w.ConnectBy(p.ForSession()) }

// ConnectBy makes the broker with the settings of p itself, also if p reaches its
// session through another profile.
func (w *Workspace) ConnectBy(p *profile.Profile) {
	w.Broker = &broker.Broker{
		Cache:    w.Stores.Cache(),
		Siblings: w.Siblings,
		Now:      w.App.Now, Log: w.App.Log, Hold: w.App.Hold,
		Warn: func(text string) { w.App.Warn(text, "") },
		Endpoints: func() (broker.Endpoints, error) {
			settings, err := w.Settings(p)
			return settings.Endpoints(), err
		},
		Connect: func(s profile.Session, e broker.Endpoints) (broker.Service, error) {
			if err := p.CheckRetries(); err != nil {
				return nil, err
			}
			settings, _ := w.Settings(p) // the error is that of Endpoints
			return w.Service(settings.At(e), s.StartURL, s.Region)
		},
	}
	if !w.Stores.InAgent {
		w.Broker.Ask = w.askAgent(p)
	}
}

// Client makes the client of the Identity Center that serves a start URL.
func (w *Workspace) Client(p *profile.Profile, startURL, region string) (*idcenter.Client, error) {
	p = p.ForSession()
	if err := p.CheckRetries(); err != nil {
		return nil, err
	}
	settings, err := w.Settings(p)
	if err != nil {
		return nil, err
	}
	return w.Service(settings, startURL, region)
}

// ProfileNames returns the names of all profiles, in the order of the files.
func ProfileNames(app *command.App) ([]string, error) {
	w := Files(app)
	names, warnings, err := profile.Names(w.In)
	w.Warn(warnings)
	return names, err
}
