package workspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/starturl"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// The variables of the stores.
const (
	keychainTimeout   = "LANYARD_KEYCHAIN_TIMEOUT"   // seconds that one call may take
	passphraseCommand = "LANYARD_PASSPHRASE_COMMAND" // prints the passphrase of the encrypted store
)

// Stores are where the tokens of a home folder are kept, as this process reaches them.
type Stores struct {
	App  *command.App
	Home string

	inAgent bool          // this process is the background agent
	memory  *agent.Memory // of an agent that keeps tokens there; else nil

	vaults *keystore.Backends // nil until something is looked for in the cache
	asked  *agent.Client      // nil until an agent is asked something
	chosen secret.String      // the passphrase that the encrypted store was just given
}

// Cache is where the tokens are, in whichever store.
func (s *Stores) Cache() keystore.Files {
	f := keystore.Files{Dir: ssocache.Dir{Home: s.Home}, Backends: s.vaults}
	if f.Backends != nil {
		return f
	}
	s.vaults = &keystore.Backends{}
	f.Backends = s.vaults
	s.vaults.Open = func(store string) (keystore.Backend, error) {
		s.App.Log.Debug("open store", "store", store)
		switch store {
		case keystore.Encrypted:
			return keystore.OpenEncrypted(f, s.passphrase)
		case keystore.Agent:
			return s.agentBackend(), nil
		}
		deadline, err := keychainDeadline(s.App)
		if err != nil {
			return nil, err
		}
		return keystore.OpenKeychain(keystore.KeychainOptions{Deadline: deadline, LookupEnv: s.App.Env.Lookup})
	}
	return f
}

// keychainDeadline is how long a call of the keychain may take; 0 means as usual.
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

// passphrase has the passphrase printed by the command that the person chose, or
// asks at the terminal. Without either there is none: nobody is asked where a
// program waits for the answer.
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
			Store: keystore.Encrypted, Err: errors.New("the passphrase of " + what + " is needed, and nobody can be asked"),
			Hint: "set " + passphraseCommand + " to a command that prints it, or use a key without one: lanyard store migrate --to encrypted --age-identity FILE",
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

// maxPrinted is how many bytes a command for a passphrase may print. Some print notes
// below it.
const maxPrinted = 64 << 10

// A printed holds what a command prints, up to maxPrinted bytes.
type printed struct {
	text    bytes.Buffer
	tooMuch bool
}

func (p *printed) Write(b []byte) (int, error) {
	if p.text.Len()+len(b) > maxPrinted {
		p.tooMuch = true
		return 0, errors.New("too much output")
	}
	return p.text.Write(b)
}

// printedBy runs a command as a shell would and returns the first line that it
// prints. What it says on stderr is for the person; an error quotes nothing of its
// answer.
func printedBy(app *command.App, command string) (secret.String, error) {
	shell := []string{"sh", "-c"}
	if runtime.GOOS == "windows" {
		shell = []string{"cmd", "/C"}
	}
	cmd := exec.Command(shell[0], shell[1], command) //nolint:gosec // the person's own command
	var out printed
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = app.Env.Environ(), nil, &out, app.IO.Err
	if app.IO.Terminal {
		cmd.Stdin = app.IO.In
	}
	err := cmd.Run()
	if out.tooMuch {
		err = fmt.Errorf("it prints more than %d bytes", maxPrinted)
	}
	if err != nil {
		return secret.String{}, &keystore.StoreError{
			Store: keystore.Encrypted, Err: fmt.Errorf("the command for the passphrase: %w", err), Hint: "it is: " + command,
		}
	}
	line, _, _ := strings.Cut(out.text.String(), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" {
		return secret.String{}, &keystore.StoreError{
			Store: keystore.Encrypted, Err: errors.New("the command for the passphrase printed nothing"), Hint: "it is: " + command,
		}
	}
	return secret.New(line), nil
}

// NewPassphrase asks for a passphrase twice, unless a command prints it, and remembers it:
// the store is opened with it next.
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
	again, err := askPassphrase(app, "The same again: ")
	switch {
	case err != nil:
		return secret.String{}, err
	case first.IsZero() || !first.Equal(again):
		return secret.String{}, errors.New("the two are not the same, or empty; nothing was changed")
	}
	return first, nil
}

// agentBackend is the store in the agent's memory, as this process reaches it.
func (s *Stores) agentBackend() keystore.Backend {
	if s.inAgent {
		if s.memory == nil {
			return new(agent.Memory) // nothing is in it
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

// MemoryIsGone says that a session's tokens are to be in the memory of an agent, and
// none runs that keeps any.
func (w *Workspace) MemoryIsGone(s profile.Session) bool {
	if store, err := w.Broker.Cache.Store(s.Key()); err != nil || store != keystore.Agent {
		return false
	}
	status, err := w.Stores.client().Status(context.Background())
	return errors.Is(err, agent.ErrNone) || err == nil && !status.InMemory
}

// MemoriesGone lists such sessions: the given one, or all for the zero session.
func (w *Workspace) MemoriesGone(s profile.Session) []profile.Session {
	if !w.Broker.Cache.Uses(keystore.Agent) {
		return nil
	}
	uses, _ := w.QuietSessions() // without them none is known
	var gone []profile.Session
	for _, u := range Distinct(uses) {
		if (s.Key() == "" || u.Same(s)) && w.MemoryIsGone(u) {
			gone = append(gone, u)
		}
	}
	return gone
}

// TellOfMemory warns of a session whose memory is gone.
func (w *Workspace) TellOfMemory(s profile.Session) {
	if w.MemoryIsGone(s) {
		w.TellOfGoneMemory(s)
	}
}

// TellOfGoneMemory warns of a session whose memory is known to be gone.
func (w *Workspace) TellOfGoneMemory(s profile.Session) {
	w.App.Warn("the tokens of "+s.Key()+" were in the memory of an agent that does not run any more; if it was killed, they were not revoked",
		"run: "+MemoryCommand+", and sign in; or keep tokens elsewhere: lanyard store migrate --to file")
}

// MemoryCommand starts an agent with a memory. It is not the AWS CLI's, whatever
// this program is called.
const MemoryCommand = "lanyard agent start --in-memory"

// MoveIntoMemory makes the agent's memory the store of a session that is in files.
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

// IntoMemory lets a session's next token go to the memory of an agent that keeps
// tokens there, if one runs.
func (w *Workspace) IntoMemory(ctx context.Context, s profile.Session) error {
	if store, err := w.Broker.Cache.Store(s.Key()); err != nil || store != keystore.File {
		return nil //nolint:nilerr // storing the token will say so
	}
	status, err := PatientClient(w.App, w.Home).Status(ctx) // a question that could not wait may have found nothing
	switch {
	case err == nil && status.InMemory:
		return w.MoveIntoMemory(ctx, s)
	case errors.Is(err, agent.ErrSilent):
		w.App.Warn(err.Error()+": if it is to keep the token in its memory, the token comes to lie in the files all the same", "run: "+w.App.Name+" agent stop")
	}
	return nil
}

// MoveKeys are the names of a session whose tokens move with it. The name by the
// start URL, which a legacy profile would use, goes with the first session of it.
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

// MoveFiles are the places in the cache that belong to a session although nothing
// in them says so: its registration, and the role credentials that the AWS CLI
// wrote.
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
