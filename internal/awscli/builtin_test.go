package awscli_test

import (
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/awscli"
	"github.com/lanyard-cli/lanyard/internal/cli"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
)

func TestBuiltIn(t *testing.T) {
	const both, lanyard, aws, none = "lanyard aws", "lanyard", "aws", ""
	for line, ours := range map[string]string{
		"":                        both,
		"--help":                  both,
		"-h":                      both,
		"--version":               both,
		"--debug":                 both,
		"--":                      both,
		"help":                    both,
		"help sso login":          both,
		"help config-vars":        lanyard, // a help topic of the AWS CLI; lanyard says that the topic is unknown
		"sso login":               both,
		"sso login --profile x":   both,
		"sso":                     both,
		"sso help":                both,
		"--profile sts sso login": both,
		"--profile=sts sso login": both,
		"--debug --region x sso --output y login":   both,
		"sso --foo login":                           both, // cobra reports the unknown flag
		"--foo sso login":                           both,
		"--foo bar sso login":                       both,
		"--foo=bar sso login":                       both,
		"--foo bar codecatalyst x":                  none,
		"--foo bar nonsense":                        lanyard,
		"sso logn":                                  lanyard,
		"sso logn there":                            lanyard,
		"sso admin":                                 lanyard,
		"configure":                                 lanyard, // the AWS CLI's wizard for keys
		"configure --profile x":                     lanyard,
		"configure --help":                          both,
		"configure help":                            both,
		"configure list":                            both,
		"configure add-model --service-model x":     none,
		"configure mfa-login":                       none,
		"configure nonsense":                        lanyard,
		"s3 cp a b":                                 none,
		"s3 nonsense":                               lanyard,
		"sts get-caller-identity":                   both,
		"sts":                                       both,
		"sts help":                                  both,
		"sts get-caller-identity help":              both,
		"sts --region x get-caller-identity":        both,
		"--no-sign-request sts get-caller-identity": both,
		"sts assume-role-with-nothing":              none,
		"sts get-caler-identity":                    lanyard,
		"sts get-caller":                            none, // not a typo, because names of operations can be longer
		"--cli-auto-prompt sts get-caller-identity": none,
		"--no-cli-auto-prompt sso login":            both,
		"status --cli-auto-prompt":                  lanyard, // lanyard refuses the flag
		"sso get-credentials --cli-auto-prompt":     both,
		"codecatalyst list-spaces":                  none,
		"codecatalyst":                              none,
		"--region x codecatalyst":                   none,
		"login":                                     lanyard,
		"logout --all":                              lanyard,
		"status":                                    lanyard,
		"emulator nonsense":                         lanyard,
		"emulator run -- aws s3 ls":                 lanyard,
		"stz":                                       lanyard,
		"stz --debug":                               lanyard,
		"stz --region x":                            lanyard,
		"stz get-caller-identity":                   lanyard,
		"nonsense":                                  lanyard,
		"nonsense --x y":                            lanyard,
		"ls":                                        lanyard,
		"exec x -- y":                               lanyard,
		"completion bash":                           lanyard,
		"history list":                              none,
		"deploy push":                               none,
		"opsworks describe-stacks":                  none, // only in older versions
		"s":                                         lanyard,
		"''":                                        lanyard,
	} {
		for _, name := range []string{"lanyard", "aws"} {
			args := strings.Fields(line)
			if line == "''" {
				args = []string{""}
			}
			want := strings.Contains(ours, name)
			ours, unknown := awscli.BuiltIn(cmdline.NodeOf(cli.Tree(&command.App{Name: name})), args)
			if got := ours || unknown != nil; got != want {
				t.Errorf("%s %s: ours is %v, want %v", name, line, got, want)
			}
		}
	}
}

// FuzzBuiltIn checks that builtIn accepts any command line, and that global flags before it
// do not change the result.
func FuzzBuiltIn(f *testing.F) {
	for _, line := range []string{"sts get-caller-identity", "--foo bar stz", "--", "--profile", "configure -h", "-\n--x=\n"} {
		f.Add(line)
	}
	lanyard := cmdline.NodeOf(cli.Tree(&command.App{Name: "lanyard"}))
	f.Fuzz(func(t *testing.T, line string) {
		args := strings.Split(line, " ")
		with := append([]string{"--region", "sso", "--debug", "--output=x"}, args...)
		got, gotErr := awscli.BuiltIn(lanyard, with)
		want, wantErr := awscli.BuiltIn(lanyard, args)
		if got != want || (gotErr == nil) != (wantErr == nil) {
			t.Errorf("%q: %v, %v with global flags, %v, %v without", args, got, gotErr, want, wantErr)
		}
	})
}
