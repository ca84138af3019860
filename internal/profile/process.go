package profile

import (
	"errors"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// An OwnProcess is a credential_process that runs this program's `sso get-credentials`.
// It names a role by Session, AccountID and RoleName, or a profile by Profile. If all
// are empty, the environment names the profile.
type OwnProcess struct{ Program, Profile, Session, AccountID, RoleName string }

// Line writes the credential_process. It is split into words as the AWS CLI and the
// SDKs do, on Windows too: names are put into double quotes if they need any.
func (p OwnProcess) Line() string {
	line := quoteWord(p.Program) + " sso get-credentials"
	for _, flag := range [][2]string{
		{"--profile", p.Profile}, {"--sso-session", p.Session}, {"--account-id", p.AccountID}, {"--role-name", p.RoleName},
	} {
		if flag[1] != "" {
			line += " " + flag[0] + " " + quoteWord(flag[1])
		}
	}
	return line
}

func quoteWord(s string) string {
	if s != "" && !strings.ContainsAny(s, " \t\r\n'\"\\") {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// ParseProcess reads a credential_process. ok is false for another program, and for a
// line with a word that changes what the program does: the program has to be run to
// know its answer. own reports whether a program is this one under another name; nil
// means no.
func ParseProcess(line string, own func(program string) bool) (p OwnProcess, ok bool) {
	return parseProcess(line, own, runtime.GOOS == "windows")
}

func parseProcess(line string, own func(program string) bool, windows bool) (p OwnProcess, ok bool) {
	words, ok := splitWords(line, windows)
	if !ok || len(words) < 3 {
		return OwnProcess{}, false
	}
	p.Program = words[0]
	command, ok := p.readFlags(words[1:])
	role := p.Session != "" && p.AccountID != "" && p.RoleName != "" && p.Profile == ""
	profile := p.Session == "" && p.AccountID == "" && p.RoleName == ""
	if !ok || !slices.Equal(command, []string{"sso", "get-credentials"}) || !role && !profile {
		return OwnProcess{}, false
	}
	return p, runsOurs(p.Program, windows) || own != nil && own(p.Program)
}

// readFlags reads the flags behind the program and returns the other words. ok is false
// for a flag that changes what the program does, or that lacks its value.
func (p *OwnProcess) readFlags(words []string) (command []string, ok bool) {
	var ignored string // the value of a flag that does not change the answer
	values := map[string]*string{
		"--profile": &p.Profile, "--sso-session": &p.Session, "--account-id": &p.AccountID, "--role-name": &p.RoleName,
		"--region": &ignored, "--output": &ignored, "--color": &ignored,
	}
	for len(words) > 0 {
		flag, value, hasValue := strings.Cut(words[0], "=")
		words = words[1:]
		if !strings.HasPrefix(flag, "--") {
			command = append(command, flag)
			continue
		}
		if slices.Contains([]string{"--debug", "--no-cli-pager"}, flag) && !hasValue {
			continue // they do not change the answer either
		}
		into, known := values[flag]
		if !known || into != &ignored && *into != "" || !hasValue && len(words) == 0 {
			return nil, false
		}
		if !hasValue {
			value, words = words[0], words[1:]
		}
		*into = value
	}
	return command, true
}

// runsOurs reports whether a program that is asked for `sso get-credentials` is this
// one by its name. The AWS CLI has no such command, so aws is a link to this program.
func runsOurs(program string, windows bool) bool {
	base := program[strings.LastIndexByte(program, '/')+1:]
	if windows {
		base = strings.ToLower(base[strings.LastIndexByte(base, '\\')+1:])
	}
	return slices.Contains([]string{"lanyard", "lanyard.exe", "aws", "aws.exe"}, base)
}

// process returns the credential_process of ours that gives a profile its
// credentials, and the setting. ok is false if the profile gets them elsewhere.
func (r *resolver) process(own settings, byFlag bool) (p OwnProcess, line found, ok bool) {
	if kind, _ := r.kind(own, byFlag); kind != Process {
		return OwnProcess{}, found{}, false
	}
	line, _ = own.get("credential_process")
	p, ok = ParseProcess(line.Value, r.Own)
	return p, line, ok
}

// byProcess makes an SSO profile of a profile whose credential_process is ours: the
// answer is the same, and no process is started. chain has the profiles that led here.
func (r *resolver) byProcess(p *Profile, chain []string) error {
	process, line, ok := r.process(p.settings, p.Explicit)
	if !ok {
		return nil
	}
	p.Process = &process
	if process.Session != "" {
		return r.byRole(p, process, line)
	}
	source := process.Profile
	if source == "" {
		source, _ = choose("", r.env)
	}
	src, warnings, err := r.follow(p, source, chain)
	for _, w := range warnings {
		r.warn(w)
	}
	switch {
	case src == nil && err == nil:
		return &Error{
			Msg: "Credential process resolution detected an infinite loop, profile cycle: " +
				strings.Join(append(chain, p.Name, source), " -> "),
			Code: 253,
			Hint: place(line) + " should name a profile that has sso_account_id and sso_role_name",
		}
	case src == nil && err != nil:
		var e *Error
		if !errors.As(err, &e) {
			return err
		}
		return &Error{Msg: place(line) + ": " + e.Msg, Hint: e.Hint, Code: e.Code, err: e.err}
	case err != nil:
		return err
	case src.Kind != SSO:
		return &Error{
			Msg:  place(line) + ": the profile " + strconv.Quote(source) + " is " + src.Kind.String() + ", and sso get-credentials needs an SSO profile",
			Code: 253, Hint: "name a profile that has sso_account_id and sso_role_name",
		}
	}
	p.Source, p.Kind = src.ForSession(), SSO
	p.Session, p.AccountID, p.RoleName = src.Session, src.AccountID, src.RoleName
	p.login, p.loginErr = src.login, src.loginErr
	return nil
}

// byRole takes session, account and role from the process.
func (r *resolver) byRole(p *Profile, process OwnProcess, line found) error {
	p.Kind = SSO
	p.login, p.loginErr = r.namedSession(process.Session, p.settings)
	if p.loginErr != nil {
		return p.loginErr
	}
	if !validAccountID(process.AccountID) {
		return &Error{Msg: place(line) + ": an account id has 12 digits: " + strconv.Quote(process.AccountID), Code: 255}
	}
	p.Session, p.AccountID, p.RoleName = p.login, process.AccountID, process.RoleName
	return nil
}

// sessionOf returns where a profile's session is named: its own settings, or those of
// the profile that its credential_process names. session is the setting that names an
// [sso-session]; ok is false for a legacy profile.
func (w *world) sessionOf(r *resolver, name string) (own settings, session found, ok bool) {
	own = w.profiles[name]
	for seen := []string{}; !slices.Contains(seen, name); {
		seen = append(seen, name)
		process, line, ours := r.process(own, true)
		if !ours {
			break
		}
		if process.Session != "" {
			line.Value = process.Session
			return own, line, true
		}
		if name = process.Profile; name == "" {
			name, _ = choose("", r.env)
		}
		if _, known := w.profiles[name]; !known {
			break
		}
		own = w.profiles[name]
	}
	session, ok = own.get("sso_session")
	return own, session, ok
}
