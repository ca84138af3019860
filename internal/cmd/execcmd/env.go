package execcmd

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// envOptions are the flags and arguments of env.
type envOptions struct {
	profile  string // "" means the profile of --profile or AWS_PROFILE
	format   string // "" means the format of the calling shell
	unset    bool
	noRegion bool
}

// formats lists the values of --format in the order of the help.
var formats = [...]string{"bash", "zsh", "sh", "fish", "elvish", "nu", "xonsh", "powershell", "cmd", "dotenv", "json", "sts", "github"}

// NewEnv returns the command env.
func NewEnv(app *command.App) *cobra.Command {
	var o envOptions
	cmd := &cobra.Command{
		Use:   "env [PROFILE]",
		Short: "Print the credentials of a profile as variables",
		Long: `Print lines that set the role credentials of a profile in your shell. The
printed lines set the variables of "lanyard exec", and remove all other
variables for credentials.

On Linux, the default format is for the shell that runs lanyard. If lanyard does
not recognize the shell, and on other systems, the default is for the shell in
$SHELL, else for bash, or for powershell on Windows. Some formats are not for a
shell:

  dotenv  a .env file for Docker Compose
  json    a JSON object with the variables
  sts     the JSON of sts assume-role, for settings such as awsCredentialExport
  github  for a step of a GitHub Actions job: adds the variables to the file
          $GITHUB_ENV, and hides the secrets in the log

--unset prints lines that remove the variables. Without a profile, env opens a
menu on the terminal.`,
		Example: `eval "$(lanyard env dev-admin)"
# in fish
lanyard env dev-admin --format fish | source
# remove the credentials from the shell
eval "$(lanyard env --unset)"`,
		Annotations: cmdline.Uses("profile", "region", cmdline.Role, cmdline.Connection),
		Args:        cmdline.MaxArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.profile = args[0]
			}
			return printEnv(cmd.Context(), app, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "", "the `FORMAT` of the output: "+strings.Join(formats[:], ", "))
	cmdline.Offer(f, "format", formats[:]...)
	f.BoolVar(&o.unset, "unset", false, "print lines that remove the variables")
	addNoRegion(cmd, &o.noRegion)
	cmdline.AddWait(cmd, app)
	return cmd
}

// printEnv prints the variables of a profile. If an error occurs, it prints no variable.
func printEnv(ctx context.Context, app *command.App, o envOptions) error {
	if o.format != "" && !slices.Contains(formats[:], o.format) {
		return command.WithHint(command.Usagef("argument --format: Found invalid choice '%s'", o.format), "choose from %s", strings.Join(formats[:], ", "))
	}
	if err := checkNoRegion(app, o.noRegion); err != nil {
		return err
	}
	if o.format == "" {
		o.format = callingShell(app.Env)
	}
	syntax, lines := shell.Syntaxes()[o.format]
	if o.unset {
		if syntax.Unset == nil {
			return command.Usagef("--unset cannot be used with --format %s", o.format)
		}
		return printUnset(app, o, syntax)
	}
	in, from, err := workspace.Choose(ctx, app, o.profile)
	if err != nil {
		return err
	}
	vars, err := variables(ctx, in, from, "env", o.noRegion)
	if err != nil {
		return err
	}
	var text string
	switch {
	case lines:
		text, err = vars.lines(app.Env, syntax)
	case o.format == "json":
		text, err = vars.json()
	case o.format == "sts":
		text, err = vars.sts()
	default:
		return vars.github(app)
	}
	if err != nil {
		return err
	}
	_, err = io.WriteString(app.Out, text)
	return err
}

// printUnset prints lines that unset the variables that env sets or clears. It skips variables
// that are not set.
func printUnset(app *command.App, o envOptions, syntax shell.Syntax) error {
	if o.profile != "" {
		return command.Usagef("--unset cannot be used with PROFILE")
	}
	names := cleared[:]
	if !o.noRegion {
		names = append(slices.Clone(names), "AWS_REGION", "AWS_DEFAULT_REGION")
	}
	_, err := io.WriteString(app.Out, unsetLines(app.Env, syntax, names))
	return err
}

// unsetLines returns lines that unset the variables in names. It skips variables that are not in
// env.
func unsetLines(env command.Env, syntax shell.Syntax, names []string) string {
	var b strings.Builder
	for _, name := range names {
		if _, ok := env.Lookup(name); ok && syntax.Unset != nil {
			b.WriteString(syntax.Unset(name) + "\n")
		}
	}
	return b.String()
}

