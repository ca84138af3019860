package execcmd

import (
	"slices"
	"testing"
)

// A program gets only the profile's values, even if the environment has a variable twice.
func TestEnvironment(t *testing.T) {
	s := setting{{"AWS_ACCESS_KEY_ID", "new"}, {"AWS_REGION", "us-east-1"}}
	got := s.environment([]string{"A=1", "AWS_ACCESS_KEY_ID=old", "AWS_ACCESS_KEY_ID=older", "AWS_PROFILE=p", "AWS_REGION=x", "AWS_CONFIG_FILE=f", "=C:=C:\\", "B"})
	want := []string{"A=1", "AWS_CONFIG_FILE=f", "=C:=C:\\", "B", "AWS_ACCESS_KEY_ID=new", "AWS_REGION=us-east-1"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestCheckBatch(t *testing.T) {
	for _, tt := range []struct {
		path, arg string
		ok        bool
	}{
		{`C:\bin\tool.exe`, `50% "x"`, true},
		{`C:\bin\tool.cmd`, "plain and simple", true},
		{`C:\bin\tool.cmd`, "a&calc", false},
		{`C:\bin\tool.cmd`, "a b & c", false},
		{`C:\bin\tool.cmd`, "a|b", false},
		{`C:\bin\tool.cmd`, "^", false},
		{`C:\bin\tool.cmd`, "!PATH!", false},
		{`C:\bin\tool.cmd`, "50%", false},
		{`C:\bin\TOOL.BAT`, `a"b`, false},
		{`C:\bin\tool.bat`, "a\nb", false},
	} {
		if err := checkBatch(tt.path, []string{tt.arg}); (err == nil) != tt.ok {
			t.Errorf("checkBatch(%s, %q) = %v, want ok %v", tt.path, tt.arg, err, tt.ok)
		}
	}
}
