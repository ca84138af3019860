package command

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// Globals are the AWS CLI's. They are accepted anywhere on the line.
type Globals struct {
	Profile, Region, Output, Query, EndpointURL string
	CABundle, Color, BinaryFormat, errorFormat  string
	NoVerifySSL, Debug, NoCLIPager, NoPaginate  bool
	NoSignRequest, AutoPrompt, noAutoPrompt     bool
	ConnectTimeout, ReadTimeout                 int

	Given func(flag string) bool // reports whether a flag was given; nil before they are parsed
}

// Add defines the flags in a set; their values are in g.
func (g *Globals) Add(f *pflag.FlagSet) {
	f.StringVar(&g.Profile, "profile", "", "the profile of the config to use")
	f.StringVar(&g.Region, "region", "", "the region to use; overrides the profile and the environment")
	f.StringVar(&g.Output, "output", "", "how results are printed: json, text, table, yaml, yaml-stream, off")
	f.StringVar(&g.Query, "query", "", "a JMESPath expression that selects from the result")
	f.StringVar(&g.EndpointURL, "endpoint-url", "", "the base URL of the service that the command names")
	f.BoolVar(&g.NoVerifySSL, "no-verify-ssl", false, "do not verify TLS certificates")
	f.StringVar(&g.CABundle, "ca-bundle", "", "a file of CA certificates (PEM) to trust")
	f.BoolVar(&g.Debug, "debug", false, "tell on stderr where values come from and what is asked; secrets are left out")
	f.BoolVar(&g.NoCLIPager, "no-cli-pager", false, "do not page the output")
	f.StringVar(&g.Color, "color", "auto", "on, off or auto")
	f.IntVar(&g.ConnectTimeout, "cli-connect-timeout", 0, "seconds to wait for a connection; 0 means 5, or 60 for operations of services")
	f.IntVar(&g.ReadTimeout, "cli-read-timeout", 0, "seconds one try may take; 0 means 10, or 60 for operations of services")
	f.BoolVar(&g.NoPaginate, "no-paginate", false, "make one call only, where results come in pages")
	f.BoolVar(&g.NoSignRequest, "no-sign-request", false, "do not sign requests; no credentials are needed")
	f.StringVar(&g.BinaryFormat, "cli-binary-format", "", "how binary parameters are given: base64 (the default) or raw-in-base64-out")
	f.BoolVar(&g.AutoPrompt, PromptFlag, false, "ask for parameters; the AWS CLI does it")
	f.BoolVar(&g.noAutoPrompt, "no-cli-auto-prompt", false, "do not ask for parameters; lanyard never does")
	f.StringVar(&g.errorFormat, "cli-error-format", "", "how errors are printed: enhanced (the default), legacy, json, yaml, text or table")
}

// GlobalSet is a set of the global flags alone, whose values are in g.
func GlobalSet(g *Globals) *pflag.FlagSet {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	g.Add(flags)
	return flags
}

// PromptFlag is the one global flag that only the AWS CLI can honour.
const PromptFlag = "cli-auto-prompt"

// Connection are the global flags about how services are reached.
const Connection = "ca-bundle no-verify-ssl cli-connect-timeout cli-read-timeout"

// The annotations that a command of the tree may have.
const (
	usesAnnotation    = "uses"    // global flags, separated by blanks; "*" for all
	serviceAnnotation = "service" // the AWS service whose operations are its arguments
	groupAnnotation   = "group"   // "true" for a command that only holds others
)

// Uses is the annotation of a command that says which global flags change what it does,
// beside those that are about how every command talks. [Connection] stands for
// several. The flags of other commands are refused, and left out of their help.
func Uses(flags ...string) map[string]string {
	return map[string]string{usesAnnotation: strings.Join(flags, " ")}
}

// Serves is the annotation of the command of an AWS service, which takes the operations
// of the tables as arguments and every global flag.
func Serves(service string) map[string]string {
	return map[string]string{usesAnnotation: "*", serviceAnnotation: service}
}

// IsService reports whether the command takes the operations of a service from the
// tables.
func IsService(cmd *cobra.Command) bool { return cmd.Annotations[serviceAnnotation] != "" }

