package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// A contestant is a command that bench measures.
type contestant struct {
	name   string
	argv   []string
	env    []string
	before func() error // bench runs it before each start and does not measure it
	versus string       // another contestant for the comparison, besides the empty program and the warm answer
	every  int          // a slow contestant takes part only in every n-th round; 0 means in all rounds

	replaced bool // lanyard replaces itself by another program, so valgrind cannot count its instructions

	times  []time.Duration
	faults []int64
}

// race runs the contestants in turn, so that other work of the machine slows down all contestants
// equally.
func race(contestants []*contestant, rounds int) error {
	for round := -1; round < rounds; round++ { // the first round is not measured
		for _, c := range contestants {
			if c.every > 0 && max(round, 0)%c.every != 0 {
				continue
			}
			if err := c.run(round >= 0); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *contestant) run(count bool) error {
	if c.before != nil {
		if err := c.before(); err != nil {
			return err
		}
	}
	cmd := exec.Command(c.argv[0], c.argv[1:]...)
	var stderr bytes.Buffer
	cmd.Env, cmd.Stderr = c.env, &stderr
	began := time.Now()
	err := cmd.Run()
	took := time.Since(began)
	if err != nil {
		text := strings.TrimSpace(stderr.String())
		last := text[strings.LastIndexByte(text, '\n')+1:]
		return fmt.Errorf("%s: %w: %s", strings.Join(c.argv[1:], " "), err, last)
	}
	if count {
		c.times = append(c.times, took)
		c.faults = append(c.faults, minorFaults(cmd.ProcessState))
	}
	return nil
}

func median[T time.Duration | int64](values []T) T {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
