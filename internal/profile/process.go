// This file reads and writes the command line of a credential_process that runs this
// program.

package profile

import (
	"runtime"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

// An OwnProcess is a credential_process that runs this program's `sso get-credentials`. It
// names a role (Session, AccountID and RoleName) or a Profile. If all four are empty, the
// environment names the profile.
type OwnProcess struct{ Program, Profile, Session, AccountID, RoleName string }

// Line returns the value of credential_process. The AWS CLI and the SDKs split this value
// into words by the rules of the operating system. Line quotes words by the same rules.
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

// quoteWord quotes a word of a credential_process. The AWS CLI splits the line itself, but the SDKs
// for Go and JavaScript give the line to a shell. So a word must mean the same to both.
func quoteWord(s string, windows bool) string {
	switch {
	case windows && s != "" && !strings.ContainsAny(s, " \t\r\n'\"\\"):
		return s
	case windows:
		return shell.QuoteWindows(s)
	case s != "" && !strings.ContainsAny(s, " \t\r\n'\"\\$`&|;<>()*?~#!"):
		return s
	case strings.ContainsAny(s, "$`"): // a shell replaces these in double quotes
		return shell.POSIX.Word(s)
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// ParseProcess parses a credential_process for a menu. It does not know other names of this program.
// ok is false if the command line runs another program.
func ParseProcess(line string) (p OwnProcess, ok bool) {
	if p, ok = parseProcess(line, nil, runtime.GOOS == "windows"); !ok {
		return OwnProcess{}, false
	}
	return p, true
}

// parseProcess parses a credential_process. ok is false if the command line runs another program.
// ok is also false if the command line has a word that parseProcess does not know, because
// parseProcess then cannot predict what the program prints. isLanyard reports whether a program is lanyard under another name. If isLanyard is
// nil, no program is lanyard under another name.
func parseProcess(line string, isLanyard func(program string) bool, windows bool) (p OwnProcess, ok bool) {
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
	return p, runsOurs(p.Program, windows) || isLanyard != nil && isLanyard(p.Program)
}

// readFlags sets the fields from the flags after the program, and returns the other words.
// ok is false for an unknown flag, a duplicate flag, or a flag without its value.
func (p *OwnProcess) readFlags(words []string) (command []string, ok bool) {
	var ignored string // for flags that do not change the answer
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
			continue // these flags do not change the answer either
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

// runsOurs reports whether the program's name is lanyard or aws. The AWS CLI has no `sso
// get-credentials`, so aws must be a link to lanyard.
func runsOurs(program string, windows bool) bool {
	base := program[strings.LastIndexByte(program, '/')+1:]
	if windows {
		base = strings.ToLower(base[strings.LastIndexByte(base, '\\')+1:])
	}
	return slices.Contains([]string{"lanyard", "lanyard.exe", "aws", "aws.exe"}, base)
}

// splitWords splits a credential_process like botocore's compat_shell_split: by the rules
// of POSIX shells or of Windows programs. ok is false for an unclosed quote or an
// unfinished escape.
func splitWords(line string, windows bool) (words []string, ok bool) {
	if windows {
		return shell.SplitWindows(line)
	}
	words, err := shell.Split(line)
	return words, err == nil
}
