//go:build unix

package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/provider"
)

// waysOut implements the program "waysout CODE N FILE". FILE has a command line in each line. The
// program runs the lines, N at the same time, and at least N in all. Each must have the exit code
// CODE. If CODE is not 0, the output must contain no credentials.
func waysOut() {
	n, err := strconv.Atoi(os.Args[2])
	must(err)
	text, err := os.ReadFile(os.Args[3])
	must(err)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	var wrong []string
	var mu sync.Mutex
	var all sync.WaitGroup
	places := make(chan struct{}, n)
	for i := range max(n, len(lines)) {
		line := lines[i%len(lines)]
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			args, err := shell.Split(line)
			must(err)
			cmd := exec.Command(args[0], args[1:]...)
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			_ = cmd.Run() // ProcessState has the exit code
			code := strconv.Itoa(cmd.ProcessState.ExitCode())
			leak := os.Args[1] != "0" && (strings.Contains(out.String(), "ASIA") || strings.Contains(out.String(), "https://"))
			if code != os.Args[1] || leak {
				mu.Lock()
				defer mu.Unlock()
				wrong = append(wrong, fmt.Sprintf("%s: exit code %s, want %s; credentials in the output: %v\n%s", line, code, os.Args[1], leak, errs.String()))
			}
		})
	}
	all.Wait()
	for _, w := range wrong {
		fmt.Fprintln(os.Stderr, w)
	}
	os.Exit(min(len(wrong), 1))
}

// library implements the program "library PROFILE". It gets credentials with package provider, and
// exits with the code of the error.
func library() {
	c, err := provider.New(provider.Options{Profile: os.Args[1]}).Retrieve(context.Background())
	if err == nil {
		fmt.Println(c.AccessKeyID)
		os.Exit(0)
	}
	fmt.Fprintln(os.Stderr, err)
	var coded interface{ ExitStatus() int }
	if !errors.As(err, &coded) {
		os.Exit(1)
	}
	os.Exit(coded.ExitStatus())
}
