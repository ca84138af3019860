package credentials

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// processTimeout is the time limit of a configured program. botocore has no limit.
const processTimeout = time.Minute

// maxOutput is the maximum number of bytes that a configured program may print.
const maxOutput = 1 << 20

// processError returns the error for a credential_process that does not print credentials.
// The text begins like botocore's text.
func processError(text string) error {
	return &profile.Error{Msg: "Error when retrieving credentials from custom-process: " + text, Code: 255}
}

// A printedError is the failure of a configured program that has explained it on stderr. Its text is
// what the program printed.
type printedError struct {
	text, program string
	exit          error
}

func (e *printedError) Error() string { return e.text }

// WithoutOutput returns a text for the audit record. What a program prints may contain secrets.
func (e *printedError) WithoutOutput() string { return e.program + ": " + e.exit.Error() }

// A processFailure is the failure of a credential_process.
type processFailure struct {
	error
	printed *printedError
}

func (e *processFailure) Unwrap() []error { return []error{e.error, e.printed} }

// process runs a credential_process and reads its output. It starts no shell.
func (f *fetcher) process(ctx context.Context, p *profile.Profile, line awsconfig.Setting) (ssocache.Credentials, error) {
	if err := CheckChain(f.w.App, p.Name); err != nil {
		return ssocache.Credentials{}, err
	}
	words, err := shell.Split(line.Value)
	if runtime.GOOS == "windows" {
		var ok bool
		if words, ok = shell.SplitWindows(line.Value); !ok {
			err = errors.New("a quote is not closed")
		}
	}
	if err == nil && len(words) == 0 {
		err = errors.New("credential_process is empty")
	}
	if err != nil {
		return ssocache.Credentials{}, command.WithHint(processError(err.Error()), "change line %d of the profile %s", line.Line, p.Name)
	}
	c, err := f.run(ctx, p.Name, words)
	if err != nil {
		return ssocache.Credentials{}, command.WithHint(err, "the program of profile %s is in line %d: credential_process = %s", p.Name, line.Line, line.Value)
	}
	if c.AccountID == "" {
		account, _ := p.Get("aws_account_id")
		c.AccountID = account.Value
	}
	return c, nil
}

// run runs a program that prints credentials for the profile called name.
func (f *fetcher) run(ctx context.Context, name string, words []string) (ssocache.Credentials, error) {
	chain := ChainVariable + "=" + strings.Join(append(callers(f.w.App), name), ",")
	out, err := output(ctx, f.w.App, words, nil, chain)
	var printed *printedError
	switch {
	case errors.As(err, &printed):
		return ssocache.Credentials{}, &processFailure{processError(err.Error()), printed}
	case err != nil:
		return ssocache.Credentials{}, processError(err.Error())
	}
	return parseProcess([]byte(out.Reveal()), f.w.App.Now())
}

// parseProcess reads the output of a credential_process.
func parseProcess(output []byte, now time.Time) (ssocache.Credentials, error) {
	var parsed struct {
		Version                       any
		AccessKeyID                   string `json:"AccessKeyId"`
		SecretAccessKey, SessionToken string
		Expiration                    string
		AccountID                     string `json:"AccountId"`
	}
	if err := json.Unmarshal(output, &parsed); err != nil {
		return ssocache.Credentials{}, processError("the output is not JSON") // it may contain secrets
	}
	version := fmt.Sprint(parsed.Version)
	if parsed.Version == nil {
		version = "<Version key not provided>"
	}
	if parsed.Version != float64(1) {
		return ssocache.Credentials{}, processError("Unsupported version '" + version + "' for credential process provider, supported versions: 1")
	}
	if parsed.AccessKeyID == "" {
		return ssocache.Credentials{}, processError("Missing required key in response: 'AccessKeyId'")
	}
	if parsed.SecretAccessKey == "" {
		return ssocache.Credentials{}, processError("Missing required key in response: 'SecretAccessKey'")
	}
	c := ssocache.Credentials{
		AccessKeyID: parsed.AccessKeyID, SecretAccessKey: secret.New(parsed.SecretAccessKey),
		SessionToken: secret.New(parsed.SessionToken), AccountID: parsed.AccountID,
	}
	if text := parsed.Expiration; text != "" {
		var err error
		if c.Expiration, err = ssocache.ParseTime(text); err != nil {
			return ssocache.Credentials{}, processError("Expiration is not a date")
		}
		if !c.Expiration.After(now) {
			return ssocache.Credentials{}, workspace.ErrExpiredKeys
		}
	}
	return c, nil
}

