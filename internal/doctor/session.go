package doctor

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

func sessionChecks() []Check {
	return []Check{
		{"store", "token store", "the store of each session answers within its time limit, and no other program has written tokens in plaintext beside it", checkStore},
		{"registration", "registration", "the client registration of each session is valid and can be read", checkRegistration},
		{"token", "sign-in", "each session has a token that is valid or can be refreshed, that the portal accepts, and that the settings send to the service that issued it", checkToken},
		{"agent", "agent", "the background agent, if one runs, answers and serves this home folder", checkAgent},
		{"swap", "swap", "tokens that only an agent's memory holds cannot reach the disk through swap", checkSwap},
	}
}

// connect makes the broker of the Workspace use the settings of a session.
func (p *Patient) connect(s profile.Session) {
	p.W.ConnectBy(p.settings(workspace.UseOf(p.sessions, s)))
}

// needsUser reports why a read of a session's token would ask the user, or run a command of the user.
// It returns "" if the read does not.
func (p *Patient) needsUser(store string) string {
	if store != keystore.Encrypted {
		return ""
	}
	keys, err := keystore.LoadKeys(p.W.Home)
	switch {
	case err != nil:
		return "" // the read returns the error
	case keys.Command != "" || p.env("LANYARD_PASSPHRASE_COMMAND") != "":
		return "to read the encrypted store, lanyard must run the passphrase command"
	case keys.Identity == "":
		return "to read the encrypted store, lanyard must ask for the passphrase"
	}
	return ""
}

// peek returns the token of a session, as [broker.Broker.Peek] does. why is the reason why the token
// was not read, or "".
func (p *Patient) peek(s profile.Session) (tok ssocache.Token, why string, err error) {
	p.connect(s)
	store, err := p.W.Broker.Cache.Store(s.Key())
	if err != nil {
		return tok, "", err
	}
	if why = p.needsUser(store); why != "" {
		return tok, why, nil
	}
	tok, err = p.W.Broker.Peek(s)
	return tok, "", err
}

// signedIn reports whether a session has a token that is valid or can be refreshed.
func (p *Patient) signedIn(s profile.Session) bool {
	tok, _, err := p.peek(s)
	now := p.W.App.Now()
	return err == nil && !tok.AccessToken.IsZero() && (tok.Left(now) > 0 || tok.Refreshable(now))
}

// allSignedIn reports whether there are sessions, and no session needs a sign-in.
func (p *Patient) allSignedIn() bool {
	for _, s := range workspace.Distinct(p.sessions) {
		if !p.signedIn(s) {
			return false
		}
	}
	return len(p.sessions) > 0
}

// nameOf returns the name of a session for messages.
func nameOf(s profile.Session) string {
	if s.Name != "" {
		return s.Name
	}
	return s.StartURL
}

// checkStore reads from the store of each session.
func checkStore(_ context.Context, p *Patient) []Finding {
	if len(p.sessions) == 0 {
		return noSession()
	}
	var found []Finding
	stores := map[string]bool{}
	for _, s := range workspace.Distinct(p.sessions) {
		p.connect(s)
		store, err := p.W.Broker.Cache.Store(s.Key())
		if err != nil {
			found = appendNew(found, ofError(err))
			continue
		}
		stores[store] = true
		_, why, err := p.peek(s)
		var unusable *keystore.StoreError
		switch {
		case errors.Is(err, workspace.ErrPassphrase): // of an SSH key
			found = appendNew(found, notChecked("%v; to try it, run: lanyard status", err))
		case errors.As(err, &unusable):
			found = appendNew(found, ofError(err))
		case why != "":
			found = appendNew(found, notChecked("%s; to try it, run: lanyard status", why))
		}
		if store == keystore.File {
			continue
		}
		if p.W.MemoryIsGone(s) {
			found = append(found, problem("the tokens of %s were in the memory of an agent that has ended", nameOf(s)).
				fix("run: %s\nthen sign in again, or keep tokens elsewhere\nrun: lanyard store migrate --to file", workspace.MemoryCommand))
		}
		if _, plain, err := p.W.Broker.Cache.PlaintextToken(s.Key()); plain && err == nil {
			found = append(found, warning("another program has written a token of %s in plaintext, beside the store %s", nameOf(s), store).
				fix("run: lanyard store migrate --to %s", store))
		}
	}
	if len(found) > 0 {
		return found
	}
	return []Finding{ok("%s", strings.Join(sortedKeys(stores), ", "))}
}

