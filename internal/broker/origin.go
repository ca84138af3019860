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

// Place tells services apart: "" for AWS's own. What one service has refused means
// nothing to another.
func (e Endpoints) ID() string {
	if e.SignIn.URL == "" && e.Portal.URL == "" {
		return ""
	}
	return ssocache.Canonical(e.SignIn.URL) + " " + ssocache.Canonical(e.Portal.URL)
}

// A target is where this process would send the secrets of a session.
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
		return t // as nearly always: the look-up below costs something
	}
	// AWS's own endpoint, also in its FIPS and dual-stack forms, may stand in a setting.
	oidc, portal := idcenter.OwnEndpoints(region)
	if slices.Contains(oidc, t.signIn.Origin) {
		t.signIn.Origin = ssocache.AWS
	}
	if slices.Contains(portal, t.portal.Origin) {
		t.portal.Origin = ssocache.AWS
	}
	return t
}

// origin is that of a token which is issued at the target.
func (t target) origin() ssocache.Origin {
	return ssocache.Origin{SignIn: t.signIn.Origin, Portal: t.portal.Origin}
}

// takes reports whether all of a token may be sent to the target.
func (t target) takes(o ssocache.Origin) bool {
	return t.signIn.Takes(o.SignIn) && t.portal.Takes(o.Portal)
}

// mayUse reports whether cached role credentials are those of the session at the target.
func (t target) mayUse(c ssocache.Credentials, s profile.Session) bool {
	return c.Belongs(s.StartURL) && t.portal.Takes(c.Origin)
}

// of returns the tokens whose access token may be sent to the target.
func (st state) of(t target) state {
	return slices.DeleteFunc(slices.Clone(st), func(h cachedToken) bool { return !t.portal.Takes(h.tok.Origin.Portal) })
}

// sameOrigin reports whether a token may be replaced by one that was issued just now.
func sameOrigin(old, issued ssocache.Token) bool {
	return old.Origin == issued.Origin || old.Origin.IsZero() && issued.Origin.Portal == ssocache.AWS
}

// renewedOrigin is the origin of the successor of a token that was refreshed at the
// target. A token without an origin may have been sent to a target of which one service
// is AWS's and the other is not: its successor belongs to the service that issued it.
func (t target) renewedOrigin(old ssocache.Origin) ssocache.Origin {
	if !old.IsZero() {
		return old
	}
	return t.origin().Issued()
}

// An OriginError says that a secret was not sent: the settings lead to another service
// than the one that it comes from.
type OriginError struct {
	Session  profile.Session
	Origin   string // where the secret comes from: [ssocache.AWS] or a base URL
	Endpoint string // the base URL to which it would have been sent
	From     string // the setting that names the endpoint; "" if it is AWS's by default
	Env      bool   // From is an environment variable

	// Replaces says that a sign-in at the endpoint would have replaced the session.
	Replaces bool
}

func (e *OriginError) Error() string {
	from := "no setting names another endpoint"
	if e.From != "" {
		from = e.From + " names it"
	}
	origin := e.Origin
	if origin == ssocache.AWS {
		origin = "AWS"
	}
	if e.Replaces {
		return fmt.Sprintf("session %s: not signed in at %s (%s): that would replace the present session, which was issued by %s",
			e.Session.Key(), e.Endpoint, from, origin)
	}
	return fmt.Sprintf("session %s: its token was issued by %s and is not sent to %s (%s)", e.Session.Key(), origin, e.Endpoint, from)
}

// ExitStatus is that of the AWS CLI for its configuration.
func (e *OriginError) ExitStatus() int { return 253 }

// ErrorName is the AWS CLI's name for such errors.
func (e *OriginError) ErrorName() string { return "Configuration" }

// An EndpointsError says that a sign-in was refused: its token would be issued by one
// service and sent to another.
type EndpointsError struct {
	Session          profile.Session
	From             string // the setting of the one endpoint
	Endpoint         string // its base URL
	Missing, Default string // the variable that names the other one, and where that would be

	// Issuer is AWS's sign-in endpoint, if a setting names it. Missing is empty then.
	Issuer string
}

