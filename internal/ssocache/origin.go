package ssocache

import (
	"strconv"
	"strings"
)

// AWS is the origin of secrets that AWS's own endpoints in the session's region issued.
const AWS = "aws"

// An Origin names the two services of a session. Each is [AWS], or a base URL in the
// form of [Canonical]. The origin of an entry is zero if another program wrote it.
type Origin struct {
	SignIn string // issued the token; may receive the refresh token and the client secret
	Portal string // may receive the access token
}

// IsZero reports whether the entry has no origin.
func (o Origin) IsZero() bool { return o == Origin{} }

// Mixed reports whether exactly one of the two services is AWS's.
func (o Origin) Mixed() bool { return (o.SignIn == AWS) != (o.Portal == AWS) }

// Issued returns the origin of a token that the sign-in service issued. In a mixed
// origin the portal cannot belong to that service, so the sign-in service replaces it.
func (o Origin) Issued() Origin {
	if o.Mixed() {
		o.Portal = o.SignIn
	}
	return o
}

// The fields of a cache file that name its origin. portalField is omitted if both
// services have the same base URL.
const (
	originField = "lanyardOrigin"
	portalField = "lanyardPortal"
)

func (o object) origin() (Origin, error) {
	signIn, err := o.text(originField)
	if err != nil || signIn == "" {
		return Origin{}, err
	}
	portal, err := o.text(portalField)
	if portal == "" {
		portal = signIn
	}
	return Origin{Canonical(signIn), Canonical(portal)}, err
}

func (o object) setOrigin(origin Origin) {
	o.set(originField, origin.SignIn)
	if origin.Portal == origin.SignIn {
		origin.Portal = ""
	}
	o.set(portalField, origin.Portal)
}

// An Endpoint is the endpoint that the settings choose for one of the two services.
type Endpoint struct {
	Origin string // [AWS], or the base URL in the form of [Canonical]

	// Shared means that the endpoint is on this machine and comes from the environment. The
	// endpoint then also accepts entries without an origin. boto3 and the AWS CLI write such
	// entries when they sign in to a local emulator.
	Shared bool
}

// EndpointAt returns the endpoint for the URL in a setting, or AWS's endpoint if url is
// "". byEnvironment says whether the setting is an environment variable.
func EndpointAt(url string, byEnvironment bool) Endpoint {
	if url == "" {
		return Endpoint{Origin: AWS}
	}
	return Endpoint{Origin: Canonical(url), Shared: byEnvironment && onLoopback(url)}
}

// Takes reports whether a secret of the origin may be sent to the endpoint. The origin
// is "" if another program wrote the entry.
func (e Endpoint) Takes(origin string) bool {
	if origin == "" {
		return e.Origin == AWS || e.Shared
	}
	return origin == e.Origin
}

// Canonical returns the normal form of a base URL, in which lanyard compares origins. Scheme
// and host are in lower case, and the URL has no default port, user name or trailing slashes.
// Canonical does not use net/url, because the imports of net/url would slow down package
// warm.
func Canonical(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	scheme = strings.ToLower(scheme)
	host, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	host = strings.ToLower(host[strings.LastIndexByte(host, '@')+1:])
	switch scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	return scheme + "://" + strings.TrimSuffix(host, ":") + strings.TrimRight(path, "/")
}

// onLoopback reports whether a base URL is on this machine.
func onLoopback(url string) bool {
	_, host, ok := strings.Cut(Canonical(url), "://")
	if !ok {
		return false
	}
	if i := strings.IndexAny(host, "/?#"); i >= 0 {
		host = host[:i]
	}
	if strings.HasPrefix(host, "[") {
		return host == "[::1]" || strings.HasPrefix(host, "[::1]:")
	}
	host, _, _ = strings.Cut(host, ":")
	parts := strings.Split(host, ".")
	if len(parts) != 4 || parts[0] != "127" {
		return host == "localhost"
	}
	for _, part := range parts {
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil || strconv.FormatUint(n, 10) != part { // a host name, which DNS may resolve to another machine
			return false
		}
	}
	return true
}