// UsesFlag reports whether a global flag changes what a command does.
func UsesFlag(cmd *cobra.Command, flag string) bool {
	switch flag {
	case "debug", "color", "no-cli-pager", "no-cli-auto-prompt", "cli-error-format":
		return true // they are about how every command talks
	case PromptFlag:
		return false
	}
	used := cmd.Annotations[usesAnnotation]
	return used == "*" || slices.Contains(strings.Fields(used), flag)
}

// takes reports whether a command accepts a global flag. A command of the AWS CLI
// accepts all of them, also those that it ignores, because the AWS CLI does the same
// and scripts rely on it. Our own commands refuse a flag without a use.
func takes(cmd *cobra.Command, flag string) bool {
	return UsesFlag(cmd, flag) || IsOfAWS(cmd)
}

// IsOfAWS reports whether the AWS CLI has the command too. The short names login and
// logout count: they are sso login and sso logout.
func IsOfAWS(cmd *cobra.Command) bool {
	group, sub, below := strings.Cut(commandPath(cmd), " ")
	return awsnames.Command(group) && (!below || slices.Contains(awsnames.Subcommands(group), sub))
}

// commandPath returns the words that name a command, without the program's name.
func commandPath(cmd *cobra.Command) string {
	_, path, _ := strings.Cut(cmd.CommandPath(), " ")
	return path
}

// checkFlags refuses global flags that the command does not take, and values that no
// command can use.
func (app *App) checkFlags(cmd *cobra.Command) error {
	var err error
	cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) {
		if err == nil && f.Changed && IsGlobal(cmd, f) && !takes(cmd, f.Name) {
			err = Usagef("--%s does not go with %q", f.Name, commandPath(cmd))
		}
	})
	if err != nil {
		return err
	}
	g := app.Flags
	switch {
	case !slices.Contains([]string{"on", "off", "auto"}, g.Color):
		return Usagef("argument --color: Found invalid choice '%s': choose on, off or auto", g.Color)
	case g.BinaryFormat != "" && g.BinaryFormat != "base64" && g.BinaryFormat != "raw-in-base64-out":
		return Usagef("argument --cli-binary-format: Found invalid choice '%s'", g.BinaryFormat)
	case g.errorFormat != "" && !validErrorFormat(g.errorFormat):
		return Usagef("argument --cli-error-format: Found invalid choice '%s'", g.errorFormat)
	case g.ConnectTimeout < 0 || g.ReadTimeout < 0:
		return Usagef("--cli-connect-timeout and --cli-read-timeout take a number of seconds, 0 or more")
	}
	return checkEndpointURL(g.EndpointURL)
}

// IsGlobal tells the global flags from those that a command has from the group that
// it stands in.
func IsGlobal(cmd *cobra.Command, f *pflag.Flag) bool {
	return cmd.Root().PersistentFlags().Lookup(f.Name) == f
}

// Seconds turns a flag into a duration; 0 gives the default.
func Seconds(n int, def time.Duration) time.Duration {
	if n == 0 {
		return def
	}
	return time.Duration(n) * time.Second
}

// Quote quotes an argument so that it can be pasted into a shell.
func Quote(s string) string { return shell.POSIX.Word(terminal.Printable(s)) }

// SplitGlobals takes the global flags out of a command line, as the AWS CLI does
// wherever they stand. What follows "--" is left alone.
func SplitGlobals(args []string) (globals [][]string, rest []string) {
	flags := GlobalSet(new(Globals))
	for i := 0; i < len(args); {
		if args[i] == "--" {
			return globals, append(rest, args[i:]...)
		}
		width := globalWidth(flags, args[i:])
		if width == 0 {
			rest = append(rest, args[i])
			i++
			continue
		}
		globals = append(globals, args[i:i+width])
		i += width
	}
	return globals, rest
}

// globalWidth returns how many of the arguments the global flag at their beginning
// takes up; 0 if it is none.
func globalWidth(flags *pflag.FlagSet, args []string) int {
	long, ok := strings.CutPrefix(args[0], "--")
	if !ok {
		return 0
	}
	name, _, hasValue := strings.Cut(long, "=")
	switch f := flags.Lookup(name); {
	case f == nil:
		return 0
	case f.NoOptDefVal == "" && !hasValue && len(args) > 1:
		return 2
	}
	return 1
}

