// Package shimcmd has the commands shim and alias, with which shells run lanyard under other
// names. It also has the command which.
package shimcmd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/self"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// NewShim returns the command shim with its subcommands.
func NewShim(app *command.App) *cobra.Command {
	shim := cmdline.Group("shim", "Install an aws command that runs lanyard")
	shim.Example = `mkdir -p ~/.local/bin
lanyard shim install ~/.local/bin`
	shim.AddCommand(&cobra.Command{
		Use:   "install DIR",
		Short: "Create a link named aws in a folder",
		Long: `Create a link named aws to lanyard in the folder DIR. On Windows, lanyard
creates a copy of itself, aws.exe.

If DIR comes first on PATH, aws runs lanyard. Under the name aws, lanyard
accepts only the AWS CLI's commands. If a command is not built in, lanyard hands
the command off to the AWS CLI, which comes later on PATH.

lanyard does not replace another program named aws, and does not change PATH.`,
		Example: `mkdir -p ~/.local/bin
lanyard shim install ~/.local/bin`,
		Args: cmdline.WantArgs("DIR"),
		RunE: func(_ *cobra.Command, args []string) error { return install(app, args[0]) },
	}, &cobra.Command{
		Use:   "remove DIR",
		Short: "Remove the aws link from a folder",
		Long: `Remove aws from the folder DIR if it is a link to lanyard, a copy of any version
of lanyard, or a link to a lanyard that no longer exists. lanyard does not
remove another program named aws.`,
		Example: `lanyard shim remove ~/.local/bin`,
		Args:    cmdline.WantArgs("DIR"),
		RunE:    func(_ *cobra.Command, args []string) error { return remove(app, args[0]) },
	})
	return shim
}

// install puts a shim into a folder.
func install(app *command.App, dir string) error {
	dir, err := checkFolder(dir)
	if err != nil {
		return err
	}
	program, err := linkTarget(app)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, fileName())
	state, err := judge(path, program)
	if err != nil {
		return err
	}
	switch state {
	case foreign:
		return command.WithHint(fmt.Errorf("%s exists and is not lanyard; it was not changed", path), "use another folder that comes earlier on PATH")
	case current:
		fmt.Fprintf(app.Out, "%s already runs lanyard.\n", terminal.Printable(path))
	case missing, outdated:
		if err := put(path, program); err != nil {
			return err
		}
		fmt.Fprintf(app.Out, "%s now runs %s\n", terminal.Printable(path), terminal.Printable(program))
	}
	advisePath(app, dir, path)
	return nil
}

// remove removes the shim from a folder.
func remove(app *command.App, dir string) error {
	dir, err := checkFolder(dir)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, fileName())
	program, err := os.Executable()
	if err != nil {
		return err
	}
	if path == program {
		return fmt.Errorf("%s is lanyard itself, not a link to it", path)
	}
	state, err := judge(path, program)
	switch {
	case err != nil:
		return err
	case state == foreign:
		return fmt.Errorf("%s is not lanyard; it was not removed", path)
	case state == missing:
		fmt.Fprintf(app.Out, "%s does not exist.\n", terminal.Printable(path))
		return nil
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	fmt.Fprintf(app.Out, "Removed %s.\n", terminal.Printable(path))
	return nil
}

// fileName returns the file name of the shim.
func fileName() string { return child.AWSPrograms(runtime.GOOS)[0] }

// checkFolder returns the absolute path of a folder. The folder must exist.
func checkFolder(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", command.WithHint(fmt.Errorf("the folder %s does not exist", dir), "create it: mkdir -p %s", command.Quote(dir))
	}
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is not a folder", dir)
	}
	return dir, err
}

// linkTarget returns the path of the lanyard on PATH if that lanyard is this program, because an
// update keeps this path. Otherwise linkTarget returns the path of this program.
func linkTarget(app *command.App) (string, error) {
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

// A state describes the file at the path of the shim.
type state int

const (
	missing  state = iota
	foreign        // another program, which lanyard must not change
	outdated       // an older copy of lanyard, or a link to another or a missing lanyard
	current        // a link to this program, or a copy of it
)

// judge returns the state of the shim at a path. A link to a missing file belongs to lanyard if the
// name of the file is lanyard.
func judge(path, program string) (state, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return missing, nil
	}
	if err != nil {
		return foreign, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		target, err := os.Readlink(path)
		if err != nil {
			return foreign, err
		}
		if strings.TrimSuffix(filepath.Base(target), ".exe") == "lanyard" {
			return outdated, nil
		}
		return foreign, nil
	}
	if !self.Is(path) {
		return foreign, nil
	}
	if target, err := os.Readlink(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if target == program {
			return current, nil
		}
		return outdated, nil
	}
	if same, err := sameFile(path, program); err != nil || !same {
		return outdated, err
	}
	return current, nil
}

// sameFile reports whether two paths lead to the same file, or to files with the same content.
func sameFile(a, b string) (bool, error) {
	ia, err := os.Stat(a)
	if err != nil {
		return false, err
	}
	ib, err := os.Stat(b)
	if err != nil {
		return false, err
	}
	return os.SameFile(ia, ib) || ia.Size() == ib.Size() && self.SameBytes(a, b), nil
}

// put creates the link in one step. On Windows, it creates a copy.
func put(path, program string) (err error) {
	temp := fmt.Sprintf("%s.%d.tmp", path, os.Getpid())
	defer func() {
		if err != nil {
			_ = os.Remove(temp) // return the first error
		}
	}()
	if runtime.GOOS == "windows" {
		err = copyFile(temp, program)
	} else {
		err = os.Symlink(program, temp)
	}
	if err != nil {
		return err
	}
	return os.Rename(temp, path)
}

// copyFile copies a program to a new file.
func copyFile(target, source string) error {
	in, err := datafile.Open(source, self.MaxSize)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()                                                         // in was only read
	out, err := os.OpenFile(filepath.Clean(target), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755) //nolint:gosec // the file is a program
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		_ = out.Close() // return the first error
		return err
	}
	return out.Close()
}
