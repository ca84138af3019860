package cli_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lanyard-cli/lanyard/emulator"
)

// mfacode implements the command "mfacode DEVICE [FILE]". The command writes an unused code of the
// device to FILE, or sets $CODE. DEVICE is a serial number, or the name of a built-in device.
func mfacode(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 && len(args) != 2 {
		ts.Fatalf("usage: mfacode DEVICE [FILE]")
	}
	serial := args[0]
	if !strings.Contains(serial, ":") {
		serial = "arn:aws:iam::444455556666:mfa/" + serial
	}
	code, err := server(ts).MFACode(serial)
	ts.Check(err)
	if len(args) == 1 {
		ts.Setenv("CODE", code)
		return
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(code+"\n"), 0o600))
}

// authenticator implements the program "authenticator SECRET". The program prints the current code
// of an authenticator app with the base32 secret.
func authenticator() {
	code, err := emulator.TOTPCode(os.Args[1], time.Now())
	if err != nil {
		panic(err)
	}
	fmt.Println(code)
	os.Exit(0)
}

// webtoken implements the command "webtoken SUBJECT FILE [LIFETIME]". The command writes a web
// identity token to FILE. The token is valid for LIFETIME, or for 15 minutes.
func webtoken(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 && len(args) != 3 {
		ts.Fatalf("usage: webtoken SUBJECT FILE [LIFETIME]")
	}
	life := 15 * time.Minute
	if len(args) == 3 {
		var err error
		life, err = time.ParseDuration(args[2])
		ts.Check(err)
	}
	token := server(ts).WebIdentityToken(args[0], "sts.amazonaws.com", life)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(token), 0o600))
}

// userAgents implements the command "useragents OPERATION=TEXT...". The command checks the
// User-Agent of the last request of each operation. In TEXT, * matches any text.
func userAgents(ts *testscript.TestScript, neg bool, args []string) {
	log := server(ts).Requests()
	for _, arg := range args {
		operation, want, _ := strings.Cut(arg, "=")
		last := -1
		for i, r := range log {
			if r.Operation == operation {
				last = i
			}
		}
		if last < 0 {
			ts.Fatalf("no request of %s", operation)
		}
		if got := log[last].UserAgent; globbed(want, got) == neg {
			ts.Fatalf("the User-Agent of %s is %q", operation, got)
		}
	}
}

// assumed implements the command "assumed NAME=VALUE...". The command checks the last AssumeRole or
// AssumeRoleWithWebIdentity request. NAME is one of AWS's names (RoleSessionName), Tags.KEY, Caller
// or Status. In VALUE, * matches any text. An empty VALUE means that the client did not send the
// parameter. If the first argument is "only", the command also rejects parameters that the script
// does not name, except RoleArn, RoleSessionName, Caller and Status.
func assumed(ts *testscript.TestScript, _ bool, args []string) {
	log := slices.DeleteFunc(server(ts).Requests(), func(r emulator.RequestRecord) bool { return r.AssumeRole == nil })
	if len(log) == 0 {
		ts.Fatalf("no role was assumed")
	}
	sent := roleParameters(log[len(log)-1])
	only := len(args) > 0 && args[0] == "only"
	if only {
		args = args[1:]
	}
	named := []string{"RoleArn", "RoleSessionName", "Caller", "Status"}
	for _, arg := range args {
		name, want, ok := strings.Cut(arg, "=")
		if !ok {
			ts.Fatalf("usage: assumed [only] NAME=VALUE...")
		}
		named = append(named, name)
		if got := sent[name]; !globbed(want, got) {
			ts.Fatalf("%s is %q, want %q; the client sent %q", name, got, want, sent)
		}
	}
	for name, value := range sent {
		if only && !slices.Contains(named, name) {
			ts.Fatalf("the client also sent %s=%s", name, value)
		}
	}
}

// roleParameters returns the parameters that the client sent, by AWS's names.
func roleParameters(r emulator.RequestRecord) map[string]string {
	a := r.AssumeRole
	sent := map[string]string{
		"Caller": r.Caller, "Status": strconv.Itoa(r.Status), "RoleArn": a.RoleARN, "RoleSessionName": a.SessionName, "ExternalId": a.ExternalID,
		"SerialNumber": a.SerialNumber, "SourceIdentity": a.SourceIdentity, "Policy": a.Policy,
		"TransitiveTagKeys": strings.Join(a.TransitiveTagKeys, ","), "PolicyArns": strings.Join(a.PolicyARNs, ","),
	}
	if a.DurationSeconds != 0 {
		sent["DurationSeconds"] = strconv.Itoa(a.DurationSeconds)
	}
	for name, value := range sent {
		if value == "" {
			delete(sent, name)
		}
	}
	for key, value := range a.Tags {
		sent["Tags."+key] = value
	}
	return sent
}

// globbed reports whether text matches the pattern. In the pattern, * matches any text.
func globbed(pattern, text string) bool {
	before, after, ok := strings.Cut(pattern, "*")
	if !ok {
		return pattern == text
	}
	rest, ok := strings.CutPrefix(text, before)
	for i := 0; ok && i <= len(rest); i++ {
		if globbed(after, rest[i:]) {
			return true
		}
	}
	return false
}
