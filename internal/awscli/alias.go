package awscli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

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
		app.Warn(p.String(), p.Mend)
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

// Route reports whether a command line is ours, and expands the aliases of the AWS
// CLI's file in a line of ours. The AWS CLI gets its lines unchanged, and expands the
// aliases itself. An unknown command is an error.
//
// If the file cannot be parsed, the AWS CLI refuses every command. Here that is an error
// only for a line that is no command of ours: the file may define it.
func Route(app *command.App, root *cobra.Command, args []string) (line []string, ours bool, err error) {
	ours, unknown := native(root, args)
	aliases, err := readAliases(app)
	if err != nil && ours {
		app.Warn(err.Error(), "")
		return args, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	e := expansion{root: root, aliases: aliases}
	if err := e.expand(args); err != nil {
		return nil, false, err
	}
	if len(e.used) == 0 {
		return args, ours, unknown
	}
	if e.shell {
		return args, false, nil
	}
	if ours, err = native(root, e.line()); !ours {
		return args, false, err
	}
	app.Log.Debug("alias", "used", strings.Join(e.used, " -> "))
	return e.line(), true, nil
}

// externalAlias returns the line for the shell that a command line is an alias of.
func externalAlias(app *command.App, root *cobra.Command, args []string) (line string, ok bool, err error) {
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
