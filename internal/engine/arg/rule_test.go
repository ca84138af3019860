package arg

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The argument outfile is the first word without an option.
func TestOutfile(t *testing.T) {
	op := operation(t, "polly", "synthesize-speech")
	required := []string{"--output-format", "mp3", "--text", "x", "--voice-id", "y"}
	for _, tt := range []struct {
		before, after []string // the words before and after the required options
		file          string
		want          string // the text of the expected error; "" for no error
	}{
		{nil, []string{"out"}, "out", ""},
		{[]string{"out"}, nil, "out", ""},
		{[]string{"--", "out"}, nil, "", "the following arguments are required: --output-format, --text, --voice-id"},
		{nil, []string{"--", "-out"}, "-out", ""},
		{nil, []string{"-"}, "-", ""},
		{nil, []string{"out", "more"}, "", "Unknown options: more"},
		{[]string{"out"}, []string{"more"}, "", "Unknown options: more"},
		{[]string{"out"}, []string{"help"}, "", "Unknown options: help"},
		{nil, []string{"file://token"}, "abc\n", ""},
		{nil, nil, "", "the following arguments are required: outfile"},
		{nil, []string{"out", "--cli-input-json", "{}"}, "", "Unknown options: --cli-input-json, {}"},
		{nil, []string{"out", "--generate-cli-skeleton"}, "", "Unknown options: --generate-cli-skeleton"},
	} {
		words := append(append(append([]string(nil), tt.before...), required...), tt.after...)
		in, err := Parse(op, words, Options{Service: "polly", ReadFile: files, LookupEnv: home})
		switch {
		case tt.want != "" && (err == nil || err.Error() != tt.want):
			t.Errorf("%q: error %v, want %s", words, err, tt.want)
		case tt.want == "" && err != nil:
			t.Errorf("%q: %v", words, err)
		case tt.want == "" && in.Outfile != tt.file:
			t.Errorf("%q: file %q, want %q", words, in.Outfile, tt.file)
		}
	}
	in, err := Parse(op, []string{"out", "help"}, Options{})
	if missing := new(UsageError); !errors.As(err, &missing) || !strings.Contains(missing.Message, "required") {
		t.Errorf("out help: %+v, %v, want an error about required options", in, err)
	}
}

// The options that the AWS CLI changes have the same result as in an installed AWS CLI.
func TestRulesAsTheAWSCLI(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"bin": "\xff\x00abc", "empty.zip": "PK\x05\x06" + strings.Repeat("\x00", 18)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var cases []oracleCase
	var services []string
	for line := range strings.Lines(ruleLines) {
		f := strings.Fields(strings.NewReplacer("BIN", "fileb://"+dir+"/bin", "ZIP", "fileb://"+dir+"/empty.zip").Replace(line))
		cases = append(cases, oracleCase{service: f[0], words: f[1:]})
		if !slices.Contains(services, f[0]) {
			services = append(services, f[0])
		}
	}
	compareWithOracle(t, dir, services, cases)
}

