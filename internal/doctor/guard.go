package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/audit"
	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/guard"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

func guardChecks() []Check {
	return []Check{
		{"guard", "guard", "the rules about roles can be read, and other programs cannot go past them with the tokens in the AWS CLI's files", checkGuard},
		{"audit", "audit record", "no entry of the audit record was changed, removed, added or moved", checkAudit},
	}
}

// checkGuard reads the rules about roles.
func checkGuard(ctx context.Context, p *Patient) []Finding {
	in := p.InUse
	if in == nil {
		in = &profile.Profile{}
	}
	rules, err := p.W.GuardFor(in).Rules(ctx)
	switch {
	case err != nil:
		return []Finding{problem("%v", err).fix("%s", command.HintOf(err))}
	case rules.Len() == 0:
		return []Finding{ok("there are no rules")}
	}
	var open []string
	for _, s := range workspace.Distinct(p.sessions) {
		p.connect(s)
		if store, err := p.W.Broker.Cache.Store(s.Key()); err == nil && store == keystore.File && p.guarded(rules, s) {
			open = append(open, nameOf(s))
		}
	}
	if len(open) > 0 {
		return []Finding{warning("the rules guard roles, but the tokens of %s are in the AWS CLI's files: with them, the AWS CLI and every other program can get each role, past the rules",
			strings.Join(open, ", ")).fix("run: lanyard guard --strict")}
	}
	return []Finding{ok("%d %s", rules.Len(), output.Plural(rules.Len(), "rule"))}
}

// guarded reports whether a rule may refuse the role of a profile of a session.
func (p *Patient) guarded(rules guard.Rules, s profile.Session) bool {
	sections, _, _ := p.W.In.Config.All() // the check config reports an error
	uses := map[string]bool{}
	for _, name := range workspace.UseOf(p.sessions, s).Profiles {
		uses[name] = true
	}
	for _, section := range sections {
		if section.Kind != awsconfig.Profile || !uses[section.Name] {
			continue
		}
		value := func(key string) string { v, _ := section.Get(key); return v.Value }
		q := guard.Request{Profile: section.Name, Account: value("sso_account_id"), AccountName: value("sso_account_name"), Role: value("sso_role_name")}
		if own, is := profile.ParseProcess(value("credential_process")); is && q.Account == "" {
			q.Account, q.Role = own.AccountID, own.RoleName
		}
		if rules.Guards(q) {
			return true
		}
	}
	return false
}

// checkAudit checks the chain of the audit record.
func checkAudit(_ context.Context, p *Patient) []Finding {
	log, known := audit.In(p.W.App.Env.Lookup)
	if !known {
		return []Finding{notChecked("no home folder is known")}
	}
	record, err := os.Stat(log.Path())
	if _, missing := os.Stat(filepath.Join(log.Dir, "audit.anchor")); errors.Is(missing, fs.ErrNotExist) { // Verify would create the file
		if errors.Is(err, fs.ErrNotExist) || err == nil && record.Size() == 0 {
			return []Finding{ok("there is no record yet")}
		}
		return []Finding{problem("the file audit.anchor is missing, so nothing says where the audit record ends").fix("find out who removed the file: %s", p.tilde(log.Dir))}
	}
	report, err := log.Verify(audit.Anchor{})
	switch {
	case errors.Is(err, audit.ErrBusy):
		return []Finding{notChecked("%v", err)}
	case err != nil:
		return []Finding{problem("the audit record cannot be read: %v", err).fix("check the folder %s", p.tilde(log.Dir))}
	}
	var found []Finding
	for i, mistake := range report.Problems {
		if i == 3 {
			found = append(found, problem("and %d more", len(report.Problems)-i))
			break
		}
		found = append(found, problem("%s", mistake).fix("find out who changed the record: lanyard audit --verify"))
	}
	if len(found) > 0 {
		return found
	}
	return []Finding{ok("%d %s", report.Entries, map[bool]string{true: "entry", false: "entries"}[report.Entries == 1])}
}
