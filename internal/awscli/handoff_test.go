package awscli

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/command"
)

func TestPass(t *testing.T) {
	env := ""
	app := &command.App{Env: command.Env{Lookup: func(name string) (string, bool) { return env, name == PassedVariable }}}
	pass := func(args ...string) error {
		mark, err := pass(app, "aws", args)
		if err == nil {
			env = mark
		}
		return err
	}
	if err := pass("a", "b"); err != nil {
		t.Fatal(err)
	}
	var config *command.ConfigError
	if err := pass("a", "b"); !errors.As(err, &config) || !strings.Contains(err.Error(), "same arguments") {
		t.Errorf("the same arguments again: %v, want a ConfigError", err)
	}
	for i := 1; i < maxPassed; i++ {
		if err := pass("ab", strconv.Itoa(i)); err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	if err := pass("x"); !errors.As(err, &config) || !strings.Contains(err.Error(), "5 times") {
		t.Errorf("too many hand-offs: %v, want a ConfigError", err)
	}
	if fingerprint([]string{"a", "b"}) == fingerprint([]string{"ab"}) || fingerprint([]string{"a", ""}) == fingerprint([]string{"a"}) {
		t.Error("two lists have the same fingerprint")
	}
}

func TestWithVariable(t *testing.T) {
	environ := []string{"A=1", "V=old", "V2=x", "B=\xff"}
	got := withVariable(environ, "V", "new")
	if want := []string{"A=1", "V2=x", "B=\xff", "V=new"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if environ[1] != "V=old" {
		t.Error("withVariable has changed its argument")
	}
}
