package child

import "testing"

func TestCheckBatch(t *testing.T) {
	for _, tt := range []struct {
		path, arg string
		ok        bool
	}{
		{`C:\bin\tool.exe`, `50% "x"`, true},
		{`C:\bin\tool.cmd`, "plain and simple", true},
		{`C:\bin\tool.cmd`, "a&calc", true},
		{`C:\bin\tool.cmd`, "Reservations[?a=='b'] | [0]", true},
		{`C:\bin\tool.cmd`, "^<(a)>", true},
		{`C:\bin\tool.cmd`, "!PATH!", false},
		{`C:\bin\tool.cmd`, "50%", false},
		{`C:\bin\TOOL.BAT`, `a"b`, false},
		{`C:\bin\tool.bat`, "a\nb", false},
		{`C:\bin\tool.bat. .`, "50%", false},
	} {
		if err := CheckBatch(tt.path, []string{tt.arg}); (err == nil) != tt.ok {
			t.Errorf("CheckBatch(%s, %q) = %v, want ok %v", tt.path, tt.arg, err, tt.ok)
		}
	}
}
