package main

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"time"

	"lanyard/emulator"
)

// latency is what the service takes for each of the two calls of a storm.
const latency = time.Second

// storms starts many processes at once, whose token has expired, and prints how
// long all of them took together.
func storms(w io.Writer, dir string, p programs, idc *service) error {
	text := fmt.Sprintf("storm, latency %v\ttime\tx latency\tok\trefreshes\tfetches\ttarget\n", latency)
	for _, operation := range []string{"CreateToken", "GetRoleCredentials"} {
		idc.AddFault(emulator.Fault{Operation: operation, Delay: latency})
	}
	defer idc.ClearFaults()
	for _, n := range []int{1, 20, 200} {
		home, err := newHome(dir, fmt.Sprint("storm", n), session+profile)
		if err == nil {
			err = idc.signIn(p, home)
		}
		if err == nil {
			err = expire(home)
		}
		if err != nil {
			return err
		}
		idc.ResetCounts()
		took, ok := storm(n, p, idc.env(home))
		target := ""
		if n == 200 {
			target = fmt.Sprintf("<= %v, 200 ok, 1 and 1", 2*latency+4*time.Second)
		}
		text += fmt.Sprintf("%d processes\t%v\t%.2f\t%d\t%d\t%d\t%s\n", n, took.Round(time.Millisecond), took.Seconds()/latency.Seconds(), ok,
			idc.Count("CreateToken"), idc.Count("GetRoleCredentials"), target)
	}
	return printTable(w, text)
}

// storm runs n processes at once and returns how many of them had an answer.
func storm(n int, p programs, env []string) (took time.Duration, ok int) {
	began := time.Now()
	type running struct {
		cmd *exec.Cmd
		out *bytes.Buffer
	}
	var all []running
	for range n {
		r := running{exec.Command(p.lanyard, "sso", "get-credentials"), &bytes.Buffer{}}
		r.cmd.Env, r.cmd.Stdout = env, r.out
		if r.cmd.Start() == nil {
			all = append(all, r)
		}
	}
	for _, r := range all {
		if r.cmd.Wait() == nil && bytes.Contains(r.out.Bytes(), []byte("SecretAccessKey")) {
			ok++
		}
	}
	return time.Since(began), ok
}
