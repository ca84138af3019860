package broker

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// Endpoints are the configured endpoints of a session's two services. The zero
// Endpoints are AWS's own.
type Endpoints struct{ SignIn, Portal profile.Endpoint }

// ID returns a text that identifies the two services, for example in outcome files. It
// returns "" for AWS's own services.
func (e Endpoints) ID() string {
	if e.SignIn.URL == "" && e.Portal.URL == "" {
		return ""
	}
	return ssocache.Canonical(e.SignIn.URL) + " " + ssocache.Canonical(e.Portal.URL)
}

// A target holds the services to which this process would send the secrets of a session.
type target struct {
	endpoints      Endpoints
	signIn, portal ssocache.Endpoint
}

func (b *Broker) target(s profile.Session) (target, error) {
	if b.Endpoints == nil {
		return targetOf(Endpoints{}, s.Region), nil
	}
	e, err := b.Endpoints()
	return targetOf(e, s.Region), err
}

func targetOf(e Endpoints, region string) target {
	t := target{e, ssocache.EndpointAt(e.SignIn.URL, e.SignIn.Env), ssocache.EndpointAt(e.Portal.URL, e.Portal.Env)}
	if !strings.HasPrefix(t.signIn.Origin, "https://") && !strings.HasPrefix(t.portal.Origin, "https://") {
		return t // the usual case; the look-up below is slower
	}
	// A setting may name AWS's own endpoint, also in its FIPS and dual-stack forms.
	oidc, portal := idcenter.OwnEndpoints(region)
	if slices.Contains(oidc, t.signIn.Origin) {
		t.signIn.Origin = ssocache.AWS
	}
	if slices.Contains(portal, t.portal.Origin) {
		t.portal.Origin = ssocache.AWS
	}
	return t
}

// origin returns the origin of a token that the target issues.
func (t target) origin() ssocache.Origin {
	return ssocache.Origin{SignIn: t.signIn.Origin, Portal: t.portal.Origin}
}

// accepts reports whether both secrets of a token, the refresh token and the access token, may be
// sent to the target.
func (t target) accepts(o ssocache.Origin) bool {
	return t.signIn.Takes(o.SignIn) && t.portal.Takes(o.Portal)
}

// mayUse reports whether cached role credentials belong to the session and come from the
// target.
func (t target) mayUse(c ssocache.Credentials, s profile.Session) bool {
	return c.Belongs(s.StartURL) && t.portal.Takes(c.Origin)
}

// acceptedBy returns the tokens whose access token may be sent to the target.
func (st state) acceptedBy(t target) state {
	return slices.DeleteFunc(slices.Clone(st), func(h cachedToken) bool { return !t.portal.Takes(h.tok.Origin.Portal) })
}

// sameOrigin reports whether the tokens current and next have the same origin, so that next may
// replace current.
func sameOrigin(current, next ssocache.Token) bool {
	return current.Origin == next.Origin || current.Origin.IsZero() && next.Origin.Portal == ssocache.AWS
}

// refreshedOrigin returns the origin of a refreshed token: the origin of the token before the
// refresh. If the token had no origin, refreshedOrigin returns the origin of the target; see
// [ssocache.Origin.Issued].
func (t target) refreshedOrigin(previous ssocache.Origin) ssocache.Origin {
	if !previous.IsZero() {
		return previous
	}
	return t.origin().Issued()
}

// An OriginError reports that lanyard did not send a secret. The settings name a service that
// did not issue the secret.
type OriginError struct {
	Session  profile.Session
	Origin   string // the service that issued the secret: [ssocache.AWS] or a base URL
	Endpoint string // the configured base URL
	From     string // the setting that names the endpoint; "" if it is AWS's default
	Env      bool   // From is an environment variable
	Replaces bool   // lanyard refused a sign-in, because it would have replaced the session
}

func (e *OriginError) Error() string {
	from := "no setting names another endpoint"
	if e.From != "" {
		from = e.From + " sets this endpoint"
	}
	origin := e.Origin
	if origin == ssocache.AWS {
		origin = "AWS"
	}
	if e.Replaces {
		return fmt.Sprintf("session %s: cannot sign in at %s (%s): a sign-in would replace the current session, which was issued by %s",
			e.Session.Key(), e.Endpoint, from, origin)
	}
	return fmt.Sprintf("session %s: cannot send its token to %s (%s): the token was issued by %s", e.Session.Key(), e.Endpoint, from, origin)
}

