package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// many implements the program "many N CODE FILE COMMAND...". The program runs N processes of
// COMMAND at the same time. It writes their stderr to FILE, which a script can read meanwhile. All
// processes must have the exit code CODE and the same output; many prints this output once.
func many() {
	n, err := strconv.Atoi(os.Args[1])
	must(err)
	said, err := os.OpenFile(os.Args[3], os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	must(err)
	var wait sync.WaitGroup
	answers, codes := make([]bytes.Buffer, n), make([]string, n)
	for i := range n {
		cmd := exec.Command(os.Args[4], os.Args[5:]...)
		cmd.Stdout, cmd.Stderr = &answers[i], said
		must(cmd.Start())
		wait.Go(func() {
			_ = cmd.Wait() // ProcessState has the exit code
			codes[i] = strconv.Itoa(cmd.ProcessState.ExitCode())
		})
	}
	wait.Wait()
	for i := range n {
		if codes[i] != os.Args[2] || !bytes.Equal(answers[i].Bytes(), answers[0].Bytes()) {
			fmt.Fprintf(os.Stderr, "process %d: exit code %s, want %s; %d bytes on stdout\n", i, codes[i], os.Args[2], answers[i].Len())
			os.Exit(1)
		}
	}
	_, err = os.Stdout.Write(answers[0].Bytes())
	must(err)
	os.Exit(0)
}

// slay implements the program "slay HOME". The program reads the pid of the process that is signing
// in from the cache, and kills this process.
func slay() {
	files, err := filepath.Glob(filepath.Join(os.Args[1], ".aws", "sso", "cache", ".*.login.holder"))
	must(err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(err)
		pid, err := strconv.Atoi(strings.Fields(string(text))[1])
		must(err)
		p, err := os.FindProcess(pid)
		must(err)
		must(p.Kill())
	}
	if len(files) != 1 {
		fmt.Fprintf(os.Stderr, "%d processes sign in\n", len(files))
		os.Exit(1)
	}
	os.Exit(0)
}
