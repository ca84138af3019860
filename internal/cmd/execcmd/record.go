package execcmd

import (
	"github.com/lanyard-cli/lanyard/internal/audit"
	"github.com/lanyard-cli/lanyard/internal/caller"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signproxy"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// recorder returns the function that adds the calls of the command to the audit record. It prints
// nothing, because the terminal belongs to the command.
func recorder(app *command.App, p *profile.Profile, name string) func(signproxy.Call) error {
	quiet := credentials.Quiet(app)
	self := audit.Self(caller.Detect(app.Env.Lookup))
	return func(c signproxy.Call) error {
		e := audit.Entry{
			Time: c.Time, Event: audit.SignedCall, Decision: audit.Allowed, Rule: c.Rule, Profile: p.Name, Account: c.Account, Role: p.RoleName,
			KeyID: c.AccessKeyID, Call: c.Service + ":" + c.Operation, Region: c.Region, Error: c.Reason, Command: name, Caller: self,
		}
		if c.Service == "" {
			e.Call = c.Host
		}
		if !c.Allowed {
			e.Decision = audit.Refused
		}
		return workspace.Record(quiet, e)
	}
}
