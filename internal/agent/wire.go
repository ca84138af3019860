// This file defines the lines of JSON between client and agent.

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

// The maximum length of lines in bytes. The largest request stores a token of a few
// thousand bytes. An answer can list thousands of sessions.
const (
	maxRequest = 256 << 10
	maxAnswer  = 1 << 20
)

// The verbs of a request.
const (
	verbGet    = "get"    // role credentials or a token
	verbStatus = "status" // the agent's status
	verbWake   = "wake"   // something has changed: begin a round at once
	verbForget = "forget" // a session was signed out
	verbStop   = "stop"
	verbLoad   = "load"   // load a value from the store in the agent's memory
	verbSave   = "save"   // save a value there
	verbRemove = "remove" // remove a value there
	verbProbe  = "room"   // whether the agent has such a store
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
	Token               bool // ask for the access token instead of role credentials
	Caller              string
	Rejected            string
	Profile             string
	Ruled               bool // see [broker.Request]
}

func (q question) request() broker.Request {
	r := broker.Request{
		Session: q.Session, AccountID: q.AccountID, RoleName: q.RoleName,
		Caller: q.Caller, Rejected: secret.New(q.Rejected), Profile: q.Profile, Ruled: q.Ruled,
	}
	if q.Token {
		r.Purpose = broker.AccessToken
	}
	return r
}

// A line is a line that the agent sends. Exactly one of the fields Heard, Alive and Done is set.
type line struct {
	Heard bool `json:"heard,omitempty"` // the request was received
	Alive bool `json:"alive,omitempty"` // a heartbeat
	Done  bool `json:"done,omitempty"`  // the answer

	// The answer:
	Declined    bool            `json:"declined,omitempty"`  // the client must do the work itself
	Ending      bool            `json:"ending,omitempty"`    // the agent is stopping
	Elsewhere   bool            `json:"elsewhere,omitempty"` // the agent serves another home folder
	Credentials json.RawMessage `json:"credentials,omitempty"`
	Fetched     bool            `json:"fetched,omitempty"` // see [broker.Answer]
	Token       json.RawMessage `json:"token,omitempty"`
	Warnings    []string        `json:"warnings,omitempty"`
	Failure     *failure        `json:"failure,omitempty"`
	Status      *Status         `json:"status,omitempty"`
	Data        []byte          `json:"data,omitempty"`
	Missing     bool            `json:"missing,omitempty"` // the value or the store does not exist
}

// answer returns the broker's answer in a line.
func (l line) answer() (a broker.Answer, err error) {
	switch {
	case l.Credentials != nil:
		a.Fetched = l.Fetched
		a.Credentials, err = ssocache.ParseCredentials(l.Credentials)
	case l.Token != nil:
		a.Token, err = ssocache.ParseToken(l.Token)
	default:
		err = errors.New("the agent's answer is empty")
	}
	return a, err
}

// writeLine writes v as one line of JSON.
func writeLine(w io.Writer, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

// readLine reads one line of at most limit bytes into v. It calls grow before it allocates
// memory for a line that does not fit into the reader's buffer.
func readLine(r *bufio.Reader, limit int, grow func() error, v any) error {
	var data []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(data)+len(part) > limit {
			return errors.New("line too long")
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

// A failure is an error of the broker, in the form that the agent sends.
type failure struct {
	Ended    bool   `json:"ended,omitempty"` // the error is a [broker.SessionError]
	Why      string `json:"why,omitempty"`   // its Why
	Text     string `json:"text,omitempty"`  // the message of the service
	Refused  bool   `json:"refused,omitempty"`
	Answered bool   `json:"answered,omitempty"`
}

// failureOf converts an error for the client. ok is false if the client must do the work
// itself. The client may be able to store a token that the agent cannot store, or to ask the
// user for a passphrase. The client also reports an [broker.OriginError] itself.
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

// err returns the error for a client that asked for the session s.
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
