package guardcmd

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/guard"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/style"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// newCheck returns the command guard check.
func newCheck(app *command.App) *cobra.Command {
	var commandName string
	cmd := &cobra.Command{
		Use:   "check [PROFILE]",
		Short: "Show which rule decides about a profile",
		Long: `Show what the rules say about a profile: the facts about the role and the
caller, each rule up to the one that decides, and what happens now. Without
PROFILE, lanyard checks the profile of AWS_PROFILE, or shows a menu.

Some rules depend on the command. --command names it, such as "exec" (the
default), "sso get-credentials", or "ec2 terminate-instances".

The exit code is 0 if the command would get a role now or would ask you, and 1
if it would be refused. check itself hands out nothing and asks nothing.`,
		Example: `lanyard guard check prod-admin
lanyard guard check prod-admin --command "sso get-credentials"
lanyard guard check prod-admin --output json`,
		Annotations: cmdline.Uses("profile", "output", "query", cmdline.Role),
		Args:        cmdline.MaxArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return check(cmd.Context(), app, strings.Join(args, ""), commandName)
		},
	}
	cmd.Flags().StringVar(&commandName, "command", "exec", "check the rules for this `COMMAND`")
	return cmd
}

// A report is the result of guard check. "guard check --output json" prints a report.
type report struct {
	Profile string       `json:"profile"` // "" if flags name the role
	Command string       `json:"command"`
	Caller  callerReport `json:"caller"`
	Roles   []roleReport `json:"roles"` // the role of the profile is last
	Action  string       `json:"action"`
	Result  string       `json:"result"`
	Allowed bool         `json:"allowed"`
	Reason  string       `json:"reason,omitempty"` // of a refusal
	Guarded bool         `json:"guarded"`
	Bypass  string       `json:"bypass,omitempty"` // how other programs go past the rules

	hint, close string
}

type callerReport struct {
	Terminal bool   `json:"terminal"`
	CI       string `json:"ci,omitempty"`
	Agent    string `json:"agent,omitempty"`
	AgentBy  string `json:"agentBy,omitempty"`
	Time     string `json:"time"`
}

type roleReport struct {
	Profile     string       `json:"profile"`
	Aliases     []string     `json:"aliases,omitempty"`
	AccountID   string       `json:"account,omitempty"`
	AccountName string       `json:"accountName,omitempty"`
	RoleName    string       `json:"role,omitempty"`
	Rules       []ruleReport `json:"rules"`
}

type ruleReport struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Team    bool   `json:"team"`
	Action  string `json:"action"`
	Decides bool   `json:"decides"`
	Why     string `json:"why,omitempty"`
}

// check explains the rules for a profile.
func check(ctx context.Context, app *command.App, name, commandName string) error {
	app, from, err := workspace.Choose(ctx, app, name)
	if err != nil {
		return err
	}
	w := workspace.Files(app)
	p, err := credentials.Resolve(ctx, w, "guard check")
	if err != nil {
		return workspace.ExplainName(err, from)
	}
	s, err := workspace.SubjectOf(p, commandName)
	if err != nil {
		return err
	}
	c, ok, err := w.GuardFor(p).Case(ctx, s)
	if err != nil {
		return err
	}
	r := report{Profile: p.Name, Command: commandName, Roles: []roleReport{}, Action: string(guard.Allow), Result: "allowed", Allowed: true}
	if ok {
		if err := r.fill(c); err != nil {
			return err
		}
	}
	if r.Guarded {
		r.Bypass, r.close = bypass(w, p)
	}
	if app.Flags.Output != "" || app.Flags.Query != "" {
		err = output.Print(app, "Guard", r)
	} else {
		err = r.print(app, ok)
	}
	if err == nil && !r.Allowed {
		err = command.ExitError(command.ExitCommand)
	}
	return err
}

// fill adds the decision of the rules to the report.
func (r *report) fill(c workspace.Case) error {
	v, err := c.Verdict()
	if err != nil {
		return err
	}
	roles, err := c.Explain()
	if err != nil {
		return err
	}
	unknownName := false
	for _, role := range roles {
		one := roleReport{
			Profile: role.Profile, Aliases: role.Aliases, AccountID: role.Account, AccountName: role.AccountName, RoleName: role.Role,
			Rules: []ruleReport{},
		}
		for _, s := range role.Steps {
			unknownName = unknownName || s.Decides && s.Why != "" && role.AccountName == ""
			one.Rules = append(one.Rules, ruleReport{s.Rule.Path, s.Rule.Line, s.Rule.Team, string(s.Rule.Action), s.Decides, s.Why})
		}
		r.Roles = append(r.Roles, one)
		r.Caller = callerReport{role.Terminal, role.CI, role.Agent, c.Caller.AgentBy, role.Now.Format("Monday, 15:04 MST")}
	}
	r.Action, r.Guarded = string(v.Action), v.Guarded
	result, refused := c.Answer(v)
	if r.Result = result; refused != nil {
		r.Allowed, r.Reason, r.hint = false, refused.Error(), command.HintOf(refused)
	}
	if r.hint == "" && unknownName {
		r.hint = "to list the accounts with their names, run: lanyard accounts"
	}
	return nil
}

