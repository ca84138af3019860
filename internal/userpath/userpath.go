// Package userpath finds the files that a user names in a setting or a variable.
// It follows the AWS CLI, and so Python's os.path.expanduser and os.path.expandvars.
package userpath

import (
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// An Env looks up an environment variable, as [os.LookupEnv] does.
type Env = func(name string) (value string, ok bool)

// Expand replaces the variables in a path and then a leading ~.
func Expand(path string, env Env) string {
	return ExpandUser(ExpandVars(path, env), env)
}

// ExpandUser replaces a leading ~ with the user's home folder and a leading ~NAME
// with that of another user. It returns the path unchanged if it does not know the
// folder.
func ExpandUser(path string, env Env) string {
	if runtime.GOOS == "windows" {
		return windowsUser(path, env)
	}
	return posixUser(path, env, passwd)
}

// ExpandVars replaces $NAME and ${NAME}, and %NAME% on Windows. A variable that is
// not set stays as it is written.
func ExpandVars(path string, env Env) string {
	if runtime.GOOS == "windows" {
		return windowsVars(path, env)
	}
	return posixVars(path, env)
}

// Home returns the user's home folder, the one that ~ stands for. It is "/" if HOME
// is set and empty. ok is false if neither the environment nor the system's list of
// users names a folder.
func Home(env Env) (home string, ok bool) {
	home = ExpandUser("~", env)
	return home, home != "~"
}

// posixUser follows Python's posixpath.expanduser.
func posixUser(path string, env Env, users func() string) string {
	name, tail := path, ""
	if i := strings.IndexByte(path, '/'); i >= 0 {
		name, tail = path[:i], path[i:]
	}
	name, ok := strings.CutPrefix(name, "~")
	if !ok {
		return path
	}
	var home string
	if name != "" {
		home, ok = homeOf(users(), 0, name)
	} else if home, ok = env("HOME"); !ok {
		home, ok = homeOf(users(), 2, strconv.Itoa(os.Getuid()))
	}
	if !ok {
		return path
	}
	if path = strings.TrimRight(home, "/") + tail; path == "" {
		return "/"
	}
	return path
}

// passwd returns the system's list of users, "" if it cannot be read. Users of a
// directory service are not in the file; reading those takes the C library, which
// releases are built without.
func passwd() string {
	b, err := datafile.Read("/etc/passwd", datafile.ConfigLimit)
	if err != nil {
		return ""
	}
	return string(b)
}

// homeOf returns the home folder of the first user whose field has the value.
func homeOf(users string, field int, value string) (home string, ok bool) {
	for line := range strings.Lines(users) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), ":")
		if len(f) >= 7 && f[0] != "" && f[0][0] != '#' && f[field] == value {
			return f[5], true
		}
	}
	return "", false
}

// posixVars follows Python's posixpath.expandvars.
func posixVars(path string, env Env) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(path, "$")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, length := posixName(rest)
		if value, ok := env(name); ok && length > 0 {
			b.WriteString(value)
		} else {
			b.WriteString("$" + rest[:length])
		}
		path = rest[length:]
	}
}

// posixName returns the name of a variable at the beginning of s and the length of
// the name as it is written, with its braces. The length is 0 if there is no name.
func posixName(s string) (name string, length int) {
	if strings.HasPrefix(s, "{") {
		if end := strings.IndexByte(s, '}'); end > 0 {
			return s[1:end], end + 1
		}
		return "", 0
	}
	n := 0
	for n < len(s) && isWord(s[n]) {
		n++
	}
	return s[:n], n
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
