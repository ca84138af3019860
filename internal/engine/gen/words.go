package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// The reasons that follow from the options of the AWS CLI.
const (
	commandReason reason = "command"    // the AWS CLI has no command, or a command with another name
	customReason  reason = "customized" // the AWS CLI adds or changes options in code
	optionsReason reason = "options"    // the AWS CLI has other options for other reasons
)

// An awsOption is an option of the AWS CLI.
type awsOption struct {
	name, typ        string
	required, hidden bool
	class            string
}

// readOptions reads a list of the AWS CLI's commands and options. The list has lines with fields,
// separated by tabs:
//
//	operation	SERVICE	COMMAND	OPERATION
//		OPTION	TYPE	required	hidden	class=CLASS
//
// All fields after the type are optional. Lines of other kinds have no meaning. The keys of the
// result have the form "SERVICE COMMAND OPERATION".
func readOptions(path string) (map[string][]awsOption, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var from io.Reader = bytes.NewReader(b)
	if strings.HasSuffix(path, ".gz") {
		if from, err = gzip.NewReader(from); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	all := make(map[string][]awsOption)
	current := ""
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		f := strings.Split(lines.Text(), "\t")
		switch {
		case f[0] == "operation" && len(f) >= 4:
			current = strings.Join(f[1:4], " ")
			all[current] = nil
		case f[0] != "":
			current = ""
		case current != "" && len(f) >= 3:
			o := awsOption{name: f[1], typ: f[2], required: slices.Contains(f[3:], "required"), hidden: slices.Contains(f[3:], "hidden")}
			for _, part := range f[3:] {
				if class, ok := strings.CutPrefix(part, "class="); ok {
					o.class = class
				}
			}
			all[current] = append(all[current], o)
		}
	}
	return all, lines.Err()
}

// compareWords returns the text of words.txt: the operations whose options in the AWS CLI are not
// those that package arg makes from the model.
func compareWords(data, notes, options string) (string, error) {
	all, err := readOptions(options)
	if err != nil {
		return "", err
	}
	rules, err := readOptionRules(notes)
	if err != nil {
		return "", err
	}
	folders, err := modelNames(data)
	if err != nil {
		return "", err
	}
	book, err := readAddresses(data)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("# The operations whose options in the AWS CLI are not those of the model. Written by gen -options.\n")
	var lines []string
	for _, folder := range folders {
		t, err := tableOf(data, folder, book, leftOut{make(map[string]reason), make(map[string]bool), rules})
		if err != nil {
			return "", err
		}
		service := serviceOf(folder)
		svc := model.Parse(service, t.text())
		for _, name := range svc.Operations() {
			op, _ := svc.Operation(name)
			theirs, ok := all[service+" "+name+" "+op.Name]
			r := commandReason
			if ok {
				r = compareOptions(op, theirs)
			}
			if r != "" {
				lines = append(lines, fmt.Sprintf("%s %s %s\n", service, op.Name, r))
			}
		}
	}
	slices.Sort(lines)
	return b.String() + strings.Join(lines, ""), nil
}

// compareOptions compares the options of an operation with the options of the AWS CLI. It returns
// "" if they are equal.
func compareOptions(op *model.Operation, theirs []awsOption) reason {
	var want []awsOption
	custom := false
	for _, o := range theirs {
		switch o.class {
		case "", "CliInputJSONArgument", "CliInputYAMLArgument", "GenerateCliSkeletonArgument", "PageArgument", "StreamingOutputArgument":
			o.class = ""
		default:
			o.class, custom = "custom", true
		}
		o.required = o.required && o.typ != "boolean" // the parser of the AWS CLI does not require booleans
		want = append(want, o)
	}
	var ours []awsOption
	for _, o := range arg.List(op) {
		class := ""
		if o.Changed {
			class = "custom"
		}
		ours = append(ours, awsOption{strings.TrimPrefix(o.Name, "--"), o.Type, o.Required, o.Hidden, class})
	}
	switch {
	case slices.Equal(ours, want):
		return ""
	case custom:
		return customReason
	}
	return optionsReason
}
