package agent

import (
	"os"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// resident is how much memory the process has, in bytes.
func resident() int {
	text, err := datafile.Read("/proc/self/statm", datafile.Limit)
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.Atoi(fields[1]) // the system wrote it
	return pages * os.Getpagesize()
}
