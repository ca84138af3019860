package agent

import "path/filepath"

// HomeID tells home folders apart by the path of the ~/.aws in them.
func HomeID(home string) string {
	path := filepath.Join(home, ".aws")
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return path
}
