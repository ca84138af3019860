// Package typo finds the names that a user may have meant.
package typo

import (
	"slices"
	"strings"
)

// Nearest returns up to three names that differ from name by a typo. The most similar name is
// first. It allows one wrong character in three, and at most three, and ignores case.
func Nearest(name string, names []string) []string {
	type candidate struct {
		name     string
		distance int
	}
	limit := min(3, len(name)/3+1)
	lower := strings.ToLower(name)
	var near []candidate
	for _, n := range names {
		if d := Distance(lower, strings.ToLower(n), limit); d <= limit && n != "" && d < len(n) {
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

// Distance returns the number of typos that turn a into b: single bytes that are inserted,
// deleted or replaced, and neighbours that are swapped. If this number is above limit, the result
// is any number above limit.
func Distance(a, b string, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	// The rows for the first i-2, i-1 and i bytes of a.
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := last[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			row[j] = min(replaced, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
