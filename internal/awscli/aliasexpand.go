package awscli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/shell"
)

// An expansion is a command line while the aliases in it are expanded. It goes as
// the AWS CLI does: global flags are taken out wherever they stand, and those of
// an alias come after, and so win over, those of the line.
type expansion struct {
	root    *cobra.Command
	aliases cliAliases

	globals  []string
	words    []string
	used     []string // the aliases, in order
	shell    bool     // it is for the shell: external, then the words
	external string
}

func (e *expansion) line() []string { return append(slices.Clone(e.globals), e.words...) }

func (e *expansion) flags() *pflag.FlagSet { return e.root.PersistentFlags() }

// take splits a line into its global flags, which are kept, and the rest.
func (e *expansion) take(args []string) []string {
	globals, rest := SplitGlobals(e.flags(), args)
	for _, g := range globals {
		e.globals = append(e.globals, g...)
	}
	return rest
}

func (e *expansion) expand(args []string) error {
	e.words = e.take(args)
	if err := e.level(0, ""); err != nil || e.shell || len(e.words) < 2 {
		return err
	}
	return e.level(1, e.words[0])
}

// own reports whether a name is a command that the AWS CLI does not have: an alias
// cannot take it away.
func (e *expansion) own(name string) bool {
	return name == "help" || command.Child(e.root, name) != nil && !awsName(name)
}

// level expands the word at a place until it is no alias, or one that names itself.
func (e *expansion) level(at int, command string) error {
	var seen []string
	for at < len(e.words) {
		name := e.words[at]
		value, ok := e.aliases[command][name]
		if !ok || at == 0 && e.own(name) {
			return nil
		}
		if slices.Contains(seen, name) {
			return fmt.Errorf("the aliases of ~/.aws/cli/alias go in a circle: %s", strings.Join(append(seen, name), " -> "))
		}
		seen = append(seen, name)
		e.used = append(e.used, name)
		if shell, external := strings.CutPrefix(value, "!"); external {
			e.shell, e.external, e.words = true, shell, e.words[at+1:]
			return nil
		}
		words, err := shell.Split(value)
		if err != nil {
			return fmt.Errorf("the value of the alias %q in ~/.aws/cli/alias could not be parsed: %w", name, err)
		}
		for i := range words {
			words[i] = strings.Trim(words[i], "\n")
		}
		words = e.take(words)
		// An alias of the name of a sub-command adds to it, whatever its first word.
		hidden := at > 0 && len(words) > 0 && nativeOperation(command, name)
		if hidden {
			words[0] = name
		}
		self := len(words) > 0 && words[0] == name
		e.words = slices.Concat(e.words[:at], words, e.words[at+1:])
		if self {
			return nil
		}
	}
	return nil
}
