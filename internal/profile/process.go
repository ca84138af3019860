// The command line of a credential_process that runs this program.

package profile

import (
	"runtime"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

// An OwnProcess is a credential_process that runs this program's `sso get-credentials`.
// It names a role by Session, AccountID and RoleName, or a profile by Profile. If all
// are empty, the environment names the profile.
type OwnProcess struct{ Program, Profile, Session, AccountID, RoleName string }

// Line writes the credential_process. The AWS CLI and the SDKs split it into words by the
// rules of this system. Names are put into double quotes if they need any.
func (p OwnProcess) Line() string { return p.line(runtime.GOOS == "windows") }

func (p OwnProcess) line(windows bool) string {
	line := quoteWord(p.Program, windows) + " sso get-credentials"
	for _, flag := range [][2]string{
		{"--profile", p.Profile}, {"--sso-session", p.Session}, {"--account-id", p.AccountID}, {"--role-name", p.RoleName},
	} {
		if flag[1] != "" {
			line += " " + flag[0] + " " + quoteWord(flag[1], windows)
		}
	}
	return line
}

func quoteWord(s string, windows bool) string {
	switch {
	case s != "" && !strings.ContainsAny(s, " \t\r\n'\"\\"):
		return s
	case windows:
		return shell.QuoteWindows(s)
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// parseProcess reads a credential_process. ok is false for another program, and for a
// line with a word that changes what the program does: the program has to be run to
// know its answer. own reports whether a program is this one under another name; nil
// means no.
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

// splitWords splits a credential_process as botocore does (compat_shell_split): by
// the rules of POSIX shells, or by those of Windows programs. ok is false for a quote
// or an escape that does not end.
func splitWords(line string, windows bool) (words []string, ok bool) {
	if windows {
		return shell.SplitWindows(line)
	}
	words, err := shell.Split(line)
	return words, err == nil
}
