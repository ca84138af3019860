//go:build unix

package browser

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// A row is a value of BROWSER with the command that Open calls. DIR is the folder of the
// browsers, and U is the URL.
type row struct {
	value, want string // the command; "" if Open calls no command
	differs     string // why Python's webbrowser calls another command
}

var rows = []row{
	{"firefox", "firefox U", ""},
	{"firefox %s", "firefox U", ""},
	{"firefox %s &", "firefox U", ""},
	{"firefox --new-tab %s -x", "firefox --new-tab U -x", ""},
	{"firefox --url=%s", "firefox --url=U", ""},
	{"firefox 'a b' %s", "firefox a b U", ""},
	{`firefox "a\"b" %s`, `firefox a"b U`, ""},
	{"firefox 100%% %s", "firefox 100%% U", ""},
	{"missing:firefox", "firefox U", ""},
	{"missing %s:firefox %s", "firefox U", ""},
	{"false:firefox", "firefox U", ""},
	{"DIR/firefox", "firefox U", ""},
	{"DIR/my browser", "my browser U", ""},
	{`"DIR/my browser" %s`, "my browser U", ""},
	{`DIR/my\ browser --new %s`, "my browser --new U", ""},
	{":firefox:", "firefox U", ""},
	{"wslview", "wslview U", ""},
	{"true", "", ""},
	{"missing", "", ""},
	{"DIR/my browser %s", "my browser U", "Python splits the path"},
	{"DIR/my browser --new", "my browser --new U", "Python takes it for one name"},
	{"firefox --new-tab", "firefox --new-tab U", "Python takes it for one name"},
	{"firefox &", "firefox U", "Python takes it for one name"},
	{`"DIR/my browser"`, "my browser U", "Python takes it for one name"},
	{"sh -c 'firefox %s'", "", "Python lets a shell read the URL"},
}

func TestBROWSERAsPythonReadsIt(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Log("python3 is not installed; Open is not compared with Python")
	}
	if runtime.GOOS == "darwin" {
		python = "" // Python uses AppleScript for some names
	}
	const url = "https://portal.example/authorize?a=1&b=2"
	for _, tt := range rows {
		dir := t.TempDir()
		called := filepath.Join(dir, "called")
		for _, name := range []string{"firefox", "my browser", "wslview"} {
			script(t, dir, name, `printf '%s' "${0##*/}" > `+called+`; for a; do printf ' %s' "$a" >> `+called+`; done`)
		}
		env := []string{"BROWSER=" + strings.ReplaceAll(tt.value, "DIR", dir), "PATH=" + dir + ":/usr/bin:/bin", "HOME=" + dir}
		result := func() string {
			data, _ := os.ReadFile(called) // an error means that no browser was called
			_ = os.Remove(called)
			return strings.ReplaceAll(string(data), url, "U")
		}
		_ = Open(t.Context(), url, env, nil)
		if got := result(); got != tt.want {
			t.Errorf("BROWSER=%s: called %q, want %q", tt.value, got, tt.want)
		}
		if python == "" {
			continue
		}
		cmd := exec.Command(python, "-c", "import sys, webbrowser; webbrowser.open(sys.argv[1])", url)
		cmd.Env = env
		_, _ = cmd.Output() // waits for a browser in the background too; Python may reject the value
		switch got := result(); {
		case tt.differs == "" && got != tt.want:
			t.Errorf("BROWSER=%s: Python calls %q, Open calls %q", tt.value, got, tt.want)
		case tt.differs != "" && got == tt.want:
			t.Errorf("BROWSER=%s: Python calls the same command, despite: %s", tt.value, tt.differs)
		}
	}
}
