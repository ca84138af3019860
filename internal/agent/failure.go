package agent

import (
	"errors"
	"syscall"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// A failure is an error of the broker on the wire.
type failure struct {
	Ended    bool   `json:"ended,omitempty"` // a [broker.SessionError]
	Why      string `json:"why,omitempty"`   // of it
	Text     string `json:"text,omitempty"`  // what the service said
	Refused  bool   `json:"refused,omitempty"`
	Answered bool   `json:"answered,omitempty"`
}

// failureOf turns an error into what a client can use. ok is false if the client
// should try itself: it may be able to store what the agent cannot, or to ask the user
// for a passphrase. If the client's settings lead to another service than the session's,
// the client refuses the request in its own words.
func failureOf(err error) (f failure, ok bool) {
	var storage *broker.StorageError
	var session *broker.SessionError
	var origin *broker.OriginError
	var unreadable *keystore.UnreadableError
	if keystore.Unavailable(err) || errors.As(err, &storage) || errors.As(err, &origin) || errors.As(err, &unreadable) {
		return failure{}, false
	}
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		return failure{}, false // the agent has no free descriptors
	}
	cause := err
	if errors.As(err, &session) {
		f.Ended, f.Why = true, session.Why
		if cause = session.Err; cause == nil {
			return f, true
		}
	}
	shared := broker.Share(cause)
	f.Text, f.Refused, f.Answered = shared.Text, shared.Refused, shared.Answered
	return f, true
}

// err is the error for a client that asked for the session.
func (f failure) err(s profile.Session) error {
	var cause error
	if f.Text != "" {
		cause = &broker.SharedError{Text: f.Text, Refused: f.Refused, Answered: f.Answered}
	}
	if f.Ended {
		return &broker.SessionError{Session: s, Why: f.Why, Err: cause}
	}
	return cause
}
