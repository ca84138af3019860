package cli

import (
	"errors"

	"lanyard/internal/broker"
	"lanyard/internal/idcenter"
	"lanyard/internal/profile"
)

// explainLogin adds what to look at to an error of the service.
func (w *world) explainLogin(s profile.Session, err error) error {
	var service *idcenter.ServiceError
	var connect *idcenter.ConnectError
	var refused *idcenter.CallbackError
	var storage *broker.StorageError
	var origin *broker.OriginError
	var mixed *broker.EndpointsError
	switch {
	case errors.As(err, &origin), errors.As(err, &mixed):
		return w.explainOrigin(err)
	case errors.As(err, &storage):
		return withHint(err, "%s", storageHint(storage))
	case errors.As(err, &refused):
		return withHint(err, "to try again, run: %s", w.app.loginAgain(s))
	case errors.Is(err, idcenter.ErrExpired):
		return withHint(err, "run: %s", w.app.loginAgain(s))
	case errors.As(err, &service) && (service.Code == "InvalidRequestException" || errors.Is(err, idcenter.ErrInvalidGrant)):
		return withHint(err, "the service of region %s does not know the start URL %s: check sso_region and sso_start_url in %s",
			s.Region, s.StartURL, w.in.Config.Path)
	case errors.As(err, &connect):
		return withHint(err, "check the network, the proxy settings, and sso_region = %s in %s", s.Region, w.in.Config.Path)
	}
	return err
}

// explainUnasked adds what to do to the error of a sign-in that auto_login began, here
// or in another process.
func (w *world) explainUnasked(p *profile.Profile, err *broker.LoginError) error {
	var shared *broker.SharedError
	var late *broker.LoginWaitError
	if errors.As(err, &shared) || errors.As(err, &late) {
		return withHint(err, "to try again, run: %s", w.app.loginCommand(p))
	}
	return w.explainLogin(err.Session, err)
}

// loginAgain is the command line of a login to the session.
func (app *App) loginAgain(s profile.Session) string {
	if s.Name == "" {
		return app.Name + " sso login"
	}
	return app.Name + " sso login --sso-session " + quoteArg(s.Name)
}
