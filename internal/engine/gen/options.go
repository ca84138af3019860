package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// An optionRule is a line of options.txt: a change that the AWS CLI makes to the options of a command.
type optionRule struct {
	service, command string // the command can be "*"
	rule             model.Rule
	used             *bool
}

// optionsName is the name of the list of these rules.
const optionsName = "options.txt"

// readOptionRules reads options.txt.
func readOptionRules(dir string) ([]optionRule, error) {
	b, err := os.ReadFile(filepath.Join(dir, optionsName))
	if err != nil {
		return nil, err
	}
	var rules []optionRule
	for line := range strings.Lines(string(b)) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), "#")
		switch f := strings.Fields(line); len(f) {
		case 0:
		case 1, 2:
			return nil, fmt.Errorf("%s: %q: want a service, a command and a rule", optionsName, line)
		default:
			rules = append(rules, optionRule{f[0], f[1], model.Rule{Kind: model.RuleKind(f[2]), Args: f[3:]}, new(bool)})
		}
	}
	return rules, nil
}

// commandRule is the kind of a line that gives a command other names: NAME…. Package model has no such
// rule, because the names are in the tables.
const commandRule model.RuleKind = "command"

// needsOption reports whether the first argument of a rule is an option that must exist.
func needsOption(k model.RuleKind) bool {
	return slices.Contains([]model.RuleKind{
		model.RuleRename, model.RuleAlias, model.RuleRemove, model.RuleOptional, model.RuleToggle, model.RuleHoist, model.RuleInject, model.RuleZip, model.RuleZipFile, model.RuleSplit,
		model.RuleUserData, model.RuleProtocol, model.RulePage,
	}, k)
}

// nameCommands gives operations the names of their commands. An operation with two commands becomes
// two operations of the table.
func nameCommands(rules []optionRule, service string, t *table) {
	var list []operationText
	for _, o := range t.operations {
		named := false
		for _, r := range rules {
			if r.service != service || r.rule.Kind != commandRule || r.command != model.CLIName(o.name) {
				continue
			}
			*r.used, named = true, true
			for _, command := range r.rule.Args {
				second := o
				second.name = o.name + "=" + command
				second.lines = strings.Replace(o.lines, o.name, second.name, 1)
				list = append(list, second)
			}
		}
		if !named {
			list = append(list, o)
		}
	}
	t.operations = list
	for name, why := range maps.Clone(t.without) {
		for _, r := range rules {
			if r.service == service && r.rule.Kind == commandRule && r.command == model.CLIName(name) {
				*r.used = true
				delete(t.without, name)
				t.without[name+"="+r.rule.Args[0]] = why
			}
		}
	}
}

// commandOf returns the name on the command line of an operation in a table.
func commandOf(name string) string {
	_, command := model.SplitName(name)
	return command
}

// changeOptions adds the rules to the operations of a table.
func changeOptions(rules []optionRule, service string, m *awsModel, t *table) {
	nameCommands(rules, service, t)
	for i := range t.operations {
		o := &t.operations[i]
		operation, command := model.SplitName(o.name)
		names := optionNames(m, operation)
		for _, r := range rules {
			if r.service != service || r.command != "*" && r.command != command || r.rule.Kind == commandRule {
				continue
			}
			if needsOption(r.rule.Kind) && !slices.Contains(names, r.rule.Args[0]) {
				continue
			}
			*r.used = true
			o.lines += row("", append([]string{"rule", string(r.rule.Kind)}, r.rule.Args...)...)
			names = append(names, r.rule.Args...)
		}
		for _, name := range toggles(m, service, operation) {
			o.lines += row("", "rule", string(model.RuleToggle), name)
		}
	}
}

// toggles returns the options of EC2 that are a structure with only the boolean Value.
func toggles(m *awsModel, service, operation string) []string {
	if service != "ec2" {
		return nil
	}
	input := object(m.shapes, text(object(object(m.operations, operation), "input"), "shape"))
	var names []string
	for name := range object(input, "members").All() {
		inner := object(object(m.shapes, text(object(object(input, "members"), name), "shape")), "members")
		value := text(object(inner, "Value"), "shape")
		if inner.Len() == 1 && kind(object(m.shapes, value)) == "boolean" {
			names = append(names, model.CLIName(name))
		}
	}
	return names
}

// optionNames returns the options that follow from the input of an operation.
func optionNames(m *awsModel, operation string) []string {
	input := object(m.shapes, text(object(object(m.operations, operation), "input"), "shape"))
	var names []string
	for member := range object(input, "members").All() {
		name := model.CLIName(member)
		names = append(names, name)
		if kind(object(m.shapes, text(object(object(input, "members"), member), "shape"))) == "boolean" {
			names = append(names, "no-"+name)
		}
	}
	return names
}

// unusedRules returns an error for the rules that change no command.
func unusedRules(rules []optionRule) error {
	var errs []error
	for _, r := range rules {
		if !*r.used {
			errs = append(errs, fmt.Errorf("%s: %s %s %s %s: no such command or option", optionsName, r.service, r.command, r.rule.Kind, strings.Join(r.rule.Args, " ")))
		}
	}
	return errors.Join(errs...)
}
