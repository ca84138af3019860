// The navigation of the site.

package main

// A group is a topic of the navigation.
type group struct {
	title string
	pages []source
}

// A source is a Markdown file that becomes a page.
type source struct {
	file  string // the path in the repository
	label string // the text of the link in the navigation
}

// reference is the title of the group that also has the help topics.
const reference = "Reference"

// navigation returns the topics of the site. To add a page, add a line here.
func navigation() []group {
	return []group{
		{"Begin", []source{
			{"README.md", "Overview"},
			{"docs/install.md", "Install"},
			{"docs/start.md", "Ten-minute start"},
			{"docs/configure.md", "Set up profiles"},
			{"docs/migrate.md", "From another tool"},
			{"docs/signin.md", "Sign in and out"},
			{"docs/sessions.md", "How long sessions last"},
			{"docs/troubleshooting.md", "Troubleshooting"},
			{"docs/doctor.md", "Find what is wrong"},
		}},
		{"Accounts and roles", []source{
			{"docs/profiles.md", "Kinds of profiles"},
			{"docs/organization.md", "Every account and role"},
			{"docs/organizations.md", "Several organizations"},
			{"docs/sync.md", "A profile for each role"},
			{"docs/run.md", "Many accounts at once"},
			{"docs/console.md", "The AWS console"},
		}},
		{"Your tools", []source{
			{"docs/exec.md", "Programs"},
			{"docs/shells.md", "Your shell"},
			{"docs/operations.md", "AWS operations"},
			{"docs/terraform.md", "Terraform"},
			{"docs/kubectl.md", "kubectl and images"},
			{"docs/editors.md", "Editors and IDEs"},
			{"docs/ci.md", "CI"},
			{"docs/containers.md", "Containers"},
			{"docs/remote.md", "SSH"},
			{"docs/wsl.md", "WSL"},
			{"docs/windows.md", "Windows"},
			{"docs/agents.md", "AI agents"},
			{"docs/serve.md", "Servers of credentials"},
			{"docs/credentials.md", "The credentials file"},
			{"docs/library.md", "Go programs"},
		}},
		{"Security", []source{
			{"docs/isolate.md", "Isolate a program"},
			{"docs/guard.md", "Rules for roles"},
			{"docs/audit.md", "The audit record"},
			{"docs/stores.md", "Stores of tokens"},
			{"docs/agent.md", "The agent"},
			{"SECURITY.md", "Security policy"},
		}},
		{reference, []source{
			{"docs/commands.md", "Commands"},
			{"docs/errors.md", "Errors and exit codes"},
			{"docs/messages.md", "Errors by message"},
			{"docs/settings.md", "Settings"},
			{"docs/environment.md", "Variables"},
			{"docs/files.md", "Files"},
			{"docs/glossary.md", "Glossary"},
		}},
		{"Emulator", []source{
			{"docs/emulator.md", "The emulator"},
			{"docs/emulator-ci.md", "The emulator in CI"},
			{"docs/emulator-clients.md", "Clients of the emulator"},
		}},
		{"Project", []source{
			{"docs/comparison.md", "Other tools compared"},
			{"docs/architecture.md", "Architecture"},
			{"docs/engine.md", "The engine"},
			{"docs/storms.md", "Storms"},
			{"bench/README.md", "Benchmarks"},
			{"CONTRIBUTING.md", "Contributing"},
			{"CHANGELOG.md", "Changelog"},
		}},
	}
}
