package cli

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

// A world is what one command works with: the files as they were read, the
// profile that was asked for, and the broker.
type world struct {
	app    *command.App
	in     profile.Inputs
	home   string
	noHome error // why home is not known
	stores *stores
	broker *broker.Broker

	portalURL string    // --endpoint-url of an operation of the portal; else ""
	bundle    caBundle  // in use
	edited    time.Time // when this command changed a file first; else zero

	uses   []profile.SessionUse // see sessions
	unsaid []profile.Warning    // that came with them
	loaded bool
}

// openWorld reads the config files for a command that uses the token cache, and so needs
// a home folder. It touches no profile yet.
func openWorld(app *command.App) (*world, error) {
	w := openFiles(app)
	return w, w.noHome
}

// openFiles reads the config files for a command that may do without a home folder.
func openFiles(app *command.App) *world {
	home, err := home(app)
	w := &world{app: app, noHome: err, home: home, stores: &stores{app: app, home: home}}
	w.read()
	return w
}

// again is the world with the files as they are now. It knows what w knows of stores
// and of its own changes.
func (w *world) again() *world {
	now := &world{app: w.app, home: w.home, noHome: w.noHome, stores: w.stores, broker: w.broker, edited: w.edited, bundle: w.bundle, portalURL: w.portalURL}
	now.read()
	return now
}

// read reads the config files.
func (w *world) read() {
	app := w.app
	w.in = profile.Inputs{
		Profile: app.Flags.Profile, Region: app.Flags.Region, Output: app.Flags.Output,
		LookupEnv: app.Env.Lookup, Own: ownPrograms(app),
	}
	// Other profiles of a large config are read only if a command asks for them.
	wanted := profile.Name(app.Flags.Profile, app.Env.Lookup)
	configPath, credentialsPath := profile.Paths(app.Env.Lookup)
	w.in.Config = readConfig(configPath, false, wanted)
	w.in.Credentials = readConfig(credentialsPath, true, wanted)
	app.Log.Debug("files", "config", configPath, "credentials", credentialsPath, "home", w.home)
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

// connected is the world of a command that is about sessions, with the settings of
// the profile in use, which need not have any.
func connected(app *command.App) (*world, *profile.Profile, error) {
	w, err := openWorld(app)
	if err != nil {
		return nil, nil, err
	}
	p, err := w.connectInUse()
	return w, p, err
}

// connectInUse connects with the settings of the profile in use, and returns it.
func (w *world) connectInUse() (*profile.Profile, error) {
	p, err := w.resolveForLogin()
	if err == nil {
		w.connect(p)
	}
	return p, err
}

// home is the folder that ~/.aws is in, as an absolute path.
func home(app *command.App) (string, error) {
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

// resolve finds the profile that the flags, the environment and the files ask
// for.
func (w *world) resolve() (*profile.Profile, error) {
	p, warnings, err := profile.Resolve(w.in)
	w.warn(warnings)
	if err != nil {
		return nil, err
	}
	w.app.Log.Debug("profile", "name", p.Name, "kind", p.Kind.String(), "startUrl", p.Session.StartURL,
		"ssoRegion", p.Session.Region, "session", p.Session.Name, "account", p.AccountID, "role", p.RoleName, "region", p.Region)
	w.use(p)
	return p, nil
}

// use makes p the profile whose settings count from now on.
func (w *world) use(p *profile.Profile) {
	if setting, ok := p.Get("cli_error_format"); ok {
		w.app.UseErrorFormat(setting.Value)
	}
	w.connect(p)
}

func (w *world) warn(warnings []profile.Warning) {
	for _, warning := range warnings {
		w.app.Warn(warning.Text, warning.Hint)
	}
}

// connect makes the broker that works with the settings of p: endpoints, CA
// bundle, FIPS.
func (w *world) connect(p *profile.Profile) { w.connectBy(p.ForSession()) }

// connectBy makes the broker with the settings of p itself, also if p reaches its
// session through another profile.
func (w *world) connectBy(p *profile.Profile) {
	w.broker = &broker.Broker{
		Cache:    w.stores.cache(),
		Siblings: w.siblings,
		Now:      w.app.Now, Log: w.app.Log, Hold: w.app.Hold,
		Warn: func(text string) { w.app.Warn(text, "") },
		Endpoints: func() (broker.Endpoints, error) {
			settings, err := w.settings(p)
			return settings.Endpoints(), err
		},
		Connect: func(s profile.Session, e broker.Endpoints) (broker.Service, error) {
			if err := p.CheckRetries(); err != nil {
				return nil, err
			}
			settings, _ := w.settings(p) // the error is that of Endpoints
			return w.service(settings.At(e), s.StartURL, s.Region)
		},
	}
	if !w.stores.inAgent {
		w.broker.Ask = w.askAgent(p)
	}
}

// client makes the client of the Identity Center that serves a start URL.
func (w *world) client(p *profile.Profile, startURL, region string) (*idcenter.Client, error) {
	p = p.ForSession()
	if err := p.CheckRetries(); err != nil {
		return nil, err
	}
	settings, err := w.settings(p)
	if err != nil {
		return nil, err
	}
	return w.service(settings, startURL, region)
}