// ExitStatus returns the AWS CLI's exit code for configuration errors.
func (e *OriginError) ExitStatus() int { return 253 }

// ErrorName returns the AWS CLI's name for configuration errors.
func (e *OriginError) ErrorName() string { return "Configuration" }

// An EndpointsError reports that only one of the two services belongs to AWS. Lanyard refuses
// the sign-in, because it would send AWS's token to another server, or the reverse.
type EndpointsError struct {
	Session  profile.Session
	From     string // the setting that names the configured endpoint
	Endpoint string // the base URL of that endpoint
	Missing  string // the variable that would name the endpoint of the other service
	Default  string // the base URL of the other service without that variable

	// Issuer is AWS's sign-in endpoint if a setting names it. Missing and Default are then
	// empty.
	Issuer string
}

func (e *EndpointsError) Error() string {
	if e.Issuer != "" {
		return fmt.Sprintf("session %s: cannot sign in at %s: %s is set, so lanyard would send the tokens also to %s",
			e.Session.Key(), e.Issuer, e.From, e.Endpoint)
	}
	return fmt.Sprintf("session %s: cannot sign in at %s: %s is set, but %s is not, so lanyard would send the tokens also to %s",
		e.Session.Key(), e.Endpoint, e.From, e.Missing, e.Default)
}

// ExitStatus returns the AWS CLI's exit code for configuration errors.
func (e *EndpointsError) ExitStatus() int { return 253 }

// ErrorName returns the AWS CLI's name for configuration errors.
func (e *EndpointsError) ErrorName() string { return "Configuration" }

// The environment variables that name the endpoints of the two services.
const (
	signInVariable = "AWS_ENDPOINT_URL_SSO_OIDC"
	portalVariable = "AWS_ENDPOINT_URL_SSO"
)

// refuse returns the error for a token that may not be sent to the target.
func (t target) refuse(s profile.Session, tok ssocache.Token) *OriginError {
	e := &OriginError{Session: s}
	ownSignIn, ownPortal := idcenter.OwnEndpoints(s.Region)
	if !t.portal.Takes(tok.Origin.Portal) {
		e.describe(t.endpoints.Portal, ownPortal, tok.Origin.Portal)
	} else {
		e.describe(t.endpoints.SignIn, ownSignIn, tok.Origin.SignIn)
	}
	return e
}

func (e *OriginError) describe(to profile.Endpoint, own []string, origin string) {
	e.Endpoint, e.From, e.Env = ssocache.Canonical(to.URL), to.From, to.Env
	if to.URL == "" {
		e.Endpoint = defaultEndpoint(own)
	}
	if e.Origin = origin; origin == "" { // the AWS CLI and the SDKs sign in at AWS
		e.Origin = ssocache.AWS
	}
}

// defaultEndpoint returns the first form of AWS's endpoint, which is the usual form.
func defaultEndpoint(forms []string) string {
	if len(forms) == 0 {
		return "AWS"
	}
	return forms[0]
}

// toPortal connects to the access portal, if the access token of tok may be sent there.
func (b *Broker) toPortal(s profile.Session, tok ssocache.Token) (Service, target, error) {
	t, err := b.target(s)
	if err != nil {
		return nil, t, err
	}
	if !t.portal.Takes(tok.Origin.Portal) {
		return nil, t, t.refuse(s, tok)
	}
	service, err := b.Connect(s, t.endpoints)
	return service, t, err
}

// Portal returns a client of the access portal that issued the access token of tok. If the settings
// name another portal, it returns an *[OriginError].
func (b *Broker) Portal(s profile.Session, tok ssocache.Token) (Service, error) {
	service, _, err := b.toPortal(s, tok)
	return service, err
}

