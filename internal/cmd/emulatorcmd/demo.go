package emulatorcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/sleep"
)

// NewDemo returns the command demo.
func NewDemo(app *command.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Try lanyard without an AWS account",
		Long: `Start the emulator, write an example config to a temporary home folder, and run
the first commands that you would use. Lines that begin with $ are the commands.
Nothing leaves this machine, and your own files are not changed.`,
		Example: `lanyard demo`,
		Args:    command.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return demo(cmd.Context(), app) },
	}
	cmd.AddCommand(&cobra.Command{
		Use: "browse URL", Hidden: true, Args: cobra.ExactArgs(1),
		Short: "Play the browser of the demo",
		RunE:  func(cmd *cobra.Command, args []string) error { return followPage(cmd.Context(), args[0]) },
	})
	return cmd
}

// demoLife is how long access tokens live in the demo: long enough to use one,
// short enough to see it renewed.
const demoLife = 2 * time.Second

// demoConfig is the config of the guide, with its auto-refresh block.
const demoConfig = `[profile account1-admin]
sso_start_url = %[1]s
sso_region = %[2]s
sso_account_id = 111122223333
sso_role_name = AdministratorAccess
region = us-east-1
output = json
sso_auto_refresh = true
sso_refresh_window = 43200  # 12 hours in seconds

[profile account2-developer]
sso_start_url = %[1]s
sso_region = %[2]s
sso_account_id = 444455556666
sso_role_name = DeveloperAccess
region = us-west-2
output = json

[profile account1-readonly]
sso_start_url = %[1]s
sso_region = %[2]s
sso_account_id = 111122223333
sso_role_name = ReadOnlyAccess
region = us-east-1
`

// A stage runs the commands of the demo.
type stage struct {
	app  *command.App
	self string   // this program
	env  []string // of its runs
}

// demo plays the story of the guide against an emulator.
func demo(ctx context.Context, app *command.App) (err error) {
	c := emulator.BuiltIn()
	c.AutoApprove, c.TokenLifetime, c.Now = "jane", demoLife, app.Now
	e, base, stop, err := startServer(c, "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer stop()
	home, err := os.MkdirTemp("", "lanyard-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()
	if err := writeDemoConfig(home, e); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	s := &stage{app: app, self: self, env: demoEnvironment(app.Env.Environ(), home, self, base)}

	s.say("An Identity Center of our own runs on %s, and ~/.aws/config is that of a newcomer,\nin a home folder that is thrown away at the end. Sign in once:", base)
	if err := s.run(ctx, 0, "sso", "login"); err != nil {
		return err
	}
	signedIn := time.Now()
	s.say("Now every profile works, in every account:")
	for _, profile := range []string{"account1-admin", "account2-developer"} {
		if err := s.run(ctx, 0, "sts", "get-caller-identity", "--profile", profile); err != nil {
			return err
		}
	}
	if err := s.run(ctx, 0, "status"); err != nil {
		return err
	}
	s.say("Access tokens live %s here, an hour at AWS. We wait until this one has expired ...", demoLife)
	if err := sleep.For(ctx, time.Until(signedIn.Add(demoLife+100*time.Millisecond))); err != nil {
		return err
	}
	before := e.Count("CreateToken:refresh_token")
	if err := s.run(ctx, 0, "sts", "get-caller-identity", "--profile", "account1-readonly"); err != nil {
		return err
	}
	s.say("... and nobody was asked: the token was refreshed (%d call), and a third role was fetched.\nSigning out revokes the session on the server and removes what was cached:", e.Count("CreateToken:refresh_token")-before)
	if err := s.run(ctx, 0, "sso", "logout"); err != nil {
		return err
	}
	if err := s.run(ctx, command.ExitOther, "sts", "get-caller-identity", "--profile", "account1-admin"); err != nil {
		return err
	}
	s.say("That is all. For your own organization, begin with: %s configure sso", app.Name)
	return nil
}

// writeDemoConfig writes the config of the guide into a home.
func writeDemoConfig(home string, e *emulator.Emulator) error {
	dir := filepath.Join(home, ".aws")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "config"), fmt.Appendf(nil, demoConfig, e.StartURL(), e.Region()), 0o600)
}

// demoEnvironment returns environ without variables of AWS, and with those that lead to
// the emulator. The browser is this program: it follows the sign-in URL, and the
// emulator answers as the user jane.
func demoEnvironment(environ []string, home, self, base string) []string {
	env := slices.DeleteFunc(slices.Clone(environ), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return strings.HasPrefix(name, "AWS_") || slices.Contains([]string{"HOME", "USERPROFILE", "BROWSER", signin.ChainVariable}, name)
	})
	env = append(env, "HOME="+home, "USERPROFILE="+home, "BROWSER="+quoteBrowser(self)+" demo browse %s", "AWS_EC2_METADATA_DISABLED=true",
		"NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	for _, v := range endpointVariables {
		env = append(env, v+"="+base)
	}
	return env
}

// say prints what the demo shows next.
func (s *stage) say(format string, args ...any) {
	fmt.Fprintf(s.app.Out, "\n"+format+"\n", args...)
}

// run prints a command line and runs it. A code other than want ends the demo.
func (s *stage) run(ctx context.Context, want int, args ...string) error {
	fmt.Fprintf(s.app.Out, "\n$ lanyard %s\n", strings.Join(args, " "))
	cmd := exec.CommandContext(ctx, s.self, args...)
	cmd.Env = s.env
	cmd.Stdout, cmd.Stderr = s.app.Out, s.app.Out
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == want {
		return nil
	}
	if err == nil && want != 0 {
		return fmt.Errorf("lanyard %s: it should have failed with exit code %d", strings.Join(args, " "), want)
	}
	if err != nil {
		return fmt.Errorf("lanyard %s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// followPage follows a URL and its redirects to the end. Its errors hold no query, because
// that of the last redirect holds the authorization code.
func followPage(ctx context.Context, page string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, page, nil)
	if err != nil {
		return withoutURL(err)
	}
	resp, err := (&http.Client{Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		return withoutURL(err)
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	if err == nil && resp.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("the sign-in page answered %s", resp.Status)
	}
	return err
}
