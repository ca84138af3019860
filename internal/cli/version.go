package cli

import (
	"cmp"
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/output"
)

// awsVersion is the version that lanyard reports under the name aws. Scripts compare it.
const awsVersion = "2.36.7"

// develVersion is the version of a build that no release tag names.
const develVersion = "devel"

// A build holds the facts that the Go toolchain recorded about the program. A field is empty if
// its fact was not recorded.
type build struct {
	Version  string `json:"version"`  // such as "1.2.3"; "devel" without a release
	Commit   string `json:"commit"`   // 12 hexadecimal digits
	Date     string `json:"date"`     // the date of the commit, in RFC 3339 and UTC
	Modified bool   `json:"modified"` // the source tree differed from the commit
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
}

func newVersion(app *command.App) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version, the commit and the Go release",
		Example:     "lanyard version\nlanyard version --output json",
		Args:        cmdline.NoArgs,
		Annotations: cmdline.Uses("output", "query"),
		RunE: func(*cobra.Command, []string) error {
			b := buildOf(debug.ReadBuildInfo())
			if app.Flags.Output != "" || app.Flags.Query != "" {
				return output.Print(app, "Version", b)
			}
			return printLines(app, b.line(), b.source())
		},
	}
}

// printVersion prints the version for --version. It prints one line. Programs read its first
// word.
func printVersion(app *command.App) error {
	line := buildOf(debug.ReadBuildInfo()).line()
	if app.Name == "aws" {
		line = "aws-cli/" + awsVersion + " " + line
	}
	return printLines(app, line)
}

// printLines prints the lines that are not empty.
func printLines(app *command.App, lines ...string) error {
	for _, line := range lines {
		if line == "" {
			continue
		}
		if _, err := fmt.Fprintln(app.Out, line); err != nil {
			return err
		}
	}
	return nil
}

// line returns, for example, "lanyard/1.2.3 go1.26.0 linux/amd64". A build of a release with
// local changes is "lanyard/1.2.3+dirty".
func (b build) line() string {
	version := b.Version
	if version == develVersion && b.Commit != "" {
		version += "+" + b.Commit
	} else if version != develVersion && b.Modified {
		version += "+dirty"
	}
	return fmt.Sprintf("lanyard/%s %s %s/%s", version, b.Go, b.OS, b.Arch)
}

// source returns, for example, "commit 0123456789ab of 2026-01-31, modified". It returns "" if
// the commit is unknown.
func (b build) source() string {
	if b.Commit == "" {
		return ""
	}
	text := "commit " + b.Commit
	if day, _, found := strings.Cut(b.Date, "T"); found {
		text += " of " + day
	}
	if b.Modified {
		text += ", modified"
	}
	return text
}

// pseudoVersion matches the version that Go gives to a commit without a tag. See
// https://go.dev/ref/mod#pseudo-versions.
const pseudoVersion = `^v\d.*[-.](\d{14})-([0-9a-f]{12})$`

// buildOf reads the facts that the toolchain recorded. "go build" in a clone records the commit.
// "go install MODULE@VERSION" records only the version of the module. Without Git, or with
// -buildvcs=false, the toolchain records no commit and no version.
func buildOf(info *debug.BuildInfo, ok bool) build {
	b := build{Version: develVersion, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	if !ok {
		return b
	}
	module, dirty := strings.CutSuffix(info.Main.Version, "+dirty")
	b.Modified = dirty
	if m := regexp.MustCompile(pseudoVersion).FindStringSubmatch(module); m != nil {
		b.Commit = m[2]
		if at, err := time.Parse("20060102150405", m[1]); err == nil {
			b.Date = at.Format(time.RFC3339)
		}
	} else if number, tagged := strings.CutPrefix(module, "v"); tagged {
		b.Version = number
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value[:min(12, len(s.Value))]
		case "vcs.time":
			b.Date = cmp.Or(s.Value, b.Date)
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}
