package profile

import (
	"slices"
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
	if s, _ := w.session(p.Name); s != nil {
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
