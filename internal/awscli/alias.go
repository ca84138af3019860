package awscli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// cliAliases holds the aliases of the AWS CLI's file ~/.aws/cli/alias. The first key is the
// command of the alias, or "" for the section [toplevel]. The second key is the name of the
// alias.
type cliAliases map[string]map[string]string

// readAliases reads the file. If the file does not exist, there are no aliases.
func readAliases(app *command.App) (cliAliases, error) {
	home, err := workspace.Home(app)
	if err != nil {
		return nil, nil //nolint:nilerr // without a home folder there is no file
	}
	path := filepath.Join(home, ".aws", "cli", "alias")
	content, err := datafile.Read(path, datafile.Limit)
	if err != nil {
		// The AWS CLI ignores the file too. Do not warn if the folder cannot be searched, because
		// the file may not exist.
		if _, statErr := os.Stat(path); statErr == nil {
			app.Warn(fmt.Sprintf("cannot read the aliases of the AWS CLI: %v; continuing without them", err), "")
		}
		return nil, nil
	}
	sections, problems, err := parseAliases(path, string(content))
	for _, p := range problems {
		app.Warn(p.String(), p.Hint)
	}
	return aliasesOf(sections), err
}

// noValue marks a line that ends after = or :. No alias contains this character.
const noValue = "\x00"

// parseAliases parses the file. The AWS CLI uses the parser of its config. So names are in
// lower case, and a value can have several lines. In the config, indented lines after an
// empty value are a nested block. In the alias file, these lines are the value. The mark
// noValue makes the value not empty, so that the lines continue the value.
func parseAliases(path, content string) ([]*awsconfig.Section, []awsconfig.Problem, error) {
	lines := strings.Split(strings.ReplaceAll(content, noValue, ""), "\n")
	for i, line := range lines {
		if line = strings.TrimRight(line, " \t\r"); strings.HasSuffix(line, "=") || strings.HasSuffix(line, ":") {
			lines[i] = line + noValue
		}
	}
	return awsconfig.NewDoc(path, false, strings.Join(lines, "\n")).All()
}

func aliasesOf(sections []*awsconfig.Section) cliAliases {
	aliases := cliAliases{}
	for _, s := range sections {
		words := strings.Fields(s.Name)
		if s.Kind != awsconfig.Other || len(words) == 0 || words[0] != "command" && s.Name != "toplevel" {
			continue
		}
		byName := map[string]string{}
		for _, setting := range s.Settings {
			byName[setting.Key] = strings.TrimSpace(strings.ReplaceAll(setting.Value, noValue, ""))
		}
		aliases[strings.Join(words[1:], " ")] = byName
	}
	return aliases
}

// externalAlias returns the shell command of an alias for a shell command. ok is false for
// any other command line.
func externalAlias(app *command.App, root cmdline.Node, args []string) (line string, ok bool, err error) {
	aliases, err := readAliases(app)
	if err != nil || len(aliases) == 0 {
		return "", false, err
	}
	e := expansion{root: root, aliases: aliases}
	if err := e.expand(args); err != nil || !e.shell {
		return "", false, err
	}
	words := []string{e.external}
	for _, arg := range e.words {
		words = append(words, shell.POSIX.Quote(arg))
	}
	return strings.Join(words, " "), true, nil
}

// An expansion expands the aliases in a command line like the AWS CLI. It removes the global
// flags at any place. The flags of an alias come after the flags of the line, so the flags of
// the alias override them.
type expansion struct {
	root    cmdline.Node
	aliases cliAliases

	globals  []string
	words    []string
	used     []string // the aliases, in order
	shell    bool     // the line is a shell command: external, and then the words
	external string
}

func (e *expansion) line() []string { return append(slices.Clone(e.globals), e.words...) }

// take moves the global flags of a line to e.globals and returns the rest.
func (e *expansion) take(args []string) []string {
	globals, rest := cmdline.SplitGlobals(args)
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

// isOwn reports whether only lanyard has a command with this name. An alias cannot replace such a
// command.
func (e *expansion) isOwn(name string) bool {
	_, ok := e.root.Child(name)
	return name == "help" || ok && !awsName(name)
}

// level expands the word at a position. It stops at a word that is not an alias, or that is an
// alias for itself.
func (e *expansion) level(position int, command string) error {
	var seen []string
	for position < len(e.words) {
		name := e.words[position]
		value, ok := e.aliases[command][name]
		if !ok || position == 0 && e.isOwn(name) {
			return nil
		}
		if slices.Contains(seen, name) {
			return fmt.Errorf("~/.aws/cli/alias: aliases refer to each other in a circle: %s", strings.Join(append(seen, name), " -> "))
		}
		seen = append(seen, name)
		e.used = append(e.used, name)
		if shell, external := strings.CutPrefix(value, "!"); external {
			e.shell, e.external, e.words = true, shell, e.words[position+1:]
			return nil
		}
		words, err := shell.Split(value)
		if err != nil {
			return fmt.Errorf("~/.aws/cli/alias: parse the value of the alias %q: %w", name, err)
		}
		for i := range words {
			words[i] = strings.Trim(words[i], "\n")
		}
		words = e.take(words)
		// An alias with the name of a subcommand adds arguments to that subcommand. The AWS
		// CLI ignores the first word of such an alias.
		hidden := position > 0 && len(words) > 0 && builtInOperation(command, name)
		if hidden {
			words[0] = name
		}
		self := len(words) > 0 && words[0] == name
		e.words = slices.Concat(e.words[:position], words, e.words[position+1:])
		if self {
			return nil
		}
	}
	return nil
}
