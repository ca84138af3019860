package cmdline

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/awsnames"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// addGlobals defines the global flags that the AWS CLI also has in a set. Parsing the set stores
// their values in g.
func addGlobals(f *pflag.FlagSet, g *command.Globals) {
	f.StringVar(&g.Profile, "profile", "", "use the profile `NAME`")
	f.StringVar(&g.Region, "region", "", "use this `REGION` instead of the region of the profile or the environment")
	f.StringVar(&g.Output, "output", "", "print results in this `FORMAT`: json, text, table, yaml, yaml-stream or off")
	Offer(f, "output", "json", "text", "table", "yaml", "yaml-stream", "off")
	f.StringVar(&g.Query, "query", "", "print only what this JMESPath `EXPRESSION` selects from the result")
	f.StringVar(&g.EndpointURL, "endpoint-url", "", "send the requests of this command to this `URL`")
	f.BoolVar(&g.NoVerifySSL, "no-verify-ssl", false, "do not verify TLS certificates")
	f.StringVar(&g.CABundle, "ca-bundle", "", "trust the CA certificates in this PEM `FILE`")
	f.BoolVar(&g.Debug, "debug", false, "print the source of each value and all requests to stderr, without secrets")
	f.BoolVar(&g.NoCLIPager, "no-cli-pager", false, "do not show the output in a pager")
	f.StringVar(&g.Color, "color", "auto", "use colours: `WHEN` is on, off or auto")
	Offer(f, "color", "on", "off", "auto")
	f.IntVar(&g.ConnectTimeout, "cli-connect-timeout", 0, "wait this many `SECONDS` for a connection; by default 5, or 60 for AWS operations")
	f.IntVar(&g.ReadTimeout, "cli-read-timeout", 0, "wait this many `SECONDS` for an answer; by default 10, or 60 for AWS operations")
	f.BoolVar(&g.NoPaginate, "no-paginate", false, "fetch only the first page of the result")
	f.BoolVar(&g.NoSignRequest, "no-sign-request", false, "do not sign requests, and use no credentials")
	f.StringVar(&g.BinaryFormat, "cli-binary-format", "", "the `FORMAT` of binary values: base64 (the default) or raw-in-base64-out")
	Offer(f, "cli-binary-format", "base64", "raw-in-base64-out")
	f.BoolVar(&g.AutoPrompt, PromptFlag, false, "ask for parameters; lanyard hands off the command to the AWS CLI")
	f.BoolVar(&g.NoAutoPrompt, "no-cli-auto-prompt", false, "do not ask for parameters (lanyard never asks for parameters)")
	f.StringVar(&g.ErrorFormat, "cli-error-format", "", "print errors in this `FORMAT`: enhanced (the default), legacy, json, yaml, text or table")
	Offer(f, "cli-error-format", "enhanced", "legacy", "json", "yaml", "text", "table")
}

// AddGlobals defines all global flags in a set. Parsing the set stores their values in g.
func AddGlobals(f *pflag.FlagSet, g *command.Globals) {
	addGlobals(f, g)
	addRole(f, &g.Role)
}

// GlobalSet returns a set of only the global flags that the AWS CLI also has. Parsing it stores their values in g.
func GlobalSet(g *command.Globals) *pflag.FlagSet {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	addGlobals(flags, g)
	return flags
}

// AddWait defines the flag --wait of a command that hands out credentials.
func AddWait(cmd *cobra.Command, app *command.App) {
	const name = "wait"
	f := cmd.Flags()
	f.DurationVar(&app.Flags.Wait, name, 0, "if a rule needs the user's consent and cannot ask, wait for \"lanyard grant\" in another terminal: 1m, or with --wait=`TIME` that long")
	f.Lookup(name).NoOptDefVal, f.Lookup(name).DefValue = "1m", ""
}

// PromptFlag is the only global flag that lanyard does not implement: it hands such a command
// line off to the AWS CLI.
const PromptFlag = "cli-auto-prompt"

// Connection lists the global flags about connections to services.
const Connection = "ca-bundle no-verify-ssl cli-connect-timeout cli-read-timeout"

// A command of the tree can have these annotations.
const (
	usesAnnotation    = "uses"    // global flags, separated by spaces; "*" for all
	serviceAnnotation = "service" // the AWS service whose operations are its arguments
	groupAnnotation   = "group"   // "true" for a command that only holds others
	offerAnnotation   = "offer"   // the values of a flag
)

