// This file reads the entries of a menu from stdin.

package pickcmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// maxInput limits the size of stdin in bytes. The lines of 100,000 roles have about 10 MB.
const maxInput = 64 << 20

// readLines returns the lines of a stream that are not blank.
func readLines(r io.Reader) ([]string, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxInput {
		return nil, fmt.Errorf("more than %d MB", maxInput>>20)
	}
	var lines []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimRight(line, "\r\n"); strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// lineItems returns the rows of a menu of lines. The columns of a line are separated by tabs. If
// the second column is the id of an account, as in the lines of --print, the row never cuts it.
func lineItems(lines []string) []picker.Item {
	list := make([]picker.Item, len(lines))
	for i, line := range lines {
		columns := strings.Split(line, "\t")
		list[i].Name = columns[0]
		rest := columns[1:]
		if len(rest) > 0 && profile.ValidAccountID(rest[0]) {
			list[i].ID, rest = rest[0], rest[1:]
		}
		list[i].Detail = joined(", ", rest...)
	}
	return list
}
