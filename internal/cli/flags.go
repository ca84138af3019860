package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lanyard/internal/render"
)

// globalFlags are the AWS CLI's. They are accepted anywhere on the line.
type globalFlags struct {
	profile, region, output, query, endpointURL string
	caBundle, color, binaryFormat, errorFormat  string
	noVerifySSL, debug, noCLIPager, noPaginate  bool
	noSignRequest                               bool
	connectTimeout, readTimeout                 int
}

func (app *App) addGlobalFlags(f *pflag.FlagSet) {
	g := &app.flags
	f.StringVar(&g.profile, "profile", "", "the profile of the config to use")
	f.StringVar(&g.region, "region", "", "the region to use; overrides the profile and the environment")
	f.StringVar(&g.output, "output", "", "how results are printed: "+strings.Join(render.Formats(), ", "))
	f.StringVar(&g.query, "query", "", "a JMESPath expression that selects from the result")
	f.StringVar(&g.endpointURL, "endpoint-url", "", "the base URL of the service that the command names")
	f.BoolVar(&g.noVerifySSL, "no-verify-ssl", false, "do not verify TLS certificates")
	f.StringVar(&g.caBundle, "ca-bundle", "", "a file of CA certificates (PEM) to trust")
	f.BoolVar(&g.debug, "debug", false, "tell on stderr where values come from and what is asked; secrets are left out")
	f.BoolVar(&g.noCLIPager, "no-cli-pager", false, "do not page the output")
	f.StringVar(&g.color, "color", "auto", "on, off or auto")
	f.IntVar(&g.connectTimeout, "cli-connect-timeout", 0, "seconds to wait for a connection; 0 means 5, or 60 for operations of services")
	f.IntVar(&g.readTimeout, "cli-read-timeout", 0, "seconds one try may take; 0 means 10, or 60 for operations of services")
	f.BoolVar(&g.noPaginate, "no-paginate", false, "make one call only, where results come in pages")
	f.BoolVar(&g.noSignRequest, "no-sign-request", false, "do not sign requests; no credentials are needed")
	f.StringVar(&g.binaryFormat, "cli-binary-format", "", "how binary parameters are given: base64 (the default) or raw-in-base64-out")
	f.StringVar(&g.errorFormat, "cli-error-format", "", "how errors are printed: enhanced (the default), legacy, json, yaml, text or table")
}

// always are the global flags that mean something to every command. The others
// are refused by a command that does not name them: none is ignored.
var always = [...]string{"profile", "region", "debug", "no-cli-pager", "color", "ca-bundle", "no-verify-ssl", "cli-connect-timeout", "cli-read-timeout", "cli-error-format"}

// everyFlag stands for all global flags in a list of those that a command takes.
const everyFlag = "*"

// honours records which further global flags a command takes.
func honours(cmd *cobra.Command, names ...string) *cobra.Command {
	cmd.Annotations = map[string]string{"honours": strings.Join(names, " ")}
	return cmd
}

// checkFlags refuses values that no command can use, and global flags that this
// one does not have.
func (app *App) checkFlags(cmd *cobra.Command) error {
	g := app.flags
	switch {
	case !slices.Contains([]string{"on", "off", "auto"}, g.color):
		return usagef("argument --color: Found invalid choice '%s': choose on, off or auto", g.color)
	case g.binaryFormat != "" && g.binaryFormat != "base64" && g.binaryFormat != "raw-in-base64-out":
		return usagef("argument --cli-binary-format: Found invalid choice '%s'", g.binaryFormat)
	case g.errorFormat != "" && !validErrorFormat(g.errorFormat):
		return usagef("argument --cli-error-format: Found invalid choice '%s'", g.errorFormat)
	case g.connectTimeout < 0 || g.readTimeout < 0:
		return usagef("--cli-connect-timeout and --cli-read-timeout take a number of seconds, 0 or more")
	}
	var err error
	cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) {
		if err == nil && f.Changed && isGlobal(cmd, f) && !takes(cmd, f.Name) {
			err = usagef("--%s does not go with %q", f.Name, strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" "))
		}
	})
	return err
}

// isGlobal tells the global flags from those that a command has from the group that
// it stands in.
func isGlobal(cmd *cobra.Command, f *pflag.Flag) bool {
	return cmd.Root().PersistentFlags().Lookup(f.Name) == f
}

// takes says whether a command has a use for a global flag.
func takes(cmd *cobra.Command, flag string) bool {
	honoured := strings.Fields(cmd.Annotations["honours"])
	return slices.Contains(always[:], flag) || slices.Contains(honoured, flag) || slices.Contains(honoured, everyFlag)
}

// seconds turns a flag into a duration; 0 gives the default.
func seconds(n int, def time.Duration) time.Duration {
	if n == 0 {
		return def
	}
	return time.Duration(n) * time.Second
}

// quoteArg quotes an argument so that it can be pasted into a shell.
func quoteArg(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@%+=,", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return alwaysQuote(printable(s))
}

// alwaysQuote quotes an argument for a shell, whatever is in it.
func alwaysQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
