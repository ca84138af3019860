package agentcmd

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// An agentLog is where a background agent writes what it does.
type agentLog struct {
	file  *os.File
	begun int64 // where this agent's part begins
}

// longLog is the size at which a log begins anew.
const longLog = 1 << 20

// openAgentLog opens the log of the agent at an address, to add to it. One that has
// grown long begins anew, if it is one.
func openAgentLog(app *command.App, address string) (agentLog, error) {
	path, err := agent.LogPath(address)
	if err != nil {
		return agentLog{}, explainListen(app, err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND|noFollow, 0o600)
	if err != nil {
		return agentLog{}, fmt.Errorf("the agent has nowhere to write what it does: %w", err)
	}
	log := agentLog{file: f}
	if info, err := f.Stat(); err == nil {
		log.begun = info.Size()
	}
	head := make([]byte, len("time="))
	if _, err := f.ReadAt(head, 0); err == nil && log.begun > longLog && string(head) == "time=" && f.Truncate(0) == nil {
		log.begun = 0
	}
	return log, nil
}

// lines is what the agent has written.
func (l agentLog) lines() []string {
	text, _ := io.ReadAll(io.NewSectionReader(l.file, l.begun, 1<<16)) // what can be read
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// explain adds what the agent said before it ended.
func (l agentLog) explain(err error) error {
	lines := l.lines()
	for i, line := range lines {
		said, ok := strings.CutPrefix(line, "lanyard: ")
		if !ok || strings.HasPrefix(said, "warning: ") {
			continue
		}
		err = fmt.Errorf("the agent has ended at once: %s", said)
		if i+1 < len(lines) {
			if hint, ok := strings.CutPrefix(lines[i+1], "hint: "); ok {
				return command.WithHint(err, "%s", hint)
			}
		}
	}
	return err
}

// repeatWarnings tells what the agent has warned of while it began.
func (l agentLog) repeatWarnings(app *command.App) {
	for _, line := range l.lines() {
		if said, ok := strings.CutPrefix(line, "lanyard: warning: "); ok {
			app.Warn(said, "")
		}
	}
}
