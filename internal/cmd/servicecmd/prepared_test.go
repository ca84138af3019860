package servicecmd

import (
	"strings"
	"testing"
)

func TestPrepare(t *testing.T) {
	for _, tt := range []struct {
		words       string
		builtIn     bool
		list        string
		needsRegion bool
	}{
		{"ec2 describe-instances --max-items 1", true, "Reservations", true},
		{"ec2 describe-vpcs", true, "Vpcs", true},
		{"iam list-users", true, "Users", false},
		{"dynamodb list-tables", true, "TableNames", true},
		{"lambda list-functions", true, "Functions", true},
		{"s3api list-buckets", true, "", false}, // it also has the owner
		{"sts get-caller-identity", true, "", false},
		{"ec2 start-instances --instance-ids i-1", true, "StartingInstances", true},
		{"s3 ls s3://bucket", true, "", false},
		{"s3 cp a b", false, "", false},
		{"sso list-accounts", false, "", false},
		{"ec2 wait instance-running", false, "", false},
		{"ec2", false, "", false},
		{"terraform plan", false, "", false},
	} {
		p, n, ok := Prepare(strings.Fields(tt.words))
		if ok != tt.builtIn {
			t.Errorf("%s: built in is %v", tt.words, ok)
		}
		if !ok {
			continue
		}
		if n != 2 || p.Name() != strings.Join(strings.Fields(tt.words)[:2], " ") || p.List() != tt.list || p.NeedsRegion() != tt.needsRegion {
			t.Errorf("%s: %d words, name %q, list %q, needs a region: %v", tt.words, n, p.Name(), p.List(), p.NeedsRegion())
		}
	}
}
