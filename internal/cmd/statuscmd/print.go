package statuscmd

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/style"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

const (
	indent    = "  "
	labels    = 13               // columns of the labels
	minWidth  = 60               // a narrower terminal breaks lines
	someNames = 3                // how many profiles a pipe shows
	someRoles = 5                // how many roles each session shows
	soon      = 30 * time.Minute // a session with less time left "ends soon"
)

// A page prints sessions as text, with one block for each session. On a terminal, it cuts names
// in the middle so that lines fit. In a pipe, it cuts nothing.
type page struct {
	app   *command.App
	paint style.Palette
	width int  // the width of the terminal; 0 means no limit
	full  bool // show every profile and role
	text  strings.Builder
}

// printPage prints the sessions and the console logins as text.
func printPage(app *command.App, list []sessionStatus, console []login, complete bool) error {
	if len(list)+len(console) == 0 {
		_, err := fmt.Fprintln(app.Out, "No session is configured or signed in.")
		app.TellSetUp()
		return err
	}
	p := page{app: app, paint: app.OutStyle(), full: complete}
	if app.IO.OutTerminal {
		p.width = 80 // if the terminal does not report its width
		if app.IO.Width > 0 {
			p.width = max(app.IO.Width, minWidth)
		}
	}
	for i, s := range list {
		if i > 0 {
			p.text.WriteString("\n")
		}
		p.session(s)
	}
	for i, l := range console {
		if i+len(list) > 0 {
			p.text.WriteString("\n")
		}
		p.login(l)
	}
	_, err := io.WriteString(app.Out.Raw(), p.text.String())
	return err
}

// session prints the block of one session.
func (p *page) session(s sessionStatus) {
	name, state, paint := s.SSOSession, p.state(s), p.statePaint(s)
	if name == "" {
		name = s.StartURL
	}
	if s.orphan {
		state += ", not in the config"
	}
	name = p.cut(name, len(indent)+len(state))
	fmt.Fprintf(&p.text, "%s%s%s\n", p.paint.Heading(name), indent, paint(state))
	if s.SSOSession != "" {
		region := " (" + terminal.Printable(s.Region) + ")"
		p.line("portal", p.cut(s.StartURL, p.textStart()+len(region))+region)
	} else {
		p.line("region", terminal.Printable(s.Region))
	}
	if s.User != "" {
		p.line("user", p.cut(s.User, p.textStart()))
	}
	p.line("token", tokenText(s, p.app.Now()))
	p.line("session end", endText(s.end, p.app.Now()))
	p.line("store", s.Store)
	p.profiles(s)
	p.roles(s)
	if s.State == "none" || s.State == "expired" {
		if !s.orphan {
			p.line("sign in", terminal.Printable(s.login))
		}
	}
}

// textStart returns the column where the text of a line starts, after the indentation and the
// label.
func (p *page) textStart() int { return len(indent) + labels }

// cut returns text in printable form. It shortens the text to fit between the column start and the
// end of the line.
func (p *page) cut(text string, start int) string {
	text = terminal.Printable(text)
	if p.width == 0 {
		return text
	}
	return terminal.CutMiddle(text, max(p.width-start, 1))
}

// line prints a label and a text, unless the text is empty.
func (p *page) line(label, text string) {
	if text != "" {
		fmt.Fprintf(&p.text, "%s%-*s%s\n", indent, labels, label, text)
	}
}

// state returns the word for a session's state.
func (p *page) state(s sessionStatus) string {
	switch {
	case s.State == "none":
		return "signed out"
	case s.State == "expired":
		return "ended"
	case s.endsSoon(p.app.Now()):
		return "ends soon"
	}
	return s.State
}

// statePaint returns the colour for a session's state.
func (p *page) statePaint(s sessionStatus) func(string) string {
	switch p.state(s) {
	case "valid", "refreshable":
		return p.paint.Good
	case "ends soon":
		return p.paint.Soon
	case "signed out":
		return func(text string) string { return text }
	}
	return p.paint.Bad
}

// endsSoon reports whether the user probably has to sign in again soon.
func (s sessionStatus) endsSoon(now time.Time) bool {
	within := func(t time.Time) bool { return t.After(now) && !t.After(now.Add(soon)) }
	switch {
	case s.State != "valid" && s.State != "refreshable":
		return false
	case !s.Refreshable && within(s.expires):
		return true
	case s.end.At.After(now):
		return within(s.end.At)
	}
	return !s.end.Configured && within(s.end.Latest)
}

