package configurecmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// importFile imports the profiles of a .env file or of a config file. If the import changes
// settings of the user's files, importFile first shows the difference and asks.
func importFile(cmd *cobra.Command, app *command.App, o importOptions) error {
	ctx := cmd.Context()
	changes, profiles, err := o.changes(ctx, app)
	if err != nil {
		return err
	}
	w, err := workspace.Open(app)
	if err != nil {
		return err
	}
	isSecret := func(c awsconfig.Change) bool {
		return c.Kind == awsconfig.Profile && c.Sub == "" && secretKey(strings.ToLower(c.Key))
	}
	secrets := slices.DeleteFunc(slices.Clone(changes), func(c awsconfig.Change) bool { return !isSecret(c) })
	others := slices.DeleteFunc(changes, isSecret)
	replaced, err := replacements(w, append(slices.Clone(others), secrets...))
	if err != nil {
		return err
	}
	if replaced > 0 || o.dryRun {
		if !o.dryRun {
			if err := cmdline.NeedsYes(app, cmd, o.yes); err != nil {
				return err
			}
		}
		if err := printDiff(w, w.In.Config.Path, false, others); err != nil {
			return err
		}
		if err := printDiff(w, w.In.Credentials.Path, true, secrets); err != nil || o.dryRun {
			return err
		}
		if err := app.Confirm(ctx, o.yes, fmt.Sprintf("Replace %d setting(s)? [y/N] ", replaced), false); err != nil {
			return err
		}
	}
	// Write the secrets first. After a failure, keys without a profile do less harm than a
	// profile without keys.
	if len(secrets) > 0 {
		if _, err := w.Edit(ctx, true, "configure import", secrets...); err != nil {
			return err
		}
		workspace.WarnOfReaders(app, w.In.Credentials.Path)
	}
	if len(others) > 0 {
		if _, err := w.Edit(ctx, false, "configure import", others...); err != nil {
			return err
		}
	}
	fmt.Fprintf(app.Out, "Successfully imported %d profile(s)\n", profiles)
	return nil
}

// changes returns the settings of the file, and the number of its profiles.
func (o importOptions) changes(ctx context.Context, app *command.App) (changes []awsconfig.Change, profiles int, err error) {
	name := o.dotenv + o.config // o.dotenv or o.config is ""
	path := strings.TrimPrefix(name, "file://")
	content, err := datafile.ReadArgument(ctx, path, datafile.ConfigLimit)
	if err != nil {
		return nil, 0, command.Usagef("the file to import cannot be read: %v", err)
	}
	if o.dotenv != "" {
		changes, err = dotenvChanges(string(content), path, o.prefix, app.Flags.Profile)
		return changes, 1, err
	}
	if app.Flags.Profile != "" {
		return nil, 0, command.Usagef("--profile cannot be used with --config")
	}
	return configChanges(app, awsconfig.NewDoc(path, false, string(content)), o.prefix)
}

// configChanges returns the settings of the profiles, sessions and services of a config file.
func configChanges(app *command.App, doc *awsconfig.Doc, prefix string) (changes []awsconfig.Change, profiles int, err error) {
	sections, problems, err := doc.All()
	for _, p := range problems {
		app.Warn(p.String(), p.Hint)
	}
	if err != nil {
		return nil, 0, err
	}
	own := func(name string) bool {
		return slices.ContainsFunc(sections, func(s *awsconfig.Section) bool { return s.Kind == awsconfig.Profile && s.Name == name })
	}
	for _, s := range sections {
		name := s.Name
		switch s.Kind {
		case awsconfig.Profile:
			name = prefix + name
			profiles++
		case awsconfig.Other:
			app.Warn(fmt.Sprintf("%s: line %d: [%s] is not imported: it is neither a profile nor a session", doc.Path, s.Line, s.Name), "")
			continue
		}
		for _, v := range s.Settings {
			c := awsconfig.Change{Kind: s.Kind, Name: name, Key: v.Key, Value: v.Value}
			if s.Kind == awsconfig.Profile && (v.Key == "source_profile" || v.Key == "include_profile") && own(v.Value) {
				c.Value = prefix + v.Value
			}
			if v.Nested == nil {
				changes = append(changes, c)
				continue
			}
			for _, sub := range v.Nested {
				c.Sub, c.Value = sub.Key, sub.Value
				changes = append(changes, c)
			}
		}
	}
	if profiles == 0 {
		return nil, 0, command.WithHint(fmt.Errorf("%s has no profile", doc.Path), "a profile begins with the line [profile NAME]")
	}
	return changes, profiles, nil
}

