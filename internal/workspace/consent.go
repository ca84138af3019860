package workspace

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/grant"
	"github.com/lanyard-cli/lanyard/internal/guard"
	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/sleep"
	"github.com/lanyard-cli/lanyard/internal/style"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// This file asks the user to confirm a request, or finds out that the user has already agreed.

// grantPause is the time between two looks for a grant.
const grantPause = 200 * time.Millisecond

// consent returns how the user has agreed to the request: "recent" means earlier in this process.
// It returns a [guard.Refusal] if the user does not agree or cannot be asked.
func (c Case) consent(ctx context.Context, v Verdict) (how string, err error) {
	app := c.g.w.App
	agreed := true
	for _, r := range c.Roles() {
		agreed = agreed && app.Agreed(consentKey(c.profile(), r))
	}
	store := grant.Open(c.g.w.Home)
	var until time.Time // of the grant
	granted := func() (ok bool) {
		until, ok = c.granted(store)
		return ok
	}
	switch {
	case agreed:
		return "recent", nil
	case granted():
		how = "granted"
	case c.problem() == "":
		how, err = "asked", c.ask(ctx, store, v, granted)
	case app.Flags.Wait > 0:
		how, err = "granted", c.await(ctx, v, granted)
	default:
		err = c.refusal(v, c.problem(), c.grantHint())
	}
	if err != nil {
		return "", err
	}
	for _, r := range c.Roles() {
		app.Agree(consentKey(c.profile(), r), until)
		app.Agree(consentKey(r.Profile, r), until) // the broker asks about the sources of a chain again
	}
	return how, nil
}

func consentKey(profile string, r broker.Role) string { return profile + "\x00" + key(r) }

// problem says why the user cannot be asked, or "".
func (c Case) problem() string {
	switch {
	case c.Caller.Agent != "":
		return "the caller is the AI agent " + c.Caller.Agent
	case c.g.w.NeverAsks:
		return "this command does not ask"
	case !c.Caller.Terminal:
		return "there is no terminal"
	}
	return ""
}

func (c Case) grantHint() string {
	name := c.profile()
	if name == "" {
		return "use a profile for this role: lanyard grant needs the name of a profile"
	}
	return "in another terminal, run: lanyard grant " + name + " --for 30m"
}

// await waits for a grant.
func (c Case) await(ctx context.Context, v Verdict, granted func() bool) error {
	app := c.g.w.App
	app.Warn("waiting up to "+app.Flags.Wait.String()+" for a grant", c.grantHint())
	for end := time.Now().Add(app.Flags.Wait); !granted(); {
		if !time.Now().Before(end) {
			return c.refusal(v, "no grant came within "+app.Flags.Wait.String(), c.grantHint())
		}
		if err := sleep.For(ctx, grantPause); err != nil {
			return err
		}
	}
	return nil
}

// ask asks the user on the terminal of the process, even if the standard streams are files. If
// several processes ask about the role, the user answers once.
func (c Case) ask(ctx context.Context, store grant.Store, v Verdict, granted func() bool) error {
	role := c.GrantRole()
	if role.AccountID != "" {
		role.Profile = "" // an AWS CLI that was handed a command asks for the role without the profile
	}
	q := grant.Question{
		Store: store, Role: role, Terminal: terminalID(), Kind: string(v.Action), Now: c.g.w.App.Now, Granted: granted,
		Ask: func(ctx context.Context) (bool, error) {
			console, closeTerminal, err := openConsole(c.g.w.App)
			if err != nil {
				return false, err
			}
			defer closeTerminal()
			return c.AskOn(ctx, console, v)
		},
	}
	switch yes, err := q.Answer(ctx); {
	case err != nil:
		return c.g.w.App.ExplainConsole(err)
	case !yes:
		return c.refusal(v, No(v), "")
	}
	return nil
}

// No describes an answer that does not agree to a request.
func No(v Verdict) string {
	if v.Action == guard.TypeName {
		return "the name was not typed"
	}
	return "the answer was no"
}

// AskOn asks the user on a console, as the rule says.
func (c Case) AskOn(ctx context.Context, console *picker.Console, v Verdict) (bool, error) {
	what := guard.RoleText(c.s.AccountID, c.s.RoleName)
	name := c.profile()
	if name != "" {
		what = "profile " + name + " (" + what + ")"
	}
	about := terminal.Printable("lanyard " + c.s.Command + ": " + what)
	if v.Action == guard.Confirm {
		return console.Confirm(ctx, about+". Continue? [y/N] ", false)
	}
	wanted := name
	if wanted == "" {
		wanted = c.s.RoleName
	}
	typed, err := console.Ask(ctx, picker.Question{Text: about + ". To continue, type " + terminal.Printable(wanted) + ": "})
	return strings.TrimSpace(typed) == wanted, err
}

// openConsole returns a console on the terminal of the process, and a function that closes the
// console.
func openConsole(app *command.App) (*picker.Console, func(), error) {
	if app.IO.Terminal {
		return app.Console(), func() {}, nil
	}
	in, out, err := openTerminal()
	if err != nil {
		return nil, nil, errors.Join(errors.New("the terminal cannot be opened"), err)
	}
	return &picker.Console{In: in, Out: out, Dumb: style.Dumb(app.Env.Lookup)}, func() {
		_ = in.Close()
		_ = out.Close()
	}, nil
}