// checkRegistration checks the client registrations of all sessions.
func checkRegistration(_ context.Context, p *Patient) []Finding {
	if len(p.sessions) == 0 {
		return noSession()
	}
	var found []Finding
	n, now := 0, p.W.App.Now()
	for _, s := range workspace.Distinct(p.sessions) {
		p.connect(s)
		cache := p.W.Broker.Cache
		store, err := cache.Store(s.Key())
		if err != nil || p.needsUser(store) != "" {
			continue // the check store reports it
		}
		name := ssocache.RegistrationName(s.StartURL, s.Region, s.Name, s.Scopes)
		reg, err := cache.LoadRegistration(name)
		var unusable *keystore.StoreError
		switch {
		case errors.Is(err, ssocache.ErrNotFound), errors.As(err, &unusable):
		case err != nil:
			found = append(found, problem("the client registration of %s: %v", nameOf(s), err).fix("%s", command.HintOf(err)))
		case !reg.ExpiresAt.After(now):
			f := warning("the client registration of %s has expired, so its token can no longer be refreshed", nameOf(s)).fix("run: %s", signin.SessionLogin(p.W.App, s))
			found = append(found, f.by("remove the expired registration from the cache", func(context.Context) error { return cache.DropRegistration(reg.ClientID) }))
		default:
			n++
		}
	}
	if len(found) > 0 {
		return found
	}
	if n == 0 {
		return []Finding{ok("not registered yet; a sign-in registers")}
	}
	return []Finding{ok("%d valid", n)}
}

// checkToken checks the tokens of all sessions. It asks the portal that issued a valid token whether
// the portal still accepts the token.
func checkToken(ctx context.Context, p *Patient) []Finding {
	if len(p.sessions) == 0 {
		return noSession()
	}
	var found []Finding
	var live []string
	now := p.W.App.Now()
	ended := p.endedSessions(ctx)
	for _, s := range workspace.Distinct(p.sessions) {
		login := "run: " + p.loginTo(s)
		tok, why, err := p.peek(s)
		if why == "" { // the origin is in the token
			if err := signin.ExplainOrigin(p.W, p.wrongOrigin(s)); err != nil {
				found = append(found, ofError(err))
				continue
			}
		}
		var unusable *keystore.StoreError
		switch {
		case errors.As(err, &unusable):
			found = append(found, notChecked("%s: the store was not read", nameOf(s)))
		case err != nil:
			found = append(found, ofError(err))
		case why != "":
			found = append(found, notChecked("%s: %s", nameOf(s), why))
		case tok.AccessToken.IsZero():
			found = append(found, p.signedOut(s, login))
		case tok.Left(now) <= 0 && !tok.Refreshable(now):
			found = append(found, problem("the session %s has expired: The SSO session associated with this profile has expired or is otherwise invalid", nameOf(s)).fix("%s", login))
		case ended[s.Key()]:
			found = append(found, problem("the session %s has ended at its portal, for example by an administrator: "+
				"The SSO session associated with this profile has expired or is otherwise invalid", nameOf(s)).fix("%s", login))
		case tok.Left(now) <= 0:
			live = append(live, nameOf(s)+" can be refreshed")
		default:
			text := fmt.Sprintf("%s for %s", nameOf(s), output.Until(tok.ExpiresAt, now))
			if !tok.Refreshable(now) {
				text += ", not refreshable"
				if s.AutoRefresh == profile.On {
					found = append(found, warning("sso_auto_refresh is true for %s, but its token cannot be refreshed", nameOf(s)).fix("%s", login))
				}
			}
			live = append(live, text)
		}
	}
	if len(found) > 0 {
		return found
	}
	return []Finding{ok("%s", strings.Join(live, "; "))}
}

// endedSessions returns the keys of the sessions whose valid token the portal rejects. It sends a
// token only to the service that issued the token. A portal that does not answer is a matter of the
// check connection.
func (p *Patient) endedSessions(ctx context.Context) map[string]bool {
	type question struct {
		key    string
		token  secret.String
		portal broker.Service
		ended  bool
	}
	var questions []*question // all clients first, because a Workspace is not safe for concurrent use
	now := p.W.App.Now()
	for _, s := range workspace.Distinct(p.sessions) {
		tok, why, err := p.peek(s)
		if err != nil || why != "" || tok.Left(now) <= 0 || p.wrongOrigin(s) != nil {
			continue
		}
		portal, err := p.W.Broker.Portal(s, tok) // for this token, because another process may have replaced the one in the cache
		if err == nil {                          // otherwise the check connection reports the error
			questions = append(questions, &question{key: s.Key(), token: tok.AccessToken, portal: portal})
		}
	}
	ctx, cancel := context.WithTimeout(ctx, portalTime)
	defer cancel()
	var asked sync.WaitGroup
	for _, q := range questions {
		asked.Go(func() {
			accepted, err := q.portal.Accepts(ctx, q.token)
			q.ended = err == nil && !accepted
		})
	}
	asked.Wait()
	ended := map[string]bool{}
	for _, q := range questions {
		ended[q.key] = q.ended
	}
	return ended
}

