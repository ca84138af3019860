package workspace

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/proxyenv"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// caBundle returns the path of the CA certificates to trust, "" for the system's, and
// remembers where the path comes from. The order is the AWS CLI's. A variable or
// setting that is empty means the system's certificates and ends the search; the AWS
// CLI before 2.36.6 checked nothing then.
func (w *Workspace) caBundle(p *profile.Profile) (path string) {
	w.bundle = caBundle{}
	if path = w.App.Flags.CABundle; path != "" {
		w.bundle.from = "--ca-bundle"
	} else if v, ok := w.App.Env.Lookup("AWS_CA_BUNDLE"); ok {
		path, w.bundle.from = v, "AWS_CA_BUNDLE"
	} else if s, ok := p.Get("ca_bundle"); ok {
		path, w.bundle.from = p.CABundle, fmt.Sprintf("ca_bundle of profile %s (line %d)", p.Name, s.Line)
	} else if v, ok := w.App.Env.Lookup("REQUESTS_CA_BUNDLE"); ok {
		path, w.bundle.from = v, "REQUESTS_CA_BUNDLE"
	}
	w.bundle.empty = path == ""
	return userpath.Expand(path, w.App.Env.Lookup)
}

// A caBundle is where the path of the CA certificates comes from.
type caBundle struct {
	from  string // the flag, variable or setting; "" for none
	empty bool   // from names no file
}

// String completes "the trusted certificates".
func (b caBundle) String() string {
	switch {
	case b.from == "":
		return "are the system's"
	case b.empty:
		return "are the system's, because " + b.from + " is empty"
	}
	return "come from " + b.from
}

// AdviseConnection adds to an error of a certificate or a proxy which settings matter,
// and what they are now.
func (w *Workspace) AdviseConnection(err error) error {
	if hint := w.ConnectionHint(err); hint != "" {
		return command.WithHint(err, "%s", hint)
	}
	return err
}

func (w *Workspace) ConnectionHint(err error) string {
	var failed *idcenter.ConnectError
	if !errors.As(err, &failed) {
		return ""
	}
	switch failed.Failure {
	case idcenter.TLSFailed:
		hint := "the trusted certificates " + w.bundle.String()
		if u, parseErr := url.Parse(failed.URL); parseErr == nil {
			if variable := proxyenv.Read(w.App.Env.Environ()).Variable(u); variable != "" {
				hint += ", and the request goes through the proxy in " + variable
			}
		}
		return hint + "\nset --ca-bundle, AWS_CA_BUNDLE or ca_bundle in the profile to a PEM file with the CA of the server or proxy"
	case idcenter.ProxyFailed:
		return "the proxy comes from HTTPS_PROXY or HTTP_PROXY; list hosts that need none in NO_PROXY"
	}
	return ""
}

// maxBundle is the size in bytes up to which a CA bundle is read. Those of systems
// have a few hundred thousand, but companies append theirs, and a dump of a Windows
// store with comments can exceed one megabyte.
const maxBundle = 16 << 20

func (w *Workspace) readBundle(path string) (*x509.CertPool, error) {
	hint := "check --ca-bundle, AWS_CA_BUNDLE and ca_bundle"
	if w.bundle.from != "" {
		hint = "the path comes from " + w.bundle.from
	}
	pem, err := datafile.Read(path, maxBundle)
	if err != nil {
		return nil, command.WithHint(fmt.Errorf("the CA bundle cannot be read: %w", err), "%s", hint)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, command.WithHint(errors.New("the CA bundle "+path+" holds no certificate in PEM form"), "%s", hint)
	}
	return pool, nil
}
