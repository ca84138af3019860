package arg

import (
	"errors"
	"strings"
	"testing"
)

const assume = "--role-arn arn:aws:iam::123456789012:role/x --role-session-name me"

// TestMistakes compares error messages with the messages of the AWS CLI.
func TestMistakes(t *testing.T) {
	tests := []struct {
		command string
		args    []string
		want    string
		code    int // 252 means a UsageError
	}{
		{"sts assume-role", nil, "the following arguments are required: --role-arn, --role-session-name", 252},
		{"sts assume-role", []string{"--role-arn"}, "argument --role-arn: expected one argument", 252},
		{"sts assume-role", []string{"--role", "x"}, "ambiguous option: --role could match --role-arn, --role-session-name", 252},
		{"sts get-caller-identity", []string{"--foo", "a", "b", "-x"}, "Unknown options: --foo, b, -x, a", 252},
		{"sts get-caller-identity", []string{"--", "--foo"}, "Unknown options: --foo", 252},
		{"ec2 describe-instances", []string{"--dry-run=true"}, "argument --dry-run: ignored explicit argument 'true'", 252},
		{"ec2 describe-instances", []string{"--filters", "Name"}, "Error parsing parameter '--filters': Expected: '=', received: 'EOF' for input:\nName\n    ^", 252},
		{"ec2 describe-instances", []string{"--filters", "Name=a,\nValues=b,c d=e,\nX"}, "Error parsing parameter '--filters': Expected: '=', received: 'd' for input:\nName=a,\nValues=b,c d=e,\n           ^\nX", 252},
		{"ec2 describe-instances", []string{"--filters", "Name=a,Name=b"}, "Error parsing parameter '--filters': Second instance of key \"Name\" encountered for input:\nName=a,Name=b\n       ^\nThis is often because there is a preceding \",\" instead of a space.", 252},
		{"ec2 describe-instances", []string{"--filters", "Name='a"}, "Error parsing parameter '--filters': Expected: '<singled quoted>', received: '<none>' for input:\nName='a\n     ^", 252},
		{"ec2 describe-instances", []string{"--filters", "Name=a,Values=b,"}, "Error parsing parameter '--filters': Expected: '<second>', received: '<none>' for input:\nName=a,Values=b,\n                ^", 252},
		{"ec2 describe-instances", []string{"--filters", "[1,"}, "Error parsing parameter '--filters': Invalid JSON: Expecting value: line 1 column 4 (char 3)\nJSON received: [1,", 252},
		{"ec2 describe-instances", []string{"--filters", "{}", "Name=a"}, "Error parsing parameter '--filters': Invalid JSON:\nName=a", 252},
		{"ec2 describe-instances", []string{"--filters", "Nam=a"}, "Parameter validation failed:\nUnknown parameter in Filters[0]: \"Nam\", must be one of: Name, Values", 252},
		{"ec2 describe-instances", []string{"--filters", `{"Name":1}`}, "Parameter validation failed:\nInvalid type for parameter Filters[0].Name, value: 1, type: <class 'int'>, valid types: <class 'str'>", 252},
		{"ec2 describe-instances", []string{"--filters", `[{"Name":{"a":[null,true,1.0,"it's"]}}]`}, "Parameter validation failed:\nInvalid type for parameter Filters[0].Name, value: OrderedDict([('a', [None, True, 1.0, \"it's\"])]), type: <class 'collections.OrderedDict'>, valid types: <class 'str'>", 252},
		{"ec2 describe-instances", []string{"--filters", "file://filters.txt"}, "Parameter validation failed:\nInvalid type for parameter Filters, value: {'Name': 'a', 'Values': 'b'}, type: <class 'dict'>, valid types: <class 'list'>, <class 'tuple'>", 252},
		{"ec2 describe-instances", []string{"--max-results", "x"}, "invalid literal for int() with base 10: 'x'", 255},
		{"ec2 describe-instances", []string{"--max-items", "x"}, "argument --max-items: invalid int value: 'x'", 252},
		{"ec2 describe-instances", []string{"--instance-ids", "file://none"}, "Error parsing parameter '--instance-ids': Unable to load paramfile file://none: [Errno 2] No such file or directory: 'none'", 252},
		{"ec2 describe-instances", []string{"--next-token", "file://binary"}, "Error parsing parameter '--next-token': Unable to load paramfile (binary), text contents could not be decoded.  If this is a binary file, please use the fileb:// prefix instead of the file:// prefix.", 252},
		{"ec2 describe-instances", []string{"--next-token", "t", "--max-items", "5"}, "Cannot specify --no-paginate along with pagination arguments: --max-items", 252},
		{"ec2 describe-instances", []string{"--cli-input-json", `{"MaxResults":5}`, "--max-items", "5"}, "Parameter validation failed:\nUnknown parameter in input: \"PaginationConfig\", must be one of: InstanceIds, IncludeManagedResources, DryRun, Filters, NextToken, MaxResults", 252},
		{"ec2 describe-instances", []string{"--cli-input-json", "{"}, "Error parsing parameter 'cli-input-json': Invalid JSON received.", 252},
		{"ec2 describe-instances", []string{"--cli-input-yaml", "{"}, "Error parsing parameter 'cli-input-yaml': Invalid YAML received.", 252},
		{"ec2 describe-instances", []string{"--cli-input-yaml", "{} x"}, "Error parsing parameter 'cli-input-yaml': Invalid YAML received.", 252},
		{"ec2 describe-instances", []string{"--cli-input-yaml", "NextToken: 0123"}, "Parameter validation failed:\nInvalid type for parameter NextToken, value: 123, type: <class 'int'>, valid types: <class 'str'>", 252},
		{"ec2 describe-instances", []string{"--cli-input-json", "[]"}, "Error parsing parameter '--cli-input-json': Invalid type: expecting map, received <class 'list'>", 252},
		{"ec2 describe-instances", []string{"--cli-input-json", "{}", "--cli-input-yaml", "{}"}, "Only one --cli-input- parameter may be specified.", 252},
		{"ec2 describe-instances", []string{"--cli-input-json", "{}", "--cli-input-yaml", "file://none"}, "Error parsing parameter '--cli-input-yaml': Unable to load paramfile file://none: [Errno 2] No such file or directory: 'none'", 252},
		{"ec2 describe-instances", []string{"--generate-cli-skeleton", "all"}, "argument --generate-cli-skeleton: Found invalid choice 'all'\n", 252},
		{"sts assume-role", []string{"--cli-input-json", "{}"}, "Parameter validation failed:\nMissing required parameter in input: \"RoleArn\"\nMissing required parameter in input: \"RoleSessionName\"", 252},
		{"sts assume-role", []string{"--generate-cli-skeleton", "output"}, "the following arguments are required: --role-arn, --role-session-name", 252},
		{"sts assume-role", strings.Fields(assume + " --duration-seconds 1 --external-id x --tags Key=a"), "Parameter validation failed:\nInvalid value for parameter DurationSeconds, value: 1, valid min value: 900\nMissing required parameter in Tags[0]: \"Value\"\nInvalid length for parameter ExternalId, value: 1, valid min length: 2", 252},
		{"s3api head-bucket", []string{"--bucket", "a/b"}, "Parameter validation failed:\nInvalid bucket name \"a/b\": Bucket name must match the regex \"" + bucketName + "\" or be an ARN matching the regex \"" + bucketARN + "\"", 252},
		{"sts put-everything", []string{"--numbers", "1", "x"}, "Error parsing parameter '--numbers': 1", 252},
		{"sts put-everything", []string{"--part", "x"}, "argument --part: invalid float value: 'x'", 252},
		{"sts put-everything", []string{"--data", "abc"}, `Invalid base64: "abc"`, 255},
		{"sts put-everything", []string{"--time", "soon"}, "Parameter validation failed:\nInvalid type for parameter Time, value: soon, type: <class 'str'>, valid types: <class 'datetime.datetime'>, timestamp-string", 252},
		{"sts put-everything", []string{"--scalars", "Text=a,Number=b"}, "invalid literal for int() with base 10: 'b'", 255},
		{"sts put-everything", []string{"--scalars", "Text=a,Flag=yes"}, "Parameter validation failed:\nInvalid type for parameter Scalars.Flag, value: yes, type: <class 'str'>, valid types: <class 'bool'>", 252},
		{"sts put-everything", []string{"--scalars", "Text=a,Flag=[]"}, "'list' object has no attribute 'lower'", 255},
		{"sts put-everything", []string{"--scalars", "Text@=file://none"}, "Unable to load paramfile file://none: [Errno 2] No such file or directory: 'none'", 255},
		{"sts put-everything", []string{"--texts", "k=v"}, "Parameter validation failed:\nInvalid length for parameter Texts (key: k), value: 1, valid min length: 2", 252},
		{"sts put-everything", []string{"--deep", "Numbers=" + strings.Repeat("[", maxDepth+1)}, "maximum recursion depth exceeded", 255},
		{"sts put-everything", []string{"--deep", "{}", "--scalars", strings.Repeat("[", maxJSONDepth+1)}, "Error parsing parameter '--scalars': Invalid JSON:\n" + strings.Repeat("[", maxJSONDepth+1), 252},
		{"sts put-everything", []string{"--lists", strings.Repeat("[", maxJSONDepth+1)}, "maximum recursion depth exceeded", 255},
		{"sts list-everything", nil, "Parameter validation failed:\nMissing required parameter in input: \"Sure\"", 252},
	}
	for _, tt := range tests {
		service, name, _ := strings.Cut(tt.command, " ")
		in, err := Parse(operation(t, service, name), tt.args, Options{Service: service, ReadFile: files})
		if err == nil {
			t.Errorf("%s %q: document %s, want an error", tt.command, tt.args, plain(in.Document))
			continue
		}
		code := 255
		if errors.As(err, new(*UsageError)) {
			code = 252
		}
		if err.Error() != tt.want || code != tt.code {
			t.Errorf("%s %q:\ngot  %d %s\nwant %d %s", tt.command, tt.args, code, err, tt.code, tt.want)
		}
	}
}

func TestUsageIsShown(t *testing.T) {
	op := operation(t, "ec2", "describe-instances")
	for args, want := range map[string]bool{
		"--foo": true, "--max-items x": true, "--filters": false, "--filters Name": false, "--filters Other=x": false,
	} {
		_, err := Parse(op, strings.Fields(args), Options{})
		usage := new(UsageError)
		if errors.As(err, &usage); usage.Usage != want {
			t.Errorf("%s: usage = %v, want %v (%v)", args, usage.Usage, want, err)
		}
	}
}
