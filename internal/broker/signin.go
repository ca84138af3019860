package broker

import (
	"context"
	"os"
	"time"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// Keep stores the result of a sign-in.
type Keep = func(context.Context, idcenter.Result) error

// A SignIn is how a person is signed in, and on whose behalf.
type SignIn struct {
	// Caller is the words of the command, without arguments: other processes
	// tell it to those who wait for this one.
	Caller string

	// Waiting is told once that another process's sign-in is waited for, and for
	// how long at most; nil is not told.
	Waiting func(h Holder, limit time.Duration)

	// Force ends the present session, also one of another origin, before the sign-in
	// begins, and does not take over the sign-in of another process. Roles are the
	// role-cache files of the AWS CLI that go with the session: see [Broker.Logout].
	Force bool
	Roles []string

	// Do signs in, and calls keep with the result before it tells anybody that the
	// sign-in succeeded. It is not called where another process has done it.
	Do func(ctx context.Context, keep Keep) error
}

// announceAfter is how long a process waits for another one's sign-in before it
// says so: by then the other one has said who it is.
const announceAfter = 100 * time.Millisecond

// An announcement tells the user, once, that this process waits for another one's sign-in.
type announcement struct {
	tellUser func() // nil once it was called
	start    time.Time
}

func (in SignIn) announcement(b *Broker, s profile.Session, limit time.Duration) *announcement {
	a := &announcement{start: time.Now()}
	if in.Waiting != nil {
		a.tellUser = func() { in.Waiting(b.signInHolder(s), limit) }
	}
	return a
}

// tell is called again and again during the wait.
func (a *announcement) tell() {
	if a.tellUser != nil && time.Since(a.start) >= announceAfter {
		a.tellUser()
		a.tellUser = nil
	}
}

// loginLock is held by the process that signs in. It goes with the start URL: two
// sessions of one are two sign-ins, but not at the same time.
func (b *Broker) loginLock(s profile.Session) string { return b.sessionFile(s, ".login.lock") }

// loginOutcome is how the session's last sign-in failed, for those who waited for it
// and those who come soon after. After one that succeeded there is none.
func (b *Broker) loginOutcome(s profile.Session) string {
	key := s.Name
	if key == "" {
		key = starturl.Portal(s.StartURL) // legacy profiles share a sign-in, however they spell it
	}
	return companion(b.Cache.SSO(), ssocache.TokenName(key), ".login.outcome")
}

// signIn signs in, with the lock of sign-ins held, and stores the token. How it
// failed is recorded, unless it was broken off: a process that was interrupted or
// killed has nothing to tell, and whoever gets the lock next takes over.
func (b *Broker) signIn(ctx context.Context, s profile.Session, in SignIn, pending keystore.Place, store string) (ssocache.Token, error) {
	leave := b.enterHolder(s, in.Caller)
	defer leave()
	var tok ssocache.Token
	err := in.Do(ctx, func(ctx context.Context, result idcenter.Result) (err error) {
		tok, err = b.store(ctx, s, result, pending, store)
		return err
	})
	switch path := b.loginOutcome(s); {
	case err == nil:
		_ = os.Remove(path) // mostly there is none
	case ctx.Err() == nil:
		b.writeOutcome(path, kindOf(err), secret.String{}, err)
	}
	return tok, err
}
