package caller

// An agentVariable is an environment variable that an AI agent sets for its commands.
type agentVariable struct {
	name  string
	value string // "" means any value but ""
	agent string // "" means that the value is the name of the agent
	code  string // of the agent in the User-Agent of AWS's own tools; "" if they do not know it
}

// agentVariables returns the variables in the order in which they are looked at. Those with a
// code, and the codes, are the variables of the AWS CLI since version 2.35.24 (botocore's
// useragent.py). AI_AGENT and AGENT are conventions of several agents, and LANYARD_CALLER is our
// own, for agents that set none.
func agentVariables() []agentVariable {
	return []agentVariable{
		{"CLAUDECODE", "1", "claude-code", "AN"},
		{"GEMINI_CLI", "1", "gemini-cli", "AO"},
		{"CODEX_THREAD_ID", "", "codex", "AP"},
		{"KIRO_SESSION_ID", "", "kiro", "AQ"},
		{"OPENCODE", "", "opencode", "AR"},
		{"ANTIGRAVITY_AGENT", "", "antigravity", "AS"},
		{"AMP_CURRENT_THREAD_ID", "", "amp", "AT"},
		{"PI_CODING_AGENT", "true", "pi", "AU"},
		{"COPILOT_CLI", "1", "copilot-cli", "AV"},
		{"CURSOR_AGENT", "1", "cursor", "AW"},
		{"LANYARD_CALLER", "", "", ""},
		{"AI_AGENT", "", "", ""},
		{"AGENT", "", "", ""},
	}
}

// is reports whether the variable is set as the agent sets it.
func (v agentVariable) is(env func(string) (string, bool)) (value string, ok bool) {
	value, _ = env(v.name)
	return value, value != "" && (v.value == "" || v.value == value)
}

// agentOf returns the agent that the environment names, and the variable.
func agentOf(env func(string) (string, bool)) (agent, variable string) {
	for _, v := range agentVariables() {
		if value, ok := v.is(env); ok {
			if v.agent != "" {
				value = v.agent
			}
			return printable(value), v.name
		}
	}
	return "", ""
}

// printable makes a name from the environment short and harmless, because it goes to files and
// terminals.
func printable(name string) string {
	b := make([]byte, 0, len(name))
	for i := 0; i < len(name) && len(b) < 40; i++ {
		c := name[i]
		if c <= ' ' || c >= 0x7f || c == '"' || c == '\\' {
			c = '-'
		}
		b = append(b, c)
	}
	return string(b)
}

// Mark returns the mark of the agents in a User-Agent, such as "m/AN" or "m/AN,AW". AWS's own
// tools send the same mark, and CloudTrail shows it. It is "" without an agent that these tools
// know.
func Mark(env func(string) (string, bool)) string {
	mark := ""
	for _, v := range agentVariables() {
		if _, ok := v.is(env); ok && v.code != "" {
			if mark != "" {
				mark += ","
			}
			mark += v.code
		}
	}
	if mark == "" {
		return ""
	}
	return "m/" + mark
}

// UserAgent returns the User-Agent of this program's calls: its name and the [Mark], in the
// format of AWS's own tools.
func UserAgent(env func(string) (string, bool)) string {
	if mark := Mark(env); mark != "" {
		return "lanyard ua/2.1 " + mark
	}
	return "lanyard"
}

// ciOf returns the CI system that the environment names.
func ciOf(env func(string) (string, bool)) string {
	for _, v := range []struct{ name, ci string }{
		{"GITHUB_ACTIONS", "github-actions"},
		{"GITLAB_CI", "gitlab-ci"},
		{"BUILDKITE", "buildkite"},
		{"JENKINS_URL", "jenkins"},
		{"TF_BUILD", "azure-pipelines"},
		{"CODEBUILD_BUILD_ID", "codebuild"},
		{"CI", "ci"},
	} {
		if value, _ := env(v.name); value != "" && value != "false" && value != "0" {
			return v.ci
		}
	}
	return ""
}

// agentByProgram returns the agent with this program name.
func agentByProgram(name string) (string, bool) {
	switch name {
	case "claude", "claude-code":
		return "claude-code", true
	case "codex", "codex-cli":
		return "codex", true
	case "gemini", "gemini-cli":
		return "gemini-cli", true
	case "cursor-agent":
		return "cursor", true
	case "kiro-cli", "opencode", "amp", "aider", "goose":
		return name, true
	case "copilot":
		return "copilot-cli", true
	}
	return "", false
}
