package cli

import (
	"fmt"
	"lanyard/internal/awsconfig"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// cliAliases are the aliases of the AWS CLI's own file, ~/.aws/cli/alias: by the
// command that they are sub-commands of, "" for those of [toplevel], then by name.
type cliAliases map[string]map[string]string

// readAliases reads the file. It is an INI file like the config, and the AWS CLI
// reads it with the same parser: names are in lower case, values may have several
// lines. One that is not there has no aliases.
func (app *App) readAliases() (cliAliases, error) {
	home, err := app.home()
	if err != nil {
		return nil, nil //nolint:nilerr // no home, no file
	}
	path := filepath.Join(home, ".aws", "cli", "alias")
	if !exists(path) {
		return nil, nil
	}
	doc, err := awsconfig.ReadFile(path, false)
	if err != nil {
		return nil, err
	}
	sections, problems, err := doc.All()
	if err != nil {
		return nil, err
	}
	for _, p := range problems {
		app.warn(p.String(), p.Mend)
	}
	return aliasesOf(sections), nil
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
			byName[setting.Key] = strings.TrimSpace(setting.Value)
		}
		aliases[strings.Join(words[1:], " ")] = byName
	}
	return aliases
}

// route decides whether a command line is ours to carry out, and expands the
// aliases of the AWS CLI's file in it. If it is not, the AWS CLI gets the line as it
// was given, and expands them itself.
//
// A file that cannot be read, which the AWS CLI refuses to work with at all, is an
// error only where the line is not a command of ours as it stands.
func (app *App) route(root *cobra.Command, args []string) (line []string, ours bool, err error) {
	ours = native(root, args)
	aliases, err := app.readAliases()
	if err != nil && ours {
		app.warn(err.Error(), "")
		return args, true, nil
	}
	if err != nil || len(aliases) == 0 {
		return args, ours, err
	}
	e := expansion{root: root, aliases: aliases}
	if err := e.expand(args); err != nil {
		return nil, false, err
	}
	switch {
	case len(e.used) == 0:
		return args, ours, nil
	case e.shell || !native(root, e.line()):
		return args, false, nil
	}
	app.log.Debug("alias", "used", strings.Join(e.used, " -> "))
	return e.line(), true, nil
}

// externalAlias returns the line for the shell that a command line is an alias of.
func (app *App) externalAlias(args []string) (line string, ok bool, err error) {
	aliases, err := app.readAliases()
	if err != nil || len(aliases) == 0 {
		return "", false, err
	}
	e := expansion{root: newRoot(&App{Name: app.Name}), aliases: aliases}
	if err := e.expand(args); err != nil || !e.shell {
		return "", false, err
	}
	words := []string{e.external}
	for _, arg := range e.words {
		words = append(words, alwaysQuote(arg))
	}
	return strings.Join(words, " "), true, nil
}

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
	globals, rest := splitGlobals(e.flags(), args)
	for _, g := range globals {
		e.globals = append(e.globals, g...)
	}
	return rest
}

func (e *expansion) expand(args []string) error {
	e.words = e.take(args)
	if len(e.words) == 0 || e.own(e.words[0]) {
		return nil
	}
	if err := e.level(0, ""); err != nil || e.shell || len(e.words) < 2 {
		return err
	}
	return e.level(1, e.words[0])
}

// own reports whether a name is a command that the AWS CLI does not have: an alias
// cannot take it away.
func (e *expansion) own(name string) bool {
	return name == "help" || child(e.root, name) != nil && !awsName(name)
}

// level expands the word at a place until it is no alias, or one that names itself.
func (e *expansion) level(at int, command string) error {
	var seen []string
	for at < len(e.words) {
		name := e.words[at]
		value, ok := e.aliases[command][name]
		if !ok {
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
		words, err := splitWords(value)
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
