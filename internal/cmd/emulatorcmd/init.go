package emulatorcmd

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/emulator/orgfile"
	"github.com/lanyard-cli/lanyard/internal/command"
)

func newEmulatorInit(app *command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write an example organization, with comments",
		Long: `Write an organization file that uses and explains every field, to a new file
or, without one or with -, to stdout. An existing file is left alone.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error { return emulatorInit(app, args) },
	}
}

func emulatorInit(app *command.App, args []string) error {
	if len(args) > 1 {
		return command.Usagef("emulator init writes one file, not %d", len(args))
	}
	if len(args) == 0 || args[0] == "-" {
		_, err := io.WriteString(app.Out, orgfile.Example())
		return err
	}
	path := args[0]
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return command.WithHint(fmt.Errorf("%s exists already and was left as it is", path), "name another file, or remove this one")
	}
	if err != nil {
		return fmt.Errorf("the example cannot be written: %w", err)
	}
	_, err = f.WriteString(orgfile.Example())
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("the example cannot be written: %w", err)
	}
	fmt.Fprintf(app.IO.Err, "%s: wrote %s\n", app.Name, path)
	fmt.Fprintf(app.IO.Err, "hint: run: %s emulator --org %s\n", app.Name, command.Quote(path))
	return nil
}
