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
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// importOptions are the flags of configure import.
type importOptions struct {
	csv, prefix string
	skip        bool
}

// newImport returns the command configure import.
func newImport(app *command.App) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Import access keys from a CSV file of the AWS console",
		Long: `Import access keys from the CSV file that the AWS console offers when you create
an access key. Each user in the file becomes a profile in the credentials file.`,
		Example: `lanyard configure import --csv file://credentials.csv
# name the profiles old-USER
lanyard configure import --csv file://credentials.csv --profile-prefix old-`,
		Args: command.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return importKeys(cmd.Context(), app, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.csv, "csv", "", "the CSV `FILE` as file://PATH, or its content")
	f.StringVar(&o.prefix, "profile-prefix", "", "the `PREFIX` of the profile names, which are otherwise the user names")
	f.BoolVar(&o.skip, "skip-invalid", false, "skip invalid rows instead of importing nothing")
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
		return command.WithHint(command.Usagef("the following arguments are required: --csv"), "for example: %s configure import --csv file://credentials.csv", app.Name)
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
	warnOfReaders(app, w.In.Credentials.Path)
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
		return nil, fmt.Errorf("parse the CSV: %w", err)
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

// readUser returns the keys in one row. If the row is invalid, bad describes the mistake.
func readUser(row []string, columns [3]int) (u userKeys, bad string) {
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
