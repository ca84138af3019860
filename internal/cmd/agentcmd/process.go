// The agent's process for "agent start": its command line, its environment and its log.

package agentcmd

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/awscli"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// newProcess returns the command that runs the agent.
func newProcess(app *command.App, o options, log *os.File) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("the agent did not start: %w", err)
	}
	args, err := arguments(app, o)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, args...) //nolint:gosec // self is this program
	cmd.Args[0] = "lanyard"
	cmd.Env, cmd.Dir = environment(app), string(filepath.Separator)
	cmd.Stderr = log
	cmd.SysProcAttr = detached()
	return cmd, nil
}

// arguments returns the agent's command line. The command line includes the connection flags of
// this command.
func arguments(app *command.App, o options) ([]string, error) {
	args := []string{"agent", "run"}
	add := func(given bool, words ...string) {
		if given {
			args = append(args, words...)
		}
	}
	g := app.Flags
	add(o.inMemory, "--in-memory")
	add(o.stay, "--stay")
	add(g.Debug, "--debug")
	add(g.NoVerifySSL, "--no-verify-ssl")
	add(g.ConnectTimeout != 0, "--cli-connect-timeout", strconv.Itoa(g.ConnectTimeout))
	add(g.ReadTimeout != 0, "--cli-read-timeout", strconv.Itoa(g.ReadTimeout))
	bundle, err := filepath.Abs(userpath.Expand(g.CABundle, app.Env.Lookup))
	add(g.CABundle != "", "--ca-bundle", bundle)
	return args, err
}

// environment returns the agent's environment. It has the variables of this process with absolute
// paths, without credentials and without the choice of a profile.
func environment(app *command.App) []string {
	var env []string
	for _, entry := range app.Env.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		switch strings.ToUpper(name) {
		case "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "AWS_SESSION_EXPIRATION",
			"AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", credentials.ChainVariable, awscli.PassedVariable:
			continue
		case "HOME", "USERPROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE",
			"SSL_CERT_FILE", agent.SocketVariable: // the agent has another working folder
			if path, err := filepath.Abs(userpath.Expand(value, app.Env.Lookup)); err == nil && value != "" && value != "none" {
				entry = name + "=" + path
			}
		}
		env = append(env, entry)
	}
	return env
}

// A logFile is the log of a background agent.
type logFile struct {
	file  *os.File
	begun int64 // the offset at which this agent's log begins
}

// longLog is the maximum size in bytes of an old log. openLog empties longer logs.
const longLog = 1 << 20

// openLog opens the log of the agent at an address for appending. If the log is longer than
// longLog, openLog first empties it. It does not empty a file that does not look like a log.
func openLog(app *command.App, address string) (logFile, error) {
	path, err := agent.LogPath(address)
	if err != nil {
		return logFile{}, explainListen(app, err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND|noFollow, 0o600)
	if err != nil {
		return logFile{}, fmt.Errorf("the agent's log could not be opened: %w", err)
	}
	log := logFile{file: f}
	if info, err := f.Stat(); err == nil {
		log.begun = info.Size()
	}
	head := make([]byte, len("time="))
	if _, err := f.ReadAt(head, 0); err == nil && log.begun > longLog && string(head) == "time=" && f.Truncate(0) == nil {
		log.begun = 0
	}
	return log, nil
}

// lines returns the lines that the agent has written.
func (l logFile) lines() []string {
	text, _ := io.ReadAll(io.NewSectionReader(l.file, l.begun, 1<<16)) // after an error, use the part before it
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// explain returns the error and the hint that the agent printed before its end. If the agent
// printed no error, explain returns err.
func (l logFile) explain(err error) error {
	lines := l.lines()
	for i, line := range lines {
		said, ok := strings.CutPrefix(line, "lanyard: ")
		if !ok || strings.HasPrefix(said, "warning: ") {
			continue
		}
		err = fmt.Errorf("the agent ended right after its start: %s", said)
		if i+1 < len(lines) {
			if hint, ok := strings.CutPrefix(lines[i+1], "hint: "); ok {
				return command.WithHint(err, "%s", hint)
			}
		}
	}
	return err
}

// repeatWarnings prints the warnings that the agent wrote to its log at its start.
func (l logFile) repeatWarnings(app *command.App) {
	for _, line := range l.lines() {
		if said, ok := strings.CutPrefix(line, "lanyard: warning: "); ok {
			app.Warn(said, "")
		}
	}
}
