package arg

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPaging(t *testing.T) {
	five, thousand := int64(5), int64(1000)
	tests := []struct {
		command, args string
		noPaginate    bool
		want          Paging
		pages         bool
		document      string
	}{
		{"ec2 describe-instances", "", false, Paging{}, true, "{}"},
		{"ec2 describe-instances", "", true, Paging{}, false, "{}"},
		{"ec2 describe-instances", "--page-size 5 --max-items 1000 --starting-token t", false, Paging{&thousand, &five, "t"}, true, "{}"},
		{"ec2 describe-instances", "--starting-token file://token", false, Paging{StartingToken: "abc\n"}, true, "{}"},
		{"ec2 describe-instances", "--max-results 5", false, Paging{}, false, "{MaxResults:5}"},
		{"ec2 describe-instances", `--cli-input-json {"NextToken":"t"}`, false, Paging{}, false, `{NextToken:"t"}`},
		{"ec2 describe-volumes", "", false, Paging{PageSize: &thousand}, true, "{}"},
		{"ec2 describe-volumes", "--dry-run", false, Paging{PageSize: &thousand}, true, "{DryRun:true}"},
		{"ec2 describe-volumes", "--volume-ids v", false, Paging{}, true, `{VolumeIds:["v"]}`},
		{"ec2 describe-volumes", "", true, Paging{}, false, "{}"},
		{"ec2 describe-volumes", "--page-size 5", false, Paging{PageSize: &five}, true, "{}"},
		// An operation can have its own option with the name of a paging option.
		{"iam list-users", "--max-items 5", false, Paging{MaxItems: &five}, true, "{}"},
		{"iam list-users", "--max-items 5", true, Paging{}, false, "{MaxItems:5}"},
		{"iam list-users", "--max-items 5 --marker m", false, Paging{}, false, `{Marker:"m" MaxItems:5}`},
		{"sts get-caller-identity", "", false, Paging{}, false, "{}"},
	}
	for _, tt := range tests {
		service, name, _ := strings.Cut(tt.command, " ")
		in, err := Parse(operation(t, service, name), strings.Fields(tt.args), Options{Service: service, ReadFile: files, NoPaginate: tt.noPaginate})
		if err != nil {
			t.Errorf("%s %s: error %v, want none", tt.command, tt.args, err)
			continue
		}
		if diff := cmp.Diff(tt.want, in.Paging); diff != "" || in.Paginate != tt.pages || plain(in.Document) != tt.document {
			t.Errorf("%s %s: pages = %v, document = %s, want %v, %s\n%s", tt.command, tt.args, in.Paginate, plain(in.Document), tt.pages, tt.document, diff)
		}
	}
}

func TestWarnings(t *testing.T) {
	in, err := Parse(operation(t, "ec2", "describe-instances"), []string{"--max-items", "0"}, Options{})
	if err != nil || len(in.Warnings) != 1 || !strings.HasPrefix(in.Warnings[0], "warning: Non-positive values") {
		t.Errorf("input = %+v, error %v, want one warning about non-positive values", in, err)
	}
}

func TestFlags(t *testing.T) {
	var got []string
	for _, f := range Flags(operation(t, "iam", "list-users")) {
		got = append(got, f.Name+" "+f.Type)
	}
	want := []string{
		"--path-prefix string", "--max-items integer", "--cli-input-json string", "--cli-input-yaml string", "--starting-token string",
		"--page-size integer", "--generate-cli-skeleton string",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, f := range Flags(operation(t, "ec2", "describe-vpcs")) {
		switch f.Name {
		case "--dry-run":
			if f.Negative != "--no-dry-run" || f.Type != "boolean" || f.Member == nil {
				t.Errorf("--dry-run = %+v, want a boolean member with --no-dry-run", f)
			}
		case "--next-token", "--max-results":
			t.Errorf("Flags includes %s", f.Name)
		}
	}
	for _, f := range Flags(operation(t, "sts", "assume-role")) {
		if want := f.Name == "--role-arn" || f.Name == "--role-session-name"; f.Required != want {
			t.Errorf("%s: required = %v, want %v", f.Name, f.Required, want)
		}
	}
}

func TestSkeletons(t *testing.T) {
	op := operation(t, "sts", "assume-role")
	for args, want := range map[string]string{
		"--generate-cli-skeleton":                       "input",
		"--generate-cli-skeleton yaml-input":            "yaml-input",
		assume + " --generate-cli-skeleton output":      "output",
		"--generate-cli-skeleton=input " + assume + "x": "input",
	} {
		in, err := Parse(op, strings.Fields(args), Options{})
		if err != nil || in.Skeleton != want {
			t.Errorf("%s: %+v, %v, want %s", args, in, err, want)
		}
	}
	want := `{RoleArn:"" RoleSessionName:"" PolicyArns:[{arn:""}] Policy:"" DurationSeconds:0 Tags:[{Key:"" Value:""}] TransitiveTagKeys:[""] ` +
		`ExternalId:"" SerialNumber:"" TokenCode:"" SourceIdentity:"" ProvidedContexts:[{ProviderArn:"" ContextAssertion:""}]}`
	if got := plain(InputSkeleton(op)); got != want {
		t.Errorf("input skeleton:\ngot  %s\nwant %s", got, want)
	}
	if got, want := plain(OutputSkeleton(operation(t, "sts", "get-caller-identity"))), `{UserId:"UserId" Account:"Account" Arn:"Arn"}`; got != want {
		t.Errorf("output skeleton:\ngot  %s\nwant %s", got, want)
	}
	if got, want := plain(OutputSkeleton(operation(t, "ec2", "describe-key-pairs"))), `CreateTime:"1970-01-01 00:00:00"`; !strings.Contains(got, want) {
		t.Errorf("output skeleton:\ngot  %s\nwant %s", got, want)
	}
	if got, want := plain(InputSkeleton(operation(t, "account", "put-alternate-contact"))), `AlternateContactType:"BILLING"`; !strings.Contains(got, want) {
		t.Errorf("input skeleton:\ngot  %s\nwant %s", got, want)
	}
	if got := plain(InputSkeleton(operation(t, "sts", "put-everything"))); !strings.Contains(got, `Deeper:{}`) {
		t.Errorf("skeleton of a recursive shape = %s, want an empty object at the second level", got)
	}
}

func TestYAMLSkeleton(t *testing.T) {
	const want = `TableName: ''  # [REQUIRED]
TimeToLiveSpecification: # [REQUIRED]
  Enabled: true  # [REQUIRED]
  AttributeName: '' # [REQUIRED]
`
	var b strings.Builder
	if err := WriteYAMLSkeleton(&b, operation(t, "dynamodb", "update-time-to-live")); err != nil || b.String() != want {
		t.Errorf("skeleton:\n%s%v\nwant\n%s", b.String(), err, want)
	}
}
