package rolecache

import (
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

const config = `[profile keys]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = secret

[profile other-keys]
aws_access_key_id = AKIAOTHER
aws_secret_access_key = secret

[profile role]
role_arn = arn:aws:iam::111122223333:role/Work
source_profile = keys

[profile same]
role_arn = arn:aws:iam::111122223333:role/Work
source_profile = keys

[profile other]
role_arn = arn:aws:iam::111122223333:role/Work
source_profile = other-keys

[profile named]
role_arn = arn:aws:iam::111122223333:role/Work
source_profile = keys
role_session_name = me

[profile environment]
role_arn = arn:aws:iam::111122223333:role/Work
credential_source = Environment

[profile container]
role_arn = arn:aws:iam::111122223333:role/Work
credential_source = EcsContainer

[profile instance]
role_arn = arn:aws:iam::111122223333:role/Work
credential_source = Ec2InstanceMetadata

[profile instance-elsewhere]
role_arn = arn:aws:iam::111122223333:role/Work
credential_source = Ec2InstanceMetadata
ec2_metadata_service_endpoint = http://127.0.0.1:1

[profile on-instance]
role_arn = arn:aws:iam::111122223333:role/Next
source_profile = instance-elsewhere

[profile on-instance-elsewhere]
role_arn = arn:aws:iam::111122223333:role/Next
source_profile = instance
ec2_metadata_service_endpoint = http://127.0.0.1:1

[profile first]
role_arn = arn:aws:iam::111122223333:role/Next
source_profile = role

[profile second]
role_arn = arn:aws:iam::111122223333:role/Next
source_profile = named
`

// entryOf returns the entry of the last role of a profile. words are variables.
func entryOf(t *testing.T, name, words string) Entry {
	t.Helper()
	in := profile.Inputs{
		Config: awsconfig.NewDoc("config", false, config), Credentials: awsconfig.NewDoc("credentials", true, ""), Profile: name,
		LookupEnv: func(variable string) (string, bool) {
			for _, w := range strings.Fields(words) {
				if value, ok := strings.CutPrefix(w, variable+"="); ok {
					return value, true
				}
			}
			return "", false
		},
	}
	p, _, err := profile.Resolve(in)
	if p == nil {
		t.Fatal(err)
	}
	chain, _, err := p.Chain()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := Entries(p, chain, in.LookupEnv)
	if err != nil || len(entries) != len(chain.Roles) {
		t.Fatalf("%d entries for %d roles, error %v", len(entries), len(chain.Roles), err)
	}
	return entries[len(entries)-1]
}

func TestEntries(t *testing.T) {
	const imds = "AWS_EC2_METADATA_SERVICE_ENDPOINT="
	for _, tt := range []struct {
		name, profile, words, otherProfile, otherWords string
		sameFile, sameSource                           bool
	}{
		{"two profiles with the same settings", "role", "", "same", "", true, true},
		{"other keys", "role", "", "other", "", true, false},
		{"another name of the session", "role", "", "named", "", false, true},
		{"another endpoint of STS", "role", "", "role", "AWS_ENDPOINT_URL_STS=http://127.0.0.1:1", true, false},
		{"another spelling of the endpoint", "role", "AWS_ENDPOINT_URL_STS=HTTP://127.0.0.1:1/", "role", "AWS_ENDPOINT_URL_STS=http://127.0.0.1:1", true, true},
		{"the same keys from the environment", "role", "", "environment", "AWS_ACCESS_KEY_ID=AKIAEXAMPLE", true, true},
		{"other keys in the environment", "environment", "AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "environment", "AWS_ACCESS_KEY_ID=AKIAOTHER", true, false},
		{"another container", "container", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/a", "container", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/b", true, false},
		{"an instance and a container", "instance", "", "container", "", true, false},
		{"another metadata service", "instance", "", "instance", imds + "http://127.0.0.1:1", true, false},
		{"a metadata service in the config", "instance", "", "instance-elsewhere", "", true, false},
		{"one metadata service, named in two ways", "instance", imds + "http://127.0.0.1:1", "instance-elsewhere", "", true, true},
		{"a metadata service in the profile in use", "on-instance", imds + "http://127.0.0.1:1", "on-instance-elsewhere", "", true, true},
		{"a metadata service in another profile", "on-instance", "", "on-instance-elsewhere", "", true, false},
		{"another role before this one", "first", "", "second", "", true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, b := entryOf(t, tt.profile, tt.words), entryOf(t, tt.otherProfile, tt.otherWords)
			if (a.File == b.File) != tt.sameFile || (a.Source == b.Source) != tt.sameSource {
				t.Errorf("%+v and %+v, want the same file: %v, the same source: %v", a, b, tt.sameFile, tt.sameSource)
			}
		})
	}
}
