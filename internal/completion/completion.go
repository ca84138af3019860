// Package completion reads requests of the completion scripts, and answers requests for
// profiles. It imports little, because package warm uses it.
package completion

import (
	"bufio"
	"io"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// A Request asks for the possible words at the cursor.
type Request struct {
	Shell   string
	Words   []string // the words before the cursor, without the program
	Current string   // the beginning of the word at the cursor
	File    bool     // the word is the file of a redirection

	line shell.BashLine // only in bash
}

// Parse reads the arguments of a request. See [shell.CompletionRequest].
func Parse(args []string) (r Request, ok bool) {
	if len(args) < 2 {
		return Request{}, false
	}
	words := slices.Clone(args[1:])
	r.Shell = args[0]
	switch {
	case r.Shell == "bash" && len(words) == 2:
		r.line = shell.ParseBash(words[0], words[1])
		r.Words, r.Current, r.File = r.line.Words, r.line.Current, r.line.File
		return r, true
	case r.Shell == "powershell": // each word follows a dot
		for i := range words {
			words[i] = strings.TrimPrefix(words[i], ".")
		}
	}
	last := len(words) - 1
	r.Words, r.Current = words[:last], words[last]
	return r, true
}

// A Value is a possible word at the cursor.
type Value struct {
	Text  string
	About string // the description, without tabs and line breaks; may be empty
	Role  string // the second part of the description; may be empty
}

// NewWriter returns a writer for an answer. An answer can be long.
func NewWriter(w io.Writer) *bufio.Writer { return bufio.NewWriterSize(w, 64<<10) }

// Print prints a line of the answer. It leaves out values with control characters, because these
// characters would change the answer or control the terminal.
func (r Request) Print(w *bufio.Writer, v Value) {
	if v.Text == "" || !visible(v.Text) {
		return
	}
	if r.Shell == "bash" {
		if text, ok := r.line.Replacement(v.Text); ok {
			_, _ = w.WriteString(text)
			_ = w.WriteByte('\n')
		}
		return
	}
	separator := ""
	if v.About != "" && v.Role != "" {
		separator = " · "
	}
	for _, s := range [...]string{shell.CompletionWord(r.Shell, v.Text), "\t", v.About, separator, v.Role, "\n"} {
		_, _ = w.WriteString(s)
	}
}

// visible reports whether a text has no control characters.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' { // the check for other characters is slow
			return !strings.ContainsFunc(s, terminal.Active)
		}
	}
	return true
}

// Profiles calls yield for each profile whose name begins with beginning. The profiles of the
// config come first, then the profiles that are only in the credentials file.
func Profiles(lookupEnv func(string) (string, bool), beginning string, yield func(Value)) {
	config, credentials := profile.Paths(lookupEnv)
	var others []awsconfig.Entry
	awsconfig.Entries(credentials, true, awsconfig.Profile, beginning, func(e awsconfig.Entry) { others = append(others, e) })
	known := map[string]bool{}
	awsconfig.Entries(config, false, awsconfig.Profile, beginning, func(e awsconfig.Entry) {
		if e.Name == "default" && known[e.Name] { // [default] and [profile default]
			return
		}
		if e.Name == "default" || len(others) > 0 {
			known[e.Name] = true
		}
		yield(profileValue(e))
	})
	for _, e := range others {
		if !known[e.Name] {
			yield(profileValue(e))
		}
	}
}

// profileValue returns the name of a profile with its account and role.
func profileValue(e awsconfig.Entry) Value {
	v := Value{e.Name, e.AccountID, e.RoleName}
	if e.RoleARN != "" {
		if parts := strings.SplitN(e.RoleARN, ":", 6); len(parts) == 6 {
			v.About, v.Role = parts[4], strings.TrimPrefix(parts[5], "role/")
		}
	}
	if !visible(v.About) || !visible(v.Role) {
		v.About, v.Role = "", ""
	}
	return v
}

// AnswerProfiles answers a request for a profile: the value of --profile, or the first argument of
// exec, env or use. It reports whether it has printed an answer. It does not know the flags of
// commands. So if another flag stands before the profile, it does not answer, and the command
// __complete answers instead.
func AnswerProfiles(args []string, lookupEnv func(string) (string, bool), w io.Writer) bool {
	r, ok := Parse(args)
	if !ok || r.File || slices.Contains(r.Words, "--") {
		return false
	}
	const flag = "--profile"
	before, beginning, last := "", r.Current, len(r.Words)-1
	switch {
	case last >= 0 && r.Words[last] == flag:
		last--
	case strings.HasPrefix(r.Current, flag+"="):
		before, beginning = flag+"=", r.Current[len(flag)+1:]
	case last == 0 && slices.Contains([]string{"exec", "env", "use", "console"}, r.Words[0]) && !strings.HasPrefix(r.Current, "-"):
	default:
		return false
	}
	if last >= 0 && strings.HasPrefix(r.Words[last], "-") {
		return false
	}
	out, found := NewWriter(w), false
	Profiles(lookupEnv, beginning, func(v Value) {
		v.Text, found = before+v.Text, true
		r.Print(out, v)
	})
	_ = out.Flush() // a completion prints no errors
	return found
}
