package cmdline_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// After an operation, a role flag belongs to the operation if the operation has such an option.
func TestRoleFlagsOfAnOperation(t *testing.T) {
	for _, c := range []struct {
		line, rest    string
		account, name string
	}{
		{line: "create --role own --account a", rest: "create --role own", account: "a"},
		{line: "--role r create --role own", rest: "create --role own", name: "r"},
		{line: "--account a --region x --role=r create --x y", rest: "create --x y", account: "a", name: "r"},
		{line: "create --account a --profile p --other --role", rest: "create --other --role", account: "a"},
		{line: "create -- --account a", rest: "create -- --account a"},
	} {
		var g command.Globals
		root, cmd := &cobra.Command{Use: "lanyard"}, &cobra.Command{Use: "lambda", DisableFlagParsing: true}
		root.AddCommand(cmd)
		cmdline.AddGlobals(root.PersistentFlags(), &g)
		rest, err := cmdline.TakeGlobals(cmd, strings.Fields(c.line))
		if err == nil {
			rest, err = cmdline.TakeRole(cmd, rest, func(name string) bool { return name == "role" })
		}
		if err != nil {
			t.Errorf("%s: %v", c.line, err)
		}
		if !slices.Equal(rest, strings.Fields(c.rest)) || g.Role.Account != c.account || g.Role.Name != c.name {
			t.Errorf("%s: rest %q, flags %+v; want %q, account %q, role %q", c.line, rest, g.Role, c.rest, c.account, c.name)
		}
	}
}

func TestTakeFrontRole(t *testing.T) {
	for _, c := range []struct {
		line, rest string
		want       command.RoleFlags
	}{
		{"s3 cp a b --role r", "s3 cp a b --role r", command.RoleFlags{}},
		{"--role r --profile p --account=a s3 cp --role x", "--profile p s3 cp --role x", command.RoleFlags{Account: "a", Name: "r"}},
		{"--sso-session s --assume-role x --debug s3", "--debug s3", command.RoleFlags{Session: "s", Assume: "x"}},
		{"--unknown --role r", "--unknown --role r", command.RoleFlags{}},
		{"", "", command.RoleFlags{}},
	} {
		app := &command.App{}
		rest, err := cmdline.TakeFrontRole(app, strings.Fields(c.line))
		if err != nil || !slices.Equal(rest, strings.Fields(c.rest)) || app.Flags.Role != c.want {
			t.Errorf("%s: rest %q, flags %+v, error %v; want %q, %+v", c.line, rest, app.Flags.Role, err, c.rest, c.want)
		}
	}
	if _, err := cmdline.TakeFrontRole(new(command.App), []string{"--role"}); err == nil {
		t.Error("--role without a value: no error")
	}
}
