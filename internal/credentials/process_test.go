package credentials

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

func TestParseProcess(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	const keys = `"AccessKeyId": "a", "SecretAccessKey": "s"`
	for _, tt := range []struct{ name, out, message string }{
		{"keys", `{"Version": 1, ` + keys + `}`, ""},
		{"temporary", `{"Version": 1, ` + keys + `, "SessionToken": "t", "Expiration": "2026-01-01T00:00:01Z"}`, ""},
		{"expired", `{"Version": 1, ` + keys + `, "Expiration": "2026-01-01T00:00:00Z"}`, workspace.ErrExpiredKeys.Error()},
		{"a bad date", `{"Version": 1, ` + keys + `, "Expiration": "soon"}`, "Expiration is not a date"},
		{"no version", `{` + keys + `}`, "Unsupported version '<Version key not provided>' for credential process provider, supported versions: 1"},
		{"version 2", `{"Version": 2, ` + keys + `}`, "Unsupported version '2' for"},
		{"a text as version", `{"Version": "1", ` + keys + `}`, "Unsupported version '1' for"},
		{"no access key", `{"Version": 1, "SecretAccessKey": "s"}`, "Missing required key in response: 'AccessKeyId'"},
		{"no secret key", `{"Version": 1, "AccessKeyId": "a"}`, "Missing required key in response: 'SecretAccessKey'"},
		{"not JSON", `export AWS_SECRET_ACCESS_KEY=hidden`, "the output is not JSON"},
		{"nothing", ``, "the output is not JSON"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := parseProcess([]byte(tt.out), now)
			if (err == nil) != (tt.message == "") || err != nil && !strings.Contains(err.Error(), tt.message) {
				t.Errorf("error %v, want %q", err, tt.message)
			}
			if err != nil && strings.Contains(err.Error(), "hidden") {
				t.Errorf("the error has the output of the program: %v", err)
			}
			if err == nil && (c.AccessKeyID != "a" || c.SecretAccessKey.Reveal() != "s") {
				t.Errorf("credentials %+v", c)
			}
		})
	}
}

func TestChildEnvironment(t *testing.T) {
	const token, keys = "LANYARD_EMULATOR_ADMIN_TOKEN=t", "AWS_SECRET_ACCESS_KEY=s"
	for _, tt := range []struct{ environ, want []string }{
		{[]string{"A=1", token, keys, ChainVariable + "=x"}, []string{"A=1", keys}},
		{[]string{"A=1", keys, "AWS_ACCESS_KEY_ID=a", "AWS_SESSION_TOKEN=t", "LANYARD_PROFILE=dev"}, []string{"A=1", "LANYARD_PROFILE=dev"}},
	} {
		if got := childEnvironment(appWith(tt.environ...)); !slices.Equal(got, tt.want) {
			t.Errorf("%v becomes %v, want %v", tt.environ, got, tt.want)
		}
	}
}

func TestCheckChain(t *testing.T) {
	for _, tt := range []struct{ chain, message string }{
		{"", ""},
		{"a, b", ""},
		{"a,dev,b", "profile cycle: a -> dev -> b -> dev"},
		{"a,b,c", ""},
		{"a,b,c,d", "Maximum recursive credential process resolution reached (4).\nProfiles seen: a -> b -> c -> d"},
	} {
		err := CheckChain(appWith(ChainVariable+"="+tt.chain), "dev")
		if (err == nil) != (tt.message == "") || err != nil && !strings.Contains(err.Error(), tt.message) {
			t.Errorf("%s: error %v, want %q", tt.chain, err, tt.message)
		}
	}
}

// helper is set if the test binary is a program of the tests.
const helper = "LANYARD_TEST_HELPER"

func TestMain(m *testing.M) {
	switch os.Getenv(helper) {
	case "waits":
		<-time.After(time.Hour)
	case "fails":
		_, _ = os.Stderr.WriteString("no keys today\n")
		os.Exit(3)
	case "prints too much":
		_, _ = os.Stdout.WriteString(strings.Repeat("x", maxOutput+1))
		os.Exit(0)
	case "prints":
		_, _ = os.Stdout.WriteString("text")
		_, _ = os.Stderr.WriteString("a warning\n")
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// The audit record gets the name of the program, and not what the program printed.
func TestWithoutOutput(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(helper, "fails")
	f := &fetcher{w: &workspace.Workspace{App: appWith(helper + "=fails")}}
	_, err = f.run(t.Context(), "dev", []string{self, "argument"})
	var quotes interface{ WithoutOutput() string }
	if !errors.As(err, &quotes) || quotes.WithoutOutput() != self+": exit status 3" {
		t.Errorf("error %v; want one that says %s: exit status 3 without the output", err, self)
	}
	var own *profile.Error
	if !errors.As(err, &own) || !strings.Contains(err.Error(), "custom-process: no keys today") {
		t.Errorf("error %v; want a profile.Error with the output", err)
	}
}

func TestOutput(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		program, kind string
		limit         time.Duration
		want, message string
	}{
		{self, "prints", time.Minute, "text", ""},
		{self, "fails", time.Minute, "", "no keys today"},
		{self, "prints too much", time.Minute, "", "prints more than"},
		{self, "waits", 100 * time.Millisecond, "", "did not end within 100ms"},
		{"no-such-program", "", time.Minute, "", "no-such-program: command not found"},
	} {
		t.Run(tt.program+" "+tt.kind, func(t *testing.T) {
			app := appWith(os.Environ()...)
			out, err := outputWithin(t.Context(), tt.limit, app, []string{tt.program}, nil, helper+"="+tt.kind)
			if out.Reveal() != tt.want || (err == nil) != (tt.message == "") || err != nil && !strings.Contains(err.Error(), tt.message) {
				t.Errorf("output %q, error %v; want %q, %q", out.Reveal(), err, tt.want, tt.message)
			}
		})
	}
}
