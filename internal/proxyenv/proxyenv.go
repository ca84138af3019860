// Package proxyenv finds the proxy for a request in the environment. It works like the AWS
// CLI, which uses Python's urllib. Go's net/http has other rules. Here, a lower-case variable
// overrides an upper-case variable, and an empty variable switches the proxy off. NO_PROXY
// has no CIDR notation. Requests to loopback addresses also use the proxy.
package proxyenv

import (
	"net/http"
	"net/url"
	"runtime"
	"strings"
)

// Proxies holds the proxy settings of an environment.
type Proxies struct {
	byScheme map[string]setting // "http", "https", and "no" for NO_PROXY
}

type setting struct{ variable, value string }

// An Error reports a proxy variable with an invalid URL. It does not print the URL,
// which may contain a password.
type Error struct{ Variable string }

func (e *Error) Error() string { return "the proxy in " + e.Variable + " is not an http or https URL" }

// Read returns the proxy settings in environ, which has the form of [os.Environ].
func Read(environ []string) Proxies {
	p := Proxies{byScheme: make(map[string]setting)}
	type variable struct {
		setting
		scheme string
	}
	var variables []variable
	cgi := false
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		cgi = cgi || name == "REQUEST_METHOD"
		if scheme, ok := strings.CutSuffix(strings.ToLower(name), "_proxy"); ok && scheme != "" {
			variables = append(variables, variable{setting{name, value}, scheme})
			if value != "" {
				p.byScheme[scheme] = setting{name, value}
			}
		}
	}
	if cgi { // a client of a CGI script can set HTTP_PROXY through the header Proxy
		delete(p.byScheme, "http")
	}
	if runtime.GOOS == "windows" { // the names of variables ignore case
		return p
	}
	for _, v := range variables {
		switch {
		case !strings.HasSuffix(v.variable, "_proxy"):
		case v.value == "":
			delete(p.byScheme, v.scheme)
		default:
			p.byScheme[v.scheme] = v.setting
		}
	}
	return p
}

// For returns the proxy for a request, or nil if the request needs no proxy. It can be the
// Proxy of an [http.Transport].
func (p Proxies) For(req *http.Request) (*url.URL, error) {
	s := p.byScheme[req.URL.Scheme]
	if s.value == "" || p.bypasses(req.URL.Host) {
		return nil, nil
	}
	text := s.value
	if !strings.HasPrefix(text, "http:") && !strings.HasPrefix(text, "https:") {
		text = "http://" + strings.TrimPrefix(text, "//")
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || strings.HasPrefix(u.Path, "//") { // includes other schemes, such as socks5
		return nil, &Error{s.variable}
	}
	return u, nil
}

// Variable returns the name of the variable that sets the proxy for a URL, or "" if the
// URL needs no proxy.
func (p Proxies) Variable(u *url.URL) string {
	if s := p.byScheme[u.Scheme]; !p.bypasses(u.Host) {
		return s.variable
	}
	return ""
}

// bypasses reports whether NO_PROXY names the host.
func (p Proxies) bypasses(host string) bool {
	list := p.byScheme["no"].value
	if list == "*" {
		return true
	}
	host = strings.ToLower(host)
	bare := host
	if i := strings.LastIndexByte(host, ':'); i >= 0 && strings.Trim(host[i+1:], "0123456789") == "" {
		bare = host[:i]
	}
	for name := range strings.SplitSeq(list, ",") {
		name = strings.ToLower(strings.TrimLeft(strings.TrimSpace(name), "."))
		if name == "" {
			continue
		}
		if bare == name || host == name || strings.HasSuffix(bare, "."+name) || strings.HasSuffix(host, "."+name) {
			return true
		}
	}
	return false
}

// String returns the settings as a text. Equal texts mean the same proxy for every request.
// The text may contain passwords.
func (p Proxies) String() string {
	return p.byScheme["http"].value + "\x00" + p.byScheme["https"].value + "\x00" + p.byScheme["no"].value
}