// portalTime is how long the check of sign-ins waits for all portals.
const portalTime = 3 * time.Second

// loginTo returns the command line that signs in to a session.
func (p *Patient) loginTo(s profile.Session) string {
	u := workspace.UseOf(p.sessions, s)
	name := ""
	if len(u.Profiles) > 0 {
		name = u.Profiles[0]
	}
	return signin.LoginFor(p.W.App, s.Name, name)
}

// signedOut returns the finding about a session without a token. It is a problem if the profile in
// use needs the session.
func (p *Patient) signedOut(s profile.Session, login string) Finding {
	cache := p.W.Broker.Cache
	if _, err := cache.LoadToken(s.Key()); errors.Is(err, ssocache.ErrCorrupt) {
		return problem("the token of %s is damaged: %v", nameOf(s), err).fix("%s", login)
	}
	if p.InUse == nil || p.InUse.Kind != profile.SSO || !p.InUse.Session.SharesLogin(s) {
		return warning("you are not signed in to %s", nameOf(s)).fix("%s", login)
	}
	for _, other := range workspace.Distinct(p.sessions) {
		if !other.SharesLogin(s) && p.signedIn(other) {
			return problem("the profile %s uses the portal %s, but you are signed in to %s", p.InUse.Name, s.StartURL, other.StartURL).fix("%s", login)
		}
	}
	return problem("you are not signed in to %s, which the profile %s uses", nameOf(s), p.InUse.Name).fix("%s", login)
}

// wrongOrigin returns the error if the settings would send the token of a session to another service
// than the one that issued it, or a new token to two services that do not belong together.
func (p *Patient) wrongOrigin(s profile.Session) error {
	p.connect(s)
	err := p.W.Broker.MaySignIn(s, false)
	var origin *broker.OriginError
	if errors.As(err, &origin) {
		use := *origin
		use.Replaces = false
		return &use
	}
	return err
}

// agentTime is how long the check waits for the agent.
const agentTime = 2 * time.Second

// checkAgent asks the background agent for its status.
func checkAgent(ctx context.Context, p *Patient) []Finding {
	if p.W.NoHome != nil {
		return []Finding{notChecked("no home folder is known")}
	}
	client := workspace.NewAgentClient(p.W.App, p.W.Home)
	client.Patience = agentTime
	status, err := client.Status(ctx)
	stop := "run: lanyard agent stop"
	switch {
	case errors.Is(err, agent.ErrNone):
		return []Finding{ok("none is running")}
	case errors.Is(err, agent.ErrElsewhere), errors.Is(err, agent.ErrForeign):
		return []Finding{problem("%v", err).fix("set LANYARD_AGENT_SOCKET to another path")}
	case err != nil && ctx.Err() != nil: // the client has closed the connection
		return []Finding{problem("%v at %s", agent.ErrSilent, client.Address).fix("%s", stop)}
	case err != nil:
		return []Finding{problem("%v", err).fix("%s", stop)}
	case status.Problem != "":
		return []Finding{warning("the agent (pid %d) reports: %s", status.PID, status.Problem)}
	}
	var found []Finding
	for _, s := range status.Sessions {
		if s.Problem != "" {
			found = append(found, warning("the agent reports about %s: %s", s.StartURL, s.Problem))
		}
	}
	if len(found) > 0 {
		return found
	}
	text := "runs"
	if status.InMemory {
		text = "runs, and keeps tokens in its memory"
	}
	return []Finding{ok("%s (pid %d)", text, status.PID)}
}

// checkSwap warns if the memory of an agent with tokens can be written to a disk.
func checkSwap(_ context.Context, p *Patient) []Finding {
	if p.W.NoHome != nil || !p.W.Broker.Cache.Uses(keystore.Agent) {
		return []Finding{ok("no token is only in memory")}
	}
	text, err := datafile.Read(p.system("/proc/swaps"), datafile.Limit)
	if err != nil {
		return []Finding{notChecked("the system does not list its swap: %v", err)}
	}
	var onDisk []string
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		fields := strings.Fields(line)
		if i == 0 || len(fields) == 0 || strings.HasPrefix(filepath.Base(fields[0]), "zram") {
			continue // the heading, and swap that stays in memory
		}
		onDisk = append(onDisk, fields[0])
	}
	if len(onDisk) == 0 {
		return []Finding{ok("no swap is on a disk")}
	}
	slices.Sort(onDisk)
	return []Finding{warning("an agent keeps tokens only in memory, but the system can write memory to %s", strings.Join(onDisk, ", ")).
		fix("encrypt the swap, or turn it off\nrun: sudo swapoff -a")}
}
