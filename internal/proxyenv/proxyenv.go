// Package proxyenv finds the proxy for a request in the environment. It follows the
// AWS CLI, and so Python's urllib, which differs from Go's net/http: a lower-case
// variable wins, also to switch a proxy off, NO_PROXY has no CIDR notation, and
// loopback addresses are no exception.
package proxyenv

import (
	"net/http"
	"net/url"
	"runtime"
	"strings"
)

// Proxies are the proxies that an environment names.
type Proxies struct {
	byScheme map[string]setting // "http", "https", and "no" for the exceptions
}

type setting struct{ variable, value string }

// An Error reports a proxy whose URL makes no sense. It does not repeat the URL,
// which may hold a password.
type Error struct{ Variable string }

func (e *Error) Error() string { return "the proxy in " + e.Variable + " is not an http or https URL" }

// Read reads the variables of an environment, as [os.Environ] returns them.
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
	if cgi { // a client of the CGI script sets HTTP_PROXY with a header
		delete(p.byScheme, "http")
	}
	if runtime.GOOS == "windows" { // where variables have no case
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

// For returns the proxy for a request, nil for none. It fits [http.Transport].
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
	if err != nil || u.Host == "" || strings.HasPrefix(u.Path, "//") { // another scheme, such as socks5
		return nil, &Error{s.variable}
	}
	return u, nil
}

// Variable returns the name of the variable that decides for a URL, "" if the URL
// needs no proxy.
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

// String returns the settings in a fixed form. Two environments with the same form
// lead every request the same way. It may hold passwords.
func (p Proxies) String() string {
	return p.byScheme["http"].value + "\x00" + p.byScheme["https"].value + "\x00" + p.byScheme["no"].value
}
