// Package caller describes who runs this program: a person at a terminal, a CI job, or an AI
// agent. The description comes from environment variables and from the names of the parent
// processes. A program can unset a variable and rename itself, so the description is a hint
// and never proof.
package caller

import "strings"

// A Caller describes the processes that started a program. The zero value means that nothing is
// known.
type Caller struct {
	// Agent is the name of the AI agent among the callers, such as "claude-code". It is "" if
	// no agent was found.
	Agent string
	// AgentBy says how the agent was found: "CLAUDECODE" is the name of a variable, and
	// "process claude" is the name of a process.
	AgentBy string
	// CI is the name of the CI system, such as "github-actions", or "ci" for an unknown system.
	// It is "" outside of CI.
	CI string
	// Terminal reports whether the program can ask its user on a terminal, even if its standard
	// streams are files.
	Terminal bool
	// Ancestors has the parent process, its parent, and so on. It is empty if the system does
	// not tell.
	Ancestors []Process
}

// A Process is a running process.
type Process struct {
	PID  int
	Name string // the name of the program, without folders and arguments; "" if unknown
}

// maxAncestors ends the search in a loop of reused process ids.
const maxAncestors = 32

// Detect describes the callers of this process. env looks up an environment variable.
func Detect(env func(string) (string, bool)) Caller {
	c := Caller{Terminal: hasTerminal()}
	c.CI = ciOf(env)
	c.Agent, c.AgentBy = agentOf(env)
	c.climb(parentOfSelf())
	return c
}

// Of describes another process of this user and its callers, such as the client of a server. If
// the system does not show its environment, only the names of the processes count.
func Of(pid int) Caller {
	env := environment(pid)
	c := Caller{Terminal: terminalOf(pid)}
	c.CI = ciOf(env)
	c.Agent, c.AgentBy = agentOf(env)
	c.climb(pid)
	return c
}

// climb collects the process pid and its parents, and looks for an agent among them.
func (c *Caller) climb(pid int) {
	for range maxAncestors {
		if pid <= 0 {
			return
		}
		p, ok := look(pid)
		if !ok {
			return
		}
		c.Ancestors = append(c.Ancestors, Process{PID: pid, Name: p.name})
		if c.Agent == "" {
			if name := agentNamed(p); name != "" {
				c.Agent, c.AgentBy = name, "process "+p.name
			}
		}
		if pid == 1 {
			return
		}
		pid = p.parent
	}
}

// A status is what the system says about a process.
type status struct {
	parent int
	name   string
	words  []string // of an interpreter: the first words of the command line, at most two
}

// agentNamed returns the agent that a process is, by the name of its program, or by the name of
// the script that an interpreter runs. It returns "" for other processes.
func agentNamed(p status) string {
	names := []string{p.name}
	if len(p.words) > 0 {
		names = append(names, p.words[0])
	}
	if len(p.words) > 1 && interprets(program(p.words[0])) {
		names = append(names, p.words[1])
	}
	for _, name := range names {
		if agent, ok := agentByProgram(program(name)); ok {
			return agent
		}
	}
	return ""
}

// program returns the name of a program or script without its folder and suffix.
func program(path string) string {
	base := strings.ToLower(path[strings.LastIndexAny(path, `/\`)+1:])
	for _, suffix := range []string{".exe", ".cmd", ".js", ".mjs", ".py"} {
		base = strings.TrimSuffix(base, suffix)
	}
	return base
}

// interprets reports whether a program runs the script in its first argument.
func interprets(name string) bool {
	return name == "node" || name == "bun" || name == "deno" || strings.HasPrefix(name, "python")
}
