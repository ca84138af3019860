// This file has the rules for Windows. It is built on every system, so that every system can
// test it.

package userpath

import "strings"

// windowsUser works like Python's ntpath.expanduser.
func windowsUser(path string, env Env) string {
	name, ok := strings.CutPrefix(path, "~")
	if !ok {
		return path
	}
	tail := ""
	if i := strings.IndexAny(name, `\/`); i >= 0 {
		name, tail = name[:i], name[i:]
	}
	home, ok := env("USERPROFILE")
	if !ok {
		if home, ok = env("HOMEPATH"); !ok {
			return path
		}
		drive, _ := env("HOMEDRIVE")
		home = joinDrive(drive, home)
	}
	if name != "" {
		// Like Python, assume that the home folders of all users have the same parent.
		current, known := env("USERNAME")
		if name != current {
			cut := strings.LastIndexAny(home, `\/:`) + 1
			if !known || home[cut:] != current {
				return path
			}
			home = home[:cut] + name
		}
	}
	return home + tail
}

// joinDrive joins HOMEDRIVE and HOMEPATH. HOMEPATH usually begins with a backslash.
func joinDrive(drive, path string) string {
	switch {
	case len(path) > 1 && path[1] == ':', strings.HasPrefix(path, `\\`):
		return path // path already names a drive or a network share
	case drive == "", path != "" && (path[0] == '\\' || path[0] == '/'), strings.HasSuffix(drive, ":"):
		return drive + path
	}
	return strings.TrimRight(drive, `\/`) + `\` + path
}

// windowsVars is a port of Python's ntpath.expandvars. It does not expand text in single
// quotes. %% means % and $$ means $.
func windowsVars(path string, env Env) string {
	var b strings.Builder
	replace := func(name, open, end string) {
		if value, ok := env(name); ok {
			b.WriteString(value)
		} else {
			b.WriteString(open + name + end)
		}
	}
	for path != "" {
		c, rest := path[:1], path[1:]
		switch {
		case c == "'":
			quoted, after, closed := strings.Cut(rest, "'")
			if b.WriteString(c + quoted); closed {
				b.WriteString(c)
			}
			path = after
		case (c == "%" || c == "$") && strings.HasPrefix(rest, c):
			b.WriteString(c)
			path = rest[1:]
		case c == "%":
			name, after, closed := strings.Cut(rest, "%")
			if !closed {
				b.WriteString(c + rest)
				return b.String()
			}
			replace(name, "%", "%")
			path = after
		case c == "$" && strings.HasPrefix(rest, "{"):
			name, after, closed := strings.Cut(rest[1:], "}")
			if !closed {
				b.WriteString(c + rest)
				return b.String()
			}
			replace(name, "${", "}")
			path = after
		case c == "$":
			n := 0
			for n < len(rest) && (isWord(rest[n]) || rest[n] == '-') {
				n++
			}
			replace(rest[:n], "$", "")
			path = rest[n:]
		default:
			b.WriteString(c)
			path = rest
		}
	}
	return b.String()
}
