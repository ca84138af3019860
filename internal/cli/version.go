package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// version is the release, until the first one is tagged.
const version = "0.1.0-dev"

// awsVersion is the AWS CLI that we answer for under its name. Scripts read it.
const awsVersion = "2.36.7"

func newVersion(app *command.App) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Example: "lanyard version", Args: command.NoArgs,
		RunE: func(*cobra.Command, []string) error { return printVersion(app) },
	}
}

func printVersion(app *command.App) error {
	text := fmt.Sprintf("lanyard/%s%s %s %s/%s", version, revision(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if app.Name == "aws" {
		text = "aws-cli/" + awsVersion + " " + text
	}
	_, err := fmt.Fprintln(app.Out, text)
	return err
}

// revision is the commit that the program was built from, where the build knows.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return "+" + s.Value[:12]
		}
	}
	return ""
}
