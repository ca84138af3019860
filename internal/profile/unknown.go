package profile

import (
	"slices"
	"strings"
)

// unknownHint says what may have been meant.
func unknownHint(p *Profile, near []string) string {
	switch {
	case p.FromEnv && p.Name == "":
		return p.variable + " is set but empty: unset it, or give it the name of a profile"
	case len(near) > 0 && p.FromEnv:
		return p.variable + " names it; did you mean " + strings.Join(near, " or ") + "?"
	case len(near) > 0:
		return "did you mean " + strings.Join(near, " or ") + "?"
	case p.FromEnv:
		return p.variable + " names it"
	}
	return ""
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
