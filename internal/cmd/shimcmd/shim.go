package shimcmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awscli"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/self"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

func NewShim(app *command.App) *cobra.Command {
	shim := command.Group("shim", "Let the word aws mean lanyard, by a link in a folder of PATH")
	shim.AddCommand(&cobra.Command{
		Use:   "install DIR",
		Short: "Put a link named aws into a folder",
		Long: `Put a link named aws to this program into a folder (on Windows a copy,
aws.exe). Where that folder comes first on PATH, aws is lanyard, with the AWS
CLI's names alone; what lanyard does not do itself it hands to the AWS CLI behind
it. Nothing else is made or changed, and an aws that is not lanyard is left alone.

  mkdir -p ~/.lanyard/bin && lanyard shim install ~/.lanyard/bin`,
		Args: oneFolder,
		RunE: func(_ *cobra.Command, args []string) error { return shimInstall(app, args[0]) },
	}, &cobra.Command{
		Use:   "remove DIR",
		Short: "Remove that link again",
		Long: `Remove the aws in a folder if it is lanyard: a link to it, a copy of this or
another version, or a link to a lanyard that is no longer there.`,
		Args: oneFolder,
		RunE: func(_ *cobra.Command, args []string) error { return shimRemove(app, args[0]) },
	})
	return shim
}

func oneFolder(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return command.WithHint(command.Usagef("which folder? One is to be named"), "run: %s DIR", cmd.CommandPath())
	}
	return nil
}

// shimName is the file name of the shim.
func shimName() string { return awscli.Programs(runtime.GOOS)[0] }

// shimFolder returns a folder as an absolute path.
func shimFolder(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", command.WithHint(fmt.Errorf("there is no folder %s", dir), "make it: mkdir -p %s", command.Quote(dir))
	}
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no folder", dir)
	}
	return dir, err
}

func shimInstall(app *command.App, dir string) error {
	dir, err := shimFolder(dir)
	if err != nil {
		return err
	}
	program, err := program(app)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, shimName())
	state, err := judgeShim(path, program)
	if err != nil {
		return err
	}
	switch state {
	case shimForeign:
		return command.WithHint(fmt.Errorf("%s is there already and is not lanyard: it is left alone", path), "name another folder, one that comes before it on PATH")
	case shimCurrent:
		fmt.Fprintf(app.Out, "%s is lanyard already.\n", terminal.Printable(path))
	case shimMissing, shimOther:
		if err := placeShim(path, program); err != nil {
			return err
		}
		fmt.Fprintf(app.Out, "%s is lanyard now: %s\n", terminal.Printable(path), terminal.Printable(program))
	}
	advisePath(app, dir, path)
	return nil
}

// program is the path to link to: the lanyard of PATH if it is this program,
// because that name outlives an update; otherwise where this program lies.
func program(app *command.App) (string, error) {
	selfName, err := os.Executable()
	if err != nil {
		return "", err
	}
	name := "lanyard"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	for _, dir := range filepath.SplitList(app.Env.Get("PATH")) {
		path := filepath.Join(dir, name)
		if !filepath.IsAbs(dir) || !self.IsProgram(path) {
			continue
		}
		if same, err := sameFile(path, selfName); err == nil && same {
			return path, nil
		}
	}
	return selfName, nil
}

func shimRemove(app *command.App, dir string) error {
	dir, err := shimFolder(dir)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, shimName())
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if path == self {
		return fmt.Errorf("%s is the program itself, not a link to it", path)
	}
	state, err := judgeShim(path, self)
	switch {
	case err != nil:
		return err
	case state == shimForeign:
		return fmt.Errorf("%s is not lanyard: it is left alone", path)
	case state == shimMissing:
		fmt.Fprintf(app.Out, "There is no %s.\n", terminal.Printable(path))
		return nil
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	fmt.Fprintf(app.Out, "%s is removed.\n", terminal.Printable(path))
	return nil
}
