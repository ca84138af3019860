package shimcmd

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// aliasShells lists the shells for which alias print can print aliases.
var aliasShells = [...]string{"bash", "zsh", "fish", "powershell"}

// aliasOptions are the flags of alias print.
type aliasOptions struct{ match, shell, prefix string }

// NewAlias returns the command alias with its subcommand.
func NewAlias(app *command.App) *cobra.Command {
	alias := cmdline.Group("alias", "Define a shell alias for each profile")
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
If two profiles get the same alias, lanyard adds a number to the second alias.`,
		Example: `# bash or zsh
eval "$(lanyard alias print)"
# fish, for some of the profiles
lanyard alias print --shell fish --match 'dev-*' | source
# PowerShell
lanyard alias print --shell powershell | Out-String | Invoke-Expression`,
		Args: cmdline.NoArgs,
		RunE: func(*cobra.Command, []string) error { return printAliases(app, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.match, "match", "*", "print aliases only for profiles whose names match `PATTERN`, with *, ? and [a-z] as in a shell; upper and lower case differ")
	f.StringVar(&o.shell, "shell", "", "print lines for `SHELL`: "+strings.Join(aliasShells[:], ", ")+"; the default is $SHELL")
	cmdline.Offer(f, "shell", aliasShells[:]...)
	f.StringVar(&o.prefix, "prefix", "aws-", "begin the names of aliases with `PREFIX`")
	alias.AddCommand(cmd)
	return alias
}

// printAliases prints the aliases of the profiles that match.
func printAliases(app *command.App, o aliasOptions) error {
	if o.shell == "" {
		o.shell = shell.OfUser(app.Env.Lookup)
	}
	dialect, ok := shell.ByName(o.shell)
	if !ok {
		return command.Usagef("argument --shell: Found invalid choice '%s': choose %s", o.shell, strings.Join(aliasShells[:], ", "))
	}
	if o.prefix == "" || safeName(o.prefix) != strings.Trim(o.prefix, "-") || o.prefix[0] == '-' || o.prefix[0] == '.' {
		return command.Usagef("--prefix %s: use ASCII letters and digits, then also - _ .", command.Quote(o.prefix))
	}
	if _, err := path.Match(o.match, ""); err != nil {
		return command.Usagef("--match %s: invalid pattern", command.Quote(o.match))
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
	var text strings.Builder // print nothing after an error, so that a shell never evaluates an incomplete text
	for i, alias := range aliasNames(o.prefix, names, dialect == shell.PowerShell) {
		if alias == "" {
			app.Warn(fmt.Sprintf("profile %q has no alias: its name has no character that is allowed in an alias", names[i]), "")
			continue
		}
		fmt.Fprintln(&text, aliasLine(dialect, alias, app.Name, names[i]))
	}
	_, err = app.Out.Write([]byte(text.String()))
	return err
}

// matches reports whether a name matches a pattern of path.Match. Unlike in path.Match, a slash
// has no special meaning.
func matches(pattern, name string) bool {
	noSlash := strings.NewReplacer("/", "\x00")
	ok, err := path.Match(noSlash.Replace(pattern), noSlash.Replace(name))
	return ok && err == nil
}

// aliasNames returns the alias of each profile. The alias is "" if the profile's name has no
// allowed character. aliasNames first gives an alias to the profiles with valid names, so that no
// other profile takes this alias.
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

// safeName replaces characters that are not allowed in an alias with dashes. Every shell
// reads the result as one plain word.
func safeName(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return !isASCIIWord(r) && r != '-' && r != '.' })
	return strings.Trim(strings.Join(words, "-"), "-")
}

// isASCIIWord reports whether r is an ASCII letter, a digit or _.
func isASCIIWord(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
}

// aliasLine returns the line that defines an alias. It quotes the profile's name for the command.
// For bash and zsh, it quotes the whole command again, because they parse the value of an alias
// again.
func aliasLine(dialect shell.Dialect, alias, program, name string) string {
	flag := "--profile "
	if strings.HasPrefix(name, "-") {
		flag = "--profile=" // in a separate word, the name would be read as a flag
	}
	switch dialect {
	case shell.Fish:
		return fmt.Sprintf("function %s; %s %s%s $argv; end", alias, program, flag, dialect.Quote(name))
	case shell.PowerShell:
		return fmt.Sprintf("function global:%s { %s %s%s @args }", alias, program, flag, dialect.Quote(name))
	}
	return "alias " + alias + "=" + dialect.Quote(program+" "+flag+dialect.Word(name))
}
