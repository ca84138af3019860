package guard

import "strings"

// A Refusal reports that the rules do not permit a request, or that the user has not confirmed the
// request.
type Refusal struct {
	Profile string // "" if flags name the role
	Rule    string // the place of the rule
	Why     string // continues the sentence "profile NAME: the rule in FILE, line N …"
	Hint    string
}

func (e *Refusal) Error() string {
	var b strings.Builder
	if e.Profile != "" {
		b.WriteString("profile " + e.Profile + ": ")
	}
	b.WriteString("the rule in " + e.Rule + " " + e.Why)
	return b.String()
}

// ExitStatus returns the exit code for a refusal by the configuration.
func (e *Refusal) ExitStatus() int { return 253 }

// NextStep returns the hint.
func (e *Refusal) NextStep() string { return e.Hint }

// RoleText describes a role for messages: "AdministratorAccess in account 111122223333".
func RoleText(account, role string) string {
	switch {
	case account == "" && role == "":
		return "these credentials"
	case role == "":
		return "credentials of account " + account
	case account == "":
		return role
	}
	return role + " in account " + account
}
