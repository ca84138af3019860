// This file describes the selected entry of the menu.

package pickcmd

import (
	"strings"

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
	first := picker.Fact{Label: "profile", Text: e.profile}
	if e.profile == "" {
		first = picker.Fact{Label: "prints", Text: e.value()}
	}
	facts := []picker.Fact{first}
	for _, f := range []picker.Fact{
		{Label: "account", Text: joined("  ", e.account, e.accountName, e.email)},
		{Label: "role", Text: e.role},
		{Label: "session", Text: joined(", ", e.session, p.signIn(e))},
	} {
		if f.Text != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

// joined joins the texts that are not blank.
func joined(separator string, texts ...string) string {
	var known []string
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			known = append(known, t)
		}
	}
	return strings.Join(known, separator)
}

// signIn returns how long the sign-in of the entry's session is valid, or its state. It returns ""
// if the state is not known.
func (p *previewer) signIn(e entry) string {
	if e.session == "" || p.w.NoHome != nil {
		return ""
	}
	text, ok := p.known[e.session]
	if !ok {
		text = p.readSignIn(e)
		p.known[e.session] = text
	}
	return text
}

func (p *previewer) readSignIn(e entry) string {
	s := profile.Session{StartURL: e.config.StartURL, Region: e.config.SSORegion}
	if e.config.StartURL == "" || e.config.Session != "" {
		named, _, err := profile.SessionNamed(p.w.In, e.session)
		if err != nil {
			p.w.App.Log.Debug("no preview of the session", "session", e.session, "error", err)
			return ""
		}
		s = *named
	}
	return prompt.SignIn(p.w.Home, s, p.w.App.Now())
}
