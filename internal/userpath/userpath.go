// Package userpath expands ~ and variables in the paths of settings and environment
// variables. It works like the AWS CLI, which uses Python's os.path.expanduser and
// os.path.expandvars.
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

// Expand expands the variables in a path, then a leading ~.
func Expand(path string, env Env) string {
	return ExpandUser(ExpandVars(path, env), env)
}

// ExpandUser replaces a leading ~ with the user's home folder, and a leading ~NAME with
// the home folder of the user NAME. If it does not find the folder, it returns the path
// unchanged.
func ExpandUser(path string, env Env) string {
	if runtime.GOOS == "windows" {
		return windowsUser(path, env)
	}
	return posixUser(path, env, passwd)
}

// ExpandVars replaces $NAME and ${NAME}, and on Windows also %NAME%. It does not change a
// variable that is not set.
func ExpandVars(path string, env Env) string {
	if runtime.GOOS == "windows" {
		return windowsVars(path, env)
	}
	return posixVars(path, env)
}

// Home returns the user's home folder, which replaces ~. The folder is "/" if HOME is set but
// empty. ok is false if neither the environment nor /etc/passwd names a home folder.
func Home(env Env) (home string, ok bool) {
	home = ExpandUser("~", env)
	return home, home != "~"
}

// State returns the folder for the state of programs, such as records and lists: XDG_STATE_HOME,
// or .local/state in the home folder, or LocalAppData on Windows. ok is false if no home folder is
// known.
func State(env Env) (dir string, ok bool) {
	variable, folder := "XDG_STATE_HOME", "/.local/state"
	if runtime.GOOS == "windows" {
		variable, folder = "LocalAppData", `\AppData\Local`
	}
	if dir, _ := env(variable); IsAbs(dir) {
		return dir, true
	}
	home, ok := Home(env)
	return home + folder, ok
}

// IsAbs reports whether a path is absolute. Package path/filepath would delay the quick answers of
// the program: see package warm.
func IsAbs(path string) bool {
	if runtime.GOOS != "windows" {
		return strings.HasPrefix(path, "/")
	}
	slash := func(i int) bool { return len(path) > i && os.IsPathSeparator(path[i]) }
	return len(path) > 2 && path[1] == ':' && slash(2) || slash(0) && slash(1)
}

// posixUser works like Python's posixpath.expanduser.
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

// passwd returns the content of /etc/passwd, or "" if it cannot be read. The file does not
// contain the users of a directory service such as LDAP. Only the C library finds these
// users, and releases do not use the C library.
func passwd() string {
	b, err := datafile.Read("/etc/passwd", datafile.ConfigLimit)
	if err != nil {
		return ""
	}
	return string(b)
}

// homeOf returns the home folder in the first line of users whose field with this index has
// the value.
func homeOf(users string, field int, value string) (home string, ok bool) {
	for line := range strings.Lines(users) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), ":")
		if len(f) >= 7 && f[0] != "" && f[0][0] != '#' && f[field] == value {
			return f[5], true
		}
	}
	return "", false
}

// posixVars works like Python's posixpath.expandvars.
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

// posixName returns the name of the variable at the beginning of s, and its length in s
// including braces. The length is 0 if s does not begin with a name.
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
