package statuscmd

import (
	"errors"
	"path/filepath"
	"slices"
	"time"

	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// A login is a console login of `aws login`, as "status --output json" prints it. The AWS CLI
// refreshes its keys.
type login struct {
	Session   string   `json:"loginSession"`
	State     string   `json:"state"` // valid, refreshable, expired, none; unreadable if the file cannot be read
	ExpiresAt string   `json:"expiresAt,omitempty"`
	Profiles  []string `json:"profiles"`

	expires time.Time
}

// logins returns the console logins of the profiles in the config.
func logins(w *workspace.Workspace) ([]login, error) {
	list := []login{}
	sessions, err := profile.Values(w.In, "login_session")
	if err != nil {
		return list, err
	}
	folder := w.App.Env.Get("AWS_LOGIN_CACHE_DIRECTORY")
	if folder == "" {
		folder = filepath.Join(w.Home, ".aws", "login", "cache")
	}
	for _, s := range sessions {
		i := slices.IndexFunc(list, func(l login) bool { return l.Session == s.Value })
		if i >= 0 {
			list[i].Profiles = append(list[i].Profiles, s.Profile)
			continue
		}
		l := login{Session: s.Value, State: "none", Profiles: []string{s.Profile}}
		cached, err := ssocache.Load(filepath.Join(folder, ssocache.LoginName(s.Value)), ssocache.ParseLogin)
		switch {
		case errors.Is(err, ssocache.ErrNotFound):
		case err != nil:
			w.App.Warn(err.Error(), "")
			l.State = "unreadable"
		default:
			l.State = "expired"
			l.expires, l.ExpiresAt = cached.ExpiresAt, ssocache.FormatTime(cached.ExpiresAt)
			if cached.ExpiresAt.After(w.App.Now()) {
				l.State = "valid"
			} else if cached.Refreshable {
				l.State = "refreshable"
			}
		}
		list = append(list, l)
	}
	return list, nil
}

// login prints the block of a console login.
func (p *page) login(l login) {
	state := map[string]string{"none": "signed out", "expired": "ended"}[l.State]
	if state == "" {
		state = l.State
	}
	paint := p.statePaint(sessionStatus{State: l.State})
	p.text.WriteString(p.paint.Heading(p.cut(l.Session, len(indent)+len(state))) + indent + paint(state) + "\n")
	switch l.State {
	case "valid":
		p.line("keys", "expire "+in(l.expires, p.app.Now()))
	case "refreshable":
		p.line("keys", "expired; the AWS CLI refreshes them at the next use")
	}
	p.profiles(sessionStatus{Profiles: l.Profiles})
	if l.State == "none" || l.State == "expired" {
		p.line("sign in", terminal.Printable("aws login "+signin.ProfileFlag(l.Profiles[0])))
	}
}
