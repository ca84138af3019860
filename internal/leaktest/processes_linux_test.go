package leaktest_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// processes records the program's processes in one home while they wait for the network.
type processes struct {
	mu     sync.Mutex
	pids   []int
	texts  map[string]bool // the texts so far
	new    []output
	agents int // how often an agent was seen
}

// canLook reports whether the tests can read arguments and environments here.
const canLook = true

// watch adds a process to the processes that look reads.
func (p *processes) watch(pid int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pids = append(p.pids, pid)
}

// look records the arguments and environments of the running processes.
func (p *processes) look() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pids = slices.DeleteFunc(p.pids, func(pid int) bool {
		dir := filepath.Join("/proc", strconv.Itoa(pid))
		args, err := os.ReadFile(filepath.Join(dir, "cmdline"))
		if err != nil || len(args) == 0 {
			return true // the process has ended
		}
		env, _ := os.ReadFile(filepath.Join(dir, "environ")) // only root can read an agent's environment
		p.note(args, env)
		return false
	})
}

func (p *processes) note(args, env []byte) {
	words := strings.Split(string(args), "\x00")
	if len(words) > 2 && words[1] == "agent" && words[2] == "run" {
		p.agents++
	}
	text := string(args) + string(env)
	if p.texts[text] {
		return
	}
	if p.texts == nil {
		p.texts = map[string]bool{}
	}
	p.texts[text] = true
	p.new = append(p.new, output{"arguments or environment of " + strings.Join(words[1:], " "), text, 0})
}

// taken returns what look has recorded since the last call.
func (p *processes) taken() []output {
	p.mu.Lock()
	defer p.mu.Unlock()
	texts := p.new
	p.new = nil
	return texts
}

// count returns the number of different processes, and how often look has seen an agent.
func (p *processes) count() (all, agents int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.texts), p.agents
}
