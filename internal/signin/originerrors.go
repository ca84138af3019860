package signin

import (
	"errors"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// ExplainOrigin adds what to type to a refusal to send a secret to a service that did
// not issue it.
func ExplainOrigin(w *workspace.Workspace, err error) error {
	var origin *broker.OriginError
	var mixed *broker.EndpointsError
	switch {
	case errors.As(err, &mixed) && mixed.Missing == "":
		return command.WithHint(err, "remove %s", mixed.From)
	case errors.As(err, &mixed):
		return command.WithHint(err, "set %s too, or remove %s", mixed.Missing, mixed.From)
	case errors.As(err, &origin):
		return command.WithHint(err, "%s", originHint(w, origin))
	}
	return err
}

// originHint leads back to the service that issued the session, and to a new sign-in
// at the other one.
func originHint(w *workspace.Workspace, e *broker.OriginError) string {
	var back string
	switch {
	case e.Origin != ssocache.AWS:
		back = "to use that session, set AWS_ENDPOINT_URL_SSO and AWS_ENDPOINT_URL_SSO_OIDC to " + e.Origin + " (an emulator sets both)"
	case e.Env:
		back = "unset " + e.From
	default:
		back = "remove " + e.From
	}
	return back + "\nto sign in at " + e.Endpoint + " instead, run: " + SessionLogin(w.App, e.Session) + " --force"
}
