package model

import "strings"

// A Rule is a change that the AWS CLI makes to the options of an operation. Package arg applies the
// rules of an operation in order. Names of options have no dashes at the beginning.
type Rule struct {
	Kind RuleKind
	Args []string
}

// A RuleKind says what a rule changes.
type RuleKind string

// The kinds of rules, and their arguments.
const (
	Rename RuleKind = "rename" // OPTION NAME: the option has another name, and comes after the other options
	Alias  RuleKind = "alias"  // OPTION NAME: the option also has a second name, which the help does not list
	Remove RuleKind = "remove" // OPTION: the command does not have the option
)

// rule reads the fields of a rule.
func rule(fields []string) Rule { return Rule{RuleKind(fields[0]), fields[1:]} }

// SplitName returns the name of an operation and its name on the command line, from the name of the
// operation in a table. This name is "DescribeInstances", or "GetSkill=get-skill-metadata" if the
// command does not follow the rule of CLIName.
func SplitName(name string) (operation, command string) {
	operation, command, ok := strings.Cut(name, "=")
	if !ok {
		command = CLIName(name)
	}
	return operation, command
}

// commandName returns the name on the command line of an operation in a table.
func commandName(name string) string {
	_, command := SplitName(name)
	return command
}
