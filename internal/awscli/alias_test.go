package awscli_test

import (
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/awscli"
	"github.com/lanyard-cli/lanyard/internal/cli"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
)

const aliasFile = `
[toplevel]
whoami = sts get-caller-identity
WhoCased = sts get-caller-identity
there = sts get-caller-identity --region eu-west-1 --output text
long =
  sts \
    get-caller-identity

  # a comment
  --query "Account Arn"
chain = whoami --debug
sts = sts --region eu-north-1
tables = codecatalyst list-spaces
bang = !echo hi
multi =
  !f() {
    echo "$@"
  }; f
only-flags = --region x
empty =
loop = loop2 a
loop2 = loop b
self = self --foo
bad = sts 'x
status = !echo not taken
ours = status --output json

[command sts]
me = get-caller-identity --region eu-west-1
me2 = me
get-caller-identity = ignored --query Arn
out = !echo out

[command  ec2   wait]
foo = instance-running

[command configure]
ls = list

[profile x]
region = y
`

func TestExpandAliases(t *testing.T) {
	root := cmdline.NodeOf(cli.Tree(&command.App{Name: "lanyard"}))
	for line, want := range map[string]string{
		"":                           "",
		"codecatalyst list-spaces":   "codecatalyst list-spaces",
		"tables --max-items 5":       "codecatalyst list-spaces --max-items 5",
		"configure ls --profile x":   "--profile x configure list",
		"ours":                       "--output json status",
		"status":                     "status", // only lanyard has this command, so no alias replaces it
		"help":                       "help",
		"WhoCased":                   "WhoCased",
		"empty x":                    "x",
		"only-flags sts":             "--region x --region eu-north-1 sts",
		"self x":                     "self --foo x",
		"ec2 wait foo":               "ec2 wait foo",
		"whocased":                   "--region eu-north-1 sts get-caller-identity", // the aliases of sts and get-caller-identity also apply
		"sts me":                     "--region eu-north-1 --region eu-west-1 sts get-caller-identity",
		"sts me2 --region a":         "--region a --region eu-north-1 --region eu-west-1 sts get-caller-identity",
		"--profile p there x -- y":   "--profile p --region eu-west-1 --output text --region eu-north-1 sts get-caller-identity x -- y",
		"chain":                      "--debug --region eu-north-1 sts get-caller-identity",
		"bang a --region b":          "!echo hi: a",
		"multi":                      "!f() {\necho \"$@\"\n}; f:",
		"sts out it":                 "!echo out: it",
		"--region x sts --debug out": "!echo out:",
	} {
		words, external, err := awscli.Expand(root, aliasFile, strings.Fields(line))
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		got := strings.Join(words, " ")
		if external != "" {
			got = strings.TrimSpace(external + ": " + got)
		}
		got = strings.Replace(got, "--query Arn ", "", 1) // from the alias of get-caller-identity
		got = strings.Replace(got, "--query Account Arn ", "--query ", 1)
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", line, got, want)
		}
	}
	for line, want := range map[string]string{
		"loop": "loop -> loop2 -> loop",
		"bad":  "No closing quotation",
	} {
		if _, _, err := awscli.Expand(root, aliasFile, strings.Fields(line)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", line, err, want)
		}
	}
}
