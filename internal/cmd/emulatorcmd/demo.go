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
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/sleep"
)

// NewDemo returns the command demo.
func NewDemo(app *command.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Try lanyard without an AWS account",
		Long: `Start the emulator, write an example config to a temporary home folder, and run
the first commands that you would use. Lines that begin with $ are the commands.
The demo connects only to this machine, and does not change your own files.`,
		Example: `lanyard demo`,
		Args:    cmdline.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return demo(cmd.Context(), app) },
	}
	cmd.AddCommand(&cobra.Command{
		Use: "browse URL", Hidden: true, Args: cobra.ExactArgs(1),
		Short: "Play the browser of the demo",
		RunE:  func(cmd *cobra.Command, args []string) error { return followPage(cmd.Context(), args[0]) },
	})
	return cmd
}

// demoLife is the lifetime of access tokens in the demo. It is short, so that the demo can
// show a refresh.
const demoLife = 2 * time.Second

// demoConfig is the format of the demo's config file. Its arguments are a start URL and a region.
const demoConfig = `[sso-session demo]
sso_start_url = %s
sso_region = %s
sso_registration_scopes = sso:account:access

[profile account1-admin]
sso_session = demo
sso_account_id = 111122223333
sso_role_name = AdministratorAccess
region = us-east-1

[profile account2-developer]
sso_session = demo
sso_account_id = 444455556666
sso_role_name = DeveloperAccess
region = us-west-2

[profile account1-readonly]
sso_session = demo
sso_account_id = 111122223333
sso_role_name = ReadOnlyAccess
region = us-east-1
`

// The texts of the demo. Their lines fit a terminal of 80 columns.
const (
	demoIntroduction = `This demo starts an Identity Center on this machine, and uses it as you would
use your organization's Identity Center. The demo needs no AWS account and no
network. It does not read or change your files, and takes about ten seconds.

Each line that begins with $ is a command that the demo runs. The demo has its
own home folder, with this config file:

%s`
	demoSignIn = `1. Sign in once. A small program plays the browser and signs in as jane.`
	demoUse    = `2. Now every profile works, in every account.`
	demoExpire = `3. Access tokens are valid for an hour at AWS, and for %d seconds here. The demo
   waits until the token has expired, and then uses the third profile.`
	demoRefreshed = `   The profile works: the token was refreshed (%s), without a sign-in.`
	demoSignOut   = `4. Sign out. This ends the session at the service and removes the cached
   tokens and credentials.`
	demoRefused = `5. The next command fails on purpose, because step 4 ended the session. The hint
   says how to sign in again.`
	demoEnd = `The demo has ended and removed its home folder. Try next:

    # open a shell with an emulator; to sign in, run: %[1]s sso login
    %[1]s emulator run --auto-approve jane -- %[2]s

    # set up the profiles of your own organization
    %[1]s configure sso

    # list all commands
    %[1]s help`
	demoNotInstalled = `These commands need %[1]s in a folder of PATH. Install it first, as the README
says.`
)

// A stage runs the commands of the demo.
type stage struct {
	app  *command.App
	self string   // the path of this program
	env  []string // the environment of the commands
}

