package emulatorcmd

import (
	"slices"
	"strings"
	"testing"
)

// If a program under emulator run starts a browser, the browser gets the user's environment.
func TestBrowserGetsUsersEnvironment(t *testing.T) {
	environ := []string{"HOME=/home/ada", "PATH=/bin", "EMPTY=", "XDG_CONFIG_HOME=/x", "HTTPS_PROXY=http://old", "AWS_PROFILE=prod", "_AWS_CLI_PROFILE_CHAIN=a", "LANYARD_EMULATOR_URL=http://other"}
	set := []string{"HOME=/tmp/h", "BROWSER=us", "HTTPS_PROXY=http://ours", "NO_PROXY=first", "NO_PROXY=last", "AWS_CONFIG_FILE=/tmp/h/config", "LANYARD_EMULATOR_URL=http://base"}

	inside := homeEnvironment(environ, set)
	for _, want := range []string{"HOME=/tmp/h", "PATH=/bin", "EMPTY=", "BROWSER=us", "HTTPS_PROXY=http://ours", "NO_PROXY=last", "AWS_CONFIG_FILE=/tmp/h/config", "LANYARD_EMULATOR_URL=http://base"} {
		name, _, _ := strings.Cut(want, "=")
		var got []string
		for _, kv := range inside {
			if strings.HasPrefix(kv, name+"=") {
				got = append(got, kv)
			}
		}
		if !slices.Equal(got, []string{want}) {
			t.Errorf("variable %s of the program: %q, want %q", name, got, want)
		}
	}
	for _, kv := range inside {
		if strings.HasPrefix(kv, "XDG_CONFIG_HOME=") || strings.HasPrefix(kv, "AWS_PROFILE=") || strings.HasPrefix(kv, "_AWS") {
			t.Errorf("the program gets %s", kv)
		}
	}

	back := usersEnvironment(inside)
	slices.Sort(back)
	if want := []string{"EMPTY=", "HOME=/home/ada", "HTTPS_PROXY=http://old", "PATH=/bin", "XDG_CONFIG_HOME=/x"}; !slices.Equal(back, want) {
		t.Errorf("the browser gets %q, want %q", back, want)
	}
}
