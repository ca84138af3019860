//go:build !linux && !darwin && !windows

package caller

func parentOfSelf() int { return 0 }

func hasTerminal() bool { return false }

func look(int) (status, bool) { return status{}, false }

func terminalOf(int) bool { return false }

func environment(int) func(string) (string, bool) {
	return func(string) (string, bool) { return "", false }
}