// lines returns lines that unset other credentials, and then lines that set the variables.
func (s setting) lines(env command.Env, syntax shell.Syntax) (string, error) {
	var b strings.Builder
	others := slices.DeleteFunc(slices.Clone(cleared[:]), func(name string) bool {
		return slices.ContainsFunc(s, func(v variable) bool { return v.name == name })
	})
	b.WriteString(unsetLines(env, syntax, others))
	for _, v := range s {
		line, err := syntax.Set(v.name, v.value)
		if err != nil {
			return "", err
		}
		b.WriteString(line + "\n")
	}
	return b.String(), nil
}

// json returns the variables as one object, in their order.
func (s setting) json() (string, error) {
	var b strings.Builder
	for i, v := range s {
		value, err := json.Marshal(v.value)
		if err != nil {
			return "", err
		}
		separator := ","
		if i == 0 {
			separator = "{"
		}
		fmt.Fprintf(&b, "%s\n    %q: %s", separator, v.name, value)
	}
	return b.String() + "\n}\n", nil
}

// get returns the value of a variable, or "".
func (s setting) get(name string) string {
	for _, v := range s {
		if v.name == name {
			return v.value
		}
	}
	return ""
}

// sts returns the credentials in the format of "aws sts assume-role".
func (s setting) sts() (string, error) {
	type credentials struct {
		AccessKeyID     string `json:"AccessKeyId"`
		SecretAccessKey string
		SessionToken    string `json:",omitempty"`
		Expiration      string `json:",omitempty"`
	}
	b, err := json.MarshalIndent(struct{ Credentials credentials }{credentials{
		s.get("AWS_ACCESS_KEY_ID"), s.get("AWS_SECRET_ACCESS_KEY"), s.get("AWS_SESSION_TOKEN"), s.get("AWS_CREDENTIAL_EXPIRATION"),
	}}, "", "    ")
	return string(b) + "\n", err
}

// github prints the commands that hide the secrets in the log of a GitHub Actions job. Then it
// adds the variables to the file that GITHUB_ENV names, for the next steps of the job.
//
// See https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands.
func (s setting) github(app *command.App) error {
	path := app.Env.Get("GITHUB_ENV")
	if path == "" {
		return command.WithHint(command.Usagef("--format github: GITHUB_ENV is not set"), "use this format in a step of a GitHub Actions job")
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("GITHUB_ENV: %w", err)
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		if value := s.get(name); value != "" && err == nil {
			_, err = fmt.Fprintf(app.Out, "::add-mask::%s\n", value)
		}
	}
	var text strings.Builder
	for _, v := range s {
		if strings.ContainsAny(v.value, "\r\n") {
			mark := "lanyard-" + rand.Text()
			fmt.Fprintf(&text, "%s<<%s\n%s\n%s\n", v.name, mark, v.value, mark)
			continue
		}
		fmt.Fprintf(&text, "%s=%s\n", v.name, v.value)
	}
	if err == nil { // without these commands, the log would show the secrets
		_, err = f.WriteString(text.String())
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("GITHUB_ENV: %w", err)
	}
	return nil
}

// callingShell returns the format for the shell that runs this process. On Linux, it checks the
// name of the parent process. If this name is not the name of a shell, it checks SHELL.
func callingShell(env command.Env) string {
	if comm, err := datafile.Read("/proc/"+strconv.Itoa(os.Getppid())+"/comm", datafile.Limit); err == nil {
		if name, ok := shellName(strings.TrimSpace(string(comm))); ok {
			return name
		}
	}
	if name, ok := shellName(env.Get("SHELL")); ok {
		return name
	}
	if runtime.GOOS == "windows" {
		return "powershell"
	}
	return "bash"
}

// shellName returns the name of a shell in [shell.Syntaxes]. path is the path of the shell.
func shellName(program string) (name string, ok bool) {
	name = strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(filepath.Base(program)), "-"), ".exe")
	switch name {
	case "pwsh":
		name = "powershell"
	case "dash", "ash", "ksh", "ksh93", "mksh", "oksh", "yash", "busybox":
		name = "sh"
	}
	_, ok = shell.Syntaxes()[name]
	return name, ok && name != "dotenv"
}
