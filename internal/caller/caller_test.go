package caller

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

func env(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for _, p := range pairs {
			if v, ok := strings.CutPrefix(p, name+"="); ok {
				return v, true
			}
		}
		return "", false
	}
}

func TestAgentOf(t *testing.T) {
	for _, c := range []struct{ set, agent, by string }{
		{"CLAUDECODE=1", "claude-code", "CLAUDECODE"},
		{"CLAUDECODE=0", "", ""},
		{"CLAUDECODE=", "", ""},
		{"CODEX_THREAD_ID=0198-x", "codex", "CODEX_THREAD_ID"},
		{"PI_CODING_AGENT=true", "pi", "PI_CODING_AGENT"},
		{"PI_CODING_AGENT=1", "", ""},
		{"AI_AGENT=devin", "devin", "AI_AGENT"},
		{"AGENT=goose", "goose", "AGENT"},
		{"LANYARD_CALLER=our bot\x1b[1m\"", "our-bot-[1m-", "LANYARD_CALLER"},
		{"AI_AGENT=" + strings.Repeat("x", 100), strings.Repeat("x", 40), "AI_AGENT"},
		{"EDITOR=vi", "", ""},
	} {
		if agent, by := agentOf(env(c.set)); agent != c.agent || by != c.by {
			t.Errorf("agentOf(%q) = %q, %q, want %q, %q", c.set, agent, by, c.agent, c.by)
		}
	}
}

func TestUserAgent(t *testing.T) {
	for _, c := range []struct {
		set  []string
		want string
	}{
		{nil, "lanyard"},
		{[]string{"CLAUDECODE=1"}, "lanyard ua/2.1 m/AN"},
		{[]string{"CURSOR_AGENT=1", "CLAUDECODE=1"}, "lanyard ua/2.1 m/AN,AW"},
		{[]string{"AI_AGENT=devin"}, "lanyard"}, // AWS has no code for it
	} {
		if got := UserAgent(env(c.set...)); got != c.want {
			t.Errorf("UserAgent(%q) = %q, want %q", c.set, got, c.want)
		}
	}
}

func TestCI(t *testing.T) {
	for set, want := range map[string]string{"CI=true": "ci", "CI=false": "", "GITHUB_ACTIONS=true": "github-actions", "JENKINS_URL=http://ci": "jenkins", "X=1": ""} {
		if got := ciOf(env(set)); got != want {
			t.Errorf("ciOf(%q) = %q, want %q", set, got, want)
		}
	}
}

func TestAgentNamed(t *testing.T) {
	for _, c := range []struct {
		p    status
		want string
	}{
		{status{name: "claude"}, "claude-code"},
		{status{name: "node", words: []string{"node", "/usr/lib/node_modules/.bin/gemini"}}, "gemini-cli"},
		{status{name: "node", words: []string{"/usr/bin/node", "/opt/codex.js"}}, "codex"},
		{status{name: "python3", words: []string{"python3", "/home/ana/.local/bin/aider"}}, "aider"},
		{status{name: "claude.exe"}, "claude-code"},
		{status{name: "bash", words: []string{"bash", "-c"}}, ""},
		{status{name: "vi", words: []string{"vi", "claude"}}, ""},
		{status{}, ""},
	} {
		if got := agentNamed(c.p); got != c.want {
			t.Errorf("agentNamed(%+v) = %q, want %q", c.p, got, c.want)
		}
	}
}

// TestAncestors starts this test again below a shell, and a process with the name of an agent,
// with an empty environment.
func TestAncestors(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shows the names of scripts")
	}
	if os.Getenv("CALLER_TEST") != "" {
		c := Detect(env())
		if c.Agent != "claude-code" || c.AgentBy != "process claude" {
			t.Errorf("Detect found agent %q by %q among %+v", c.Agent, c.AgentBy, c.Ancestors)
		}
		if of := Of(os.Getpid()); of.Agent != "claude-code" || len(of.Ancestors) < 2 || of.Ancestors[0].PID != os.Getpid() {
			t.Errorf("Of(this process) = %+v", of)
		}
		return
	}
	shell, err := os.ReadFile("/bin/sh")
	if err != nil {
		t.Fatal(err)
	}
	claude := t.TempDir() + "/claude"
	if err := os.WriteFile(claude, shell, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(claude, "-c", os.Args[0]+" -test.run=^TestAncestors$ -test.v; exit $?")
	cmd.Env = []string{"CALLER_TEST=1"}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestAncestors") {
		t.Errorf("the test below a program called claude: %v\n%s", err, out)
	}
}
