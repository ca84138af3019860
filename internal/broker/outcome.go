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

// An outcome is how the last attempt to renew a token, or to fetch a role's
// credentials, ended. It lies beside the lock, for those who wait for it.
type outcome struct {
	id          string // differs for every attempt
	at          time.Time
	kind        outcomeKind
	fingerprint string // of the token that was tried; of the keys that came, see recordKeys
	text        string // the error; when the keys end
	unknown     bool   // the file could not be read: the rest is zero
}

// after reports whether the outcome is known to be of a later attempt than last.
func (o outcome) after(last outcome) bool { return !o.unknown && !last.unknown && o.id != last.id }

type outcomeKind string

const (
	succeeded outcomeKind = "ok"
	ended     outcomeKind = "ended"   // the service will never take that token again
	refusal   outcomeKind = "refused" // the service said no
	busy      outcomeKind = "busy"    // the service said that it cannot now
	failed    outcomeKind = "failed"  // nobody answered, or not sensibly
)

// kindOf is how an attempt ended that brought the error.
func kindOf(err error) outcomeKind {
	var session *SessionError
	var shared *SharedError
	var service *idcenter.ServiceError
	switch {
	case errors.As(err, &session):
		return ended
	case errors.As(err, &shared) && shared.Refused, errors.As(err, &service) && !errors.Is(err, idcenter.ErrTemporary):
		return refusal
	case service != nil, shared != nil && shared.Answered:
		return busy
	}
	return failed
}

// bad says whether an outcome is that of a failure which may pass, or of a no that
// concerned one request.
func (o outcome) bad() bool { return o.kind == failed || o.kind == busy || o.kind == refusal }

func (o outcome) err() error { return o.kind.shared(o.text) }

// verdict returns the error with which the attempt failed, for a request that may share
// it, or nil if it did not fail.
func (o outcome) verdict(s profile.Session) *verdict {
	switch {
	case o.kind == ended:
		return &verdict{err: &SessionError{Session: s, Why: o.text, Err: o.err()}}
	case o.bad():
		return &verdict{err: o.err()}
	}
	return nil
}

func (k outcomeKind) shared(text string) *SharedError {
	return &SharedError{Text: text, Refused: k == refusal, Answered: k == refusal || k == busy}
}

// trial is the fingerprint of a token that was tried at the configured endpoints. A
// token without an origin may be tried at two services: that one refuses it says nothing
// about the other.
func (b *Broker) trial(tried secret.String) string {
	if b.Endpoints == nil {
		return fingerprint(tried)
	}
	e, err := b.Endpoints()
	if place := e.Place(); err == nil && place != "" {
		tried = secret.New(tried.Reveal() + "\x00" + place)
	}
	return fingerprint(tried)
}

// fingerprint tells tokens apart without giving them away.
func fingerprint(s secret.String) string {
	sum := sha256.Sum256([]byte("lanyard outcome\x00" + s.Reveal()))
	return hex.EncodeToString(sum[:12])
}

// outcomeMagic begins the file. The file must not be JSON: the AWS CLI's logout
// parses every file of the folder and trips over JSON that is not an object.
const outcomeMagic = "lanyard-outcome"

// readOutcome returns the zero outcome if there is none, or if the file is not one.
func readOutcome(path string) outcome {
	line, err := readCompanion(path)
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

// writeOutcome records how an attempt ended. It helps others and decides
// nothing, so a failure to write it is none.
func (b *Broker) writeOutcome(path string, kind outcomeKind, tried secret.String, err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	b.record(path, kind, tried, text)
}

// record writes an outcome with any text.
func (b *Broker) record(path string, kind outcomeKind, tried secret.String, text string) {
	line := strings.Join([]string{
		outcomeMagic, rand.Text(), strconv.FormatInt(b.now().UnixMilli(), 10), string(kind), b.trial(tried), strconv.Quote(text),
	}, " ")
	if err := b.writeCompanion(path, line+"\n"); err != nil {
		b.debug("outcome not recorded", "file", path, "error", err)
	}
}

// within says whether the outcome is younger than d at now. One from the
// future, after a clock was set back, is not.
func (o outcome) within(d time.Duration, now time.Time) bool {
	age := now.Sub(o.at)
	return age >= 0 && age < d
}
