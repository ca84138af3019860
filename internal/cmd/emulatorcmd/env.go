package emulatorcmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/loopback"
	"github.com/lanyard-cli/lanyard/internal/proxyenv"
	"github.com/lanyard-cli/lanyard/internal/shell"
)

// envOptions holds the flags of emulator env.
type envOptions struct {
	options
	url, shell, dir string
}

// newEnv returns the command emulator env.
func newEnv(app *command.App) *cobra.Command {
	var o envOptions
	cmd := &cobra.Command{
		Use:   "env --url URL",
		Short: "Point a shell at a running emulator",
		Long: `Print lines that point a shell at a running emulator, and write the config file
that these lines name. The config has the session ` + sessionName + ` and a profile
for each role, at most 1,000. Your own config, credentials and sessions are not
changed.

In PowerShell, use: lanyard emulator env ... | Out-String | Invoke-Expression

The last lines of the output show how to undo it. Use the same --org,
--accounts, --roles and --region as for the emulator.`,
		Example: `# bash or zsh
eval "$(lanyard emulator env --url http://127.0.0.1:8080)"
# fish
lanyard emulator env --url http://127.0.0.1:8080 --shell fish | source`,
		Annotations: command.Uses("region"),
		Args:        command.NoArgs,
		RunE:        func(cmd *cobra.Command, _ []string) error { return printEnv(app, cmd, o) },
	}
	o.addOrganization(cmd)
	f := cmd.Flags()
	f.StringVar(&o.url, "url", "", "the base `URL` of the emulator, the first line of its output")
	f.StringVar(&o.shell, "shell", "bash", "print lines for this `SHELL`: bash, zsh, fish or powershell")
	f.StringVar(&o.dir, "dir", "", "write the config to this `DIR` (default a new temporary folder)")
	return cmd
}

// printEnv writes a config, and prints the lines that point a shell at the config and at
// a running emulator.
func printEnv(app *command.App, cmd *cobra.Command, o envOptions) error {
	dialect, ok := shell.ByName(o.shell)
	if !ok {
		return command.Usagef("argument --shell: Found invalid choice '%s': choose bash, zsh, fish or powershell", o.shell)
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

// printVariables prints the lines that set the variables, and comments with the lines that unset
// them.
func printVariables(app *command.App, dialect shell.Dialect, dir string, vars [][2]string) error {
	lines := []string{"# the config is in " + oneLine(dir) + "; sign in with: " + app.Name + " sso login --sso-session " + sessionName}
	undo := []string{"# to undo this, run the following lines and remove " + oneLine(dir)}
	for _, v := range vars {
		line, err := dialect.Export(v[0], v[1])
		if err != nil {
			return err
		}
		lines = append(lines, line)
		back := dialect.Unset(v[0])
		if old, set := app.Env.Lookup(v[0]); set {
			if back, err = dialect.Export(v[0], old); err != nil {
				return err
			}
		}
		undo = append(undo, "#   "+back)
	}
	fmt.Fprintln(app.Out, strings.Join(append(lines, undo...), "\n"))
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
