package ssocache

import (
	"strconv"
	"strings"
)

// AWS is the origin of what AWS's own endpoints in the session's region issued.
const AWS = "aws"

// An Origin names the two services of a session: [AWS], or a base URL in the form of
// [Canonical]. The zero Origin belongs to an entry that another program wrote.
type Origin struct {
	SignIn string // issued the token, and gets the refresh token and the client secret
	Portal string // gets the access token
}

// IsZero reports whether the entry has no origin.
func (o Origin) IsZero() bool { return o == Origin{} }

// Mixed reports whether one of the two services is AWS's and the other is not.
func (o Origin) Mixed() bool { return (o.SignIn == AWS) != (o.Portal == AWS) }

// Issued returns the origin of a token that the sign-in service issued. A mixed origin
// becomes that service's own: the portal is the other one's.
func (o Origin) Issued() Origin {
	if o.Mixed() {
		o.Portal = o.SignIn
	}
	return o
}

// The fields of a cache file that name its origin. The second one is left out where
// both services have one base URL.
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

// An Endpoint is where the settings send the requests to one of the two services.
type Endpoint struct {
	Origin string // [AWS], or the base URL in the form of [Canonical]

	// Shared says that the environment names the endpoint and that it is on this
	// machine. Entries of other programs, which have no origin, may be its own: boto3
	// and the AWS CLI sign in to a local emulator this way.
	Shared bool
}

// EndpointAt returns the endpoint that a setting names; "" means that none does.
func EndpointAt(url string, byEnvironment bool) Endpoint {
	if url == "" {
		return Endpoint{Origin: AWS}
	}
	return Endpoint{Origin: Canonical(url), Shared: byEnvironment && onLoopback(url)}
}

// Takes reports whether a secret of the origin may be sent to the endpoint. "" is the
// origin of an entry that another program wrote.
func (e Endpoint) Takes(origin string) bool {
	if origin == "" {
		return e.Origin == AWS || e.Shared
	}
	return origin == e.Origin
}

// Canonical returns a base URL in the form in which origins are compared: scheme and
// host in lower case, without the scheme's own port, a user name and slashes at the
// end. It is written by hand because package warm uses it: see there.
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
		if err != nil || strconv.FormatUint(n, 10) != part { // not an address, but a name that a DNS server may know
			return false
		}
	}
	return true
}
