package credentials

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// Written returns the entries that lanyard has written to the credentials file.
func Written(w *workspace.Workspace) ([]credfile.Entry, error) {
	path := w.In.Credentials.Path
	content, err := datafile.Read(path, datafile.ConfigLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return credfile.Entries(path, content)
}

// ForEntry gets the credentials of a profile, and returns them with a new entry of the
// credentials file called name.
func ForEntry(ctx context.Context, w *workspace.Workspace, p *profile.Profile, name, caller string) (credfile.Entry, ssocache.Credentials, error) {
	e := credfile.Entry{Name: name, Profile: p.Name, Region: p.Region}
	chain, _, err := p.Chain() // Get prints the warnings
	if err != nil {
		return e, ssocache.Credentials{}, err
	}
	if chain.Start.Kind == profile.SSO {
		e.Session = chain.Start.Profile.Session.Key()
	}
	if err := mayBeWritten(ctx, w, p, caller); err != nil {
		return e, ssocache.Credentials{}, err
	}
	c, err := Get(ctx, w, p, caller)
	c.AccountID = cmp.Or(c.AccountID, p.AccountID)
	return e, c, err
}

// mayBeWritten returns an error if the user's rules may refuse the role to some caller. In the
// credentials file, every program would find the role.
func mayBeWritten(ctx context.Context, w *workspace.Workspace, p *profile.Profile, caller string) error {
	guarded, err := w.Guarded(ctx, p, caller)
	if err != nil || !guarded {
		return err
	}
	return command.WithHint(&command.ConfigError{Code: "Configuration", Msg: "profile " + p.Name + " is not written to " + w.In.Credentials.Path + ", because rules apply to its role, and every program can read the file"},
		"to give the credentials to one program, run: lanyard exec %s -- PROGRAM", p.Name)
}

// RemoveWritten removes the entries for which wanted returns true. It does not remove a changed
// entry.
func RemoveWritten(ctx context.Context, w *workspace.Workspace, what string, wanted func(credfile.Entry) bool) (removed, changed []credfile.Entry, err error) {
	entries, err := Written(w)
	if err != nil || !slices.ContainsFunc(entries, wanted) {
		return nil, nil, err
	}
	_, err = w.EditFile(ctx, true, what, func(path string, old []byte) ([]byte, error) {
		removed, changed = nil, nil
		return credfile.Remove(path, old, func(e credfile.Entry) bool {
			switch {
			case !wanted(e):
				return false
			case e.Changed:
				changed = append(changed, e)
				return false
			}
			removed = append(removed, e)
			return true
		})
	})
	return removed, changed, err
}

// WarnOfChanged warns about entries that were not removed, because they have changed.
func WarnOfChanged(w *workspace.Workspace, changed []credfile.Entry) {
	for _, e := range changed {
		w.App.Warn(fmt.Sprintf("%s: line %d: [%s] stays, because it has changed since lanyard wrote it", w.In.Credentials.Path, e.Line, e.Name),
			"remove the section in a text editor if you do not need it")
	}
}

// renewBefore is the remaining lifetime at which the agent renews an entry. The broker replaces
// cached role credentials at the same remaining lifetime.
const renewBefore = 15 * time.Minute

// retryAfter is the pause after a renewal that failed.
const retryAfter = 5 * time.Minute

// renewLimit is the longest time for one renewal.
const renewLimit = time.Minute

// A Renewer renews the entries of the credentials file, in the background agent. It renews only
// entries whose credentials begin with a session of Identity Center. So it runs no
// credential_process and asks the user nothing. It never creates an entry.
type Renewer struct {
	App *command.App
	// Open opens a workspace for a profile. "" means the default profile.
	Open func(profile string) (*workspace.Workspace, error)

	failed map[string]failure // by the name of the entry
}

// A failure is the last failed renewal of an entry.
type failure struct {
	retry time.Time
	err   string
}

// Renew renews the entries that expire soon. It returns the number of entries that it keeps valid.
// It logs errors, each only once.
func (r *Renewer) Renew(ctx context.Context) (kept int) {
	w, err := r.Open("")
	if err != nil {
		return 0
	}
	entries, err := Written(w)
	if err != nil {
		r.App.Log.Debug("cannot read the credentials file", "error", err)
		return 0
	}
	now := r.App.Now()
	for _, e := range entries {
		if e.Changed || e.Session == "" || e.Expires.IsZero() {
			continue
		}
		last, failed := r.failed[e.Name]
		waits := failed && last.retry.After(now) && last.retry.Sub(now) <= retryAfter // the clock can be set back
		switch {
		case e.Expires.Sub(now) > renewBefore:
			kept++
		case waits:
		default:
			err := r.renew(ctx, e)
			if err == nil {
				delete(r.failed, e.Name)
				kept++
				continue
			}
			if last.err != err.Error() {
				r.App.Log.Warn("an entry of the credentials file was not renewed", "entry", e.Name, "profile", e.Profile, "error", err)
			}
			if r.failed == nil {
				r.failed = map[string]failure{}
			}
			r.failed[e.Name] = failure{now.Add(retryAfter), err.Error()}
		}
	}
	return kept
}

// renew renews one entry.
func (r *Renewer) renew(ctx context.Context, e credfile.Entry) error {
	ctx, cancel := context.WithTimeout(ctx, renewLimit)
	defer cancel()
	w, err := r.Open(e.Profile)
	if err != nil {
		return err
	}
	p, err := w.Resolve()
	if err != nil {
		return err
	}
	chain, _, err := p.Chain()
	if err != nil {
		return err
	}
	asks := func(r profile.Role) bool { return r.MFASerial != "" }
	if chain.Start.Kind != profile.SSO || chain.Start.Profile.Session.Key() != e.Session || slices.ContainsFunc(chain.Roles, asks) {
		return fmt.Errorf("profile %s needs more than the session %s for its credentials", e.Profile, e.Session)
	}
	if err := mayBeWritten(ctx, w, p, "agent"); err != nil {
		return err
	}
	c, err := Get(ctx, w, p, "agent")
	c.AccountID = cmp.Or(c.AccountID, p.AccountID)
	switch {
	case err != nil:
		return err
	case e.AccountID != "" && c.AccountID != "" && c.AccountID != e.AccountID:
		return fmt.Errorf("profile %s now has the account %s, and the entry has %s", e.Profile, c.AccountID, e.AccountID)
	case !c.Expiration.After(e.Expires):
		return nil // the same credentials
	}
	changed, err := w.EditFile(ctx, true, "credentials write", func(path string, old []byte) ([]byte, error) {
		return credfile.Renew(path, old, e, c)
	})
	if changed {
		r.App.Log.Info("renewed an entry of the credentials file", "entry", e.Name, "profile", e.Profile, "expires", ssocache.FormatTime(c.Expiration))
	}
	return err
}
