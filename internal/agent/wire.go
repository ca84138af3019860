// The lines of JSON between client and agent.

package agent

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"syscall"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// The size in bytes of the longest lines on the wire. The largest request stores a
// token, of a few thousand bytes. An answer may list thousands of sessions.
const (
	maxRequest = 256 << 10
	maxAnswer  = 1 << 20
)

// The verbs of a request.
const (
	verbGet    = "get"    // role credentials or a token
	verbStatus = "status" // what the agent does
	verbWake   = "wake"   // something has changed: look again
	verbForget = "forget" // a session was signed out
	verbStop   = "stop"
	verbLoad   = "load" // the three of the store in the agent's memory
	verbSave   = "save"
	verbRemove = "remove"
	verbRoom   = "room" // whether there is such a store
)

// A request is the line that a client sends.
type request struct {
	Verb string    `json:"verb"`
	Home string    `json:"home"` // see [HomeID]
	Get  *question `json:"get,omitempty"`
	Name string    `json:"name,omitempty"` // in the store
	Data []byte    `json:"data,omitempty"`
}

// A question is a [broker.Request] on the wire.
type question struct {
	Session             profile.Session
	Siblings            []string
	Settings            Settings
	AccountID, RoleName string
	Token               bool // asks for the access token
	Caller              string
	Rejected            string
}

func (q question) request() broker.Request {
	r := broker.Request{
		Session: q.Session, AccountID: q.AccountID, RoleName: q.RoleName,
		Caller: q.Caller, Rejected: secret.New(q.Rejected),
	}
	if q.Token {
		r.Purpose = broker.AccessToken
	}
	return r
}

// A line is one of those that come back. Exactly one of Heard, Alive and Done is
// set.
type line struct {
	Heard bool `json:"heard,omitempty"`
	Alive bool `json:"alive,omitempty"`
	Done  bool `json:"done,omitempty"`

	// Of a line that is Done:
	Declined    bool            `json:"declined,omitempty"`  // the client should do it itself
	Ending      bool            `json:"ending,omitempty"`    // the agent is about to end
	Elsewhere   bool            `json:"elsewhere,omitempty"` // the client works in another home
	Credentials json.RawMessage `json:"credentials,omitempty"`
	Token       json.RawMessage `json:"token,omitempty"`
	Warnings    []string        `json:"warnings,omitempty"`
	Failure     *failure        `json:"failure,omitempty"`
	Status      *Status         `json:"status,omitempty"`
	Data        []byte          `json:"data,omitempty"`
	Missing     bool            `json:"missing,omitempty"` // nothing of that name, or no such store
}

// answer reads the broker's answer out of a line.
func (l line) answer() (a broker.Answer, err error) {
	switch {
	case l.Credentials != nil:
		a.Credentials, err = ssocache.ParseCredentials(l.Credentials)
	case l.Token != nil:
		a.Token, err = ssocache.ParseToken(l.Token)
	default:
		err = errors.New("an answer without content")
	}
	return a, err
}

// writeLine sends v as one line.
func writeLine(w io.Writer, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

// readLine reads one line of at most limit bytes into v. It calls grow before it keeps
// more of the line than the reader's buffer holds.
func readLine(r *bufio.Reader, limit int, grow func() error, v any) error {
	var data []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(data)+len(part) > limit {
			return errors.New("a line that is too long")
		}
		if err == nil && data == nil {
			return json.Unmarshal(part, v)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if data == nil {
			if err := grow(); err != nil {
				return err
			}
		}
		if data = append(data, part...); err == nil {
			return json.Unmarshal(data, v)
		}
	}
}

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
