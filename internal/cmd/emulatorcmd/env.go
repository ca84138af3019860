package emulatorcmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/loopback"
	"github.com/lanyard-cli/lanyard/internal/proxyenv"
	"github.com/lanyard-cli/lanyard/internal/shell"
)

// envOptions holds the flags of emulator env.
type envOptions struct {
	options
	url, shell, dir string
	unset           bool
}

// newEnv returns the command emulator env.
func newEnv(app *command.App) *cobra.Command {
	var o envOptions
	cmd := &cobra.Command{
		Use:   "env --url URL",
		Short: "Connect a shell to a running emulator",
		Long: `Write a config for a running emulator, and print lines that connect a shell to
the emulator. The config has the session ` + sessionName + ` and a profile for
each role, at most 1,000. Your own config, credentials and sessions do not
change.

In PowerShell, use: lanyard emulator env ... | Out-String | Invoke-Expression

Use the same --org, --accounts, --roles and --region as for the emulator. With
--unset, the lines restore the earlier variables of the shell.`,
		Example: `# bash or zsh
eval "$(lanyard emulator env --url http://127.0.0.1:8080)"
eval "$(lanyard emulator env --unset)"
# fish
lanyard emulator env --url http://127.0.0.1:8080 --shell fish | source`,
		Annotations: cmdline.Uses("region"),
		Args:        cmdline.NoArgs,
		RunE:        func(cmd *cobra.Command, _ []string) error { return printEnv(app, cmd, o) },
	}
	o.addOrganization(cmd)
	f := cmd.Flags()
	f.StringVar(&o.url, "url", "", "the base `URL` of the emulator, the first line of its output")
	f.StringVar(&o.shell, "shell", "bash", "print lines for this `SHELL`: bash, zsh, fish or powershell")
	cmdline.Offer(f, "shell", "bash", "zsh", "fish", "powershell")
	f.StringVar(&o.dir, "dir", "", "write the config to this `DIR` (default a new temporary folder)")
	f.BoolVar(&o.unset, "unset", false, "print lines that undo what emulator env has done in this shell")
	return cmd
}

// printEnv writes a config, and prints the lines that point a shell at the config and at
// a running emulator.
func printEnv(app *command.App, cmd *cobra.Command, o envOptions) error {
	dialect, ok := shell.ByName(o.shell)
	if !ok {
		return command.Usagef("argument --shell: Found invalid choice '%s': choose bash, zsh, fish or powershell", o.shell)
	}
	switch {
	case o.unset && o.url != "":
		return command.Usagef("--unset cannot be used with --url")
	case o.unset:
		return printUndo(app, dialect)
	}
	base, err := checkURL(o.url)
	if err != nil {
		return err
	}
	c, err := newConfig(app, cmd, o.options)
	if err != nil {
		return err
	}
	e, err := emulator.New(c) // New checks the region and sets defaults
	if err != nil {
		return explain(cmd, err, c)
	}
	config, profile := profileConfig(c, e, "")
	dir, err := writeConfig(o.dir, config)
	if err != nil {
		return err
	}
	warnOfEnvironment(cmd.Context(), app, base)
	return printVariables(app, dialect, dir, variables(base, dir, profile))
}

// checkURL returns the base URL in --url without a trailing slash. It returns an error if the URL
// is not valid.
func checkURL(raw string) (string, error) {
	if raw == "" {
		return "", command.WithHint(command.Usagef("the following arguments are required: --url"), "use the first line of the output of: lanyard emulator")
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Scheme != "http" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil:
		return "", command.Usagef("--url %q does not have the form http://127.0.0.1:PORT", raw)
	case !loopback.Host(u.Hostname()):
		return "", command.Usagef("--url %s: the emulator must be on this machine", raw)
	}
	return "http://" + u.Host, nil
}

// emulator env stores the folder of the config, and the variables that it replaces, in
// variables with these names. emulator env --unset reads them.
const (
	dirVariable  = variablePrefix + "DIR"
	beforePrefix = variablePrefix + "BEFORE_"
)

