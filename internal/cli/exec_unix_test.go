//go:build unix

package cli_test

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// ways lists the ways to run a program: itself, and through exec. A shell sees no difference.
var ways = []struct{ name, prefix string }{
	{"itself", ""},
	{"exec", "lanyard exec dev -- "},
	{"exec --server", "lanyard exec --server dev -- "},
}

// shellScripts are run by bash once for each way. X stands for the way.
var shellScripts = []struct{ name, script, want string }{
	{"every exit code", `for i in $(seq 0 255); do X sh -c "exit $i"; [ $? = $i ] || echo "$? is not $i"; done`, ""},
	{"ended by a signal", `ulimit -c 0; for s in KILL TERM INT HUP QUIT PIPE ALRM USR1 SEGV; do X sh -c "kill -$s \$\$"; echo $?; done 2>/dev/null`, "137\n143\n130\n129\n131\n141\n142\n138\n139\n"},
	{"a broken pipe", `X yes | head -n 1; echo ${PIPESTATUS[0]}`, "y\n141\n"},
	{"stdin", `printf abc | X cat; X cat </dev/null; X cat <file; X sh -c 'cat <&3' 3<file`, "abcinput\ninput\n"},
	{"one GB", `X head -c 1073741824 /dev/zero | wc -c`, "1073741824\n"},
	{"one MB of arguments", `a=$(head -c 65536 /dev/zero | tr '\0' x); X sh -c 'echo $# ${#16}' sh $a $a $a $a $a $a $a $a $a $a $a $a $a $a $a $a`, "16 65536\n"},
	{"a name with a blank", `X './my program' 'a b'; echo $?`, "<a b>\n3\n"},
	{"a script without #!", `X ./script 'a b'; echo $?`, "<a b>\n4\n"},
	{"arguments that look like options", `X sh -c 'printf "<%s>" "$0" "$@"' -- --server -- '' é $'\n'`, "<--><--server><--><><é><\n>"},
	{"a job in the background", `X sh -c '(sleep 0.3; echo late) & echo now' | cat`, "now\nlate\n"},
	{"umask, folder and limits", `cd folder; umask 027; ulimit -n 123; X sh -c 'umask; ulimit -n; basename "$(pwd)"'`, "0027\n123\nfolder\n"},
	{"closed descriptors", `for c in '<&-' '>&-' '2>&-' '<&- >&- 2>&-'; do eval "X sh -c 'exit 3' $c"; echo $?; done`, "3\n3\n3\n3\n"},
	{"nohup", `nohup X sh -c 'kill -HUP $$; echo survived' 2>/dev/null`, "survived\n"},
	{"signals for the process", `set -m
for s in TERM HUP INT QUIT USR1 USR2 WINCH CONT; do
	rm -f ready
	X sh -c "trap 'echo got $s; exit 5' $s; touch ready; while :; do sleep 0.01; done" & p=$!
	until [ -e ready ]; do sleep 0.01; done
	kill -$s $p; wait $p; echo $?
done 2>/dev/null`, "got TERM\n5\ngot HUP\n5\ngot INT\n5\ngot QUIT\n5\ngot USR1\n5\ngot USR2\n5\ngot WINCH\n5\ngot CONT\n5\n"},
}

// inheritNoIgnoredSignals makes the programs of a test start with the default action for SIGHUP.
// If the tests run under nohup, these programs would ignore SIGHUP.
func inheritNoIgnoredSignals() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
}

func TestExecEqualsDirectRun(t *testing.T) {
	inheritNoIgnoredSignals()
	scripts := shellScripts
	if runtime.GOOS == "linux" {
		scripts = append(scripts, struct{ name, script, want string }{
			"open descriptors", `a=$(sh -c 'cd /proc/$$/fd; echo *'); b=$(X sh -c 'cd /proc/$$/fd; echo *'); [ "$a" = "$b" ] || echo "$b, not $a"`, "",
		})
	}
	for _, tt := range scripts {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, way := range ways {
				dir := execFolder(t)
				cmd := exec.CommandContext(t.Context(), "bash", "-c", strings.ReplaceAll(tt.script, "X ", way.prefix))
				cmd.Dir, cmd.Env = dir, execEnvironment(dir)
				cmd.WaitDelay = 10 * time.Second
				var stderr strings.Builder
				cmd.Stderr = &stderr
				out, err := cmd.Output()
				var exit *exec.ExitError
				if err != nil && !errors.As(err, &exit) {
					t.Fatal(err)
				}
				if string(out) != tt.want || stderr.Len() > 0 {
					t.Errorf("%s: %q, want %q; stderr: %s", way.name, out, tt.want, stderr.String())
				}
				nothingLeft(t, dir)
			}
		})
	}
}

// execFolder returns a home folder for the programs of a test.
func execFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{".aws", "temp", "folder"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		".aws/config": staticProfiles, "file": "input\n",
		"my program": "#!/bin/sh\necho \"<$1>\"\nexit 3\n", "script": "echo \"<$1>\"\nexit 4\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func execEnvironment(dir string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + filepath.Join(dir, "temp"), "LC_ALL=C.UTF-8"}
}

