package shimcmd

import (
	"strconv"
	"strings"
)

// aliasNames gives each profile the name of its alias; "" to one whose name has
// nothing to make one of. Those whose names stand as they are come first, so that
// no other takes theirs.
func aliasNames(prefix string, profiles []string, foldCase bool) []string {
	names, taken := make([]string, len(profiles)), map[string]bool{}
	key := func(name string) string {
		if foldCase {
			return strings.ToLower(name)
		}
		return name
	}
	for i, p := range profiles {
		if p != "" && safeName(p) == p && !taken[key(p)] {
			names[i], taken[key(p)] = prefix+p, true
		}
	}
	for i, p := range profiles {
		base := safeName(p)
		if names[i] != "" || base == "" {
			continue
		}
		name := base
		for n := 2; taken[key(name)]; n++ {
			name = base + "-" + strconv.Itoa(n)
		}
		names[i], taken[key(name)] = prefix+name, true
	}
	return names
}

// safeName makes a name of which no shell reads anything but a word.
func safeName(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return !isASCIIWord(r) && r != '-' && r != '.' })
	return strings.Trim(strings.Join(words, "-"), "-")
}

func isASCIIWord(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
}
