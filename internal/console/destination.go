package console

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
)

// Home returns the start page of the console in a region. Without a region, the console chooses a
// region.
func (p Partition) Home(region string) string { return p.page("console/home", region) }

// Service returns the page of a service in a region. name is a name of the AWS CLI or one of
// [ServiceNames].
func (p Partition) Service(name, region string) (string, error) {
	path, ok := servicePath(strings.ToLower(name))
	if !ok {
		return "", &UnknownServiceError{name}
	}
	return p.page(path, region), nil
}

// page returns the URL of a page of the console.
func (p Partition) page(path, region string) string {
	path, fragment, hasFragment := strings.Cut(path, "#")
	u := "https://" + p.host(region) + "/" + path
	if region != "" {
		u += "?region=" + escape(region)
	}
	if hasFragment {
		u += "#" + fragment
	}
	return u
}

// host returns the host of the console in a region.
func (p Partition) host(region string) string {
	if region == "" {
		return p.domain
	}
	return region + "." + p.domain
}

// An UnknownServiceError reports a service without a known page.
type UnknownServiceError struct{ Name string }

func (e *UnknownServiceError) Error() string {
	return fmt.Sprintf("lanyard does not know a console page of the service %q", e.Name)
}

// Near returns similar names of services.
func (e *UnknownServiceError) Near() []string {
	return slices.DeleteFunc(awsnames.Near(strings.ToLower(e.Name)), func(name string) bool {
		_, ok := servicePath(name)
		return !ok
	})
}

// ErrElsewhere means that a destination is not a page of the partition's console.
var ErrElsewhere = errors.New("not a page of the AWS console")

// sessionPrefix is the first label of a console host in a browser with several sessions. It names
// the account and one of these sessions.
var sessionPrefix = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{12}-[a-z0-9]+\.`) })

// Destination returns the URL of a page of the console. page is a path, or a URL of the partition's
// console. A URL of a signed-in session leads to the same page in the new session. If page is "",
// Destination returns the start page. The region chooses the host of a path.
func (p Partition) Destination(page, region string) (string, error) {
	if page == "" {
		return p.Home(region), nil
	}
	refuse := func(why string) (string, error) {
		return "", fmt.Errorf("destination %q: %w: %s", page, ErrElsewhere, why)
	}
	if strings.ContainsFunc(page, func(r rune) bool { return r < ' ' || r == 0x7f }) || strings.Contains(page, `\`) {
		return refuse("it has control characters or backslashes") // browsers read \ as /
	}
	page = asciiURL(page)
	u, err := url.Parse(page)
	if err != nil {
		return refuse("it is not a URL")
	}
	if u.Scheme == "" && u.Host == "" && u.User == nil && !strings.HasPrefix(page, "//") {
		return "https://" + p.host(region) + "/" + strings.TrimLeft(page, "/"), nil
	}
	host := sessionPrefix().ReplaceAllString(strings.ToLower(u.Hostname()), "")
	switch {
	case u.Scheme != "https" || u.Opaque != "":
		return refuse("it must be a path or an https URL")
	case u.User != nil:
		return refuse("it has a user name")
	case u.Port() != "" && u.Port() != "443":
		return refuse("it has a port")
	case host != p.domain && !strings.HasSuffix(host, "."+p.domain):
		return refuse("the console of this profile is at " + p.domain)
	}
	u.Host = host
	return u.String(), nil
}

// escapeSequence matches the escape at the beginning of a text.
var escapeSequence = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^%[0-9A-Fa-f]{2}`) })

// asciiURL escapes spaces, quotes and the characters outside ASCII, like a browser. It also escapes
// each % that is not part of an escape.
func asciiURL(s string) string {
	var b strings.Builder
	for i, c := range []byte(s) {
		if c <= ' ' || c > '~' || strings.IndexByte("\"<>`{|}^", c) >= 0 || c == '%' && !escapeSequence().MatchString(s[i:]) {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
