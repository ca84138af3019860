package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/audit"
	"github.com/lanyard-cli/lanyard/internal/command"
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
		if store, err := p.W.Broker.Cache.Store(s.Key()); err == nil && store == keystore.File && p.guarded(ctx, s) {
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
func (p *Patient) guarded(ctx context.Context, s profile.Session) bool {
	const most = 200 // a look at each of 10,000 profiles takes too long
	names := workspace.UseOf(p.sessions, s).Profiles
	for _, name := range names[:min(most, len(names))] {
		in := p.W.In
		in.Profile = name
		resolved, _, err := profile.Resolve(in)
		if err != nil {
			continue // the check config reports it
		}
		if guarded, err := p.W.Guarded(ctx, resolved, "doctor"); err != nil || guarded {
			return true
		}
	}
	return len(names) > most
}

// checkAudit checks the chain of the audit record.
func checkAudit(_ context.Context, p *Patient) []Finding {
	log, known := audit.In(p.W.App.Env.Lookup)
	if !known {
		return []Finding{notChecked("no home folder is known")}
	}
	if _, err := os.Stat(log.Dir); errors.Is(err, fs.ErrNotExist) {
		return []Finding{ok("there is no record yet")}
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
