package child

import (
	"os/exec"
	"strings"
	"syscall"
)

// quoteBatch makes cmd.exe pass the arguments of a batch file unchanged. Package os/exec quotes only
// arguments with spaces, so cmd.exe would run the rest of "a&b" as a command. The caller has
// called [CheckBatch].
func quoteBatch(program *exec.Cmd) {
	if !isBatch(program.Path) {
		return
	}
	if program.SysProcAttr == nil {
		program.SysProcAttr = new(syscall.SysProcAttr)
	}
	program.SysProcAttr.CmdLine = batchLine(program.Path, program.Args[1:])
}

// batchLine returns the command line of a batch file. Every argument is in quotes, in which cmd.exe
// gives &, |, <, >, ^, ( and ) no meaning. The backslashes before a quote are doubled, for the
// program that gets the arguments from the batch file.
func batchLine(path string, args []string) string {
	var line strings.Builder
	line.WriteString(`"` + path + `"`)
	for _, arg := range args {
		rest := strings.TrimRight(arg, `\`)
		line.WriteString(` "` + arg + arg[len(rest):] + `"`)
	}
	return line.String()
}
