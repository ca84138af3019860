package listing

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/inventory"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// listingFor returns a listing with the sessions of these names, and what it prints.
func listingFor(o Options, names ...string) (*Listing, *strings.Builder) {
	var stderr strings.Builder
	app := &command.App{Name: "lanyard", IO: command.Streams{Err: &stderr}}
	l := &Listing{w: &workspace.Workspace{App: app}, o: o, Several: len(names) > 1}
	for _, n := range names {
		l.Sessions = append(l.Sessions, &Session{Session: profile.Session{Name: n}})
	}
	return l, &stderr
}

func TestTellAge(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	for age, want := range map[time.Duration]string{
		time.Second:      "",
		59 * time.Second: "",
		time.Minute:      "lanyard: listed 1 minute ago; --refresh lists again\n",
		5 * time.Hour:    "lanyard: listed 5 hours ago; --refresh lists again\n",
	} {
		l, stderr := listingFor(Options{}, "corp")
		l.Sessions[0].List.At = now.Add(-age)
		l.TellAge(now)
		if stderr.String() != want {
			t.Errorf("%s: %q, want %q", age, stderr, want)
		}
	}
}

func TestTellStored(t *testing.T) {
	for _, c := range []struct {
		done   int
		listed bool
		want   string
	}{
		{0, true, ""},
		{98, true, "lanyard: 98 of 300 accounts are stored; the next command lists the rest\n"},
		{98, false, "lanyard: 98 accounts are stored; the next command lists the rest\n"},
		{1, false, "lanyard: 1 account is stored; the next command lists the rest\n"},
	} {
		l, stderr := listingFor(Options{}, "corp")
		s := l.Sessions[0]
		s.progress, s.listed = inventory.Progress{Done: c.done, Total: 300}, c.listed
		l.tellStored(s)
		if stderr.String() != c.want {
			t.Errorf("%d, listed %v: %q, want %q", c.done, c.listed, stderr, c.want)
		}
	}
}

func TestHintsAfterFailures(t *testing.T) {
	refused := inventory.Failure{AccountID: "111111111114", AccountName: "Sandbox", Forbidden: true}
	other := refused
	other.AccountID = "222222222222"
	failed := inventory.Failure{AccountID: "333333333333"}
	accounts, roles := Options{Caller: "accounts"}, Options{Caller: "roles", Args: []string{"acme production"}}
	dashed := Options{Caller: "find", Args: []string{"-x", "y"}}
	named := accounts
	named.Session = "corp"
	for _, c := range []struct {
		name  string
		o     Options
		err   inventory.IncompleteError
		other bool // a second session
		want  string
	}{
		{"500", accounts, inventory.IncompleteError{Failed: []inventory.Failure{failed}}, false, "run the command again"},
		{"403 and 500", accounts, inventory.IncompleteError{Failed: []inventory.Failure{refused, failed}}, false, "run the command again"},
		{"no network", accounts, inventory.IncompleteError{Err: errors.New("no network")}, false, "run the command again"},
		{"403", accounts, inventory.IncompleteError{Failed: []inventory.Failure{refused}}, false, "to ask again, run: lanyard roles 111111111114 --refresh"},
		{"two 403", accounts, inventory.IncompleteError{Failed: []inventory.Failure{refused, other}}, false, "to ask again, run: lanyard accounts --refresh"},
		{"two 403 of a name", roles, inventory.IncompleteError{Failed: []inventory.Failure{refused, other}}, false, "to ask again, run: lanyard roles 'acme production' --refresh"},
		{"two 403 of a word with a dash", dashed, inventory.IncompleteError{Failed: []inventory.Failure{refused, other}}, false, "to ask again, run: lanyard find --refresh -- -x y"},
		{"403 of a named session", named, inventory.IncompleteError{Failed: []inventory.Failure{refused}}, false, "to ask again, run: lanyard roles 111111111114 --refresh --sso-session corp"},
		{"403 of one of two sessions", accounts, inventory.IncompleteError{Failed: []inventory.Failure{refused}}, true, "to ask again, run: lanyard roles 111111111114 --refresh --sso-session corp"},
	} {
		names := []string{"corp"}
		if c.other {
			names = append(names, "other")
		}
		l, _ := listingFor(c.o, names...)
		l.Sessions[0].Err = &c.err
		if got := command.HintOf(l.Err()); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
