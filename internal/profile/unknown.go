// Errors for profiles and sessions that are in no file, with the names that may have been
// meant.

package profile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// unknownProfile returns the error for a profile that is in no file.
func (r *resolver) unknownProfile(p *Profile, w *world) *Error {
	e := &Error{Msg: "The config profile (" + p.Name + ") could not be found", Code: 255}
	if p.FromEnv && p.Name == "" {
		e.Hint = p.variable + " is set but empty: unset it, or give it the name of a profile"
		return e
	}
	lines := r.lookalikes(awsconfig.Profile, p.Name)
	if w.session(p.Name) != nil {
		lines = append(lines, "there is an [sso-session "+p.Name+"], but no profile of this name")
	}
	near := Nearest(p.Name, w.names)
	all := listNames("profiles", w.names)
	e.SetUp = len(lines)+len(near)+len(all) == 0
	switch {
	case len(near) > 0 && p.FromEnv:
		lines = append(lines, p.variable+" names it; did you mean "+strings.Join(near, " or ")+"?")
	case len(near) > 0:
		lines = append(lines, "did you mean "+strings.Join(near, " or ")+"?")
	case p.FromEnv:
		lines = append(lines, p.variable+" names it")
	}
	if len(near) < len(w.names) {
		lines = append(lines, all...)
	}
	e.Hint = strings.Join(lines, "\n")
	return e
}

// noSession returns the error for a session that is not in the config.
func (r *resolver) noSession(name string, code int) error {
	e := &Error{Msg: "The specified sso-session does not exist: \"" + name + "\"", Code: code}
	quiet := resolver{Inputs: r.Inputs} // about the mistakes of other sections
	w, err := quiet.world()
	if err != nil {
		return err // which may be why it was not found
	}
	if bare, cut := awsconfig.CutComment(name); cut {
		e.Hint = "the comment behind " + bare + " is read as part of the name: put it on a line of its own"
		return e
	}
	var names []string
	for _, s := range w.sessions {
		names = append(names, s.Name)
	}
	lines := r.lookalikes(awsconfig.SSOSession, name)
	if w.profiles[name].exists() {
		lines = append(lines, "there is a profile "+name+", but no sso-session of this name")
	}
	near := Nearest(name, names)
	all := listNames("sso-sessions", names)
	e.SetUp = len(lines)+len(near)+len(all) == 0
	if len(near) > 0 {
		lines = append(lines, "did you mean "+strings.Join(near, " or ")+"?")
	}
	if len(near) < len(names) {
		lines = append(lines, all...)
	}
	e.Hint = strings.Join(lines, "\n")
	return e
}

// fewNames is how many names a hint lists in full.
const fewNames = 8

// lookalikes returns a line for each section that seems to be meant as the profile or
// session of the name, but is not read as one: [dev] for [profile dev].
func (r *resolver) lookalikes(kind awsconfig.Kind, name string) []string {
	var lines []string
	noun := "an sso-session"
	if kind == awsconfig.Profile {
		noun = "a profile"
	}
	header, err := awsconfig.Header(kind, name, false)
	if err != nil {
		return nil // no file can have this name
	}
	for _, title := range r.Config.Unused() {
		if means(title.Text, kind, name) {
			lines = append(lines, r.Config.Path+": line "+strconv.Itoa(title.Line)+": ["+title.Text+"] is not read as "+noun+"; write "+header)
		}
	}
	if kind != awsconfig.Profile {
		return lines
	}
	sections, _, _ := r.Credentials.All() // the look-up of the profile has reported the error
	for _, s := range sections {
		if s.Name == "profile "+name {
			lines = append(lines, s.Path+": line "+strconv.Itoa(s.Line)+": ["+s.Name+"] is read as a profile of this whole name; write ["+name+"] in this file")
		}
	}
	return lines
}

// means reports whether the text of a header seems to be meant for the name, with a
// typo in the word before it, the wrong separators, or no such word at all.
func means(text string, kind awsconfig.Kind, name string) bool {
	words, want := foldWords(text), foldWords(name)
	before := len(words) - len(want)
	if before < 0 || len(want) == 0 || !slices.Equal(words[before:], want) {
		return false
	}
	const typos = 2
	switch word := strings.Join(words[:before], ""); kind {
	case awsconfig.Profile:
		return word == "" || distance(word, "profile", typos) <= typos
	case awsconfig.SSOSession:
		return word == "" || word == "sso" || word == "session" || distance(word, "ssosession", typos) <= typos
	}
	return false
}

// foldWords splits a text into its words in lower case, at white space and punctuation.
func foldWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" \t-_.:=,\"'", r) })
}

// listNames returns a line with all names, if they are few.
func listNames(noun string, names []string) []string {
	if len(names) == 0 || len(names) > fewNames {
		return nil
	}
	return []string{"the " + noun + " are: " + strings.Join(names, ", ")}
}

// Nearest returns up to three of the names that are a slip of the hand away from
// name, the nearest first: one edit in three characters at most, and no more than
// three in all. Case does not count.
func Nearest(name string, names []string) []string {
	type candidate struct {
		name     string
		distance int
	}
	limit := min(3, len(name)/3+1)
	lower := strings.ToLower(name)
	var near []candidate
	for _, n := range names {
		if d := distance(lower, strings.ToLower(n), limit); d <= limit && n != "" && d < len(n) {
			near = append(near, candidate{n, d})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return a.distance - b.distance })
	var out []string
	for _, c := range near[:min(3, len(near))] {
		out = append(out, c.name)
	}
	return out
}

// distance returns how many single-byte insertions, deletions and substitutions
// turn a into b. Above the limit it returns some number above the limit.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substituted := diagonal
			if a[i] != b[j] {
				substituted++
			}
			diagonal = row[j+1]
			row[j+1] = min(substituted, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
