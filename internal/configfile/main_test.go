package configfile_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/configfile"
)

// childVar makes the test binary a program that edits a file. The value of the variable is
// the command; the arguments are the file and a text.
const childVar = "CONFIGFILE_CHILD"

func TestMain(m *testing.M) {
	what := os.Getenv(childVar)
	if what == "" {
		os.Exit(m.Run())
	}
	if err := child(context.Background(), what, os.Args[1], os.Args[2]); err != nil {
		fmt.Println(err)
		var file *configfile.FileError
		if errors.As(err, &file) {
			fmt.Println("hint:", file.Hint)
		}
		var changed *configfile.ChangedError
		if errors.As(err, &changed) {
			os.Exit(3)
		}
		os.Exit(1)
	}
	os.Exit(0)
}

func child(ctx context.Context, what, path, text string) error {
	// Fifty processes on a slow machine may need a long wait.
	e := &configfile.Editor{Wait: 2 * time.Minute}
	switch what {
	case "add":
		_, err := e.Edit(ctx, path, "add", add(text))
		return err
	case "set":
		_, err := e.Edit(ctx, path, "set", func([]byte) ([]byte, error) { return []byte(text + "\n"), nil })
		return err
	case "undo":
		r, err := e.Last(path)
		if err != nil {
			return err
		}
		fmt.Println("ready")
		if _, err := os.Stdin.Read(make([]byte, 1)); err != nil && text == "" {
			return err
		}
		return e.Undo(ctx, r)
	case "count":
		for {
			if _, err := e.Edit(ctx, path, "count", countUp); err != nil {
				return err
			}
			fmt.Println("counted")
		}
	}
	return fmt.Errorf("unknown command %s", what)
}

// start starts a child. The buffer gets its stdout and stderr.
func start(t *testing.T, what, path, text string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd := command(t, what, path, text)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, &out
}

func command(t *testing.T, what, path, text string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, path, text)
	cmd.Env = append(os.Environ(), childVar+"="+what)
	return cmd
}
