// This file describes the selected entry of the menu.

package pickcmd

import (
	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/prompt"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// A previewer describes entries. It reads the token of a session only once, because the user may
// walk through many entries.
type previewer struct {
	w     *workspace.Workspace
	all   []entry
	known map[string]string // by session: the text for the state of its sign-in
}

func newPreviewer(w *workspace.Workspace, all []entry) *previewer {
	return &previewer{w: w, all: all, known: map[string]string{}}
}

// facts returns what is known about an entry. The number of the account comes before its name, so
// that the number is never cut.
func (p *previewer) facts(i int) []picker.Fact {
	e := p.all[i]
	first := picker.Fact{Label: "profile", Text: e.Name}
	if e.Name == "" {
		first = picker.Fact{Label: "prints", Text: value(e)}
	}
	account, role := workspace.RoleOf(e)
	facts := []picker.Fact{first}
	for _, f := range []picker.Fact{
		{Label: "account", Text: joined("  ", account, e.AccountName, e.AccountEmail)},
		{Label: "role", Text: role},
		{Label: "session", Text: joined(", ", sessionOf(e), p.signIn(e))},
	} {
		if f.Text != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

// signIn returns how long the sign-in of the entry's session is valid, or its state. It returns ""
// if the state is not known.
func (p *previewer) signIn(e entry) string {
	session := sessionOf(e)
	if session == "" || p.w.NoHome != nil {
		return ""
	}
	text, ok := p.known[session]
	if !ok {
		text = p.readSignIn(e)
		p.known[session] = text
	}
	return text
}

func (p *previewer) readSignIn(e entry) string {
	s := &profile.Session{StartURL: e.StartURL, Region: e.SSORegion}
	if e.Session != "" {
		var err error
		if s, _, err = profile.SessionNamed(p.w.In, e.Session); err != nil {
			p.w.App.Log.Debug("no preview of the session", "session", e.Session, "error", err)
			return ""
		}
	}
	return prompt.SignIn(p.w.Home, *s, p.w.App.Now())
}