// variableNames returns the names of all variables that emulator env can set.
func variableNames() []string {
	var names []string
	for _, v := range variables("", "", "any") {
		names = append(names, v[0])
	}
	return names
}

// printVariables prints the lines that store the old values of variables and set the new
// values. If the shell already uses an emulator, the old variables are stored already.
func printVariables(app *command.App, dialect shell.Dialect, dir string, vars [][2]string) error {
	set := slices.Concat(vars, [][2]string{{dirVariable, dir}})
	if _, again := app.Env.Lookup(dirVariable); !again {
		var before [][2]string
		for _, name := range variableNames() {
			if old, ok := app.Env.Lookup(name); ok {
				before = append(before, [2]string{beforePrefix + name, old})
			}
		}
		set = slices.Concat(before, set)
	}
	signIn, undo := "sign in with: "+app.Name+" sso login --sso-session "+sessionName, "undo this with: "+undoLine(app, dialect)
	lines := []string{"# the config is in " + oneLine(dir), "# " + signIn, "# " + undo}
	for _, v := range set {
		line, err := dialect.Export(v[0], v[1])
		if err != nil {
			return err
		}
		lines = append(lines, line)
	}
	if _, err := fmt.Fprintln(app.Out, strings.Join(lines, "\n")); err != nil {
		return err
	}
	if app.IO.ErrTerminal && !app.IO.OutTerminal { // eval hides the comments
		app.Hint(signIn + "\n" + undo)
	}
	return nil
}

// undoLine returns the command line that undoes emulator env in a shell.
func undoLine(app *command.App, dialect shell.Dialect) string {
	line := app.Name + " emulator env --unset"
	switch dialect {
	case shell.Fish:
		return line + " --shell fish | source"
	case shell.PowerShell:
		return line + " --shell powershell | Out-String | Invoke-Expression"
	}
	return `eval "$(` + line + `)"`
}

// printUndo prints lines that set the variables to their values before emulator env.
func printUndo(app *command.App, dialect shell.Dialect) error {
	dir, ok := app.Env.Lookup(dirVariable)
	if !ok {
		app.Warn("this shell does not use an emulator", "")
		return nil
	}
	var lines []string
	for _, name := range variableNames() {
		old, ok := app.Env.Lookup(beforePrefix + name)
		if _, isSet := app.Env.Lookup(name); !ok && isSet {
			lines = append(lines, dialect.Unset(name))
		}
		if !ok {
			continue
		}
		line, err := dialect.Export(name, old)
		if err != nil {
			return err
		}
		lines = append(lines, line, dialect.Unset(beforePrefix+name))
	}
	if _, err := fmt.Fprintln(app.Out, strings.Join(append(lines, dialect.Unset(dirVariable)), "\n")); err != nil {
		return err
	}
	app.Hint("remove the folder " + command.Quote(dir))
	return nil
}

// oneLine returns s without line breaks, because a line break would end a comment.
func oneLine(s string) string { return strings.NewReplacer("\n", "?", "\r", "?").Replace(s) }

// warnOfEnvironment prints a warning if no emulator runs at base. It also prints a warning for
// each environment variable that overrides the config.
func warnOfEnvironment(ctx context.Context, app *command.App, base string) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/assignment/accounts", nil)
	if err == nil {
		if variable := proxyenv.Read(app.Env.Environ()).Variable(req.URL); variable != "" {
			app.Warn("requests to the emulator go through the proxy in "+variable, "list 127.0.0.1 and localhost in NO_PROXY")
		}
	}
	if err == nil {
		var resp *http.Response
		if resp, err = (&http.Transport{DisableKeepAlives: true}).RoundTrip(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode != http.StatusUnauthorized {
				err = errors.New(resp.Status)
			}
		}
	}
	if err != nil {
		app.Warn("no emulator responds at "+base, "run: "+app.Name+" emulator --listen "+strings.TrimPrefix(base, "http://"))
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_DEFAULT_PROFILE"} {
		if app.Env.Get(name) != "" {
			app.Warn(name+" is set and overrides the profiles of the emulator", "run: unset "+name)
		}
	}
}
