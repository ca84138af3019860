package workspace

import (
	"context"
	"io"
	"math"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/configfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// A Preview is a change of the config that lanyard can show before it makes the change.
type Preview struct {
	w             *Workspace
	before, after []byte
}

// Preview returns the planned changes of the config.
func (w *Workspace) Preview(changes []awsconfig.Change) (*Preview, error) {
	before, err := datafile.Read(w.In.Config.Path, datafile.ConfigLimit)
	if err != nil {
		return nil, err
	}
	after, err := awsconfig.Edit(w.In.Config.Path, before, false, changes...)
	if err != nil {
		return nil, ExplainEdit(err)
	}
	return &Preview{w, before, after}, nil
}

// Probe returns an error if lanyard cannot make the change now, because of a lock, missing
// permissions or a full disk. It changes nothing.
func (p *Preview) Probe(ctx context.Context) error {
	return ExplainEdit(p.w.Editor().Probe(ctx, p.w.In.Config.Path, len(p.after)))
}

// Files returns a text with the number of files that change, for a summary.
func (p *Preview) Files() string { return "1 file changes: " + p.w.In.Config.Path }

// Print prints the change as a diff.
func (p *Preview) Print() error {
	return p.w.PrintDiff(p.w.In.Config.Path, p.before, p.after)
}

// PrintDiff prints the difference between two contents of a file to stdout, in colours if
// stdout is a terminal. It shows no secrets.
func (w *Workspace) PrintDiff(path string, before, after []byte) error {
	_, err := w.PrintDiffHead(path, before, after, math.MaxInt)
	return err
}

// PrintDiffHead prints the first lines of the difference like [Workspace.PrintDiff], at most limit
// lines. It returns the number of lines that are left out.
func (w *Workspace) PrintDiffHead(path string, before, after []byte, limit int) (left int, err error) {
	colours := w.App.OutStyle()
	var text strings.Builder
	inHunk, printed := false, 0
	for line := range strings.Lines(configfile.Diff(path, before, after)) {
		if printed == limit {
			left++
			continue
		}
		printed++
		switch {
		case strings.HasPrefix(line, "@@"):
			line, inHunk = colours.Dim(line), true
		case !inHunk:
			line = colours.Heading(line)
		case strings.HasPrefix(line, "+"):
			line = colours.Added(line)
		case strings.HasPrefix(line, "-"):
			line = colours.Removed(line)
		}
		text.WriteString(line)
	}
	out := io.Writer(w.App.Out)
	if colours.On() {
		out = w.App.Out.Raw() // the diff already replaces control characters
	}
	_, err = io.WriteString(out, text.String())
	return left, err
}
