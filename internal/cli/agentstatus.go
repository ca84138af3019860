package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"lanyard/internal/agent"
)

// agentStatus shows what the agent does.
func (app *App) agentStatus(ctx context.Context) error {
	home, err := app.home()
	if err != nil {
		return err
	}
	client := app.agentClient(home)
	client.Patience = agentHears
	status, err := client.Status(ctx)
	if errors.Is(err, agent.ErrNone) {
		return withHint(&commandError{"no agent is running"}, "run: %s agent start", app.Name)
	}
	if errors.Is(err, agent.ErrSilent) {
		return withHint(err, "run: %s agent stop", app.Name)
	}
	if err != nil {
		return err
	}
	if app.flags.query == "" && (app.flags.output == "" || app.flags.output == "table") {
		return app.printAgent(status, client.Address)
	}
	format := app.flags.output
	if format == "" {
		format = "json"
	}
	out, err := app.printingAs(format, "Agent")
	if err != nil {
		return err
	}
	return out.value(struct {
		agent.Status
		Socket string `json:"socket"`
	}{status, client.Address})
}

// printAgent prints it for people.
func (app *App) printAgent(s agent.Status, address string) error {
	fmt.Fprintf(app.out, "The agent runs, as process %d since %s, %s.\n", s.PID, app.clock(s.Since), memoryWords(s.InMemory))
	fmt.Fprintf(app.out, "It listens at %s", printable(address))
	if s.Memory > 0 {
		fmt.Fprintf(app.out, " and takes %d MB", (s.Memory+1<<19)>>20)
	}
	fmt.Fprintln(app.out, ".")
	if len(s.Sessions) == 0 {
		_, err := fmt.Fprintln(app.out, "No session is configured.")
		return err
	}
	var b bytes.Buffer
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SESSION\tSTATE\tEXPIRES\tRENEWAL\tPROBLEM")
	for _, w := range s.Sessions {
		name := w.SSOSession
		if name == "" {
			name = w.StartURL
		}
		state := map[string]string{"renewed": "kept fresh", "live": "not renewable", "ended": "ended", "none": "signed out"}[w.State]
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", printable(name), state, app.clock(w.ExpiresAt), app.clock(w.RenewalAt), printable(orDash(w.Problem)))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := app.out.Write(b.Bytes())
	return err
}

// clock shows a date of the wire as a time of the day here, with the date where
// that is another.
func (app *App) clock(date string) string {
	t, err := time.Parse(time.RFC3339, date)
	if err != nil {
		return "-"
	}
	t, now := t.Local(), app.Now().Local()
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02 15:04")
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
