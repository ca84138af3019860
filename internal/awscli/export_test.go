package awscli

import "github.com/lanyard-cli/lanyard/internal/cmdline"

// BuiltIn exports builtIn for tests in package awscli_test. These tests use the tree of all
// commands, which imports this package.
var BuiltIn = builtIn

// Expand expands the aliases of a file in a command line. For an alias of a shell command,
// external is that command, and line has the arguments.
func Expand(root cmdline.Node, file string, args []string) (line []string, external string, err error) {
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
