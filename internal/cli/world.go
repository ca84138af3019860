package cli

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"lanyard/internal/agent"
	"lanyard/internal/awsconfig"
	"lanyard/internal/broker"
	"lanyard/internal/idcenter"
	"lanyard/internal/profile"
)

// A world is what one command works with: the files as they were read, the
// profile that was asked for, and the broker.
type world struct {
	app    *App
	in     profile.Inputs
	home   string
	broker *broker.Broker

	uses   []profile.SessionUse // see sessions
	unsaid []profile.Warning    // that came with them
	loaded bool
}

// world reads the config files. It touches no profile yet.
func (app *App) world() (*world, error) {
	configPath, credentialsPath, err := profile.Paths(app.LookupEnv)
	if err != nil {
		return nil, err
	}
	home, err := app.home()
	if err != nil {
		return nil, err
	}
	w := &world{app: app, home: home}
	w.in = profile.Inputs{
		Profile: app.flags.profile, Region: app.flags.region, Output: app.flags.output,
		LookupEnv: app.LookupEnv,
	}
	// Other profiles of a large config are read only if a command asks for them.
	wanted := profile.Name(app.flags.profile, app.LookupEnv)
	if w.in.Config, err = awsconfig.ReadFor(configPath, false, wanted); err != nil {
		return nil, err
	}
	if w.in.Credentials, err = awsconfig.ReadFor(credentialsPath, true, wanted); err != nil {
		return nil, err
	}
	app.log.Debug("files", "config", configPath, "credentials", credentialsPath, "home", home)
	return w, nil
}

// connected is the world of a command that is about sessions, with the settings of
// the profile in use, which need not have any.
func (app *App) connected() (*world, *profile.Profile, error) {
	w, err := app.world()
	if err != nil {
		return nil, nil, err
	}
	p, err := w.resolveForLogin()
	if err != nil {
		return nil, nil, err
	}
	w.connect(p)
	return w, p, nil
}

// home is the folder that ~/.aws lies in.
func (app *App) home() (string, error) {
	name := "HOME"
	if runtime.GOOS == "windows" {
		name = "USERPROFILE"
	}
	if home := app.getenv(name); home != "" {
		return home, nil
	}
	return "", withHint(errors.New("there is no home folder for the token cache: "+name+" is not set"), "set %s", name)
}

// resolve finds the profile that the flags, the environment and the files ask
// for.
func (w *world) resolve() (*profile.Profile, error) {
	p, warnings, err := profile.Resolve(w.in)
	w.warn(warnings)
	if err != nil {
		return nil, err
	}
	w.app.log.Debug("profile", "name", p.Name, "kind", p.Kind.String(), "startUrl", p.Session.StartURL,
		"ssoRegion", p.Session.Region, "session", p.Session.Name, "account", p.AccountID, "role", p.RoleName, "region", p.Region)
	if setting, ok := p.Get("cli_error_format"); ok && validErrorFormat(setting.Value) {
		w.app.errorFormat = setting.Value
	}
	w.connect(p)
	return p, nil
}

func (w *world) warn(warnings []profile.Warning) {
	for _, warning := range warnings {
		w.app.warn(warning.Text, warning.Hint)
	}
}

// connect makes the broker that works with the settings of p: endpoints, CA
// bundle, FIPS.
func (w *world) connect(p *profile.Profile) {
	w.broker = &broker.Broker{
		Cache:    w.app.cache(w.home),
		Siblings: w.siblings,
		Now:      w.app.Now, Log: w.app.log, Hold: w.app.Hold,
		Warn: func(text string) { w.app.warn(text, "") },
		Connect: func(s profile.Session) (broker.Service, error) {
			return w.client(p, s.Region)
		},
	}
	if !w.app.isAgent {
		w.broker.Ask = w.askAgent(p)
	}
}

// client makes the client of the Identity Center in a region.
func (w *world) client(p *profile.Profile, region string) (*idcenter.Client, error) {
	settings, err := w.app.settings(p)
	if err != nil {
		return nil, err
	}
	return w.app.service(settings, region)
}