// ruleLines has no options that the AWS CLI has added in recent years, so that older versions can run
// it.
const ruleLines = `ec2 create-image --instance-id i --name nam --reboot
ec2 create-image --instance-id i --name nam --no-reboot --reboot
ec2 create-image --instance-id i --name nam --no-no-reboot
ec2 create-network-acl-entry --network-acl-id a --rule-number 1 --protocol 6 --rule-action allow --ingress
ec2 run-instances --image-id ami-1 --count 2
ec2 run-instances --image-id ami-1 --count 2:5
ec2 run-instances --image-id ami-1 --min-count 1
ec2 run-instances --image-id ami-1 --count 1 --no-associate-public-ip-address
ec2 run-instances --image-id ami-1 --count 1 --associate-public-ip-address --no-associate-public-ip-address
ec2 run-instances --image-id ami-1 --count 1 --secondary-private-ip-addresses 1.1.1.1 1.1.1.2
ec2 run-instances --image-id ami-1 --count 1 --secondary-private-ip-addresses
ec2 run-instances --image-id ami-1 --count 1 --secondary-private-ip-address-count 3
ec2 run-instances --image-id ami-1 --count 1 --secondary-private-ip-address-count 0
ec2 run-instances --image-id ami-1 --count 1 --secondary-private-ip-address-count x
ec2 run-instances --image-id ami-1 --network-interfaces DeviceIndex=0 --associate-public-ip-address
ec2 run-instances --image-id ami-1 --network-interfaces DeviceIndex=0,SubnetId=s --no-associate-public-ip-address --count 1
ec2 run-instances --image-id ami-1 --count 1 --enable-api-termination
ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 22 --cidr 1.2.3.4/32
ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 22-25 --source-group sg-2
ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 22-25 --source-group name --group-owner 123
ec2 authorize-security-group-egress --group-id x --protocol all --port all
ec2 revoke-security-group-ingress --group-name x --protocol 300
ec2 revoke-security-group-ingress --group-name x --protocol foo
ec2 revoke-security-group-ingress --group-name x --protocol -1
ec2 revoke-security-group-egress --group-id x --protocol tcp --port x
ec2 authorize-security-group-ingress --group-name x --protocol icmp --port -1
ec2 authorize-security-group-ingress --group-id sg-1 --ip-permissions IpProtocol=tcp --cidr 1.2.3.4/32
cloudwatch put-metric-data --namespace n --metric-name m --value 1.5
cloudwatch put-metric-data --namespace n --metric-name m --value 1e3 --unit Count --timestamp 2020-01-02T03:04:05Z
cloudwatch put-metric-data --namespace n --metric-name m --value x
cloudwatch put-metric-data --namespace n --metric-name m --value 1 --dimensions A=b,C=d
cloudwatch put-metric-data --namespace n --metric-name m --value 1 --dimensions A=b,C
cloudwatch put-metric-data --namespace n --metric-name m --value 1 --dimensions A=b=c
cloudwatch put-metric-data --namespace n --metric-name m --statistic-values Sum=1,Minimum=2,Maximum=3.5,SampleCount=4
cloudwatch put-metric-data --namespace n --metric-name m --statistic-values Sum=x
cloudwatch put-metric-data --namespace n --metric-name m --statistic-values Other=1
cloudwatch put-metric-data --namespace n --metric-name m --value 1 --storage-resolution 60
cloudwatch put-metric-data --namespace n --metric-name m --value 1 --storage-resolution x
cloudwatch put-metric-data --namespace n --metric-data MetricName=m,Value=1
cloudwatch put-metric-data --namespace n --metric-data MetricName=m,Value=1 --value 2
cloudwatch put-metric-data --namespace n --metric-data MetricName=m,Value=1 --storage-resolution 60
cloudwatch put-metric-data --namespace n --metric-data [] --storage-resolution 60
cloudwatch put-metric-data --namespace n --storage-resolution 60
cloudwatch put-metric-data --namespace n
cloudwatch put-metric-data --metric-name m
ec2 authorize-security-group-ingress --group-id sg-1 --ip-permissions --cidr 1.2.3.4/32
ec2 authorize-security-group-ingress --group-id sg-1 --ip-protocol tcp --from-port 3 --to-port 4 --cidr-ip 1.2.3.4/32
ec2 modify-vpc-attribute --vpc-id v --enable-dns-support
ec2 modify-vpc-attribute --vpc-id v --no-enable-dns-support
ec2 modify-vpc-attribute --vpc-id v --enable-dns-support Value=false
ec2 modify-vpc-attribute --vpc-id v --enable-dns-support {"Value":false}
ec2 modify-vpc-attribute --vpc-id v --enable-dns-support true
ec2 modify-vpc-attribute --vpc-id v --enable-dns-support --no-enable-dns-support
ec2 modify-vpc-attribute --enable-dns-support
rekognition detect-text --image-bytes BIN
rekognition detect-text --image-bytes aGVsbG8=
rekognition detect-text --image S3Object={Bucket=b,Name=nam} --image-bytes BIN
rekognition detect-text
rekognition compare-faces --source-image-bytes BIN --target-image-bytes ZIP
lambda create-function --function-name f --role arn:aws:iam::123456789012:role/x --zip-file ZIP
lambda create-function --function-name f --role arn:aws:iam::123456789012:role/x --zip-file BIN
lambda create-function --function-name f --role arn:aws:iam::123456789012:role/x --zip-file x.zip
lambda create-function --function-name f --role arn:aws:iam::123456789012:role/x --code ZipFile=x
lambda create-function --function-name f --role arn:aws:iam::123456789012:role/x --code S3Bucket=xyz,S3Key=y --zip-file ZIP
lambda create-function --function-name f --role arn:aws:iam::123456789012:role/x
lambda publish-layer-version --layer-name f --zip-file ZIP
lambda publish-layer-version --layer-name f --content S3Bucket=xyz,S3Key=y
lambda update-function-code --function-name f --zip-file ZIP
lambda update-function-code --function-name f --zip-file BIN
translate import-terminology --name n --merge-strategy OVERWRITE --data-file BIN --terminology-data Format=CSV
translate import-terminology --name n --merge-strategy OVERWRITE --data-file BIN
translate import-terminology --name n --merge-strategy OVERWRITE --terminology-data Format=CSV,File=x --data-file BIN
translate import-terminology --name n --merge-strategy OVERWRITE
deploy create-deployment --application-name a --s3-location bucket=b,key=k,bundleType=zip
deploy create-deployment --application-name a --s3-location bucket=b,key=k,bundleType=zip,eTag=e,version=v
deploy create-deployment --application-name a --s3-location bucket=b,key=k
deploy create-deployment --application-name a --s3-location {"bucket":"b","key":"k","bundleType":"zip"}
deploy register-application-revision --application-name a --github-location repository=r,commitId=c
deploy get-application-revision --application-name a --github-location repository=r
deploy get-application-revision --application-name a --revision revisionType=S3
ses send-email --from a --to b c --subject s --text t
ses send-email --from a --to b --cc c --bcc d e --subject s --html t --text u
ses send-email --from a --to
ses send-email --from a --to b --text t --message Subject={Data=x}
ses send-email --from a --to b --destination ToAddresses=x
ses send-email --to b
cloudsearch define-expression --domain-name dom --name nam --expression a+b
cloudsearch define-expression --domain-name dom
cloudfront create-invalidation --distribution-id d --paths /a --invalidation-batch Paths={Quantity=1,Items=a},CallerReference=x
cloudfront create-invalidation --distribution-id d --paths
emr add-tags --resource-id j --tags a=b c d=
emr add-tags --resource-id j
emr list-clusters --active
emr list-clusters --cluster-states RUNNING WAITING --created-after 2026-01-01
configservice put-configuration-recorder --configuration-recorder name=n,roleARN=r --recording-group allSupported=true
configservice put-configuration-recorder --recording-group allSupported=true
mgn start-test --source-server-ids s-12345678901234567
mgn start-test --source-server-i-ds s-12345678901234567
mgn start-test
rds add-option-to-option-group --option-group-name a --options OptionName=x
rds remove-option-from-option-group --option-group-name a --options x
rds remove-option-from-option-group --option-group-name a --options-to-include OptionName=x
sns subscribe --topic-arn a --protocol http --notification-endpoint http://x
workdocs describe-users --user-query x
iam create-virtual-mfa-device --virtual-mfa-device-name n --bootstrap-method Base32StringSeed
`
