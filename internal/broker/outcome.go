package broker

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// An outcome records the result of the last refresh, fetch of role credentials or sign-in.
// The process that made the attempt writes the outcome to a file beside the lock. Processes
// that wait for the lock share a failure instead of repeating the attempt.
type outcome struct {
	id          string // different for every attempt
	at          time.Time
	kind        outcomeKind
	fingerprint string // of the token that was tried, or of new role credentials: see recordExpiration
	text        string // the error, or the expiration of new role credentials
	unknown     bool   // the file could not be read, and the other fields are zero
}

// differsFrom reports whether o and other record different attempts. It returns false if either
// file could not be read.
func (o outcome) differsFrom(other outcome) bool {
	return !o.unknown && !other.unknown && o.id != other.id
}

// within reports whether the outcome is younger than d at now. It returns false for a date in
// the future, because the clock was set back.
func (o outcome) within(d time.Duration, now time.Time) bool {
	age := now.Sub(o.at)
	return age >= 0 && age < d
}

type outcomeKind string

const (
	succeeded outcomeKind = "ok"
	ended     outcomeKind = "ended"   // the service will never accept this token again
	refusal   outcomeKind = "refused" // the service refused this request
	busy      outcomeKind = "busy"    // the service answered with a temporary error
	failed    outcomeKind = "failed"  // no answer, or an invalid answer
)

// kindOf returns the kind of a failed attempt.
func kindOf(err error) outcomeKind {
	var session *SessionError
	var shared *SharedError
	var service *idcenter.ServiceError
	var reply errorReply
	switch {
	case errors.As(err, &session):
		return ended
	case errors.As(err, &reply) && !reply.Transient():
		return refusal
	case reply != nil:
		return busy
	case errors.As(err, &shared) && shared.Refused, errors.As(err, &service) && !errors.Is(err, idcenter.ErrTemporary):
		return refusal
	case service != nil, shared != nil && shared.Answered:
		return busy
	}
	return failed
}

// An errorReply is the error reply of a service of AWS, such as STS. Transient reports
// whether the service may answer the same request later.
type errorReply interface {
	error
	Transient() bool
}

// failure reports whether the attempt failed, but the session may still be valid. The failure
// may be temporary, or the service refused only this request.
func (o outcome) failure() bool { return o.kind == failed || o.kind == busy || o.kind == refusal }

func (o outcome) err() error { return o.kind.shared(o.text) }

// reply returns the error of a failed attempt, for a request that may share it. It returns
// nil if the attempt did not fail.
func (o outcome) reply(s profile.Session) *reply {
	switch {
	case o.kind == ended:
		return &reply{err: &SessionError{Session: s, Why: o.text, Err: o.err()}}
	case o.failure():
		return &reply{err: o.err()}
	}
	return nil
}

// A SharedError is the error of another process that attempted the same thing at the same
// time.
type SharedError struct {
	Text     string // the text of that process's error
	Refused  bool   // a service refused the request
	Answered bool   // a service answered
}

func (e *SharedError) Error() string { return e.Text }

// ExitStatus returns the AWS CLI's exit code for an error of a service. It returns 0 if no
// service answered; then another error of the chain determines the exit code.
func (e *SharedError) ExitStatus() int {
	if e.Answered {
		return 254
	}
	return 0
}

// Share returns err as other processes get it: without its type, with its text.
func Share(err error) *SharedError {
	return kindOf(err).shared(err.Error())
}

func (k outcomeKind) shared(text string) *SharedError {
	return &SharedError{Text: text, Refused: k == refusal, Answered: k == refusal || k == busy}
}

// outcomeMagic is the first word of an outcome file.
const outcomeMagic = "lanyard-outcome"

// readOutcome returns the outcome in the file at path. It returns the zero outcome if the
// file does not exist or has another format.
func readOutcome(path string) outcome {
	line, err := readSidecar(path)
	if err != nil {
		return outcome{unknown: true}
	}
	f := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 6)
	if len(f) != 6 || f[0] != outcomeMagic {
		return outcome{}
	}
	ms, err := strconv.ParseInt(f[2], 10, 64)
	if err != nil {
		return outcome{}
	}
	text, err := strconv.Unquote(f[5])
	if err != nil {
		return outcome{}
	}
	return outcome{id: f[1], at: time.UnixMilli(ms), kind: outcomeKind(f[3]), fingerprint: f[4], text: text}
}

// writeOutcome records how an attempt ended. If it cannot write the file, it only logs the
// error, because nothing depends on the record.
func (b *Broker) writeOutcome(path string, kind outcomeKind, tried secret.String, err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	b.writeOutcomeText(path, kind, tried, text)
}

// writeOutcomeText writes an outcome with any text.
func (b *Broker) writeOutcomeText(path string, kind outcomeKind, tried secret.String, text string) {
	line := strings.Join([]string{
		outcomeMagic, rand.Text(), strconv.FormatInt(b.now().UnixMilli(), 10), string(kind), b.triedFingerprint(tried), strconv.Quote(text),
	}, " ")
	if err := b.writeSidecar(path, line+"\n"); err != nil {
		b.debug("outcome not recorded", "file", path, "error", err)
	}
}

// triedFingerprint returns the fingerprint of a token together with the configured endpoints.
// A token without an origin may be tried at two services. One service may accept a token that
// the other service has refused.
func (b *Broker) triedFingerprint(tried secret.String) string {
	if b.Endpoints == nil {
		return fingerprint(tried)
	}
	e, err := b.Endpoints()
	if id := e.ID(); err == nil && id != "" {
		tried = secret.New(tried.Reveal() + "\x00" + id)
	}
	return fingerprint(tried)
}

// fingerprint returns a hash that identifies a token without revealing it.
func fingerprint(s secret.String) string {
	sum := sha256.Sum256([]byte("lanyard outcome\x00" + s.Reveal()))
	return hex.EncodeToString(sum[:12])
}
