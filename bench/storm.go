package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// latency is how long the service takes for each of the two requests of a storm.
const latency = time.Second

// storms starts many processes at the same time with an expired token. It prints the time until
// all have ended.
func storms(w *report, dir string, p programs, idc *service) error {
	text := fmt.Sprintf("storm, latency %v\ttime\tx latency\tok\trefreshes\tfetches\ttarget\n", latency)
	for _, operation := range []string{"CreateToken", "GetRoleCredentials"} {
		idc.AddFault(emulator.Fault{Operation: operation, Delay: latency})
	}
	defer idc.ClearFaults()
	for i, s := range []struct {
		n     int
		name  string
		agent bool
	}{
		{1, "1 process, the single call", false}, {20, "20 processes", false}, {200, "200 processes", false}, {200, "200 processes, an agent running", true},
	} {
		n := s.n
		home, err := newHome(dir, fmt.Sprint("storm", i), session+profile)
		if err == nil {
			err = idc.signIn(p, home, "corp")
		}
		env, stop := idc.env(home), func() {}
		if err == nil && s.agent {
			env, stop, err = startAgent(p, dir, filepath.Base(home), env)
		}
		if err == nil {
			err = expire(home)
		}
		if err != nil {
			stop()
			return err
		}
		idc.ResetCounts()
		took, ok := storm(n, p, env)
		stop()
		target := ""
		figure := fmt.Sprintf("%v, %d ok, %d and %d", took.Round(time.Millisecond), ok, idc.Count("CreateToken"), idc.Count("GetRoleCredentials"))
		if n == 200 {
			limit := 2*latency + 4*time.Second
			target = fmt.Sprintf("<= %v, 200 ok, 1 and 1", limit)
			w.add("storm: "+s.name, figure, target, took <= limit && ok == n && idc.Count("CreateToken") == 1 && idc.Count("GetRoleCredentials") == 1)
		} else {
			w.info("storm: "+s.name, figure)
		}
		text += fmt.Sprintf("%s\t%v\t%.2f\t%d\t%d\t%d\t%s\n", s.name, took.Round(time.Millisecond), took.Seconds()/latency.Seconds(), ok,
			idc.Count("CreateToken"), idc.Count("GetRoleCredentials"), target)
	}
	return printTable(w, text)
}

// storm runs n processes at the same time. took is the time until all have ended. ok is the
// number of processes that got credentials.
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
