package cli

import (
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

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
