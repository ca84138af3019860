package workspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/starturl"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// These environment variables configure the stores.
const (
	keychainTimeout   = "LANYARD_KEYCHAIN_TIMEOUT"   // seconds that one call of the keychain may take
	passphraseCommand = "LANYARD_PASSPHRASE_COMMAND" // a command that prints the passphrase of the encrypted store
)

// ErrPassphrase means that a store can be read only with a passphrase, and that lanyard cannot ask for it.
var ErrPassphrase = errors.New("lanyard needs the passphrase")

// Stores opens the stores of a home folder's tokens for this process.
type Stores struct {
	App  *command.App
	Home string

	shared  *shared       // the stores that other workspaces have opened; nil if this one opens its own
	inAgent bool          // this process is the background agent
	memory  *agent.Memory // the store of the agent itself; else nil

	backends *keystore.Backends // nil before the first use of the cache
	asked    *agent.Client      // nil before the first request to an agent
	chosen   secret.String      // the new passphrase of the encrypted store
}

// Cache returns the token cache, which reads and writes every store.
func (s *Stores) Cache() keystore.Files {
	f := keystore.Files{Dir: ssocache.Dir{Home: s.Home}, Backends: s.backends}
	if f.Backends != nil {
		return f
	}
	s.backends = &keystore.Backends{Open: s.open}
	if s.shared != nil {
		s.backends.Open = func(store string) (keystore.Backend, error) {
			if store == keystore.Agent {
				return s.agentBackend(), nil // only one goroutine may use a client of the agent
			}
			return s.shared.backend(store)
		}
	}
	f.Backends = s.backends
	return f
}

// open opens a store that is not in files.
func (s *Stores) open(store string) (keystore.Backend, error) {
	s.App.Log.Debug("open store", "store", store)
	switch store {
	case keystore.Encrypted:
		return keystore.OpenEncrypted(s.Cache(), s.passphrase)
	case keystore.Agent:
		return s.agentBackend(), nil
	}
	deadline, err := keychainDeadline(s.App)
	if err != nil {
		return nil, err
	}
	return keystore.OpenKeychain(keystore.KeychainOptions{Deadline: deadline, LookupEnv: s.App.Env.Lookup})
}

// keychainDeadline returns how long a call of the keychain may take; 0 means the default.
func keychainDeadline(app *command.App) (time.Duration, error) {
	text := app.Env.Get(keychainTimeout)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 3600 {
		return 0, &command.ConfigError{Code: "Configuration", Msg: fmt.Sprintf("%s=%q is not a number of seconds, 1 to 3600", keychainTimeout, text)}
	}
	return time.Duration(n) * time.Second, nil
}

// passphrase returns the passphrase from the configured command, or asks on the terminal.
// Without a command and a terminal, it returns an error.
func (s *Stores) passphrase(what, command string) (secret.String, error) {
	app := s.App
	if !s.chosen.IsZero() {
		return s.chosen, nil
	}
	if own := app.Env.Get(passphraseCommand); own != "" {
		command = own
	}
	if command != "" {
		return printedBy(app, command)
	}
	if !app.IO.Terminal {
		return secret.String{}, &keystore.StoreError{
			Store: keystore.Encrypted, Err: fmt.Errorf("%w of %s, and there is no terminal", ErrPassphrase, what),
			Hint: "set " + passphraseCommand + " to a command that prints the passphrase",
		}
	}
	return askPassphrase(app, "Passphrase of "+what+": ")
}

func askPassphrase(app *command.App, text string) (secret.String, error) {
	line, err := app.Console().Hidden(context.Background(), terminal.Printable(text))
	fmt.Fprintln(app.IO.Err)
	if err != nil {
		return secret.String{}, app.ExplainConsole(err)
	}
	return secret.New(line), nil
}

// maxPrinted is how many bytes a passphrase command may print. Some commands print notes
// after the passphrase.
const maxPrinted = 64 << 10