// toSignIn connects to the sign-in service, if the refresh token of tok may be sent there.
func (b *Broker) toSignIn(s profile.Session, tok ssocache.Token) (Service, target, error) {
	t, err := b.target(s)
	if err != nil {
		return nil, t, err
	}
	if !t.signIn.Takes(tok.Origin.SignIn) {
		return nil, t, t.refuse(s, tok)
	}
	service, err := b.Connect(s, t.endpoints)
	return service, t, err
}

// toOrigin connects to the services that issued a token, even if the settings name others.
// A token without an origin counts as issued by the endpoint on this machine that the
// environment names, or else by AWS. toOrigin returns the token with its origin.
func (b *Broker) toOrigin(tok ssocache.Token) (Service, ssocache.Token, error) {
	s := profile.Session{StartURL: tok.StartURL, Region: tok.Region}
	t, err := b.target(s)
	if tok.Origin.IsZero() {
		if err != nil {
			return nil, tok, err
		}
		tok.Origin = ssocache.Origin{SignIn: ssocache.AWS, Portal: ssocache.AWS}
		if t.signIn.Shared {
			tok.Origin.SignIn = t.signIn.Origin
		}
		if t.portal.Shared {
			tok.Origin.Portal = t.portal.Origin
		}
	}
	service, err := b.Connect(s, Endpoints{
		SignIn: reach(tok.Origin.SignIn, t.signIn, t.endpoints.SignIn),
		Portal: reach(tok.Origin.Portal, t.portal, t.endpoints.Portal),
	})
	return service, tok, err
}

// reach returns the endpoint of an origin. For the configured endpoint it returns configured,
// which includes the name of the setting.
func reach(origin string, now ssocache.Endpoint, configured profile.Endpoint) profile.Endpoint {
	switch origin {
	case now.Origin:
		return configured
	case ssocache.AWS:
		return profile.Endpoint{}
	}
	return profile.Endpoint{URL: origin}
}

// MaySignIn returns an error if a sign-in is not allowed. An *[EndpointsError] means that only
// one of the two services belongs to AWS. An *[OriginError] means that the sign-in would
// replace a valid session of another origin; force allows this sign-in. MaySignIn makes no
// request.
func (b *Broker) MaySignIn(s profile.Session, force bool) error {
	t, err := b.target(s)
	if err != nil {
		return err
	}
	ownSignIn, ownPortal := idcenter.OwnEndpoints(s.Region)
	switch {
	case !t.origin().Mixed():
		if t.leavesAWS() {
			return &EndpointsError{Session: s, From: t.endpoints.Portal.From, Endpoint: ssocache.Canonical(t.endpoints.Portal.URL), Issuer: ssocache.Canonical(t.endpoints.SignIn.URL)}
		}
	case t.portal.Origin == ssocache.AWS:
		return &EndpointsError{Session: s, From: t.endpoints.SignIn.From, Endpoint: ssocache.Canonical(t.endpoints.SignIn.URL), Missing: portalVariable, Default: defaultEndpoint(ownPortal)}
	default:
		return &EndpointsError{Session: s, From: t.endpoints.Portal.From, Endpoint: ssocache.Canonical(t.endpoints.Portal.URL), Missing: signInVariable, Default: defaultEndpoint(ownSignIn)}
	}
	if force {
		return nil
	}
	for _, h := range b.allTokensNow(s) {
		if tok, ok := (state{h}).validOrRefreshable(b.now()); ok && !t.accepts(tok.Origin) {
			e := t.refuse(s, tok)
			e.Replaces = true
			return e
		}
	}
	return nil
}

// leavesAWS reports whether the settings name AWS's sign-in service, in any region, and a
// portal that is not AWS's.
func (t target) leavesAWS() bool {
	if t.endpoints.SignIn.URL == "" || t.endpoints.Portal.URL == "" {
		return false
	}
	issued, _ := idcenter.AtOwnEndpoint(t.endpoints.SignIn.URL)
	_, sent := idcenter.AtOwnEndpoint(t.endpoints.Portal.URL)
	return issued && !sent
}

// SignInEndpoint returns the endpoint of the sign-in service for a session. A client
// registration of another origin is not valid there.
func (b *Broker) SignInEndpoint(s profile.Session) (ssocache.Endpoint, error) {
	t, err := b.target(s)
	return t.signIn, err
}
