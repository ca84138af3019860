package console

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// ErrNoClipboard means that no program and no terminal can copy a text.
var ErrNoClipboard = errors.New("no clipboard: found no program for it, and stderr is no terminal")

// copyBudget is the time for a program of the clipboard.
const copyBudget = 10 * time.Second

// Copy copies a text to the clipboard. It gives the text to pbcopy, wl-copy, xclip, xsel or
// clip.exe on stdin, because arguments are visible to other programs. In an SSH session, and
// without such a program, it sends the text to the terminal with the control sequence OSC 52.
// terminal is nil if there is no terminal.
func Copy(ctx context.Context, text secret.String, lookup func(string) (string, bool), terminal io.Writer) error {
	get := func(name string) string { v, _ := lookup(name); return v }
	if terminal == nil || get("SSH_CONNECTION") == "" {
		for _, line := range clipboardPrograms(get) {
			path, err := exec.LookPath(line[0])
			if err != nil {
				continue
			}
			ctx, cancel := context.WithTimeout(ctx, copyBudget)
			defer cancel()
			cmd := exec.CommandContext(ctx, path, line[1:]...)
			cmd.Stdin = strings.NewReader(text.Reveal())
			if err := cmd.Run(); err != nil {
				return fmt.Errorf("%s: %w", filepath.Base(path), err)
			}
			return nil
		}
	}
	if terminal == nil {
		return ErrNoClipboard
	}
	_, err := io.WriteString(terminal, "\x1b]52;c;"+base64.StdEncoding.EncodeToString([]byte(text.Reveal()))+"\a")
	return err
}

// clipboardPrograms returns the command lines that can work in this environment.
func clipboardPrograms(get func(string) string) (lines [][]string) {
	switch runtime.GOOS {
	case "darwin":
		return [][]string{{"pbcopy"}}
	case "windows":
		return [][]string{{"clip.exe"}}
	}
	if get("WAYLAND_DISPLAY") != "" {
		lines = append(lines, []string{"wl-copy"})
	}
	if get("DISPLAY") != "" {
		lines = append(lines, []string{"xclip", "-selection", "clipboard"}, []string{"xsel", "--clipboard", "--input"})
	}
	if get("WSL_DISTRO_NAME") != "" {
		lines = append(lines, []string{"clip.exe"})
	}
	return lines
}
