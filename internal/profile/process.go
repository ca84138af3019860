package profile

import (
	"strings"

	"lanyard/internal/awsconfig"
)

// A ProcessRole is what a credential_process line of ours asks for: the line that
// takes the place of a profile's SSO settings where the tokens are not in the AWS
// CLI's files.
type ProcessRole struct{ Program, Session, AccountID, RoleName string }

// Line writes the credential_process. It is split into words as the AWS CLI and
// the SDKs do, on Windows too: names go into double quotes where they need any.
func (p ProcessRole) Line() string {
	return strings.Join([]string{
		quoteWord(p.Program), "sso get-credentials --sso-session", quoteWord(p.Session),
		"--account-id", quoteWord(p.AccountID), "--role-name", quoteWord(p.RoleName),
	}, " ")
}

// ParseProcess reads such a line. One with any other word in it is not ours: what
// it means is for its program to say.
func ParseProcess(line string) (ProcessRole, bool) {
	words, ok := splitWords(line)
	if !ok || len(words) != 9 || words[1] != "sso" || words[2] != "get-credentials" {
		return ProcessRole{}, false
	}
	p := ProcessRole{Program: words[0]}
	base := p.Program[strings.LastIndexAny(p.Program, `/\`)+1:]
	if base != "lanyard" && base != "lanyard.exe" {
		return ProcessRole{}, false
	}
	for i := 3; i < len(words); i += 2 {
		into := map[string]*string{"--sso-session": &p.Session, "--account-id": &p.AccountID, "--role-name": &p.RoleName}[words[i]]
		if into == nil || *into != "" || words[i+1] == "" {
			return ProcessRole{}, false
		}
		*into = words[i+1]
	}
	return p, true
}

func quoteWord(s string) string {
	if s != "" && !strings.ContainsAny(s, " \t'\"\\") {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// splitWords splits a command line at white space outside quotes. A backslash
// counts in front of a quote or a backslash within double quotes, and nowhere else:
// that is where the systems agree.
func splitWords(line string) (words []string, ok bool) {
	var word strings.Builder
	var quote byte
	begun := false
	end := func() {
		if begun {
			words = append(words, word.String())
		}
		word.Reset()
		begun = false
	}
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote == 0 && (c == ' ' || c == '\t'):
			end()
			continue
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		case quote == '"' && c == '\\' && i+1 < len(line) && (line[i+1] == '"' || line[i+1] == '\\'):
			i++
			word.WriteByte(line[i])
		default:
			word.WriteByte(c)
		}
		begun = true
	}
	end()
	return words, quote == 0
}

// value returns the setting that the line stands for.
func (p ProcessRole) value(key string) string {
	switch key {
	case "sso_session":
		return p.Session
	case "sso_account_id":
		return p.AccountID
	case "sso_role_name":
		return p.RoleName
	}
	return ""
}

// byProcess returns a setting that a credential_process of ours stands for, where
// the profile has no such settings itself. Keys in the credentials file, and those
// of aws login, come before a credential_process in every SDK.
func (s settings) byProcess(key string) (found, bool) {
	switch key {
	case "sso_session", "sso_account_id", "sso_role_name":
	default:
		return found{}, false
	}
	line, ok := s.written("credential_process")
	if !ok {
		return found{}, false
	}
	role, ok := ParseProcess(line.Value)
	if !ok {
		return found{}, false
	}
	for _, other := range []string{"sso_session", "sso_account_id", "sso_role_name", "sso_start_url", "login_session"} {
		if _, ok := s.written(other); ok {
			return found{}, false
		}
	}
	if _, ok := s.credentials.Get("aws_access_key_id"); ok {
		return found{}, false
	}
	line.Setting = awsconfig.Setting{Key: key, Value: role.value(key), Line: line.Line}
	return line, true
}
