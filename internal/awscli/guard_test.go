package awscli

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/command"
)

func TestPassDoor(t *testing.T) {
	env := ""
	app := &command.App{Env: command.Env{Lookup: func(name string) (string, bool) { return env, name == PassedVariable }}}
	pass := func(args ...string) error {
		mark, err := passDoor(app, "aws", args)
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
		t.Errorf("the same again: %v", err)
	}
	for i := 1; i < maxDoors; i++ {
		if err := pass("ab", strconv.Itoa(i)); err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	if err := pass("x"); !errors.As(err, &config) || !strings.Contains(err.Error(), "5 times") {
		t.Errorf("too deep: %v", err)
	}
	if fingerprint([]string{"a", "b"}) == fingerprint([]string{"ab"}) || fingerprint([]string{"a", ""}) == fingerprint([]string{"a"}) {
		t.Error("lists that differ have one fingerprint")
	}
}

func TestWithVariable(t *testing.T) {
	environ := []string{"A=1", "V=old", "V2=x", "B=\xff"}
	got := withVariable(environ, "V", "new")
	if want := []string{"A=1", "V2=x", "B=\xff", "V=new"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if environ[1] != "V=old" {
		t.Error("the environment that was given has changed")
	}
}