// nothingLeft checks that the folder for temporary files is empty.
func nothingLeft(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(filepath.Join(dir, "temp"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// onTerminals runs a test in an interactive bash on a terminal, once for each way.
func onTerminals(t *testing.T, test func(tm *terminal, prefix string)) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			if _, err := exec.LookPath("bash"); err != nil {
				t.Skip("bash is not installed")
			}
			tm := sit(t, terminalOptions{config: staticProfiles}, "version")
			tm.exits(0)
			for name, text := range map[string]string{"rc": "PS1='$ '; PROMPT_COMMAND='history -a'\nset +o emacs\n", "count": counter} {
				if err := os.WriteFile(filepath.Join(tm.home, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Mkdir(filepath.Join(tm.home, "temp"), 0o700); err != nil {
				t.Fatal(err)
			}
			tm.start(terminalOptions{program: "bash", env: []string{"TMPDIR=" + filepath.Join(tm.home, "temp")}}, "--noprofile", "--rcfile", filepath.Join(tm.home, "rc"), "-i")
			tm.expect("$ ")
			tm.send("cd\n")
			tm.expect("$ ")
			test(tm, way.prefix)
			nothingLeft(t, tm.home)
		})
	}
}

// counter is a program that counts signals until the file end exists.
const counter = `n=0
for s in INT QUIT WINCH CONT TERM; do trap "n=\$((n+1)); echo \"$s \$n.\"" $s; done
mkfifo never; exec 9<>never # unlike sleep, read starts no process that could stop at a bad time
echo ready
while [ ! -e end ]; do read -t 0.02 -u 9; done
echo "end after $n."
exit 3
`

// end creates the file that ends the counter.
func (tm *terminal) end() {
	tm.t.Helper()
	if err := os.WriteFile(filepath.Join(tm.home, "end"), nil, 0o600); err != nil {
		tm.t.Fatal(err)
	}
}

// Each key and each new size of the window sends one signal.
func TestExecTerminalSignals(t *testing.T) {
	onTerminals(t, func(tm *terminal, prefix string) {
		tm.send(prefix + "bash count\n")
		tm.expect("ready")
		for _, want := range []string{"INT 1.", "INT 2.", "INT 3."} {
			tm.send("\x03")
			tm.expect(want)
		}
		tm.send("\x1c")
		tm.expect("QUIT 4.")
		if err := pty.Setsize(tm.tty, &pty.Winsize{Cols: 77, Rows: 22}); err != nil {
			tm.t.Fatal(err)
		}
		tm.expect("WINCH 5.")
		tm.end()
		tm.expect("end after 5.")
		tm.send("echo code $?.\n")
		tm.expect("code 3.")
	})
}

// Ctrl-Z stops the program and gives the terminal to the shell. The program continues with fg,
// or in the background with bg.
func TestExecJobControl(t *testing.T) {
	onTerminals(t, func(tm *terminal, prefix string) {
		tm.send(prefix + "bash count | cat\n")
		tm.expect("ready")
		for range 3 {
			tm.send("\x1a")
			tm.expect("Stopped")
			tm.expect("$ ")
			tm.send("jobs\n")
			tm.expect("Stopped")
			tm.expect("$ ") // the shell can lose a line that is typed before its prompt
			tm.send("fg\n")
			tm.expect("bash count | cat\n")
			tm.expect("CONT ")
		}
		tm.send("\x1a")
		tm.expect("Stopped")
		tm.expect("$ ")
		tm.send("bg\n")
		tm.expect("CONT ")
		tm.send("jobs\n")
		tm.expect("Running")
		tm.end()
		tm.expect("end after ")
		tm.send("fg; echo d'on'e\n")
		tm.expect("done\n")
	})
}

// A program that stops itself, without the terminal, stops the job too.
func TestExecStopsItself(t *testing.T) {
	onTerminals(t, func(tm *terminal, prefix string) {
		tm.send(prefix + "sh -c 'kill -STOP $$; echo continues; exit 4'\n")
		tm.expect("Stopped")
		tm.expect("$ ")
		tm.send("fg\n")
		tm.expect("\ncontinues\n")
		tm.send("echo code $?.\n")
		tm.expect("code 4.")
		// The shell can stop and continue the job by its pid.
		tm.send(prefix + "bash count &\n")
		tm.expect("ready")
		tm.send("kill -TSTP $!; until jobs | grep Stopped; do sleep 0.01; done; kill -CONT $!\n")
		tm.expect("CONT 1.")
		tm.end()
		tm.expect("end after ")
		tm.send("wait; echo d'on'e\n")
		tm.expect("done\n")
	})
}

// If Ctrl-C ends the program, the shell ends a loop around it.
func TestExecInLoop(t *testing.T) {
	onTerminals(t, func(tm *terminal, prefix string) {
		tm.send("for i in 1 2 3; do " + prefix + "sh -c 'echo round $0.; exec sleep 100' $i; done\n")
		tm.expect("round 1.")
		tm.send("\x03")
		tm.expect("$ ")
		tm.send("echo code $?.\n")
		tm.expect("code 130.")
		if strings.Contains(tm.text(), "round 2.") {
			tm.t.Errorf("the loop went on:\n%s", tm.text())
		}
	})
}

// A program gets SIGHUP when the terminal closes: from bash, and sometimes also from the system.
func TestExecHangup(t *testing.T) {
	inheritNoIgnoredSignals()
	onTerminals(t, func(tm *terminal, prefix string) {
		tm.send(prefix + `bash -c 'trap "echo x >>hangups; exit" HUP; echo read\y; mkfifo never; read <never'` + "\n")
		tm.expect("ready")
		if err := tm.tty.Close(); err != nil {
			tm.t.Fatal(err)
		}
		select {
		case <-tm.ended: // bash
		case <-time.After(time.Minute):
			tm.t.Fatal("bash still runs")
		}
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
			left, err := os.ReadDir(filepath.Join(tm.home, "temp"))
			hangups, _ := os.ReadFile(filepath.Join(tm.home, "hangups"))
			if err == nil && len(left) == 0 && len(hangups) > 0 {
				break
			}
			if time.Now().After(deadline) {
				tm.t.Fatalf("hangups %q, left behind: %v, %v", hangups, left, err)
			}
		}
	})
}