// tokenText describes how long the token is valid and what happens afterwards.
func tokenText(s sessionStatus, now time.Time) string {
	switch {
	case s.ExpiresAt == "":
		return ""
	case s.State == "expired":
		return "expired " + output.Until(now, s.expires) + " ago"
	case s.State == "refreshable":
		return "expired; the next use refreshes it"
	case s.Refreshable:
		return "expires " + in(s.expires, now) + "; refreshed automatically"
	}
	return "expires " + in(s.expires, now) + "; it cannot be refreshed"
}

// in says how long it takes until t. The commands have read the clock before, so t may have passed.
func in(t, now time.Time) string {
	if t.Sub(now).Round(time.Second) <= 0 {
		return "now"
	}
	return "in " + output.Until(t, now)
}

// endText describes when the portal's session ends. It returns "" if the end is not known.
func endText(h broker.SessionEnd, now time.Time) string {
	const near = 20 * time.Minute // between the earliest and the latest possible end
	switch {
	case h.At.IsZero(), !h.Configured && !h.Latest.After(now): // the session has outlived all earlier sessions
		return ""
	case h.Configured && !h.At.After(now):
		return "passed, by sso_session_duration"
	case h.Configured:
		return in(h.At, now)
	case !h.At.After(now):
		return "within " + output.Until(h.Latest, now)
	case h.Latest.Sub(h.At) <= near:
		return "in about " + output.Until(h.At.Add(h.Latest.Sub(h.At)/2), now)
	}
	return "in " + output.Until(h.At, now) + " to " + output.Until(h.Latest, now)
}

// profiles prints the names of a session's profiles. It prints as many as fit in a line, or all.
func (p *page) profiles(s sessionStatus) {
	names := make([]string, len(s.Profiles))
	for i, name := range s.Profiles {
		names[i] = p.cut(name, p.textStart()+len(" and 10000 more"))
	}
	if p.full {
		p.wrapped("profiles", names)
		return
	}
	shown := len(names)
	if p.width == 0 {
		shown = min(shown, someNames)
	}
	for shown > 1 && p.width > 0 && terminal.Width(someOf(names, shown)) > p.width-p.textStart() {
		shown--
	}
	p.line("profiles", someOf(names, shown))
}

// someOf returns the first n names, and the number of the remaining names.
func someOf(names []string, n int) string {
	text := strings.Join(names[:n], ", ")
	if n < len(names) {
		text += fmt.Sprintf(" and %d more", len(names)-n)
	}
	return text
}

// wrapped prints all names, in as many lines as they need.
func (p *page) wrapped(label string, names []string) {
	line := ""
	for i, name := range names {
		if i < len(names)-1 {
			name += ","
		}
		switch {
		case line == "":
			line = name
		case p.width > 0 && terminal.Width(line+" "+name) > p.width-p.textStart():
			p.line(label, line)
			label, line = "", name
		default:
			line += " " + name
		}
	}
	p.line(label, line)
}

// roles prints the roles whose credentials are in the cache, with the time until they expire. It
// never cuts an account number.
func (p *page) roles(s sessionStatus) {
	shown := len(s.Roles)
	if !p.full && shown > someRoles {
		shown = someRoles
	}
	const left = "  23h59m"
	names, widest := make([]string, shown), 0
	for i, r := range s.Roles[:shown] {
		if names[i] = "(not in the config)"; r.RoleName != "" {
			names[i] = p.cut(r.RoleName, p.textStart()+len("111122223333  ")+len(left))
		}
		widest = max(widest, terminal.Width(names[i]))
	}
	label := "roles"
	for i, r := range s.Roles[:shown] {
		gap := strings.Repeat(" ", widest-terminal.Width(names[i]))
		p.line(label, fmt.Sprintf("%-12s  %s%s  %s", terminal.Printable(r.AccountID), names[i], gap, output.Until(r.expires, p.app.Now())))
		label = ""
	}
	if more := len(s.Roles) - shown; more > 0 {
		p.line("", fmt.Sprintf("and %d more; to see all, run:", more))
		p.line("", terminal.Printable(s.show))
	}
}