// settings are what requests for a profile are made with.
func (app *App) settings(p *profile.Profile) (agent.Settings, error) {
	s := agent.Settings{
		FIPS: p.FIPS, DualStack: p.DualStack, MaxAttempts: p.MaxAttempts,
		CABundle: cmp.Or(app.flags.caBundle, p.CABundle), NoVerifySSL: app.flags.noVerifySSL,
		ConnectTimeout: seconds(app.flags.connectTimeout, 0), ReadTimeout: seconds(app.flags.readTimeout, 0),
	}
	var err error
	if s.OIDC, err = p.Endpoint("SSO_OIDC"); err != nil {
		return s, err
	}
	s.Portal, err = p.Endpoint("SSO")
	return s, err
}

// service makes the client that works with the settings.
func (app *App) service(s agent.Settings, region string) (*idcenter.Client, error) {
	hc, err := app.httpClientOf(s)
	if err != nil {
		return nil, err
	}
	return idcenter.New(idcenter.Options{
		Region: region, OIDCEndpoint: s.OIDC, PortalEndpoint: s.Portal,
		FIPS: s.FIPS, DualStack: s.DualStack, HTTP: hc, MaxAttempts: s.MaxAttempts, Log: app.log,
		Now: app.Now,
	})
}

// httpClient makes the HTTP client of the Identity Center for a profile.
func (app *App) httpClient(p *profile.Profile) (*http.Client, error) {
	return app.httpClientWithin(p, 0, 0)
}

// httpClientWithin makes an HTTP client for a profile: its CA bundle, the proxies
// of the environment, and the times that the flags say, or else these.
func (app *App) httpClientWithin(p *profile.Profile, connect, read time.Duration) (*http.Client, error) {
	return app.httpClientOf(agent.Settings{
		CABundle: cmp.Or(app.flags.caBundle, p.CABundle), NoVerifySSL: app.flags.noVerifySSL,
		ConnectTimeout: seconds(app.flags.connectTimeout, connect), ReadTimeout: seconds(app.flags.readTimeout, read),
	})
}

// httpClientOf makes an HTTP client with the settings: 5 s to connect and 10 s for
// a try where they do not say.
func (app *App) httpClientOf(s agent.Settings) (*http.Client, error) {
	client := &http.Client{Timeout: cmp.Or(s.ReadTimeout, 10*time.Second), Transport: app.Transport}
	if app.Transport != nil {
		return client, nil
	}
	connect := cmp.Or(s.ConnectTimeout, 5*time.Second)
	t := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: connect}).DialContext,
		TLSHandshakeTimeout: connect,
		ForceAttemptHTTP2:   true,
		IdleConnTimeout:     30 * time.Second,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
	}
	switch {
	case s.NoVerifySSL:
		t.TLSClientConfig.InsecureSkipVerify = true //nolint:gosec // asked for by --no-verify-ssl
	case s.CABundle != "":
		pool, err := readBundle(s.CABundle)
		if err != nil {
			return nil, err
		}
		t.TLSClientConfig.RootCAs = pool
	}
	client.Transport = t
	return client, nil
}

// maxBundle is the size in bytes up to which a CA bundle is read; those of systems
// have a few hundred thousand.
const maxBundle = 16 << 20

func readBundle(path string) (*x509.CertPool, error) {
	const hint = "check --ca-bundle, AWS_CA_BUNDLE and ca_bundle"
	f, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, withHint(fmt.Errorf("the CA bundle cannot be read: %w", err), hint)
	}
	defer func() { _ = f.Close() }()
	pem, err := io.ReadAll(io.LimitReader(f, maxBundle+1))
	switch {
	case err != nil:
		return nil, withHint(fmt.Errorf("the CA bundle cannot be read: %w", err), hint)
	case len(pem) > maxBundle:
		return nil, withHint(fmt.Errorf("the CA bundle %s is larger than %d MB", path, maxBundle>>20), hint)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, withHint(errors.New("the CA bundle "+path+" holds no certificate in PEM form"), hint)
	}
	return pool, nil
}
