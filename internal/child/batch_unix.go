//go:build !windows

package child

import "os/exec"

// quoteBatch does nothing, because Unix has no batch files.
func quoteBatch(*exec.Cmd) {}