// A printedOutput collects up to maxPrinted bytes of a command's output.
type printedOutput struct {
	text    bytes.Buffer
	tooMuch bool
}

func (p *printedOutput) Write(b []byte) (int, error) {
	if p.text.Len()+len(b) > maxPrinted {
		p.tooMuch = true
		return 0, errors.New("too much output")
	}
	return p.text.Write(b)
}

// printedBy runs a shell command and returns the first line of its output. The command's
// stderr goes to the user. Errors do not quote the output.
func printedBy(app *command.App, command string) (secret.String, error) {
	argv, attr := shell.Invoke(command, app.Env.Lookup)
	cmd := exec.Command(argv[0], argv[1:]...) //nolint:gosec // the user configured this command
	cmd.SysProcAttr = attr
	var out printedOutput
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = app.Env.Environ(), nil, &out, app.IO.Err
	if app.IO.Terminal {
		cmd.Stdin = app.IO.In
	}
	err := cmd.Run()
	if out.tooMuch {
		err = fmt.Errorf("its output has more than %d bytes", maxPrinted)
	}
	if err != nil {
		return secret.String{}, &keystore.StoreError{
			Store: keystore.Encrypted, Err: fmt.Errorf("the passphrase command failed: %w", err), Hint: "check the passphrase command: " + command,
		}
	}
	line, _, _ := strings.Cut(out.text.String(), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" {
		return secret.String{}, &keystore.StoreError{
			Store: keystore.Encrypted, Err: errors.New("the passphrase command printed nothing"), Hint: "check the passphrase command: " + command,
		}
	}
	return secret.New(line), nil
}

// NewPassphrase gets a new passphrase from the command, or asks the user for it twice. The
// encrypted store then uses this passphrase.
func (s *Stores) NewPassphrase(command string) (secret.String, error) {
	pass, err := s.newPassphrase(command)
	s.chosen = pass
	return pass, err
}

func (s *Stores) newPassphrase(command string) (secret.String, error) {
	app := s.App
	if command != "" || app.Env.Get(passphraseCommand) != "" || !app.IO.Terminal {
		return s.passphrase("the encrypted store", command)
	}
	first, err := askPassphrase(app, "New passphrase of the encrypted store: ")
	if err != nil {
		return secret.String{}, err
	}
	again, err := askPassphrase(app, "Repeat the passphrase: ")
	switch {
	case err != nil:
		return secret.String{}, err
	case first.IsZero() || !first.Equal(again):
		return secret.String{}, errors.New("the passphrases are empty or differ; nothing was changed")
	}
	return first, nil
}

// agentBackend returns the store in the agent's memory.
func (s *Stores) agentBackend() keystore.Backend {
	if s.inAgent {
		if s.memory == nil {
			return new(agent.Memory) // empty
		}
		return s.memory
	}
	client := s.client()
	client.Patience = agent.LongPatience
	return agent.Backend{Client: client, Hint: func(err error) string {
		switch {
		case errors.Is(err, agent.ErrSilent):
			return "run: lanyard agent stop"
		case errors.Is(err, agent.ErrEnding):
			return ""
		}
		return "run: " + MemoryCommand + "\nor keep tokens elsewhere: lanyard store migrate --to file"
	}}
}

// MemoryIsGone reports whether the session's tokens were in the memory of an agent that has
// ended.
func (w *Workspace) MemoryIsGone(s profile.Session) bool {
	if store, err := w.Broker.Cache.Store(s.Key()); err != nil || store != keystore.Agent {
		return false
	}
	client := w.Stores.client()
	client.Patience = agent.LongPatience // only this agent has the tokens
	status, err := client.Status(context.Background())
	return errors.Is(err, agent.ErrNone) || err == nil && !status.InMemory
}

