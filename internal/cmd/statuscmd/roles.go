package statuscmd

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// addRoles adds the cached roles and the user to each session. If a user is not known and the
// cache has credentials that STS accepts, addRoles asks STS for the user.
func addRoles(ctx context.Context, w *workspace.Workspace, p *profile.Profile, list []sessionStatus) {
	var known workspace.RoleNames
	cached := w.Broker.Cache.Credentials()
	if len(cached) > 0 { // reading the role names from a large config takes time
		var err error
		if known, err = w.RoleNames(); err != nil {
			w.App.Log.Debug("the config does not say which roles are in the cache", "error", err)
		}
	}
	assumed, _ := w.Broker.Cache.KnownAssumed() // status reports unreadable files itself
	var questions []broker.UserQuestion
	for i := range list {
		s := &list[i]
		if s.State != "valid" && s.State != "refreshable" {
			continue
		}
		roles := w.Broker.RolesOf(s.session, cached, func(path string) bool { return known.Uses(filepath.Base(path), s.session) })
		s.Roles = describeRoles(known, s.session, roles, w.Broker.AssumedOf(s.session, assumed))
		if s.User = w.Broker.User(s.session); s.User != "" {
			continue
		}
		if q, ok := w.Broker.AskUser(s.session, roles); ok {
			questions = append(questions, q)
		}
	}
	if len(questions) == 0 {
		return
	}
	signin.LearnUsers(ctx, w, p, questions)
	for i := range list {
		if s := &list[i]; s.User == "" {
			s.User = w.Broker.User(s.session)
		}
	}
}

// describeRoles returns the roles in the order of their accounts and names.
func describeRoles(known workspace.RoleNames, s profile.Session, cached []broker.CachedRole, assumed []broker.AssumedRole) []role {
	roles := []role{}
	for _, c := range cached {
		account, name := known.Of(filepath.Base(c.Path), s, c.Value.AccountID)
		roles = append(roles, role{AccountID: account, RoleName: name, ExpiresAt: ssocache.FormatTime(c.Value.Expiration), expires: c.Value.Expiration})
	}
	for _, a := range assumed {
		parts := strings.Split(a.Value.UserARN, "/") // …:assumed-role/NAME/SESSION
		roles = append(roles, role{AccountID: a.Value.AccountID, RoleName: parts[max(0, len(parts)-2)], ExpiresAt: ssocache.FormatTime(a.Value.Expiration), expires: a.Value.Expiration})
	}
	slices.SortFunc(roles, func(a, b role) int {
		return cmp.Or(cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.RoleName, b.RoleName))
	})
	return roles
}
