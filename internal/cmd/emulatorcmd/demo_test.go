package emulatorcmd

import (
	"fmt"
	"strings"
	"testing"
)

func TestDemoFitsEightyColumns(t *testing.T) {
	for _, text := range []string{
		fmt.Sprintf(demoIntroduction, indent(fmt.Sprintf(demoConfig, "https://d-1234567890.awsapps.com/start", "us-east-1"))),
		demoSignIn, demoUse, fmt.Sprintf(demoExpire, 2), fmt.Sprintf(demoRefreshed, calls(10)), demoSignOut, demoRefused,
		fmt.Sprintf(demoEnd, "lanyard", "powershell"), fmt.Sprintf(demoNotInstalled, "lanyard"),
	} {
		for line := range strings.Lines(text) {
			if line = strings.TrimSuffix(line, "\n"); len(line) > 80 {
				t.Errorf("a line has %d columns, want at most 80: %s", len(line), line)
			}
		}
	}
}
