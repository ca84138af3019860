package broker

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// The small files beside a cache file by which processes tell each other what has
// happened: outcomes and generations.

// companion names a file that goes with name in folder: ".NAME.lock",
// ".NAME.outcome". None of them ends in ".json", which the AWS CLI would read.
func companion(folder, name, suffix string) string {
	return filepath.Join(folder, "."+name[:len(name)-len(".json")]+suffix)
}

// sessionFile is a file that guards a session under all of its names: it goes with
// the portal, not with the name or the spelling that happens to be used.
func (b *Broker) sessionFile(s profile.Session, suffix string) string {
	return companion(b.Cache.SSO(), ssocache.TokenName(starturl.Portal(s.StartURL)), suffix)
}

func (b *Broker) roleFile(name, suffix string) string {
	return companion(b.Cache.Roles(), name, suffix)
}

// writeCompanion replaces such a file.
func (b *Broker) writeCompanion(path, content string) error {
	if err := b.Cache.MakeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	return atomicfile.Write(path, []byte(content), 0o600)
}

// readCompanion returns the content of a companion file; "" if there is none. Any
// error means that the content is not known.
func readCompanion(path string) (string, error) {
	data, err := datafile.Read(path, datafile.Limit)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return string(data), err
}

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

// within says whether the outcome is younger than d at now. One from the
// future, after a clock was set back, is not.
func (o outcome) within(d time.Duration, now time.Time) bool {
	age := now.Sub(o.at)
	return age >= 0 && age < d
}

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

func (k outcomeKind) shared(text string) *SharedError {
	return &SharedError{Text: text, Refused: k == refusal, Answered: k == refusal || k == busy}
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

// A generation names the time between two sign-outs of a session, or two sign-ins: what
// was begun in one may not be saved in the next. Like an outcome it is kept in a form
// that is not JSON.
type generation struct {
	id    string // opaque; "" before the first
	known bool   // false: the file could not be read, which says nothing about the session
}

// generation reads the session's present generation.
func (b *Broker) generation(s profile.Session) generation {
	path := b.sessionFile(s, ".generation")
	text, err := readCompanion(path)
	if err != nil {
		b.debug("generation not known", "file", path, "error", err)
	}
	return generation{text, err == nil}
}

// over reports whether the generation is known to have ended by now. A generation
// that could not be read, before or now, counts as going on.
func (g generation) over(now generation) bool { return g.known && now.known && g.id != now.id }

// What begins a generation.
const (
	bySignIn  = "sign-in"
	bySignOut = "sign-out"
	byMove    = "move"
)

// nextGeneration begins a new one. On a full disk the file of the old generation is
// removed instead, which ends that generation too.
func (b *Broker) nextGeneration(s profile.Session, by string) error {
	path := b.sessionFile(s, ".generation")
	err := b.writeCompanion(path, "lanyard-generation "+rand.Text()+" "+by+"\n")
	if err != nil && os.Remove(path) == nil {
		b.debug("generation removed, because the next one cannot be written", "file", path, "error", err)
		return nil
	}
	return err
}

// overSince reports whether the session is known to have been signed out of, or into,
// since the generation was read. Where generations could not be read, a session
// without any token file is one that was signed out of.
func (b *Broker) overSince(s profile.Session, g generation) bool {
	now := b.generation(s)
	return g.over(now) || (!g.known || !now.known) && b.gone(s)
}

// gone reports whether the session is known to have no token under any of its names.
func (b *Broker) gone(s profile.Session) bool {
	for _, key := range b.names(s) {
		if _, err := b.Cache.LoadToken(key); !errors.Is(err, ssocache.ErrNotFound) {
			return false
		}
	}
	return true
}

// signedOutSince reports whether the generation is known to be over, and the last
// thing that ended one was a sign-out.
func (b *Broker) signedOutSince(s profile.Session, g generation) bool {
	now := b.generation(s)
	return g.over(now) && strings.HasSuffix(now.id, " "+bySignOut+"\n")
}
