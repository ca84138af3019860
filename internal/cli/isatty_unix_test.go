//go:build unix

package cli_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// A terminal never gets control characters from names and tags, even if its size is unknown. JSON
// and YAML print these characters as escapes.
func TestTerminalGetsNoControlCharacters(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Target") == "" { // a request to S3
			_, _ = io.WriteString(w, `<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>evil%1B]0;pwned%07</Key>`+
				`<LastModified>2024-05-06T07:08:09Z</LastModified><Size>1</Size></Contents></ListBucketResult>`)
			return
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = io.WriteString(w, `{"Accounts": [{"Id": "111122223333", "Name": "evil\u001b]0;pwned\u0007"}]}`)
	}))
	defer srv.Close()
	ours := strings.NewReplacer("\x1b[1;31mlanyard:\x1b[m", "lanyard:", "\x1b[1;36mhint:\x1b[m", "hint:")
	const list = "organizations list-accounts --no-cli-pager"
	for _, tt := range []struct{ line, want string }{
		{list + " --output text", "ACCOUNTS\t111122223333\tevil\ufffd]0;pwned\ufffd"},
		{list + " --output table --color off", "evil\ufffd]0;pwned\ufffd"},
		{list + " --output json", `"Name": "evil\u001b]0;pwned\u0007"`},
		{list + " --output yaml", `Name: "evil\e]0;pwned\a"`},
		{list + " --output yaml-stream", `Name: "evil\e]0;pwned\a"`},
		{"s3 ls s3://bucket", "evil\ufffd]0;pwned\ufffd"},
		{"configure get note", "evil\ufffd]0;pwned\ufffd"},
		{"configure list-profiles", "evil\ufffd]0;pwned\ufffd"},
		{"sts get-caller-identity --profile nope\x1b]0;pwned\a", "nope\ufffd]0;pwned\ufffd"},
		{"sts get-caller-identity --profile nope\x1b]0;pwned\a --cli-error-format text", "nope\ufffd]0;pwned\ufffd"},
		{"sts get-caller-identity --profile nope\x1b]0;pwned\a --cli-error-format json", `nope\u001b]0;pwned\u0007`},
	} {
		for _, size := range []pty.Winsize{{}, {Cols: 80, Rows: 24}} {
			out, code := onTerminal(t, size, srv.URL, strings.Fields(tt.line)...)
			out = ours.Replace(out)
			if !strings.Contains(out, tt.want) || strings.ContainsAny(strings.ReplaceAll(out, "\r\n", "\n"), "\x1b\a\r") {
				t.Errorf("%s, %d columns: exit code %d, %q, want %q and no control characters", tt.line, size.Cols, code, out, tt.want)
			}
		}
	}
}

// onTerminal runs lanyard on a terminal. A size of 0 by 0 means that the terminal has no known
// size.
func onTerminal(t *testing.T, size pty.Winsize, url string, args ...string) (out string, code int) {
	t.Helper()
	home := t.TempDir()
	config := home + "/config"
	if err := os.WriteFile(config, []byte("[default]\nnote = evil\x1b]0;pwned\a\n[profile evil\x1b]0;pwned\a]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("lanyard", args...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TERM=xterm", "AWS_CONFIG_FILE=" + config, "AWS_ENDPOINT_URL=" + url,
		"AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret", "AWS_REGION=us-east-1",
	}
	tty, err := pty.StartWithSize(cmd, &size)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tty.Close() }()
	text, _ := io.ReadAll(tty) // ReadAll fails with EIO when the program has ended
	_ = cmd.Wait()             // ProcessState has the exit code
	return string(text), cmd.ProcessState.ExitCode()
}

// The null device is a character device but not a terminal, so lanyard asks no question.
func TestNullDeviceIsNotATerminal(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = null.Close() }()
	cmd := exec.Command("lanyard", "configure", "sso")
	var errs strings.Builder
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = null, null, &errs
	err = cmd.Run()
	if got := fmt.Sprint(err); got != "exit status 252" || !strings.Contains(errs.String(), "--sso-session-name") {
		t.Errorf("%s, want exit status 252 and --sso-session-name: %s", got, errs.String())
	}
}
