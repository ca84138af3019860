// Package rulefile finds the files with lanyard's settings, and says quickly whether they can have
// rules about roles. It is for package warm, which must not wait for a YAML parser. Package settings
// parses the files.
package rulefile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"syscall"

	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// folders names the variable with the folder of settings, and this folder in the home folder.
func folders() (variable string, inHome []string) {
	if runtime.GOOS == "windows" {
		return "AppData", []string{"AppData", "Roaming"}
	}
	return "XDG_CONFIG_HOME", []string{".config"}
}

// Path returns the path of the settings: in the folder lanyard of XDG_CONFIG_HOME, or of ~/.config,
// or of AppData on Windows. It returns "" if none of these folders is known.
func Path(env userpath.Env) string {
	variable, _ := folders()
	if dir, ok := env(variable); ok && userpath.IsAbs(dir) {
		return join(dir, "lanyard", "config.yaml")
	}
	return inHome(env)
}

// inHome returns the path of the settings if no variable moves them.
func inHome(env userpath.Env) string {
	home, ok := userpath.Home(env)
	if !ok {
		return ""
	}
	_, names := folders()
	return join(join(home, names...), "lanyard", "config.yaml")
}

// Paths returns the paths of all files whose rules apply: the settings in the home folder, and the
// settings in the folder that a variable names. So a program cannot turn the rules off with the
// variable.
func Paths(env userpath.Env) []string {
	var paths []string
	for _, path := range []string{inHome(env), Path(env)} {
		if path != "" && (len(paths) == 0 || paths[0] != path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// MayRule reports whether the settings can have rules about roles. It returns false only if no file
// exists, or if no file has the key guard or the key team, also not with a typo. It returns true if
// it cannot read a file.
func MayRule(env userpath.Env) bool { return anyFile(env, HasRules) }

// AllowQuick reports whether a quick answer of package warm obeys the settings. It does not, if they
// can have rules, or if they can say that the audit record is forwarded.
func AllowQuick(env userpath.Env) bool {
	return !anyFile(env, func(content []byte) bool {
		return HasRules(content) || bytes.Contains(content, []byte("forward"))
	})
}

// anyFile reports whether a settings file has a content, or cannot be read.
func anyFile(env userpath.Env, has func(content []byte) bool) bool {
	for _, path := range Paths(env) {
		content, err := datafile.Read(path, datafile.Limit)
		if Missing(path, err) {
			continue
		}
		if err != nil || has(content) {
			return true
		}
	}
	return false
}

// HasRules reports whether the content of a settings file can have rules. A key of YAML can only
// hide from this search behind a backslash or an unusual line break, in another encoding than UTF-8,
// or in a line that begins in another way than the usual sections, or than the usual keys of
// profiles. Such a line can also be a typo in the key guard or team.
func HasRules(content []byte) bool {
	for _, text := range []string{"guard", "team", `\`, "\x00", "\u0085", "\u2028", "\u2029"} {
		if bytes.Contains(content, []byte(text)) {
			return true
		}
	}
	section := "" // the section that has begun
	depth := -1   // how far the keys of profiles are indented; -1 before the first
	for line := range bytes.Lines(content) {
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		text := bytes.Trim(line, " \t")
		switch {
		case bytes.IndexByte(text, '\r') >= 0: // for YAML, it ends the line
			return true
		case len(text) == 0, text[0] == '#', string(bytes.TrimRight(line, " \t")) == "---":
		case sectionOf(line) != "":
			section = sectionOf(line)
			if section == profilesSection && len(text) > len(section) {
				return true // the keys may be on the same line
			}
		case section == "" || line[0] != ' ' && !beginsWith(line, "-"):
			return true
		case section == profilesSection:
			indent := bytes.IndexByte(line, text[0])
			inList := depth >= 0 && beginsWith(text, "-")
			if depth < 0 {
				depth = indent
			}
			if indent <= depth && !inList && !hasProfilesKey(text) {
				return true
			}
		}
	}
	return false
}

const profilesSection = "profiles:"

// sectionOf returns the key at the beginning of a line that begins a section without rules. It
// returns "" for other lines.
func sectionOf(line []byte) string {
	for _, key := range []string{"audit:", "inventory:", profilesSection} {
		if beginsWith(line, key) {
			return key
		}
	}
	return ""
}

// beginsWith reports whether a line begins with a text, and white space or nothing follows.
func beginsWith(line []byte, text string) bool {
	return bytes.HasPrefix(line, []byte(text)) && (len(line) == len(text) || bytes.IndexByte([]byte(" \t"), line[len(text)]) >= 0)
}

// hasProfilesKey reports whether a line begins with a key of profiles, except team and team_sha256.
// Package profilesync parses the keys.
func hasProfilesKey(line []byte) bool {
	for _, key := range []string{"name:", "process:", "include:", "exclude:", "rename:", "settings:"} {
		if beginsWith(line, key) {
			return true
		}
	}
	return false
}

// Missing reports whether an error of reading the file at path says that the file does not exist. A
// link that leads nowhere is not a missing file: the rules may be on a disk that is not mounted.
func Missing(path string, err error) bool {
	return (errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)) && !leadsNowhere(path)
}

// leadsNowhere reports whether the last part of a path that exists is a link to nothing.
func leadsNowhere(path string) bool {
	for path != "" {
		if info, err := os.Lstat(path); err == nil {
			_, err = os.Stat(path)
			return info.Mode()&fs.ModeSymlink != 0 && err != nil
		}
		end := len(path) - 1
		for end > 0 && !os.IsPathSeparator(path[end]) {
			end--
		}
		path = path[:end]
	}
	return false
}

// join joins paths like filepath.Join, which would delay the start of package warm.
func join(folder string, names ...string) string {
	for len(folder) > 1 && os.IsPathSeparator(folder[len(folder)-1]) {
		folder = folder[:len(folder)-1]
	}
	for _, name := range names {
		if folder == "" || !os.IsPathSeparator(folder[len(folder)-1]) {
			folder += string(os.PathSeparator)
		}
		folder += name
	}
	return folder
}
