package agentcmd

import (
	"encoding/xml"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// newUnit returns the command agent unit.
func newUnit(app *command.App, o *options) *cobra.Command {
	return &cobra.Command{
		Use:       "unit [systemd | launchd]",
		ValidArgs: []string{"systemd", "launchd"},
		Short:     "Print a service file that starts the agent at login",
		Long: `Print a systemd user unit, or a launchd property list (the default on macOS).

The file contains the settings of this shell that the agent needs, for example
the path of the config. The file contains no secrets. With --in-memory, the
agent keeps tokens only in its memory.

On Windows, create a task in the Task Scheduler that runs
"lanyard agent run --stay".`,
		Example: `# Linux
mkdir -p ~/.config/systemd/user
lanyard agent unit systemd > ~/.config/systemd/user/lanyard-agent.service
systemctl --user enable --now lanyard-agent
# macOS
lanyard agent unit launchd > ~/Library/LaunchAgents/lanyard.agent.plist
launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/lanyard.agent.plist`,
		Annotations: cmdline.Uses(cmdline.Connection),
		Args:        cmdline.MaxArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			kind := map[string]string{"darwin": "launchd", "linux": "systemd"}[runtime.GOOS]
			if len(args) > 0 {
				kind = args[0]
			}
			return printUnit(app, kind, o.inMemory)
		},
	}
}

// printUnit prints the unit of this kind. kind is systemd or launchd.
func printUnit(app *command.App, kind string, inMemory bool) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("the path of this program is unknown: %w", err)
	}
	args, err := arguments(app, options{inMemory: inMemory, stay: true})
	if err != nil {
		return err
	}
	words := append([]string{self}, args...)
	var text string
	switch kind {
	case "systemd":
		text = systemdUnit(words, unitEnvironment(app))
	case "launchd":
		text = launchdList(words, unitEnvironment(app))
	case "":
		return command.Usagef("missing argument: choose systemd or launchd")
	default:
		return command.Usagef("unknown argument %q: choose systemd or launchd", kind)
	}
	_, err = fmt.Fprint(app.Out, text)
	return err
}

// unitEnvironment returns the variables with the locations of files and endpoints. It omits the
// proxies, because their URLs may contain a password.
func unitEnvironment(app *command.App) []string {
	var env []string
	for _, entry := range environment(app) {
		name, value, _ := strings.Cut(entry, "=")
		known := strings.HasPrefix(name, "AWS_ENDPOINT_URL") || slices.Contains([]string{
			"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE", agent.SocketVariable,
			"AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_MAX_ATTEMPTS", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
		}, name)
		if known && value != "" && !strings.ContainsAny(value, "\r\n") {
			env = append(env, entry)
		}
	}
	return env
}

// systemdUnit returns a user unit. systemd reads a backslash in double quotes as an escape, so
// systemdUnit doubles it. It also doubles %, and in commands $. See systemd.unit(5) and
// systemd.service(5).
func systemdUnit(words, env []string) string {
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%")
	var command []string
	for _, w := range words {
		if strings.ContainsAny(w, " \t\"'\\%$;") {
			w = `"` + strings.ReplaceAll(quote.Replace(w), "$", "$$") + `"`
		}
		command = append(command, w)
	}
	var b strings.Builder
	b.WriteString("[Unit]\nDescription=Lanyard agent: refreshes sessions of AWS IAM Identity Center\n\n[Service]\n")
	b.WriteString("ExecStart=" + strings.Join(command, " ") + "\n")
	for _, e := range env {
		b.WriteString(`Environment="` + quote.Replace(e) + "\"\n")
	}
	b.WriteString("Restart=on-failure\nRestartSec=5\nLimitCORE=0\nNoNewPrivileges=yes\nUMask=0077\n\n[Install]\nWantedBy=default.target\n")
	return b.String()
}

// launchdList returns a property list. See launchd.plist(5).
func launchdList(words, env []string) string {
	text := func(s string) string {
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(s)) // writing to a Builder never fails
		return b.String()
	}
	var b strings.Builder
	b.WriteString(xml.Header + `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` + "\n")
	b.WriteString("<plist version=\"1.0\">\n<dict>\n\t<key>Label</key>\n\t<string>lanyard.agent</string>\n\t<key>ProgramArguments</key>\n\t<array>\n")
	for _, w := range words {
		b.WriteString("\t\t<string>" + text(w) + "</string>\n")
	}
	b.WriteString("\t</array>\n\t<key>EnvironmentVariables</key>\n\t<dict>\n")
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		b.WriteString("\t\t<key>" + text(name) + "</key>\n\t\t<string>" + text(value) + "</string>\n")
	}
	b.WriteString("\t</dict>\n\t<key>RunAtLoad</key>\n\t<true/>\n\t<key>KeepAlive</key>\n\t<dict>\n\t\t<key>SuccessfulExit</key>\n\t\t<false/>\n\t</dict>\n" +
		"\t<key>ProcessType</key>\n\t<string>Background</string>\n</dict>\n</plist>\n")
	return b.String()
}
