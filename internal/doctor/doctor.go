// Package doctor finds out what is wrong with a user's setup: files, settings, network, sessions,
// programs. [Examine] runs all checks and returns what they found. A check changes nothing. It
// does not sign in and does not refresh a token. It sends an access token only to the portal that
// issued the token. A [Finding] can have a [Repair], which the caller runs only if the user wants it.
//
// Each check is a function over a [Patient]. The checks of one topic are in one file.
package doctor

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// A Verdict is the result of a check.
type Verdict string

// The verdicts, the worst first.
const (
	Problem    Verdict = "problem"    // something does not work
	Warning    Verdict = "warning"    // something works now, but surprises the user or fails later
	NotChecked Verdict = "notChecked" // the check could not find out; the finding says why
	OK         Verdict = "ok"
)

// rank orders verdicts, the worst first.
func (v Verdict) rank() int {
	for i, w := range []Verdict{Problem, Warning, NotChecked} {
		if v == w {
			return i
		}
	}
	return 3
}

// A Finding is one fact that a check found.
type Finding struct {
	Verdict Verdict
	Text    string // the evidence, in one sentence or more
	// Fix says what the user can do, one step in each line; it may be "". A step that begins with
	// "run: " or "line: " has a line to copy.
	Fix    string
	Repair *Repair // a change that corrects the finding; nil if only the user can
}

// A Repair is a safe change of the user's files. It can be undone, or it loses nothing.
type Repair struct {
	Text string // continues "lanyard can": "set the mode of FILE to 0600"
	Do   func(ctx context.Context) error
}

// A Check looks for one kind of trouble.
type Check struct {
	Name  string // a word or words with hyphens, for --output json and the documentation
	Title string // the name in the text, at most 19 characters
	About string // what the check looks for, for the documentation
	run   func(ctx context.Context, p *Patient) []Finding
}

// A Result is what one check found. It has at least one finding.
type Result struct {
	Check    Check
	Findings []Finding
}

// Verdict returns the worst verdict of the findings.
func (r Result) Verdict() Verdict {
	worst := OK
	for _, f := range r.Findings {
		if f.Verdict.rank() < worst.rank() {
			worst = f.Verdict
		}
	}
	return worst
}

// Checks returns all checks, in the order in which a user should correct what they find. A later
// check can depend on the objects of an earlier check.
func Checks() []Check {
	var all []Check
	for _, topic := range [][]Check{
		configChecks(), fileChecks(), profileChecks(), networkChecks(), sessionChecks(), programChecks(), placeChecks(), guardChecks(), shellChecks(),
	} {
		all = append(all, topic...)
	}
	return all
}

// Limit is how long the requests and other programs of all checks may take together.
const Limit = 6 * time.Second

// A Patient is the setup that the checks look at. NewPatient sets all fields from the machine.
type Patient struct {
	W *workspace.Workspace

	// InUse is the profile in use. It is nil if InUseErr says that the profile does not exist or
	// cannot be read. If only its SSO settings are wrong, both are set.
	InUse    *profile.Profile
	InUseErr error
	warnings []profile.Warning // of InUse

	UID        int                                                          // of the process
	Root       string                                                       // the folder of the system's files, "/"
	LookupHost func(ctx context.Context, host string) ([]string, error)     // resolves a host
	Version    func(ctx context.Context, program string) (string, error)    // runs "PROGRAM --version"
	PeerServer string                                                       // host and port of aws-sso's credential server
	Pages      func(ctx context.Context, url string) (page string, e error) // gets a public page; nil means by HTTP

	sessions    []profile.SessionUse
	sessionsErr error
	slow        slowFacts
}

// NewPatient returns the setup of this machine and of the home folder of the App. The App should
// not print: see [Quiet].
func NewPatient(app *command.App) *Patient {
	w := workspace.Files(app)
	w.NeverSignsIn, w.NeverAsks = true, true
	p := &Patient{W: w, UID: os.Geteuid(), Root: "/", LookupHost: net.DefaultResolver.LookupHost, Version: versionOf(app), PeerServer: "127.0.0.1:4144"}
	p.read()
	return p
}

// read resolves the profile in use and reads the sessions.
func (p *Patient) read() {
	w := p.W
	p.InUse, p.warnings, p.InUseErr = profile.Resolve(w.In)
	if p.InUse != nil {
		w.Connect(p.InUse)
	} else {
		w.Connect(&profile.Profile{})
	}
	p.sessions, p.sessionsErr = w.QuietSessions()
}

// Quiet returns an App for a [Patient]. It never asks the user, and its warnings go nowhere,
// because the checks report them.
func Quiet(app *command.App) *command.App {
	quiet := *app
	quiet.IO.Terminal, quiet.IO.Err = false, io.Discard
	quiet.Begin()
	quiet.Log = app.Log // for --debug
	return &quiet
}

// Examine runs all checks. The requests and programs that take long run at the same time.
func Examine(ctx context.Context, p *Patient) []Result {
	ctx, cancel := context.WithTimeout(ctx, Limit)
	defer cancel()
	p.startSlow(ctx)
	var results []Result
	for _, c := range Checks() {
		findings := orFine(c.run(ctx, p))
		for i := range findings {
			findings[i].Text = p.shorten(findings[i].Text)
		}
		results = append(results, Result{c, findings})
	}
	return results
}

// shorten replaces the home folder in a text by ~.
func (p *Patient) shorten(text string) string {
	if separator := string(filepath.Separator); p.W.NoHome == nil && p.W.Home != separator {
		return strings.ReplaceAll(text, p.W.Home+separator, "~"+separator)
	}
	return text
}

// orFine makes sure that there is a finding.
func orFine(findings []Finding) []Finding {
	if len(findings) == 0 {
		return []Finding{{Verdict: OK}}
	}
	return findings
}

// The constructors of findings. They have the format of fmt.Sprintf.

func ok(format string, args ...any) Finding {
	return Finding{Verdict: OK, Text: fmt.Sprintf(format, args...)}
}

func warning(format string, args ...any) Finding {
	return Finding{Verdict: Warning, Text: fmt.Sprintf(format, args...)}
}

func problem(format string, args ...any) Finding {
	return Finding{Verdict: Problem, Text: fmt.Sprintf(format, args...)}
}

func notChecked(format string, args ...any) Finding {
	return Finding{Verdict: NotChecked, Text: fmt.Sprintf(format, args...)}
}

// fix returns the finding with what the user can do.
func (f Finding) fix(format string, args ...any) Finding {
	f.Fix = fmt.Sprintf(format, args...)
	return f
}

// by returns the finding with a repair.
func (f Finding) by(text string, do func(context.Context) error) Finding {
	f.Repair = &Repair{text, do}
	return f
}

// ofError returns the problem that an error describes, with the hint of the error.
func ofError(err error) Finding {
	return Finding{Verdict: Problem, Text: err.Error(), Fix: command.HintOf(err)}
}

// env returns the value of a variable.
func (p *Patient) env(name string) string { return p.W.App.Env.Get(name) }

// isSet reports whether a variable is set, even to an empty value.
func (p *Patient) isSet(name string) bool {
	_, set := p.W.App.Env.Lookup(name)
	return set
}

// system returns the path of a file of the system.
func (p *Patient) system(path string) string {
	return filepath.Join(p.Root, filepath.FromSlash(strings.TrimPrefix(path, "/")))
}

// tilde shortens a path in the home folder for messages.
func (p *Patient) tilde(path string) string {
	return p.shorten(path)
}