// shellCommand runs a command in a shell, like aws-vault, and returns the output. setting is
// the setting that contains the command.
func shellCommand(ctx context.Context, app *command.App, setting, line string) (secret.String, error) {
	words, attr := shell.Invoke(line, app.Env.Lookup)
	out, err := output(ctx, app, words, attr, ChainVariable+"="+app.Env.Get(ChainVariable))
	if err != nil {
		return secret.String{}, fmt.Errorf("%s: %w", setting, err)
	}
	text := strings.TrimSpace(out.Reveal())
	if text == "" {
		return secret.String{}, fmt.Errorf("%s: the command prints nothing", setting)
	}
	return secret.New(text), nil
}

// output runs a program and returns its stdout. It copies the program's stderr to a terminal,
// and also uses it as the text of the error. The program does not get lanyard's own secrets. attr
// can be nil.
func output(ctx context.Context, app *command.App, words []string, attr *syscall.SysProcAttr, environ ...string) (secret.String, error) {
	return outputWithin(ctx, processTimeout, app, words, attr, environ...)
}

// outputWithin is output with another time limit.
func outputWithin(ctx context.Context, limit time.Duration, app *command.App, words []string, attr *syscall.SysProcAttr, environ ...string) (secret.String, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("%s did not end within %s", words[0], limit))
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // the user configured this command
	cmd.SysProcAttr, cmd.WaitDelay = attr, time.Second
	cmd.Env = append(childEnvironment(app), environ...)
	if app.IO.Terminal {
		cmd.Stdin = app.IO.In
	}
	stdout, stderr := &limitedBuffer{left: maxOutput}, &limitedBuffer{left: 4 << 10}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if app.IO.ErrTerminal {
		cmd.Stderr = io.MultiWriter(app.IO.Err, stderr)
	}
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return secret.String{}, context.Cause(ctx)
	case stdout.full:
		return secret.String{}, fmt.Errorf("%s prints more than %d bytes", words[0], maxOutput)
	case errors.As(err, &exit):
		if text := strings.TrimSpace(stderr.text.String()); text != "" {
			return secret.String{}, &printedError{text, words[0], err}
		}
		return secret.String{}, fmt.Errorf("%s: %w", words[0], err)
	case errors.Is(err, exec.ErrNotFound):
		return secret.String{}, errors.New(words[0] + ": command not found")
	case err != nil:
		return secret.String{}, err
	}
	return secret.New(stdout.text.String()), nil
}

// childEnvironment returns the environment of a configured program. It leaves out the
// emulator's secret, and the keys that `lanyard exec` has set.
func childEnvironment(app *command.App) []string {
	secrets := []string{"LANYARD_EMULATOR_ADMIN_TOKEN", ChainVariable}
	if app.Env.Get("LANYARD_PROFILE") != "" {
		secrets = append(secrets, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
	}
	return slices.DeleteFunc(slices.Clone(app.Env.Environ()), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(secrets, name)
	})
}

// A limitedBuffer is a writer that keeps output up to a limit, and drops the rest.
type limitedBuffer struct {
	text bytes.Buffer
	left int
	full bool
}

func (l *limitedBuffer) Write(b []byte) (int, error) {
	n := min(len(b), l.left)
	l.text.Write(b[:n])
	l.left -= n
	l.full = l.full || n < len(b)
	return len(b), nil
}

// login gets the credentials of `aws login` from the AWS CLI, which can refresh them.
func (f *fetcher) login(ctx context.Context, s profile.Start) (ssocache.Credentials, error) {
	program, err := child.FindAWS(f.w.App)
	if err != nil || program == "" {
		return ssocache.Credentials{}, command.WithHint(
			&command.ConfigError{Code: "Configuration", Msg: fmt.Sprintf("%s: the profile %q is %s, and only the AWS CLI can refresh its credentials", s.From, s.Profile.Name, s.Kind)},
			"install the AWS CLI version 2: https://docs.aws.amazon.com/cli/")
	}
	return f.run(ctx, s.Profile.Name, []string{program, "configure", "export-credentials", "--profile", s.Profile.Name, "--format", "process"})
}
