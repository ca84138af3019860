package cli

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"lanyard/internal/agent"
	"lanyard/internal/profile"
)

// agentLog is where a background agent writes what it does.
func (app *App) agentLog(address string) (*os.File, error) {
	path, err := agent.LogPath(address)
	if err != nil {
		return nil, app.explainListen(err)
	}
	return os.OpenFile(filepath.Clean(path), os.O_RDWR|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
}

// explainAgent adds what the agent said before it ended.
func (app *App) explainAgent(err error, log *os.File) error {
	text, _ := io.ReadAll(io.NewSectionReader(log, 0, 1<<16))
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for i, line := range lines {
		said, ok := strings.CutPrefix(line, "lanyard: ")
		if !ok || strings.HasPrefix(said, "warning: ") {
			continue
		}
		err = fmt.Errorf("the agent has ended at once: %s", said)
		if i+1 < len(lines) {
			if hint, ok := strings.CutPrefix(lines[i+1], "hint: "); ok {
				return withHint(err, "%s", hint)
			}
		}
	}
	return err
}

// tellWarnings repeats what the agent has warned of while it began.
func (app *App) tellWarnings(log *os.File) {
	text, _ := io.ReadAll(io.NewSectionReader(log, 0, 1<<16))
	for line := range strings.Lines(string(text)) {
		if said, ok := strings.CutPrefix(line, "lanyard: warning: "); ok {
			app.warn(strings.TrimSpace(said), "")
		}
	}
}

// tellProblems says what is wrong with the config.
func (app *App) tellProblems(status agent.Status) {
	if status.Problem != "" {
		app.warn("the config cannot be read: "+status.Problem, "")
	}
	for _, s := range status.Sessions {
		if s.Problem != "" {
			app.warn("not kept fresh: "+cmp.Or(s.SSOSession, s.StartURL)+": "+s.Problem, "")
		}
	}
}

// explainListen says what to do where an agent cannot listen.
func (app *App) explainListen(err error) error {
	err = fmt.Errorf("the agent cannot listen: %w", err)
	if app.getenv(agent.SocketVariable) != "" {
		return withHint(err, "set %s to a short path in a folder that only you can write to", agent.SocketVariable)
	}
	return withHint(err, "set XDG_RUNTIME_DIR to a folder of your own with a short path")
}

// wantsNone is the error where the environment says that there is to be no agent.
func wantsNone() error {
	return withHint(&configError{"Configuration", agent.SocketVariable + "=none says that there is to be no agent"}, "unset %s", agent.SocketVariable)
}

// tellOfTools says what other tools need to use tokens in memory.
func (app *App) tellOfTools() {
	w, err := app.world()
	if err != nil {
		return
	}
	uses, err := w.quietSessions()
	if err != nil {
		return
	}
	var names []string
	for _, u := range uses {
		if u.Name == "" {
			names = append(names, u.Profiles...)
		} else if late, _, err := profile.ToProcess(w.in, []string{u.Name}, "lanyard"); err == nil {
			names = append(names, late.Profiles...)
		}
	}
	if len(names) > 0 {
		app.warn("the AWS CLI and the SDKs do not find tokens in memory for profiles with SSO settings: "+summary(names), "run: "+app.Name+" store migrate --to agent")
	}
}