func (e *EndpointsError) Error() string {
	if e.Issuer != "" {
		return fmt.Sprintf("session %s: not signed in at %s: the tokens would also be sent to %s (%s names it), which did not issue them",
			e.Session.Key(), e.Issuer, e.Endpoint, e.From)
	}
	return fmt.Sprintf("session %s: not signed in at %s (%s names it): %s is not set, so the tokens would also be sent to %s, which did not issue them",
		e.Session.Key(), e.Endpoint, e.From, e.Missing, e.Default)
}

// ExitStatus is that of the AWS CLI for its configuration.
func (e *EndpointsError) ExitStatus() int { return 253 }

// ErrorName is the AWS CLI's name for such errors.
func (e *EndpointsError) ErrorName() string { return "Configuration" }

// The variables of the two services.
const (
	signInVariable = "AWS_ENDPOINT_URL_SSO_OIDC"
	portalVariable = "AWS_ENDPOINT_URL_SSO"
)

// refuse makes the error for a token that the target does not take.
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
		e.Endpoint = first(own)
	}
	if e.Origin = origin; origin == "" { // the AWS CLI and the SDKs sign in at AWS
		e.Origin = ssocache.AWS
	}
}

// first is AWS's ordinary endpoint among its forms.
func first(own []string) string {
	if len(own) == 0 {
		return "AWS"
	}
	return own[0]
}

// toPortal connects to the access portal, for the access token of tok.
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

// toSignIn connects to the sign-in service, for the refresh token of tok.
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

// toOrigin connects to the services that a token comes from, whatever the settings say
// now. A token without an origin comes from the endpoint on this machine that the
// environment names, or else from AWS; it is returned with that origin.
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

// reach returns the endpoint of an origin: the configured one if it is that.
func reach(origin string, now ssocache.Endpoint, configured profile.Endpoint) profile.Endpoint {
	switch origin {
	case now.Origin:
		return configured
	case ssocache.AWS:
		return profile.Endpoint{}
	}
	return profile.Endpoint{URL: origin}
}

// MaySignIn refuses a sign-in that would bring a token for two services, or, unless it
// is forced, replace a live session of another origin. Nothing is asked or sent for it.
// The errors are *[OriginError] and *[EndpointsError].
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
		return &EndpointsError{Session: s, From: t.endpoints.SignIn.From, Endpoint: ssocache.Canonical(t.endpoints.SignIn.URL), Missing: portalVariable, Default: first(ownPortal)}
	default:
		return &EndpointsError{Session: s, From: t.endpoints.Portal.From, Endpoint: ssocache.Canonical(t.endpoints.Portal.URL), Missing: signInVariable, Default: first(ownSignIn)}
	}
	if force {
		return nil
	}
	for _, h := range b.allTokensNow(s) {
		if tok, ok := (state{h}).liveOrRenewable(b.now()); ok && !t.takes(tok.Origin) {
			e := t.refuse(s, tok)
			e.Replaces = true
			return e
		}
	}
	return nil
}

// leavesAWS reports whether the settings name AWS's sign-in service, of this region or
// another, and a portal that is not AWS's.
func (t target) leavesAWS() bool {
	if t.endpoints.SignIn.URL == "" || t.endpoints.Portal.URL == "" {
		return false
	}
	issued, _ := idcenter.AtOwnEndpoint(t.endpoints.SignIn.URL)
	_, sent := idcenter.AtOwnEndpoint(t.endpoints.Portal.URL)
	return issued && !sent
}

// SignInEndpoint is where a sign-in to the session goes: a client registration of
// another origin is of no use there.
func (b *Broker) SignInEndpoint(s profile.Session) (ssocache.Endpoint, error) {
	t, err := b.target(s)
	return t.signIn, err
}
