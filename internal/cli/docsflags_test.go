package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// flagsOfOthers lists the flags in our pages that belong to other programs, and the options of AWS
// operations and of the AWS CLI that no command of ours lists in its help.
var flagsOfOthers = []string{
	// docker
	"env", "mount", "network", "publish", "rm", "password-stdin", "username",
	// browsers, and systemctl
	"profile-directory", "user-data-dir", "now", "user",
	// granted, aws-sso-cli and aws-vault
	"arn", "export-all-env-vars", "json", "no-credential-process", "sso-scope",
	// package managers, cosign, gh, git and goreleaser
	"allow-untrusted", "cask", "certificate-identity", "certificate-oidc-issuer", "clean", "detach", "ignore-missing", "repo", "skip",
	// AWS operations
	"access-token", "body", "cli-input-yaml", "context", "endpoint-id", "filters", "generate-cli-skeleton", "max-items",
	"starting-token",
	// a mistake in an example, and the end of a bucket's name
	"foo", "x-s3",
}

// The pages have every flag of every command, and no flag that does not exist. TestDocs checks the
// flags in command lines, because it runs these lines.
func TestFlagsAreDocumented(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("found %d pages, error %v", len(pages), err)
	}
	known := map[string]bool{"help": true, "version": true, "assume-role": true} // of all commands with roles
	for _, name := range flagsOfOthers {
		known[name] = true
	}
	cmdline.GlobalSet(new(command.Globals)).VisitAll(func(f *pflag.Flag) { known[f.Name] = true })
	hidden := map[string]bool{"version": true} // the help of lanyard itself explains it
	owners := map[string]string{}
	for _, cmd := range commands(t, "lanyard") {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			known[f.Name] = true
			hidden[f.Name] = hidden[f.Name] || f.Hidden
			owners[f.Name] = cmd.CommandPath()
		})
	}
	if len(owners) < 100 {
		t.Fatalf("found %d flags, want more", len(owners))
	}
	mention := regexp.MustCompile("(?:^|[ `])--([a-z][a-z0-9-]+)")
	found := map[string]bool{}
	for _, path := range append(pages, "../../README.md") {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text, _, _ := strings.Cut(string(data), "\n## All messages\n") // the list below is generated from the source
		for _, m := range mention.FindAllStringSubmatch(text, -1) {
			found[m[1]] = true
			if !known[m[1]] {
				t.Errorf("%s has the flag --%s, which no command has", path, m[1])
			}
		}
	}
	for name, owner := range owners {
		if !found[name] && !hidden[name] {
			t.Errorf("no page has the flag --%s of %s", name, owner)
		}
	}
	for _, name := range flagsOfOthers {
		if !found[name] {
			t.Errorf("flagsOfOthers: no page has --%s", name)
		}
	}
}
