package awscli

import "github.com/lanyard-cli/lanyard/internal/command"

// BuiltIn is builtIn, for tests with the whole tree of commands, which imports this
// package.
var BuiltIn = builtIn

// Expand expands the aliases of a file in a command line. external is the command of the
// shell that the line stands for, if it stands for one; the line is what follows it then.
func Expand(root command.Node, file string, args []string) (line []string, external string, err error) {
	sections, _, err := parseAliases("alias", file)
	if err != nil {
		return nil, "", err
	}
	e := expansion{root: root, aliases: aliasesOf(sections)}
	if err := e.expand(args); err != nil {
		return nil, "", err
	}
	if e.shell {
		return e.words, "!" + e.external, nil
	}
	return e.line(), "", nil
}
