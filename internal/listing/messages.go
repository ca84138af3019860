package listing

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/inventory"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// tellStored prints what an interrupted listing has stored.
func (l *Listing) tellStored(s *Session) {
	if s.progress.Done == 0 {
		return
	}
	stored := fmt.Sprintf("%d accounts are", s.progress.Done)
	switch {
	case s.listed:
		stored = fmt.Sprintf("%d of %d accounts are", s.progress.Done, s.progress.Total)
	case s.progress.Done == 1:
		stored = "1 account is"
	}
	name, line := "", ""
	if l.Several {
		name = terminal.Printable(s.Key()) + ": "
	}
	if l.w.App.IO.ErrTerminal {
		line = "\r\x1b[K" // the terminal has printed ^C
	}
	fmt.Fprintf(l.w.App.IO.Err, "%s%s: %s%s stored; the next command lists the rest\n", line, l.w.App.Name, name, stored)
}

// Err returns the errors of all sessions together. With several sessions, it names them.
func (l *Listing) Err() error {
	var all []error
	for _, s := range l.Sessions {
		err := s.Err
		var incomplete *inventory.IncompleteError
		if errors.As(err, &incomplete) && command.HintOf(err) == "" {
			err = command.WithHint(err, "%s", l.askAgain(s, incomplete))
		}
		if err != nil && l.Several {
			err = &sessionError{s.Key(), err}
		}
		all = append(all, err)
	}
	return errors.Join(all...)
}

// askAgain returns the hint for a list that is not complete. The next command asks for everything
// that is missing, except for accounts that the service has refused.
func (l *Listing) askAgain(s *Session, e *inventory.IncompleteError) string {
	for _, f := range e.Failed {
		if !f.Forbidden {
			return "run the command again"
		}
	}
	switch {
	case e.Err != nil:
		return "run the command again"
	case len(e.Failed) == 1:
		return "to ask again, run: " + l.line(s, "roles", e.Failed[0].AccountID)
	}
	return "to ask again, run: " + l.line(s, l.o.Caller, l.o.Args...)
}

// flags returns the flags that select a session, after a space.
func (l *Listing) flags(s *Session) string {
	switch {
	case l.w.App.Flags.Profile != "":
		return " " + signin.ProfileFlag(l.w.App.Flags.Profile)
	case s.Name != "" && (l.o.Session != "" || l.Several):
		return " --sso-session " + command.Quote(s.Name)
	}
	return ""
}

// TellUnasked prints a hint if inventory.source has accounts whose roles are not known yet.
func (l *Listing) TellUnasked() {
	for _, s := range l.Sessions {
		n := 0
		for _, a := range s.List.Accounts {
			if !a.RolesKnown() {
				n++
			}
		}
		if s.Given == nil || n == 0 {
			continue
		}
		accounts := "1 account was"
		if n > 1 {
			accounts = fmt.Sprintf("%d accounts were", n)
		}
		l.w.App.Hint(fmt.Sprintf("the roles of %s not asked; to list them, run: %s roles%s", accounts, l.w.App.Name, l.flags(s)))
	}
}

// line returns the command line that asks again for the accounts of a session.
func (l *Listing) line(s *Session, caller string, args ...string) string {
	flags := " --refresh" + l.flags(s)
	words, dash := "", false
	for _, a := range args {
		words += " " + command.Quote(a)
		dash = dash || strings.HasPrefix(a, "-")
	}
	line := l.w.App.Name + " " + caller
	if dash {
		return line + flags + " --" + words
	}
	return line + words + flags
}

// A sessionError names the session of an error.
type sessionError struct {
	session string
	err     error
}

func (e *sessionError) Error() string { return "session " + e.session + ": " + e.err.Error() }
func (e *sessionError) Unwrap() error { return e.err }

// TellAge prints how old a list is, if the command made no request for it, and if the list is a
// minute old or older.
func (l *Listing) TellAge(now time.Time) {
	for _, s := range l.Sessions {
		at := s.List.At
		for _, a := range s.List.Accounts {
			if !a.Listed.IsZero() && a.Listed.Before(at) {
				at = a.Listed
			}
		}
		age := now.Sub(at)
		if s.Asked || at.IsZero() || age < time.Minute {
			continue
		}
		name := ""
		if l.Several {
			name = s.Key() + ": "
		}
		fmt.Fprintf(l.w.App.IO.Err, "%s: %slisted %s ago; --refresh lists again\n", l.w.App.Name, name, ago(age))
	}
}

// ago formats an age of a minute or more: "1 minute", "3 hours".
func ago(d time.Duration) string {
	n, unit := int(d.Minutes()), "minute"
	if d >= time.Hour {
		n, unit = int(d.Hours()), "hour"
	}
	if n > 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}