// dotenvChanges returns the settings of the profile in a .env file. name is the profile that the
// command line names, or "".
func dotenvChanges(content, path, prefix, name string) ([]awsconfig.Change, error) {
	values, err := parseDotenv(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	first := func(names ...string) string {
		for _, n := range names {
			if values[n] != "" {
				return values[n]
			}
		}
		return ""
	}
	if name == "" {
		name = values["AWS_PROFILE"]
	}
	if name == "" {
		return nil, command.WithHint(command.Usagef("%s: the file does not set AWS_PROFILE, and --profile is missing", path), "add --profile NAME")
	}
	for _, needed := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		if values[needed] == "" {
			return nil, fmt.Errorf("%s does not set %s; nothing was imported", path, needed)
		}
	}
	var changes []awsconfig.Change
	for _, v := range []struct{ key, value string }{
		{"aws_access_key_id", values["AWS_ACCESS_KEY_ID"]},
		{"aws_secret_access_key", values["AWS_SECRET_ACCESS_KEY"]},
		{"aws_session_token", first("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")},
		{"region", first("AWS_REGION", "AWS_DEFAULT_REGION")},
		{"output", values["AWS_DEFAULT_OUTPUT"]},
	} {
		// Remove the session token of the older keys.
		stale := v.key == "aws_session_token" && v.value == ""
		if v.value != "" || stale {
			changes = append(changes, awsconfig.Change{Kind: awsconfig.Profile, Name: prefix + name, Key: v.key, Value: v.value, Remove: stale})
		}
	}
	return changes, nil
}

// parseDotenv returns the variables of AWS in a .env file. Each line is NAME=VALUE, perhaps after
// the word export. A value can be in quotes. # begins a comment. parseDotenv ignores all other
// lines. If several lines set a variable, it returns the last value.
func parseDotenv(content string) (map[string]string, error) {
	values := map[string]string{}
	content = strings.ReplaceAll(strings.TrimPrefix(content, "\ufeff"), "\r\n", "\n")
	for line := 1; content != ""; {
		begin := line
		head, _, _ := strings.Cut(content, "\n")
		name, rest, ok := strings.Cut(head, "=")
		name = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(name), "export "))
		value, length := "", len(head)
		if ok && !strings.HasPrefix(name, "#") {
			skipped := len(head) - len(strings.TrimLeft(rest, " \t"))
			n, err := 0, error(nil)
			if value, n, err = dotenvValue(content[skipped:]); err != nil && strings.HasPrefix(name, "AWS_") {
				return nil, fmt.Errorf("line %d: %s: %w", begin, name, err)
			} else if err == nil {
				length = skipped + n
			}
			if strings.HasPrefix(name, "AWS_") {
				values[name] = value
			}
		}
		line += strings.Count(content[:length], "\n") + 1
		content = strings.TrimPrefix(content[length:], "\n")
	}
	return values, nil
}

// dotenvValue reads a value at the start of text. length includes the value and the rest of its
// last line, without the line break.
func dotenvValue(text string) (value string, length int, err error) {
	end := func(from int) int {
		if i := strings.IndexByte(text[from:], '\n'); i >= 0 {
			return from + i
		}
		return len(text)
	}
	if text == "" || text[0] != '"' && text[0] != '\'' {
		length = end(0)
		value = text[:length]
		if i := strings.Index(value, " #"); i >= 0 {
			value = value[:i]
		}
		return strings.TrimSpace(value), length, nil
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == text[0]:
			length = end(i)
			after := strings.TrimSpace(text[i+1 : length])
			if after != "" && !strings.HasPrefix(after, "#") {
				return "", 0, errors.New("text follows the closing quote")
			}
			return b.String(), length, nil
		case c == '\\' && text[0] == '"' && i+1 < len(text):
			i++
			switch text[i] {
			case 'n':
				b.WriteByte('\n')
			case '"', '\\', '$', '`':
				b.WriteByte(text[i])
			default:
				b.WriteString(text[i-1 : i+1])
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", 0, errors.New("the closing quote is missing")
}

// replacements returns the number of changes that replace or remove a setting of the user's files.
func replacements(w *workspace.Workspace, changes []awsconfig.Change) (int, error) {
	type section struct {
		kind awsconfig.Kind
		name string
	}
	values := map[section][]*awsconfig.Section{}
	for _, doc := range []*awsconfig.Doc{w.In.Credentials, w.In.Config} { // the first file overrides the second
		sections, _, err := doc.All()
		if err != nil {
			return 0, err
		}
		for _, s := range sections {
			values[section{s.Kind, s.Name}] = append(values[section{s.Kind, s.Name}], s)
		}
	}
	n := 0
	for _, c := range changes {
		for _, s := range values[section{c.Kind, c.Name}] {
			old, ok := s.Get(strings.ToLower(c.Key))
			if ok && c.Sub != "" {
				old, ok = (&awsconfig.Section{Settings: old.Nested}).Get(c.Sub)
			}
			if ok {
				if c.Remove || old.Value != strings.TrimSpace(c.Value) {
					n++
				}
				break
			}
		}
	}
	return n, nil
}

// printDiff prints what the changes do to a file, without secrets.
func printDiff(w *workspace.Workspace, path string, credentials bool, changes []awsconfig.Change) error {
	before, err := datafile.Read(path, datafile.ConfigLimit)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	after, err := awsconfig.Edit(path, before, credentials, changes...)
	if err != nil {
		return workspace.ExplainEdit(err)
	}
	return w.PrintDiff(path, before, after)
}
