package awscli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// cliAliases are the aliases of the AWS CLI's own file, ~/.aws/cli/alias: by the
// command that they are sub-commands of, "" for those of [toplevel], then by name.
type cliAliases map[string]map[string]string

// readAliases reads the file. One that is not there has no aliases.
func readAliases(app *command.App) (cliAliases, error) {
	home, err := workspace.Home(app)
	if err != nil {
		return nil, nil //nolint:nilerr // no home, no file
	}
	path := filepath.Join(home, ".aws", "cli", "alias")
	content, err := datafile.Read(path, datafile.Limit)
	if err != nil {
		// The AWS CLI ignores the file too. If not even its folder can be searched,
		// there may be no file, and nothing is said.
		if _, statErr := os.Stat(path); statErr == nil {
			app.Warn(fmt.Sprintf("the aliases of the AWS CLI cannot be read: %v; continuing without them", err), "")
		}
		return nil, nil
	}
	sections, problems, err := parseAliases(path, string(content))
	for _, p := range problems {
		app.Warn(p.String(), p.Hint)
	}
	return aliasesOf(sections), err
}

// noValue marks a line that ends behind its = or :, in no value that a person
// wrote.
const noValue = "\x00"

// parseAliases reads an INI file like the config: the AWS CLI uses the same parser,
// so that names are in lower case and values may have several lines. But what
// begins below its name is no block of settings here, it is text. The mark makes
// it a value that goes on.
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

// externalAlias returns the line for the shell that a command line is an alias of.
func externalAlias(app *command.App, root command.Node, args []string) (line string, ok bool, err error) {
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

// An expansion is a command line while the aliases in it are expanded. It goes as
// the AWS CLI does: global flags are taken out wherever they stand, and those of
// an alias come after, and so win over, those of the line.
type expansion struct {
	root    command.Node
	aliases cliAliases

	globals  []string
	words    []string
	used     []string // the aliases, in order
	shell    bool     // it is for the shell: external, then the words
	external string
}

func (e *expansion) line() []string { return append(slices.Clone(e.globals), e.words...) }

// take splits a line into its global flags, which are kept, and the rest.
func (e *expansion) take(args []string) []string {
	globals, rest := command.SplitGlobals(args)
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
	_, ok := e.root.Child(name)
	return name == "help" || ok && !awsName(name)
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
		hidden := at > 0 && len(words) > 0 && builtInOperation(command, name)
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