// bypass says how other programs can get the role past the rules, and which command closes this way.
func bypass(w *workspace.Workspace, p *profile.Profile) (how, command string) {
	entries, _ := credentials.Written(w) // after an error, no entry is known
	for _, e := range entries {
		if e.Profile == p.Name && e.Expires.After(w.App.Now()) {
			return "the entry [" + e.Name + "] of " + w.In.Credentials.Path + " has the role in plaintext", "lanyard credentials clean"
		}
	}
	chain, _, err := p.Chain()
	if err != nil || chain.Start.Kind != profile.SSO {
		return "", ""
	}
	s := chain.Start.Profile.Session
	if store, err := w.Broker.Cache.Store(s.Key()); err != nil || store != keystore.File {
		return "", ""
	}
	return "the token of the session " + s.Key() + " is in a file, so the AWS CLI and the SDKs can get the role without lanyard", "lanyard guard --strict"
}

// print prints the report for a user.
func (r report) print(app *command.App, anyRules bool) error {
	paint := app.OutStyle()
	var b strings.Builder
	line := func(label, text string) { fmt.Fprintf(&b, "%-9s %s\n", label, terminal.Printable(text)) }
	if !anyRules {
		line("result", "allowed: there are no rules")
		_, err := app.Out.Raw().Write([]byte(b.String()))
		return err
	}
	line("profile", cmp.Or(r.Profile, "(none)"))
	line("command", r.Command)
	line("caller", r.Caller.text())
	for _, role := range r.Roles {
		b.WriteByte('\n')
		text := guard.RoleText(role.AccountID, role.RoleName)
		if role.AccountName != "" {
			text += " (" + role.AccountName + ")"
		}
		if role.Profile != r.Profile && role.Profile != "" {
			text += ", profile " + role.Profile
		}
		line("role", text)
		if len(role.Aliases) > 0 {
			line("also", strings.Join(role.Aliases, ", "))
		}
		for _, rule := range role.Rules {
			fmt.Fprintf(&b, "  %s\n", rule.text(app, paint))
		}
		if n := len(role.Rules); n == 0 || !role.Rules[n-1].Decides {
			b.WriteString("  no rule matches\n")
		}
	}
	b.WriteByte('\n')
	result := terminal.Printable(r.Result)
	if r.Allowed {
		result = paint.Good(result)
	} else {
		result = paint.Bad(result) + ": " + terminal.Printable(r.Reason)
	}
	fmt.Fprintf(&b, "%-9s %s\n", "result", result)
	if _, err := app.Out.Raw().Write([]byte(b.String())); err != nil {
		return err
	}
	if r.hint != "" && !strings.Contains(r.hint, "guard check") {
		app.Hint(r.hint)
	}
	if r.Bypass != "" {
		app.Warn(r.Bypass, "to close this way, run: "+r.close)
	}
	return nil
}

func (c callerReport) text() string {
	text := "no terminal"
	if c.Terminal {
		text = "a terminal"
	}
	if c.CI != "" {
		text += ", the CI " + c.CI
	}
	if c.Agent != "" {
		text += ", the AI agent " + c.Agent + " (found by " + c.AgentBy + ")"
	} else {
		text += ", no AI agent"
	}
	return text + "; " + c.Time
}

func (r ruleReport) text(app *command.App, paint style.Palette) string {
	file := r.File
	if home, err := workspace.Home(app); err == nil {
		if rest, ok := strings.CutPrefix(file, home+string(filepath.Separator)); ok {
			file = filepath.Join("~", rest)
		}
	}
	text := fmt.Sprintf("%s, line %d", file, r.Line)
	if r.Team {
		text += " (team)"
	}
	text = terminal.Printable(text) + ": " + r.Action
	switch {
	case r.Decides && r.Why != "":
		text += " — decides, because " + terminal.Printable(r.Why)
	case r.Decides:
		text += " — decides"
	default:
		return paint.Dim(text + " — does not match: " + terminal.Printable(r.Why))
	}
	return paint.Heading(text)
}
