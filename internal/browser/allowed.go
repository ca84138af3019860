package browser

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"unicode"
)

// ErrNotAllowed is for a URL that is not opened, wherever it came from.
var ErrNotAllowed = errors.New("only https URLs, and http ones on this machine, are opened")

// Allowed returns an error that wraps [ErrNotAllowed] if url must not be opened:
// anything but https, or http on a loopback address, and anything that is not
// clearly one URL.
func Allowed(rawURL string) error {
	refuse := func(what string) error { return fmt.Errorf("%s: %w", what, ErrNotAllowed) }
	if strings.ContainsFunc(rawURL, func(r rune) bool { return r <= ' ' || r == '"' || r > unicode.MaxASCII || r == 0x7f }) {
		return refuse("a URL with blanks or control characters")
	}
	u, err := url.Parse(rawURL)
	switch {
	case err != nil || u.Opaque != "" || u.Hostname() == "":
		return refuse("not a URL")
	case u.User != nil:
		return refuse("a URL with a user name") // nobody needs it, and it hides the host
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	}
	return refuse(u.Scheme + "://" + u.Host)
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
