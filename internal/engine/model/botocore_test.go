package model

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// AWS adds members to its models every week, and the AWS CLI prints the new members. This test
// compares some tables with each installed botocore. If the test fails, run make
// tables.
func TestTablesHaveMembersOfBotocore(t *testing.T) {
	var stdin strings.Builder
	ours := make(map[string]bool)
	for _, name := range strings.Fields("cloudformation dynamodbstreams ec2 ecs iam kms organizations s3api sns sqs ssm sso sts") {
		svc, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		model := map[string]string{"s3api": "s3", "deploy": "codedeploy", "configservice": "config", "agent-toolkit": "agenttoolkit"}[name]
		if model == "" {
			model = name
		}
		for _, cliName := range svc.Operations() {
			op, _ := svc.Operation(cliName)
			stdin.WriteString(model + " " + op.Name + "\n")
			seen := make(map[*Shape]bool)
			for _, m := range []*Member{op.Input, op.Output} {
				if m != nil {
					addMembers(ours, model+" "+op.Name, m.Shape, seen)
				}
			}
		}
	}
	compared := 0
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		cmd := exec.CommandContext(t.Context(), python, "testdata/members.py")
		cmd.Stdin = strings.NewReader(stdin.String())
		var complaints bytes.Buffer
		cmd.Stderr = &complaints
		out, err := cmd.Output()
		if err != nil {
			t.Logf("%s has no botocore: %v %s", python, err, complaints.Bytes())
			continue
		}
		version, lines, _ := strings.Cut(string(out), "\n")
		missing := 0
		for line := range strings.Lines(lines) {
			// AWS has renamed this shape since.
			line = strings.Replace(line, "ModifyInstanceAttribute BlobAttributeValue", "ModifyInstanceAttribute SecureBlobAttributeValue", 1)
			if line = strings.TrimSpace(line); !ours[line] {
				t.Errorf("%s, botocore %s: the tables lack %s", python, version, line)
				missing++
			}
		}
		t.Logf("%s, botocore %s: %d members, %d missing", python, version, strings.Count(lines, "\n"), missing)
		compared++
	}
	if compared == 0 {
		t.Skip("no python3 with botocore; run: pip install botocore")
	}
}

func addMembers(all map[string]bool, operation string, s *Shape, seen map[*Shape]bool) {
	if s == nil || seen[s] {
		return
	}
	seen[s] = true
	for _, m := range s.Members {
		all[operation+" "+s.Name+" "+m.Name] = true
		addMembers(all, operation, m.Shape, seen)
	}
	for _, m := range []*Member{s.Element, s.Key, s.Value} {
		if m != nil {
			addMembers(all, operation, m.Shape, seen)
		}
	}
}
