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
	RuleRename RuleKind = "rename" // OPTION NAME: the option has another name, and comes after the other options
	RuleAlias  RuleKind = "alias"  // OPTION NAME: the option also has a second name, which the help does not list
	RuleRemove RuleKind = "remove" // OPTION: the command does not have the option

	RuleOptional  RuleKind = "optional"  // OPTION: the option is not required
	RuleElsewhere RuleKind = "elsewhere" // OPTION TYPE: only the AWS CLI has the option
	RuleToggle    RuleKind = "toggle"    // OPTION: {"Value": BOOLEAN} as --OPTION and --no-OPTION
	RuleHoist     RuleKind = "hoist"     // OPTION MEMBER NAME: --NAME sets a blob in the structure of the option
	RuleInject    RuleKind = "inject"    // OPTION MEMBER NAME: --NAME sets a blob that the option must not have
	RuleZip       RuleKind = "zip"       // OPTION: --zip-file sets the member ZipFile of the option
	RuleZipFile   RuleKind = "zip-file"  // OPTION: the value must be a zip file
	RuleSplit     RuleKind = "split"     // OPTION MEMBER NAME: --NAME sets a structure that the option does not have
	RuleSave      RuleKind = "save"      // OPTION PATH: --OPTION names a file for a value of the output

	RulePage     RuleKind = "page"      // OPTION: the option selects a page, although it is not in the paginator
	RuleUserData RuleKind = "user-data" // OPTION: the value is sent in base64
	RuleProtocol RuleKind = "protocol"  // OPTION: the name of an internet protocol is sent as its number

	// These rules are for a few commands each. They have no arguments.
	RuleSecurityGroup RuleKind = "security-group" // ec2: one rule of a security group in options
	RuleRunInstances  RuleKind = "run-instances"  // ec2: the number of instances, and one network interface in options
	RuleVirtualMFA    RuleKind = "virtual-mfa"    // iam: the seed of a virtual MFA device goes to a file
	RuleLocation      RuleKind = "location"       // deploy: the location of a revision in options
	RuleEmail         RuleKind = "email"          // ses: the addresses and the text of a message in options
	RuleExpression    RuleKind = "expression"     // cloudsearch: the members of an expression in options
	RulePaths         RuleKind = "paths"          // cloudfront: the paths of an invalidation
	RuleEMRTags       RuleKind = "emr-tags"       // emr: tags in the form KEY=VALUE
	RuleEMRStates     RuleKind = "emr-states"     // emr: filters for the states of clusters
	RuleMetricData    RuleKind = "metric-data"    // cloudwatch: one metric in options
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