// ReadFlags sets the global flags from a line that the parser of flags has not seen. It
// ignores a flag with a wrong value: the program that gets the line says what is wrong.
func (app *App) ReadFlags(args []string) {
	flags := GlobalSet(&app.Flags)
	globals, _ := SplitGlobals(args)
	for _, words := range globals {
		if err := flags.Parse(words); err != nil {
			app.Log.Debug("a global flag that is not understood", "error", err)
		}
	}
}

// Words are the words of a command line that name a command: at most two, before any
// option of its own.
func Words(args []string) []string {
	_, rest := SplitGlobals(args)
	for i, arg := range rest {
		if i == 2 || strings.HasPrefix(arg, "-") {
			return rest[:i]
		}
	}
	return rest
}

// TakeGlobals reads the global flags out of the arguments of a command whose own
// flags are not known to the parser of flags, and returns the rest in its order.
// What follows "--" is left alone.
func TakeGlobals(cmd *cobra.Command, args []string) ([]string, error) {
	return TakeFlags(cmd, args, cmd.Root().PersistentFlags())
}

// TakeFlags is TakeGlobals for the flags of several sets.
func TakeFlags(cmd *cobra.Command, args []string, sets ...*pflag.FlagSet) ([]string, error) {
	var rest []string
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return append(rest, args[i:]...), nil
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(args[i], "--"), "=")
		set, f := lookUp(name, sets)
		if !strings.HasPrefix(args[i], "--") || f == nil {
			rest = append(rest, args[i])
			continue
		}
		switch {
		case hasValue:
		case f.NoOptDefVal != "":
			value = f.NoOptDefVal
		case i+1 == len(args) || strings.HasPrefix(args[i+1], "--"):
			return nil, Usagef("argument --%s: expected one argument", name)
		default:
			i++
			value = args[i]
		}
		if err := set.Set(name, value); err != nil {
			return nil, FlagError(cmd, err)
		}
	}
	return rest, nil
}

func lookUp(name string, sets []*pflag.FlagSet) (*pflag.FlagSet, *pflag.Flag) {
	for _, set := range sets {
		if f := set.Lookup(name); f != nil {
			return set, f
		}
	}
	return nil, nil
}

// negative is what the AWS CLI takes for a value although it begins with a dash. It
// does so with whatever has a space in it, too.
var negative = regexp.MustCompile(`^-\d+$|^-\d*\.\d+$`)

// TakeValues is TakeFlags for a command whose arguments may be negative numbers.
// It refuses flags that are not known; [pflag.ErrHelp] asks for help.
func TakeValues(cmd *cobra.Command, args []string) ([]string, error) {
	rest, err := TakeFlags(cmd, args, cmd.Root().PersistentFlags(), cmd.Flags())
	if err != nil {
		return nil, err
	}
	if help := cmd.Flags().Lookup("help"); help != nil && help.Changed {
		return nil, pflag.ErrHelp
	}
	if len(rest) == 1 && rest[0] == "help" { // as in the AWS CLI
		return nil, pflag.ErrHelp
	}
	var values []string
	for i, arg := range rest {
		switch {
		case arg == "--":
			return append(values, rest[i+1:]...), nil
		case arg == "-h":
			return nil, pflag.ErrHelp
		case strings.HasPrefix(arg, "-") && arg != "-" && !strings.Contains(arg, " ") && !negative.MatchString(arg):
			return nil, WithHint(Usagef("Unknown options: %s", arg), "a value that begins with a dash goes behind --: %s -- KEY VALUE", cmd.CommandPath())
		}
		values = append(values, arg)
	}
	return values, nil
}

// checkEndpointURL refuses a URL without a scheme in the AWS CLI's words.
func checkEndpointURL(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return Usagef("Bad value for --endpoint-url %q: scheme is missing.  Must be of the form http://<hostname>/ or https://<hostname>/", s)
	}
	return nil
}
