package broker

import (
	"errors"
	"fmt"
	"time"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// EndedText is what the AWS CLI says, and the guide quotes, when a session is
// missing, has expired or was revoked.
const EndedText = "The SSO session associated with this profile has expired or is otherwise invalid. " +
	"To refresh this SSO session run aws sso login with the corresponding profile."

// ErrStillExpired says that the service gave out keys that have ended already. The
// text is the AWS CLI's.
var ErrStillExpired = errors.New("Credentials were refreshed, but the refreshed credentials are still expired.")

// A SessionError says that only a new sign-in can help.
type SessionError struct {
	Session profile.Session
	Why     string // what was found, for the log: "there is no token"
	Err     error  // what the service said; nil where it was not asked
}

func (e *SessionError) Error() string { return EndedText }
func (e *SessionError) Unwrap() error { return e.Err }

// A StorageError says that nothing can be stored, and what was therefore not
// done: a refresh token is not spent where its successor would be lost.
type StorageError struct {
	Doing  string // "not signed in"; "" means that the session was not refreshed
	Folder string
	Err    error
}

func (e *StorageError) Error() string {
	doing := e.Doing
	if doing == "" {
		doing = "the SSO session was not refreshed"
	}
	return fmt.Sprintf("%s, because nothing can be stored in %s: %v", doing, e.Folder, e.Err)
}
func (e *StorageError) Unwrap() error { return e.Err }

// A SharedError is the failure of another process that was asked for the same
// thing at the same time.
type SharedError struct {
	Text     string // the error as that process got it
	Refused  bool   // a service said no
	Answered bool   // it said anything, as opposed to: nobody answered
}

func (e *SharedError) Error() string { return e.Text }

// Share is an error as other processes get it.
func Share(err error) *SharedError {
	return kindOf(err).shared(err.Error())
}

// A LoginError is that of a sign-in on the occasion of a request: see
// [Broker.GetOrLogin].
type LoginError struct {
	Session profile.Session
	Err     error // of the process that signed in, or a [LoginWaitError]
}

func (e *LoginError) Error() string { return e.Err.Error() }
func (e *LoginError) Unwrap() error { return e.Err }

// A LoginWaitError says that another process's sign-in took too long.
type LoginWaitError struct {
	StartURL string
	Holder   Holder
	Waited   time.Duration
}

func (e *LoginWaitError) Error() string {
	return fmt.Sprintf("%s has not finished the sign-in to %s within %d minutes", e.Holder, e.StartURL, int(e.Waited.Minutes()))
}

// refused says that the service looked at the refresh token and will not take
// it: trying again is of no use.
func refused(err error) bool {
	var s *idcenter.ServiceError
	if !errors.As(err, &s) || errors.Is(err, idcenter.ErrTemporary) {
		return false
	}
	return s.Code != "SlowDownException"
}