// Uses returns the annotation for a command that uses these global flags. [Connection] names
// several flags. Every command also uses some other flags. lanyard's own commands refuse all
// remaining global flags, and their help does not list them.
func Uses(flags ...string) map[string]string {
	return map[string]string{usesAnnotation: strings.Join(flags, " ")}
}

// Serves returns the annotation of the command of an AWS service. Such a command takes an
// operation as its argument, and uses every global flag.
func Serves(service string) map[string]string {
	return map[string]string{usesAnnotation: "*", serviceAnnotation: service}
}

// IsService reports whether cmd is the command of an AWS service.
func IsService(cmd *cobra.Command) bool { return cmd.Annotations[serviceAnnotation] != "" }

// UsesFlag reports whether a command uses a global flag.
func UsesFlag(cmd *cobra.Command, flag string) bool {
	switch flag {
	case "debug", "color", "no-cli-pager", "no-cli-auto-prompt", "cli-error-format":
		return true // every command uses these flags
	case PromptFlag:
		return false
	}
	used := cmd.Annotations[usesAnnotation]
	if used == "*" && isRole(flag) {
		return IsService(cmd)
	}
	return used == "*" || slices.Contains(strings.Fields(used), flag)
}

// Offer sets the values of a flag that completion offers.
func Offer(flags *pflag.FlagSet, name string, values ...string) {
	_ = flags.SetAnnotation(name, offerAnnotation, values) // an error means that the flag does not exist
}

// Offered returns the values that [Offer] has set, or nil.
func Offered(f *pflag.Flag) []string { return f.Annotations[offerAnnotation] }

// takes reports whether a command accepts a global flag. A command that the AWS CLI also has
// accepts all global flags, because scripts may use them. lanyard's own commands accept only
// the flags that they use.
func takes(cmd *cobra.Command, flag string) bool {
	return UsesFlag(cmd, flag) || IsOfAWS(cmd) && !isRole(flag)
}

// IsOfAWS reports whether the AWS CLI has the command too. The short names login and logout
// count, because they mean sso login and sso logout.
func IsOfAWS(cmd *cobra.Command) bool {
	group, sub, below := strings.Cut(commandPath(cmd), " ")
	return awsnames.Command(group) && (!below || slices.Contains(awsnames.Subcommands(group), sub))
}

// commandPath returns the words that name a command, without the program's name.
func commandPath(cmd *cobra.Command) string {
	_, path, _ := strings.Cut(cmd.CommandPath(), " ")
	return path
}

// checkFlags returns an error if the command does not accept a global flag of the command
// line, or if the value is invalid.
func checkFlags(g command.Globals, cmd *cobra.Command) error {
	var err error
	cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) {
		if err == nil && f.Changed && IsGlobal(cmd, f) && !takes(cmd, f.Name) {
			err = command.Usagef("--%s cannot be used with %q", f.Name, commandPath(cmd))
			if near := nearFlags(cmd, "--"+f.Name); isRole(f.Name) && len(near) > 0 {
				err = command.WithHint(err, "%s", strings.TrimSuffix(didYouMean(near), "\n"))
			}
		}
	})
	if err != nil {
		return err
	}
	switch {
	case !slices.Contains([]string{"on", "off", "auto"}, g.Color):
		return command.Usagef("argument --color: Found invalid choice '%s': choose on, off or auto", g.Color)
	case g.BinaryFormat != "" && g.BinaryFormat != "base64" && g.BinaryFormat != "raw-in-base64-out":
		return command.Usagef("argument --cli-binary-format: Found invalid choice '%s'", g.BinaryFormat)
	case g.ErrorFormat != "" && !command.ValidErrorFormat(g.ErrorFormat):
		return command.Usagef("argument --cli-error-format: Found invalid choice '%s'", g.ErrorFormat)
	case g.ConnectTimeout < 0 || g.ReadTimeout < 0:
		return command.Usagef("--cli-connect-timeout and --cli-read-timeout take a number of seconds, 0 or more")
	}
	return checkEndpointURL(g.EndpointURL)
}

// IsGlobal reports whether f is a global flag, and not a flag of cmd or of its group.
func IsGlobal(cmd *cobra.Command, f *pflag.Flag) bool {
	return cmd.Root().PersistentFlags().Lookup(f.Name) == f
}

