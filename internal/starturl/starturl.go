// Package starturl compares the start URLs of access portals by meaning. Browsers,
// consoles and people spell one portal in several ways.
package starturl

import "strings"

// Portal returns one spelling for all start URLs of a portal: scheme and host in lower
// case, and without a default port, a trailing slash, a query and a fragment.
func Portal(url string) string {
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		url = url[:i]
	}
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return strings.TrimRight(url, "/")
	}
	scheme = strings.ToLower(scheme)
	host, path := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	host = strings.ToLower(host)
	switch scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	return scheme + "://" + host + strings.TrimRight(path, "/")
}

// Same reports whether two start URLs are of one portal.
func Same(a, b string) bool { return a == b || Portal(a) == Portal(b) }
