package emulator

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// operationNames returns the names by which requests are counted, sorted.
func (e *Emulator) operationNames() []string {
	names := map[string]bool{
		// These are named by more than a path.
		"CreateToken:authorization_code": true, "CreateToken:device_code": true, "CreateToken:refresh_token": true, "CreateTokenWithIAM": true,
		"GetSigninToken": true, "ConsoleLogin": true,
		"ListBuckets": true, "ListObjectsV2": true, "S3": true, "Query": true, "Unknown": true,
	}
	for _, rt := range e.routes {
		for _, op := range rt.methods {
			names[op.name] = true
		}
	}
	for name := range e.queries {
		names[name] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// checkOperation refuses the name of an operation that does not exist. A fault for
// a misspelt one would never happen.
func (e *Emulator) checkOperation(name string) error {
	names := e.operationNames()
	if name == "" || slices.Contains(names, name) {
		return nil
	}
	near := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !isNear(name, n) })
	if len(near) == 0 {
		return fmt.Errorf("fault: there is no operation %q; there are: %s", name, strings.Join(names, ", "))
	}
	return fmt.Errorf("fault: there is no operation %q; near it: %s", name, strings.Join(near, ", "))
}

// isNear reports whether the text may be a misspelt name.
func isNear(text, name string) bool {
	a, b := strings.ToLower(text), strings.ToLower(name)
	return distance(a, b) <= max(2, len(b)/5) || len(a) > 3 && strings.Contains(b, a)
}

// distance is how many letters must be added, removed or changed to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