// SplitGlobals separates the global flags, wherever they are, from the rest of a command
// line. Each element of globals is a flag with its value. The words after "--" belong to rest.
// SplitGlobals finds the [RoleFlags] only before the first word of rest.
func SplitGlobals(args []string) (globals [][]string, rest []string) {
	flags, all := GlobalSet(new(command.Globals)), pflag.NewFlagSet("", pflag.ContinueOnError)
	AddGlobals(all, new(command.Globals))
	for i := 0; i < len(args); {
		if args[i] == "--" {
			return globals, append(rest, args[i:]...)
		}
		set := flags
		if len(rest) == 0 {
			set = all
		}
		width := globalWidth(set, args[i:])
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

// globalWidth returns the number of arguments that the global flag at the start of args
// takes. It returns 0 if args does not start with a global flag.
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

// ReadFlags sets the global flags from a line that cobra does not parse. It ignores invalid
// values, because the program that runs the line reports them.
func ReadFlags(app *command.App, args []string) {
	flags := GlobalSet(&app.Flags)
	globals, _ := SplitGlobals(args)
	for _, words := range globals {
		if err := flags.Parse(words); err != nil {
			app.Log.Debug("a global flag is invalid", "error", err)
		}
	}
}

// Words returns the words of a command line that name a command. It returns at most two words
// before the first option.
func Words(args []string) []string {
	_, rest := SplitGlobals(args)
	for i, arg := range rest {
		if i == 2 || strings.HasPrefix(arg, "-") {
			return rest[:i]
		}
	}
	return rest
}

// TakeGlobals sets the global flags from the arguments of a command whose flags cobra does
// not parse, and returns the other arguments. It stops at "--". It takes the [RoleFlags] only
// before the first other word: see [TakeRole].
func TakeGlobals(cmd *cobra.Command, args []string) ([]string, error) {
	all, behind := pflag.NewFlagSet("", pflag.ContinueOnError), pflag.NewFlagSet("", pflag.ContinueOnError)
	cmd.Root().PersistentFlags().VisitAll(func(f *pflag.Flag) {
		if own := cmd.Flags().Lookup(f.Name); own != nil && own != f {
			return // the command has a flag of the same name
		}
		all.AddFlag(f)
		if !isRole(f.Name) {
			behind.AddFlag(f)
		}
	})
	n := front(all, args)
	rest, err := TakeFlags(cmd, args[:n], all)
	if err != nil {
		return nil, err
	}
	more, err := TakeFlags(cmd, args[n:], behind)
	return append(rest, more...), err
}

// TakeFlags sets the flags of several sets from arguments, and returns the other arguments. It
// stops at "--".
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
			return nil, command.Usagef("argument --%s: expected one argument", name)
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

// lookUp returns the first set that has a flag of this name, and the flag.
func lookUp(name string, sets []*pflag.FlagSet) (*pflag.FlagSet, *pflag.Flag) {
	for _, set := range sets {
		if f := set.Lookup(name); f != nil {
			return set, f
		}
	}
	return nil, nil
}

// negative matches negative numbers. As in the AWS CLI, they are values, although they begin
// with a dash. The AWS CLI also takes a word that contains a space as a value.
var negative = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^-\d+$|^-\d*\.\d+$`) })

// TakeValues does the same as [TakeFlags] for a command whose arguments can be negative
// numbers. It returns an error for an unknown flag, and [pflag.ErrHelp] if the user asks for
// help.
func TakeValues(cmd *cobra.Command, args []string) ([]string, error) {
	rest, err := TakeFlags(cmd, args, cmd.Flags(), cmd.Root().PersistentFlags())
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
		case strings.HasPrefix(arg, "-") && arg != "-" && !strings.Contains(arg, " ") && !negative().MatchString(arg):
			return nil, command.WithHint(command.Usagef("Unknown options: %s", arg), "%sput -- before a value that begins with a dash: %s -- KEY VALUE",
				didYouMean(nearFlags(cmd, arg)), cmd.CommandPath())
		}
		values = append(values, arg)
	}
	return values, nil
}

// checkEndpointURL returns the AWS CLI's error for a URL without a scheme.
func checkEndpointURL(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return command.Usagef("Bad value for --endpoint-url %q: scheme is missing.  Must be of the form http://<hostname>/ or https://<hostname>/", s)
	}
	return nil
}