// MemoriesGone returns the sessions for which [Workspace.MemoryIsGone] is true. If s is not
// zero, it looks only at s.
func (w *Workspace) MemoriesGone(s profile.Session) []profile.Session {
	if !w.Broker.Cache.Uses(keystore.Agent) {
		return nil
	}
	uses, _ := w.QuietSessions() // if this fails, no session is known
	var gone []profile.Session
	for _, u := range Distinct(uses) {
		if (s.Key() == "" || u.Same(s)) && w.MemoryIsGone(u) {
			gone = append(gone, u)
		}
	}
	return gone
}

// WarnIfMemoryGone prints a warning if the session's tokens were lost with an agent.
func (w *Workspace) WarnIfMemoryGone(s profile.Session) {
	if w.MemoryIsGone(s) {
		w.WarnMemoryGone(s)
	}
}

// WarnMemoryGone prints the warning that the session's tokens were lost with an agent.
func (w *Workspace) WarnMemoryGone(s profile.Session) {
	w.App.Warn("the tokens of "+s.Key()+" were in the memory of an agent that has ended; if the agent was killed, they were not revoked",
		"run: "+MemoryCommand+", and sign in; or keep tokens elsewhere: lanyard store migrate --to file")
}

// MemoryCommand starts an agent that keeps tokens in memory. The AWS CLI has no such command,
// so the line names lanyard even under the name aws.
const MemoryCommand = "lanyard agent start --in-memory"

// MoveIntoMemory moves a session from files into the agent's memory.
func (w *Workspace) MoveIntoMemory(ctx context.Context, s profile.Session) error {
	store, err := w.Broker.Cache.Store(s.Key())
	if err != nil || store != keystore.File {
		return err
	}
	n, err := w.Broker.Move(ctx, s, w.MoveKeys(s), keystore.Agent, w.MoveFiles(s))
	if err == nil {
		w.App.Log.Info("the agent's memory is the store of a session", "session", s.Key(), "secrets", n)
	}
	return err
}

// IntoMemory makes the agent's memory the store of a session's next token, if an agent runs
// that keeps tokens there.
func (w *Workspace) IntoMemory(ctx context.Context, s profile.Session) error {
	if store, err := w.Broker.Cache.Store(s.Key()); err != nil || store != keystore.File {
		return nil //nolint:nilerr // storing the token reports the error
	}
	status, err := PatientClient(w.App, w.Home).Status(ctx) // the default client may have given up too early
	switch {
	case err == nil && status.InMemory:
		return w.MoveIntoMemory(ctx, s)
	case errors.Is(err, agent.ErrSilent):
		w.App.Warn(err.Error()+"; the token is stored in a file, even if this agent keeps tokens in memory", "run: "+w.App.Name+" agent stop")
	}
	return nil
}

// MoveKeys returns the cache keys of the tokens that move with a session. Legacy profiles use
// the start URL as the key. That key moves with the first session of the start URL.
func (w *Workspace) MoveKeys(s profile.Session) []string {
	keys := append([]string{s.Key()}, w.Siblings(s)...)
	uses, err := w.QuietSessions()
	if err != nil {
		return keys
	}
	for _, u := range uses {
		if u.Name != "" && starturl.Same(u.StartURL, s.StartURL) {
			if u.Session.Name == s.Name && !slices.Contains(keys, s.StartURL) {
				keys = append(keys, s.StartURL)
			}
			break
		}
	}
	return keys
}

// MoveFiles returns the cache files that belong to a session, but do not name it. These are
// its client registration, and the role credentials that the AWS CLI wrote.
func (w *Workspace) MoveFiles(s profile.Session) []string {
	cache := w.Broker.Cache
	files := []string{filepath.Join(cache.SSO(), ssocache.RegistrationName(s.StartURL, s.Region, s.Name, s.Scopes))}
	settings, err := w.profileSettings()
	if err != nil {
		return files
	}
	for _, own := range settings {
		account, role := own["sso_account_id"], own["sso_role_name"]
		if own["sso_session"] == s.Name && account != "" && role != "" {
			files = append(files, filepath.Join(cache.Roles(), ssocache.RoleName(account, role, s.Name, s.StartURL)))
		}
	}
	return files
}
