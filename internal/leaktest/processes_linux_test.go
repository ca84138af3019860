package leaktest_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Processes are those of the program in one home, as they were while they waited
// for an answer from the network.
type processes struct {
	mu     sync.Mutex
	pids   []int
	texts  map[string]bool // seen already
	new    []output
	agents int // how often an agent was seen
}

// canLook says whether arguments and environments can be seen here.
const canLook = true

// watch has a process looked at from now on.
func (p *processes) watch(pid int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pids = append(p.pids, pid)
}

// look notes the arguments and environments of those that live.
func (p *processes) look() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pids = slices.DeleteFunc(p.pids, func(pid int) bool {
		dir := filepath.Join("/proc", strconv.Itoa(pid))
		args, err := os.ReadFile(filepath.Join(dir, "cmdline"))
		if err != nil || len(args) == 0 {
			return true // it has ended
		}
		env, _ := os.ReadFile(filepath.Join(dir, "environ")) // an agent's is closed, but to root
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

// taken returns what was seen since the last time.
func (p *processes) taken() []output {
	p.mu.Lock()
	defer p.mu.Unlock()
	texts := p.new
	p.new = nil
	return texts
}

// count says how many different processes were seen, and how often an agent.
func (p *processes) count() (all, agents int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.texts), p.agents
}
