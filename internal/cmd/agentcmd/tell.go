package agentcmd

import (
	"cmp"
	"fmt"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// tellProblems says what is wrong with the config.
func tellProblems(app *command.App, status agent.Status) {
	if status.Problem != "" {
		app.Warn("the config cannot be read: "+status.Problem, "")
	}
	for _, s := range status.Sessions {
		if s.Problem != "" {
			app.Warn("not kept fresh: "+cmp.Or(s.SSOSession, s.StartURL)+": "+s.Problem, "")
		}
	}
}

// explainListen says what to do where an agent cannot listen.
func explainListen(app *command.App, err error) error {
	err = fmt.Errorf("the agent cannot listen: %w", err)
	if app.Env.Get(agent.SocketVariable) != "" {
		return command.WithHint(err, "set %s to a short path in a folder that only you can write to", agent.SocketVariable)
	}
	return command.WithHint(err, "set XDG_RUNTIME_DIR to a folder of your own with a short path")
}

// wantsNone is the error where the environment says that there is to be no agent.
func wantsNone() error {
	return command.WithHint(&command.ConfigError{Code: "Configuration", Msg: agent.SocketVariable + "=none says that there is to be no agent"}, "unset %s", agent.SocketVariable)
}

// tellOfTools says what other tools need to use tokens in memory.
func tellOfTools(app *command.App) {
	w, err := workspace.Open(app)
	if err != nil {
		return
	}
	uses, err := w.QuietSessions()
	if err != nil {
		return
	}
	var names []string
	for _, u := range uses {
		if u.Name == "" {
			names = append(names, u.Profiles...)
		} else if late, _, err := profile.ToProcess(w.In, []string{u.Name}, "lanyard"); err == nil {
			names = append(names, late.Profiles...)
		}
	}
	if len(names) > 0 {
		app.Warn("the AWS CLI and the SDKs do not find tokens in memory for profiles with SSO settings: "+output.Summary(names), "run: "+app.Name+" store migrate --to agent")
	}
}

// hintIfNothingToRenew prints the hint for a new agent if no session is configured.
func hintIfNothingToRenew(app *command.App) {
	w, err := workspace.Open(app)
	if err != nil {
		return // the agent itself warns of that
	}
	if uses, err := w.QuietSessions(); err == nil && len(uses) == 0 {
		app.TellSetUp()
	}
}
