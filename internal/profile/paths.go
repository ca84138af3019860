package profile

import (
	"os"
	"runtime"
	"strings"
)

// Paths returns where the config and the credentials file are: AWS_CONFIG_FILE and
// AWS_SHARED_CREDENTIALS_FILE with $NAME, ${NAME} and a leading ~ expanded, or else
// the files in ~/.aws. A variable that is set and empty means no file, and the path
// is "". The error, an *[Error], says that a home is needed and there is none.
func Paths(lookupEnv func(string) (string, bool)) (config, credentials string, err error) {
	config, err = path(lookupEnv, "AWS_CONFIG_FILE", "config")
	if err != nil {
		return "", "", err
	}
	credentials, err = path(lookupEnv, "AWS_SHARED_CREDENTIALS_FILE", "credentials")
	if err != nil {
		return "", "", err
	}
	return config, credentials, nil
}

// path returns where one of the files is.
func path(lookupEnv func(string) (string, bool), variable, name string) (string, error) {
	p, set := lookupEnv(variable)
	if set {
		p = expandVars(p, lookupEnv)
	} else {
		p = "~/.aws/" + name
	}
	tail, inHome := strings.CutPrefix(p, "~")
	if !inHome || tail != "" && tail[0] != '/' && tail[0] != os.PathSeparator {
		return p, nil
	}
	homeVar := "HOME"
	if runtime.GOOS == "windows" {
		homeVar = "USERPROFILE"
	}
	home, _ := lookupEnv(homeVar)
	if home == "" {
		return "", &Error{
			Msg: "no home folder for " + p + ": " + homeVar + " is not set", Code: 255,
			Hint: "set " + homeVar + ", or AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE",
		}
	}
	// Joined by hand: path/filepath would hold up the program's fast path, see
	// package warm.
	return strings.TrimRightFunc(home, func(r rune) bool { return r == '/' || r == os.PathSeparator }) + strings.ReplaceAll(tail, "/", string(os.PathSeparator)), nil
}

// expandVars replaces $NAME and ${NAME}; what is not set stays as it is.
func expandVars(s string, lookupEnv func(string) (string, bool)) string {
	var b strings.Builder
	for {
		head, rest, ok := strings.Cut(s, "$")
		b.WriteString(head)
		if !ok {
			return b.String()
		}
		name, after := varName(rest)
		if v, set := lookupEnv(strings.Trim(name, "{}")); set && name != "" {
			b.WriteString(v)
		} else {
			b.WriteString("$" + name)
		}
		s = after
	}
}

// varName cuts a name, with its braces, off the front of s.
func varName(s string) (name, rest string) {
	if strings.HasPrefix(s, "{") {
		if i := strings.IndexByte(s, '}'); i > 0 {
			return s[:i+1], s[i+1:]
		}
		return "", s
	}
	i := 0
	for i < len(s) && (s[i] == '_' || '0' <= s[i] && s[i] <= '9' || 'a' <= s[i]|0x20 && s[i]|0x20 <= 'z') {
		i++
	}
	return s[:i], s[i:]
}
