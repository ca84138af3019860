package configurecmd

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// importOptions are the flags of configure import.
type importOptions struct {
	csv, prefix       string
	dotenv, config    string
	skip, yes, dryRun bool
}

// newImport returns the command configure import.
func newImport(app *command.App) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Import profiles from a CSV, .env or config file",
		Long: `Import access keys from a CSV file of the AWS console. Each user in the CSV file
becomes a profile in the credentials file.

With --dotenv, import the keys and the region of a .env file as one profile.
--profile, else AWS_PROFILE in the .env file, names the profile. With --config,
import the profiles, sessions and services of a config file.

lanyard writes access keys to the credentials file, and other settings to the
config. If the import changes a setting of your files, lanyard first shows the
difference and asks.`,
		Example: `lanyard configure import --csv file://credentials.csv
# name the profiles old-USER
lanyard configure import --csv file://credentials.csv --profile-prefix old-
lanyard configure import --dotenv .env --profile dev-keys
lanyard configure import --config other-config --dry-run`,
		Annotations: cmdline.Uses("profile"),
		Args:        cmdline.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			sources := slices.DeleteFunc([]string{o.csv, o.dotenv, o.config}, func(s string) bool { return s == "" })
			switch {
			case len(sources) > 1:
				return command.Usagef("--csv, --dotenv and --config cannot be used together")
			case o.csv == "" && len(sources) == 1:
				return importFile(cmd, app, o)
			}
			return importKeys(cmd.Context(), app, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.csv, "csv", "", "the CSV `FILE` as file://PATH, or its content")
	f.StringVar(&o.dotenv, "dotenv", "", "the .env `FILE` to import")
	f.StringVar(&o.config, "config", "", "the config `FILE` to import")
	f.StringVar(&o.prefix, "profile-prefix", "", "put `PREFIX` before the name of each profile")
	f.BoolVar(&o.skip, "skip-invalid", false, "skip invalid rows of the CSV file instead of importing nothing")
	f.BoolVar(&o.yes, "yes", false, "replace settings of your files without asking")
	f.BoolVar(&o.dryRun, "dry-run", false, "with --dotenv or --config: only show the changes")
	return cmd
}

// A userKeys holds one row of the CSV file.
type userKeys struct {
	user, accessKeyID string
	secretAccessKey   secret.String
}

// importKeys writes a profile for each row of a CSV file.
func importKeys(ctx context.Context, app *command.App, o importOptions) error {
	if o.csv == "" {
		return command.WithHint(command.Usagef("the following arguments are required: --csv"), "for example: %s configure import --csv file://credentials.csv\nto import another file, use --dotenv FILE or --config FILE", app.Name)
	}
	content, err := readArgument(ctx, o.csv)
	if err != nil {
		return err
	}
	users, err := parseUsers(app, content, o.skip)
	if err != nil {
		return err
	}
	w, err := workspace.Open(app)
	if err != nil {
		return err
	}
	var changes []awsconfig.Change
	for _, u := range users {
		set := awsconfig.Change{Kind: awsconfig.Profile, Name: o.prefix + u.user}
		set.Key, set.Value = "aws_access_key_id", u.accessKeyID
		changes = append(changes, set)
		set.Key, set.Value = "aws_secret_access_key", u.secretAccessKey.Reveal()
		changes = append(changes, set)
	}
	if _, err := w.Edit(ctx, true, "configure import", changes...); err != nil {
		return err
	}
	workspace.WarnOfReaders(app, w.In.Credentials.Path)
	fmt.Fprintf(app.Out, "Successfully imported %d profile(s)\n", len(users))
	return nil
}

// readArgument returns the content of the file in a file:// argument, or the argument itself.
func readArgument(ctx context.Context, arg string) (string, error) {
	path, ok := strings.CutPrefix(arg, "file://")
	if !ok {
		return arg, nil
	}
	content, err := datafile.ReadArgument(ctx, path, datafile.ConfigLimit)
	if err != nil {
		return "", command.Usagef("Error parsing parameter '--csv': Unable to load paramfile %s: %v", arg, err)
	}
	return strings.TrimPrefix(string(content), "\ufeff"), nil
}

// parseUsers parses the CSV file. The columns can be in any order, and the case of their headers
// does not matter. If skip is set, parseUsers skips an invalid row with a warning. Otherwise an
// invalid row is an error.
func parseUsers(app *command.App, content string, skip bool) ([]userKeys, error) {
	rows := csv.NewReader(strings.NewReader(content))
	rows.FieldsPerRecord = -1
	head, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("Provided CSV contents is empty") // the AWS CLI's words
	}
	if err != nil {
		return nil, fmt.Errorf("the CSV could not be parsed: %w", err)
	}
	var columns [3]int
	for i, want := range [...]string{"User Name", "Access key ID", "Secret access key"} {
		columns[i] = slices.IndexFunc(head, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), want) })
		if columns[i] < 0 {
			return nil, command.WithHint(fmt.Errorf("Expected header \"%s\" not found", want), // the AWS CLI's words
				"use the file that the AWS console offers when you create an access key")
		}
	}
	var users []userKeys
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return users, nil
		}
		u, bad := readUser(row, columns)
		if err != nil {
			bad = "invalid CSV"
		}
		line := lineOf(rows, err)
		switch {
		case bad == "":
			users = append(users, u)
		case skip:
			app.Warn(fmt.Sprintf("skipped line %d of the CSV: %s", line, bad), "")
		default:
			return nil, command.WithHint(fmt.Errorf("line %d of the CSV: %s; nothing was imported", line, bad), "correct the line, or add --skip-invalid")
		}
	}
}

// lineOf returns the line number of the row that err describes, or otherwise of the last row.
func lineOf(rows *csv.Reader, err error) int {
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		return bad.StartLine
	}
	line, _ := rows.FieldPos(0)
	return line
}

// readUser returns the keys in one row, or a description of the mistake in the row.
func readUser(row []string, columns [3]int) (u userKeys, mistake string) {
	var fields [3]string
	for i, name := range [...]string{"user name", "access key ID", "secret access key"} {
		if columns[i] < len(row) {
			fields[i] = strings.TrimSpace(row[columns[i]])
		}
		if fields[i] == "" {
			return u, "no " + name
		}
	}
	return userKeys{fields[0], fields[1], secret.New(fields[2])}, ""
}