// demo runs the commands of the demo against an emulator, and explains them.
func demo(ctx context.Context, app *command.App) (err error) {
	c := emulator.BuiltIn()
	c.AutoApprove, c.TokenLifetime, c.Now = "jane", demoLife, app.Now
	e, base, stop, err := startServer(c, "127.0.0.1:0", false)
	if err != nil {
		return err
	}
	defer stop()
	// Without a listener for SIGPIPE, a closed stdout would end this process, and the home would
	// remain. The write reports the error.
	_, release := child.TakeSignals(syscall.SIGPIPE)
	defer release()
	home, err := os.MkdirTemp("", "lanyard-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, removeHome(home)) }()
	config := fmt.Sprintf(demoConfig, e.StartURL(), e.Region())
	if err := writeDemoConfig(home, config); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	s := &stage{app: app, self: self, env: demoEnvironment(app.Env.Environ(), home, self, base)}
	if !app.OutStyle().On() {
		s.env = append(s.env, "NO_COLOR=1")
	}

	fmt.Fprintf(app.Out, demoIntroduction, indent(config))
	s.say(demoSignIn)
	if err := s.run(ctx, 0, "sso", "login"); err != nil {
		return err
	}
	s.say(demoUse)
	for _, profile := range []string{"account1-admin", "account2-developer"} {
		if err := s.run(ctx, 0, "sts", "get-caller-identity", "--profile", profile); err != nil {
			return err
		}
	}
	if err := s.run(ctx, 0, "status"); err != nil {
		return err
	}
	s.say(demoExpire, int(demoLife/time.Second))
	if err := sleep.For(ctx, demoLife+100*time.Millisecond); err != nil {
		return err
	}
	before := e.Count("CreateToken:refresh_token")
	if err := s.run(ctx, 0, "sts", "get-caller-identity", "--profile", "account1-readonly"); err != nil {
		return err
	}
	s.say(demoRefreshed, calls(e.Count("CreateToken:refresh_token")-before))
	s.say(demoSignOut)
	if err := s.run(ctx, 0, "sso", "logout"); err != nil {
		return err
	}
	s.say(demoRefused)
	if err := s.run(ctx, command.ExitOther, "sts", "get-caller-identity", "--profile", "account1-admin"); err != nil {
		return err
	}
	s.say(demoEnd, app.Name, defaultShell())
	if _, err := exec.LookPath(app.Name); err != nil {
		s.say(demoNotInstalled, app.Name)
	}
	return nil
}

// indent returns text with each line indented by four blanks.
func indent(text string) string {
	text = "    " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n    ") + "\n"
	return strings.ReplaceAll(text, "    \n", "\n")
}

// calls returns a number of calls in words.
func calls(n int) string {
	if n == 1 {
		return "1 call"
	}
	return fmt.Sprint(n, " calls")
}

// defaultShell returns the name of a shell that is part of this system.
func defaultShell() string {
	if runtime.GOOS == "windows" {
		return "powershell"
	}
	return "bash"
}

// writeDemoConfig writes the config file of the demo into its home folder.
func writeDemoConfig(home, config string) error {
	dir := filepath.Join(home, ".aws")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600)
}

// demoEnvironment returns environ without its AWS variables, and with the variables that point at
// the emulator. BROWSER is this program. This program requests the sign-in URL, and the emulator
// signs in as jane.
func demoEnvironment(environ []string, home, self, base string) []string {
	env := slices.DeleteFunc(slices.Clone(environ), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return strings.HasPrefix(name, "AWS_") || slices.Contains([]string{"HOME", "USERPROFILE", "BROWSER", credentials.ChainVariable}, name)
	})
	env = append(env, "HOME="+home, "USERPROFILE="+home, "BROWSER="+quoteBrowser(self)+" demo browse %s", "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=",
		"NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	for _, v := range endpointVariables {
		env = append(env, v+"="+base)
	}
	return env
}

// say prints a text of the demo.
func (s *stage) say(format string, args ...any) {
	fmt.Fprintf(s.app.Out, "\n"+format+"\n", args...)
}

// sayCommand prints a command line, in bold on a terminal.
func (s *stage) sayCommand(text string) error {
	_, err := fmt.Fprintf(s.app.Out.Raw(), "\n%s\n", s.app.OutStyle().Heading(text))
	return err
}

// run prints a command line and runs it. It returns an error if the exit code is not code.
func (s *stage) run(ctx context.Context, code int, args ...string) error {
	if err := s.sayCommand("$ lanyard " + strings.Join(args, " ")); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, s.self, args...)
	cmd.Env = s.env
	cmd.Stdout, cmd.Stderr = s.app.IO.Out, s.app.IO.Out // if Out is a terminal, the program gets a terminal
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == code {
		return nil
	}
	if err == nil && code != 0 {
		return fmt.Errorf("lanyard %s: succeeded, but the demo expects exit code %d", strings.Join(args, " "), code)
	}
	if err != nil {
		return fmt.Errorf("lanyard %s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// followPage requests a URL and follows its redirects. Its errors contain no URL, because
// the URL of the last redirect contains the authorization code.
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
		err = fmt.Errorf("the sign-in page returned %s", resp.Status)
	}
	return err
}
