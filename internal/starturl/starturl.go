// Package starturl compares the start URLs of access portals. One portal has several
// spellings: browsers, consoles and users write its URL differently.
package starturl

import "strings"

// Portal returns the normal form of a start URL: scheme and host in lower case, without
// default port, trailing slash, query and fragment. All spellings of one portal have the
// same normal form.
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

// Same reports whether two start URLs belong to the same portal.
func Same(a, b string) bool { return a == b || Portal(a) == Portal(b) }
