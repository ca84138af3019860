package statuscmd

import (
	"fmt"
	"time"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// cells are the fields of one session for people, named by statusHeads.
func cells(app *command.App, s sessionStatus) []string {
	name := s.StartURL
	if s.SSOSession != "" {
		name = s.SSOSession + " (" + s.StartURL + ")"
	}
	expires, registration, refresh, state := "-", "-", "no", s.State
	if s.ExpiresAt != "" {
		expires = output.Until(s.expires, app.Now())
	}
	if len(s.RegistrationExpiresAt) > len("2006-01-02") {
		registration = "until " + s.RegistrationExpiresAt[:len("2006-01-02")]
	}
	if s.Refreshable {
		refresh = "yes"
	}
	if state == "none" {
		state = "signed out"
	}
	return []string{terminal.Printable(name), terminal.Printable(s.Region), state, expires, refresh, horizon(s.horizon, app.Now()), registration, terminal.Printable(output.Summary(s.Profiles))}
}

var statusHeads = [...]string{"SESSION", "REGION", "STATE", "EXPIRES", "REFRESH", "HORIZON", "REGISTRATION", "PROFILES"}

// printStatus prints the sessions.
func printStatus(app *command.App, list []sessionStatus) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(app.Out, "No SSO session is configured, and none is signed in.")
		app.TellSetUp()
		return err
	}
	rows := [][]string{statusHeads[:]}
	for _, s := range list {
		rows = append(rows, cells(app, s))
	}
	return output.Table(app, rows)
}

// horizon says when the portal's session ends, as far as that is known.
func horizon(h broker.Horizon, now time.Time) string {
	const near = 20 * time.Minute // between the two ends of what is known
	switch {
	case h.At.IsZero(), !h.Configured && !h.Latest.After(now): // older than any before: nothing is known
		return "-"
	case h.Configured && !h.At.After(now):
		return "passed"
	case h.Configured:
		return output.Until(h.At, now)
	case !h.At.After(now):
		return "within " + output.Until(h.Latest, now)
	case h.Latest.Sub(h.At) <= near:
		return "about " + output.Until(h.At.Add(h.Latest.Sub(h.At)/2), now)
	}
	return output.Until(h.At, now) + " to " + output.Until(h.Latest, now)
}
