package agentcmd

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/awscli"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// agentProcess is the command that becomes the agent.
func agentProcess(app *command.App, o agentOptions, log *os.File) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("the agent cannot be started: %w", err)
	}
	args, err := agentArgs(app, o)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, args...) //nolint:gosec // ourselves
	cmd.Args[0] = "lanyard"
	cmd.Env, cmd.Dir = agentEnv(app), string(filepath.Separator)
	cmd.Stderr = log
	cmd.SysProcAttr = detached()
	return cmd, nil
}

// agentArgs is the command line of the agent, with the flags of this one that
// concern connections.
func agentArgs(app *command.App, o agentOptions) ([]string, error) {
	args := []string{"agent", "run"}
	add := func(given bool, words ...string) {
		if given {
			args = append(args, words...)
		}
	}
	g := app.Flags
	add(o.inMemory, "--in-memory")
	add(o.stay, "--stay")
	add(g.Debug, "--debug")
	add(g.NoVerifySSL, "--no-verify-ssl")
	add(g.ConnectTimeout != 0, "--cli-connect-timeout", strconv.Itoa(g.ConnectTimeout))
	add(g.ReadTimeout != 0, "--cli-read-timeout", strconv.Itoa(g.ReadTimeout))
	bundle, err := filepath.Abs(userpath.Expand(g.CABundle, app.Env.Lookup))
	add(g.CABundle != "", "--ca-bundle", bundle)
	return args, err
}

// agentEnv is the environment without the keys and the choices of this shell, which
// are not the agent's business.
func agentEnv(app *command.App) []string {
	var env []string
	for _, entry := range app.Env.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		switch strings.ToUpper(name) {
		case "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "AWS_SESSION_EXPIRATION",
			"AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", signin.ChainVariable, awscli.PassedVariable:
			continue
		case "HOME", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE",
			"SSL_CERT_FILE", agent.SocketVariable: // it works in another folder
			if path, err := filepath.Abs(userpath.Expand(value, app.Env.Lookup)); err == nil && value != "" && value != "none" {
				entry = name + "=" + path
			}
		}
		env = append(env, entry)
	}
	return env
}
