package shimcmd

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// aliasShells are the shells that aliases can be printed for.
var aliasShells = [...]string{"bash", "zsh", "fish", "powershell"}

// aliasOptions are the flags of alias print.
type aliasOptions struct{ match, shell, prefix string }

// NewAlias returns the command alias with its subcommand.
func NewAlias(app *command.App) *cobra.Command {
	alias := command.Group("alias", "Define a shell alias for each profile")
	alias.Example = `eval "$(lanyard alias print)"
aws-dev-admin sts get-caller-identity`
	var o aliasOptions
	cmd := &cobra.Command{
		Use:   "print",
		Short: "Print an alias for each profile",
		Long: `Print lines that define a shell alias for each profile in the config, such as:

  alias aws-dev-admin='lanyard --profile dev-admin'

The alias is the prefix and the name of the profile. In the name, every
character that is not an ASCII letter, a digit, or one of - _ . becomes a dash.
If two profiles get the same alias, lanyard adds a number to the second one.`,
		Example: `# bash or zsh
eval "$(lanyard alias print)"
# fish, for some of the profiles
lanyard alias print --shell fish --match 'dev-*' | source
# PowerShell
lanyard alias print --shell powershell | Out-String | Invoke-Expression`,
		Args: command.NoArgs,
		RunE: func(*cobra.Command, []string) error { return printAliases(app, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.match, "match", "*", "only profiles whose whole name matches; *, ? and [a-z] as in a shell, case counts")
	f.StringVar(&o.shell, "shell", "", strings.Join(aliasShells[:], ", ")+"; the default is what $SHELL names")
	f.StringVar(&o.prefix, "prefix", "aws-", "what the names begin with")
	alias.AddCommand(cmd)
	return alias
}

// printAliases prints the aliases of the profiles that match.
func printAliases(app *command.App, o aliasOptions) error {
	if o.shell == "" {
		o.shell = usersShell(app)
	}
	dialect, ok := shell.ByName(o.shell)
	if !ok {
		return command.Usagef("argument --shell: Found invalid choice '%s': choose %s", o.shell, strings.Join(aliasShells[:], ", "))
	}
	if o.prefix == "" || safeName(o.prefix) != strings.Trim(o.prefix, "-") || o.prefix[0] == '-' || o.prefix[0] == '.' {
		return command.Usagef("--prefix %s: it takes ASCII letters, digits, and - _ . behind them", command.Quote(o.prefix))
	}
	if _, err := path.Match(o.match, ""); err != nil {
		return command.Usagef("--match %s is no pattern", command.Quote(o.match))
	}
	names, err := workspace.ProfileNames(app)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		app.Warn("no profile is configured", app.SetUpHint())
		return nil
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !matches(o.match, name) })
	if len(names) == 0 {
		app.Warn("no profile matches "+command.Quote(o.match), "run: "+app.Name+" configure list-profiles")
		return nil
	}
	var text strings.Builder // whole or not at all: half an answer would be evaluated
	for i, alias := range aliasNames(o.prefix, names, dialect == shell.PowerShell) {
		if alias == "" {
			app.Warn(fmt.Sprintf("the profile %q has nothing in its name that an alias can be called by", names[i]), "")
			continue
		}
		fmt.Fprintln(&text, aliasLine(dialect, alias, app.Name, names[i]))
	}
	_, err = app.Out.Write([]byte(text.String()))
	return err
}

// matches is like path.Match, but a slash has no special meaning.
func matches(pattern, name string) bool {
	noSlash := strings.NewReplacer("/", "\x00")
	ok, err := path.Match(noSlash.Replace(pattern), noSlash.Replace(name))
	return ok && err == nil
}

// aliasNames returns the name of each profile's alias, or "" if no alias can be made of
// the profile's name. Profiles whose names need no change come first, so that no other
// profile gets their alias.
func aliasNames(prefix string, profiles []string, foldCase bool) []string {
	names, taken := make([]string, len(profiles)), map[string]bool{}
	key := func(name string) string {
		if foldCase {
			return strings.ToLower(name)
		}
		return name
	}
	for i, p := range profiles {
		if p != "" && safeName(p) == p && !taken[key(p)] {
			names[i], taken[key(p)] = prefix+p, true
		}
	}
	for i, p := range profiles {
		base := safeName(p)
		if names[i] != "" || base == "" {
			continue
		}
		name := base
		for n := 2; taken[key(name)]; n++ {
			name = base + "-" + strconv.Itoa(n)
		}
		names[i], taken[key(name)] = prefix+name, true
	}
	return names
}

// safeName makes a name that every shell reads as one plain word.
func safeName(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return !isASCIIWord(r) && r != '-' && r != '.' })
	return strings.Trim(strings.Join(words, "-"), "-")
}

// isASCIIWord reports whether r is an ASCII letter, a digit or _.
func isASCIIWord(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
}

// aliasLine returns the line that defines an alias. Everything in the profile's name is
// data: it is quoted for the command, and for bash and zsh once more, because these read
// the value of an alias as text.
func aliasLine(dialect shell.Dialect, alias, program, name string) string {
	flag := "--profile "
	if strings.HasPrefix(name, "-") {
		flag = "--profile=" // or it would look like another flag
	}
	switch dialect {
	case shell.Fish:
		return fmt.Sprintf("function %s; %s %s%s $argv; end", alias, program, flag, dialect.Quote(name))
	case shell.PowerShell:
		return fmt.Sprintf("function global:%s { %s %s%s @args }", alias, program, flag, dialect.Quote(name))
	}
	return "alias " + alias + "=" + dialect.Quote(program+" "+flag+dialect.Word(name))
}
